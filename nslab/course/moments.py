"""A moment of a process in a lab: read from outside, but for the host name, which only the lab can ask for."""

from __future__ import annotations

from nslab.engine.client import Lab
from nslab.observe.moment import Moment, read_moment
from nslab.observe.roots import ProcRoot

HOST = 1
"""The lab's own first process, by the lab's numbers: whose world a container's is held against."""


def moment_of(lab: Lab, root: ProcRoot, pid: int) -> Moment | None:
    """The process's world now; None where it has ended. Raises LabError, OSError."""
    names = lab.names((pid,))[0]
    return read_moment(root, pid, None if names is None else names.nodename)
