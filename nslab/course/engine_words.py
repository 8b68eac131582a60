"""What a lesson says, in the engine's words: a path below the lab's home, capabilities by number, a probe's call as a step."""

from __future__ import annotations

import os

from nslab.course import probes
from nslab.kernel.capabilities import Capability

HOME = "/root"


def in_home(path: str) -> str:
    """`~` is the lab's home."""
    return HOME + path[1:] if path.startswith("~") else path


def numbers(names: tuple[str, ...]) -> tuple[int, ...]:
    """CAP_SYS_ADMIN as the number that the engine takes."""
    return tuple(int(Capability[name.removeprefix("CAP_")]) for name in names)


def as_step(call: probes.Call) -> tuple[str, tuple[int | str, ...]]:
    """A probe's call in the engine's words."""
    match call:
        case probes.Bind(port):
            return "try_bind", (port,)
        case probes.Connect(address, port):
            return "try_connect", (address, port)
        case probes.Clone(kinds):
            return "try_clone", tuple(str(kind) for kind in kinds)
        case probes.ClockSettime():
            return "try_clock_settime", ()
        case probes.Fork():
            return "try_clone", ()
        case probes.Fsopen(fstype):
            return "try_fsopen", (fstype,)
        case probes.Kill(number):
            return "kill", (int(str(number)), 0)
        case probes.MqOpen(name):
            return "try_mq_open", (name,)
        case probes.Open(path, write):
            return "try_open", (in_home(path), os.O_WRONLY if write else os.O_RDONLY)
        case probes.Sethostname():
            return "try_sethostname", ()
        case probes.Setns(path, kind):
            return "try_setns", (in_home(path), str(kind))
