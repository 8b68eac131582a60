"""A subtree of control groups, looked at again and again: what each uses, what happens to it, and which come and go."""
