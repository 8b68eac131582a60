"""A part of the machine's tree of control groups that is ours to divide: where it is, who gives it, and how a lab gets its own."""
