"""The screen of `nslab explore`: a machine's namespaces by world, read-only."""
