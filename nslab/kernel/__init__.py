"""One module a kernel facility: mechanism without policy."""
