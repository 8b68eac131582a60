"""Asking systemd for a group: `systemd-run --scope -p Delegate=yes`, which puts this very process into one and goes on with it.

So whoever asks does it first of all, before anything is imported or opened that would have to be made anew. Never a directory made
by hand where systemd keeps the tree: at the next daemon-reload it would take the controllers away.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

BOOTED = Path("/run/systemd/system")  # there where systemd is PID 1, see sd_booted(3)
UNIT = "NSLAB_SCOPE"
"""In the environment: the scope that was asked for. Whoever finds it does not ask again, whatever came of it."""
PROGRAM = "systemd-run"


def booted() -> bool:
    """Whether systemd keeps this machine's tree."""
    return BOOTED.is_dir()


def asked() -> bool:
    """Whether this process, or whoever started it, has asked before."""
    return UNIT in os.environ


def is_ours(group: str) -> bool:
    """Whether a group of this name is the scope that was asked for."""
    return os.environ.get(UNIT) == group


def runtime_directory(environ: Mapping[str, str], uid: int) -> str:
    """Where a user's manager listens: su(1), sudo(8), and setpriv(1) may not say."""
    return environ.get("XDG_RUNTIME_DIR") or f"/run/user/{uid}"


def reachable(uid: int) -> bool:
    """Whether there is a manager to ask, by calling it, and the program that does."""
    if not booted() or shutil.which(PROGRAM) is None:
        return False
    place = Path("/run") if uid == 0 else Path(runtime_directory(os.environ, uid))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as line:
        try:
            line.connect(str(place / "systemd/private"))
        except OSError:
            return False
    return True


def command(uid: int, unit: str, program: list[str]) -> list[str]:
    """The command line that goes on as `program` in a scope of this name, handed over to this user."""
    whose = [] if uid == 0 else ["--user"]
    scope = ["--scope", "--quiet", "--collect", "--property=Delegate=yes", f"--unit={unit}"]
    return [PROGRAM, *whose, *scope, "--", *program]


def in_new_scope(program: list[str]) -> tuple[list[str], dict[str, str]]:
    """The command line that goes on as `program` in a scope with a name of its own, and the environment that says so."""
    uid, unit = os.geteuid(), f"nslab-{os.urandom(4).hex()}.scope"
    told = {UNIT: unit, "XDG_RUNTIME_DIR": runtime_directory(os.environ, uid)}
    return command(uid, unit, program), dict(os.environ) | told


def enter_scope() -> None:
    """Begin this program anew, in a scope. Does not return. Raises OSError where systemd-run(1) is not there."""
    line, environment = in_new_scope([sys.executable, *sys.orig_argv[1:]])
    sys.stdout.flush()
    os.execvpe(PROGRAM, line, environment)
