"""The interface files of cgroup v2: what each says as a value, and how each is written. A file here for each controller."""
