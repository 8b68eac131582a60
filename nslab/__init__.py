"""nslab: see how containers work."""

__version__ = "0.1.0"
