"""What a step's arguments say to who reads them: a step holds numbers and words side by side, and its call tells which is which."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from nslab.engine.steps import Argument, Plan, Step
from nslab.kernel.capabilities import Capability
from nslab.kernel.namespaces import Kind


class Program(Struct, frozen=True):
    """What execve(2) gets: the words, the program's own first, and the environment as NAME=VALUE."""

    args: tuple[str, ...]
    env: tuple[str, ...]


def number(argument: Argument) -> int:
    """An argument that its call takes as a number. Raises TypeError where it is none."""
    if not isinstance(argument, int):
        raise TypeError(f"no number: {argument!r}")
    return argument


def program_of(step: Step) -> Program:
    """What a step of execve(2) executes; its first argument counts the words."""
    count, *words = step.args
    told = tuple(map(str, words))
    return Program(told[: number(count)], told[number(count) :])


def new_kinds(plan: Plan) -> frozenset[Kind]:
    """The kinds of namespaces that a plan makes: clone3(2) says so, among other words."""
    words = {word for step in plan if step.call == "clone3" for word in step.args if isinstance(word, str)}
    return frozenset(kind for kind in Kind if kind in words)


def capabilities_in(numbers: Iterable[Argument]) -> tuple[Capability, ...]:
    """The capabilities that a step lists by their numbers."""
    return tuple(Capability(number(one)) for one in numbers)
