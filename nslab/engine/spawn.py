"""A fresh Python for a process that serves a lab from outside of it: not a fork of its owner, which has threads and a past."""

from __future__ import annotations

import os
import subprocess
import sys

from nslab.engine import interpreter
from nslab.engine.delegation import systemd

# What Python needs to find itself, and the scope we are in; nothing else of a person's environment gets near a lab.
KEPT_VARIABLES = (
    *("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "HOME"),
    systemd.UNIT,
)

WITH_LIMITS, WITHOUT_LIMITS = "limits", "none"
"""Whether a lab shall have a control group that it may divide."""


def spawn(module: str, arguments: list[str], descriptors: list[int]) -> subprocess.Popen[bytes]:
    """Run one of nslab's modules in a session of its own, where no terminal's signals reach it. It inherits `descriptors`, by
    their numbers, and no streams. Raises OSError."""
    with interpreter.harmless() as python:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            executable=python,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=None if os.environ.get("NSLAB_DEBUG") else subprocess.DEVNULL,
            pass_fds=descriptors,
            env={name: value for name in KEPT_VARIABLES if (value := os.environ.get(name)) is not None},
            start_new_session=True,
        )


def spawn_keeper(sockets: list[int], *, limits: bool) -> subprocess.Popen[bytes]:
    """A lab's keeper, told whose lab it keeps, and whether containers in it can have limits. Raises OSError."""
    owner = [str(os.getpid()), os.path.basename(sys.argv[0] or "nslab")]
    wish = WITH_LIMITS if limits else WITHOUT_LIMITS
    return spawn("nslab.engine.keeper", [*map(str, sockets), *owner, wish], sockets)
