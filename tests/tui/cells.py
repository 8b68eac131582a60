"""Sizes of windows in which screens are looked at, and what the picture of one is called."""

from __future__ import annotations

SMALL, MIDDLE, LARGE = (80, 24), (120, 36), (200, 50)


def named(value: object) -> str:
    """A parameter's part of a test's name: sizes as 80x24."""
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)
