"""The lab, containers in it, and their cleanup."""
