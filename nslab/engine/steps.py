"""What a plan is made of: steps as data, and what became of each.

A step is one request to the kernel. It is a value: no callable, no open fd, no pid. So a plan can be printed, changed, sent,
compared, and executed; the executor (`execute.py`) is the only place where it turns into system calls.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Who = Literal["lab", "net", "joiner", "init"]
"""The process that makes a call: the lab's PID 1, the net helper that it asks, the one that joins namespaces in an attach, or the
container's first process."""

AT_ONCE: tuple[Who, ...] = ("lab", "net")
"""Those who are there before a plan begins: no step of it brings them to life."""

STREAMS = ("stdin", "stdout", "stderr")
"""Descriptors 0, 1, and 2 of a container's program, and the steps that lay them there."""


class Fd(Struct, frozen=True):
    """A file descriptor that an earlier step opened, or the caller handed in, by its name."""

    name: str


Argument = int | str | Fd | None


class Step(Struct, frozen=True):
    """One call: `call` is a key of the call table, `args` what it takes.

    `id` names the step in lessons, faults, and changed plans, and is unique in a plan. `tolerates` lists the errnos that mean
    "not on this kernel" and do not end the plan.
    """

    id: str
    who: Who
    call: str
    args: tuple[Argument, ...] = ()
    tolerates: tuple[int, ...] = ()

    def goes_on(self, errno: int) -> bool:
        """Whether the plan goes on behind this answer: 0, for the kernel agreed, or an errno that is tolerated."""
        return errno == 0 or errno in self.tolerates


Plan = tuple[Step, ...]


class Done(Struct, frozen=True, tag=True):
    """What became of a step.

    `errno` is 0 where the kernel agreed. `microseconds` is the call's duration, `at_ns` its start by CLOCK_MONOTONIC, `value`
    what it returned.
    """

    id: str
    errno: int
    microseconds: float
    at_ns: int
    value: int


class Lost(Struct, frozen=True, tag=True):
    """The step was asked for, and its process died without a word."""

    id: str


class Unborn(Struct, frozen=True, tag=True):
    """The process that should make the step was not there yet: no clone3(2) before it."""

    id: str


class NeverRun(Struct, frozen=True, tag=True):
    """The step stands behind execve(2): no code of ours was left to run it."""

    id: str


Outcome = Done | Unborn | Lost | NeverRun


def agreed(step: Step, outcome: Outcome | None) -> bool:
    """Whether a step was made, and the plan went on behind it. None: it was not asked for."""
    return isinstance(outcome, Done) and step.goes_on(outcome.errno)
