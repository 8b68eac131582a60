"""Waiting for what an app on screen does in its own time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


async def until(condition: Callable[[], object], seconds: float = 15.0) -> None:
    """Let the app run until it holds; one that never does is a failure after so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not come about"
        await asyncio.sleep(0.02)
