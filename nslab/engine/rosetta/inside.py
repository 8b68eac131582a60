"""Paths as the container will have them."""

from __future__ import annotations

import re

from nslab.engine.ground import RUN
from nslab.engine.steps import Argument

ROOT = re.compile(rf"{RUN}/[^/]+/root(?P<inside>/.*)?", re.DOTALL)


def inside(path: Argument) -> str | None:
    """Where a path of a plan lies once the container has its own root; None where it will be out of reach."""
    found = ROOT.fullmatch(path) if isinstance(path, str) else None
    return (found["inside"] or "/") if found else None
