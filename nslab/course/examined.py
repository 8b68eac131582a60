"""Doctor's findings from a process of their own: trials clone, and an application with threads must not."""

from __future__ import annotations

import asyncio
import contextlib
import sys

import msgspec
from msgspec import Struct

from nslab.engine.doctor import Finding

DECODER = msgspec.json.Decoder(tuple[Finding, ...])


class Unexamined(Struct, frozen=True):
    """What this machine has is not known: doctor has not answered yet, or `failed`, and never will."""

    failed: bool = False


async def examine_elsewhere() -> tuple[Finding, ...] | Unexamined:
    """Every finding. Takes about a second. Its stderr goes nowhere: on ours an application may draw."""
    command = (sys.executable, "-m", "nslab.engine.doctor")
    child = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        told, _ = await child.communicate()
    except asyncio.CancelledError:  # nobody wants to know any more
        with contextlib.suppress(ProcessLookupError):  # it may just have ended
            child.kill()
        await child.communicate()
        raise
    try:
        return DECODER.decode(told)
    except msgspec.DecodeError:
        return Unexamined(failed=True)
