"""Doctor's findings from a process of their own: trials clone, and an application with threads must not."""

from __future__ import annotations

import asyncio
import subprocess
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
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        told, _ = await asyncio.to_thread(
            child.communicate
        )  # no transport of the loop's, which an end in between would leave open
    except asyncio.CancelledError:  # nobody wants to know any more
        child.kill()  # then its pipe ends, and with it what the thread does
        child.wait()
        raise
    try:
        return DECODER.decode(told)
    except msgspec.DecodeError:
        return Unexamined(failed=True)
