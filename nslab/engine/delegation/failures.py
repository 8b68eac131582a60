"""What can go wrong with limits, as errors with words in both languages."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from nslab.engine.delegation.place import Ask, Lack, controllers_of
from nslab.engine.failures import LabError
from nslab.engine.ids import root_outside
from nslab.errors import Because, Fact
from nslab.kernel.syscalls import errno_name

OTHERWISE_FOR_ROOT = ("cgroup-anothers",)
"""Causes that root does something else about: what it owns itself may be anybody's, so a lab's group is given away first."""


class NoPlace(LabError):
    """No group of this machine's tree is ours to divide, so that nothing can be limited."""

    code = "no-place"


def no_place(place: Ask | Lack, file: str | None = None) -> NoPlace:
    """The error for a place that is none, with its words. `file` is a limit that was asked for: it is tried to be opened."""
    lack = lack_of(place)
    tried = refused(f"{lack.directory}/{file}") if file and lack.directory else None
    if tried is None:
        return NoPlace(**reasons(lack))
    told = reasons(lack)
    return NoPlace(**told | tried | {"why": Because("error.no-place.because.tried"), "cause": told["why"]})


def lack_of(place: Ask | Lack) -> Lack:
    """Why there is none. What would have to be asked for was not, or in vain."""
    return place if isinstance(place, Lack) else Lack("cgroup-not-given")


def reasons(lack: Lack) -> dict[str, Fact]:
    """Why there is none, and what to do, with the facts that fill these words."""
    uid, given = os.geteuid(), controllers_of(Path(lack.top)) if lack.top else ()
    whose = "-root" if uid == 0 and lack.cause in OTHERWISE_FOR_ROOT else ""
    return {
        "why": Because(f"error.no-place.because.{lack.cause}"),
        "remedy": Because(f"error.no-place.remedy.{lack.cause}{whose}"),
        "uid": uid,
        "owner": root_outside(),
        "path": lack.path,
        "directory": lack.directory,
        "top": lack.top,
        "given": " ".join(f"+{name}" for name in sorted(given)),
    }


def refused(path: str) -> dict[str, Fact] | None:
    """How the kernel answers who would write this file; None where it would let us."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CLOEXEC))
    except OSError as error:
        return {"call": f"open({path}, O_WRONLY)", "errno": errno_name(error.errno or errno.EIO)}
    return None
