"""One look at the machine: a step's values, each read at most once, so that a check and the prose agree."""

from __future__ import annotations

from collections.abc import Mapping

from nslab.course.interpolation import fill, sole_name
from nslab.course.told import Absent, Fact, Reading, Told, as_fact
from nslab.course.values import CommOf, HostnameOf, NamespaceOf, Operand, PidOf, Value
from nslab.course.world import World
from nslab.kernel.namespaces import Kind

ATTRIBUTES = frozenset({"pid", "hostname", "comm"} | {f"{kind}_ns" for kind in Kind})
"""What follows the dot in `{host.pid_ns}`: facts of a process that need no definition."""


def lasting(readings: Mapping[str, Reading]) -> dict[str, Reading]:
    """What later steps may speak of: the values that a lesson defines. `{box.pid}` is asked anew in each step."""
    return {name: reading for name, reading in readings.items() if "." not in name}


class Look:
    """The machine at one moment. Make a new one for every evaluation.

    `frozen` holds what a passed step has read: it is told as it was, whatever the machine has become.
    """

    def __init__(self, world: World, values: Mapping[str, Value], frozen: Mapping[str, Reading] | None = None) -> None:
        self.world = world
        self._values = values
        self._read: dict[str, Reading] = dict(frozen or {})

    def value(self, name: str) -> Reading:
        """What `{name}` stands for. The loader has made sure that it is defined, and not by itself."""
        if name not in self._read:
            self._read[name] = (attribute(name) if "." in name else self._values[name]).read(self)
        return self._read[name]

    def operand(self, operand: Operand) -> Reading:
        """One side of a comparison. A text that is just `{name}` is that value itself, number or namespace."""
        if isinstance(operand, int):
            return operand
        if isinstance(operand, str):
            name = sole_name(operand)
            return self.value(name) if name else self.text(operand)
        return operand.read(self)

    def text(self, template: str) -> str | Absent:
        """`template` with its values in place; absent if one of them is."""
        missing: list[Absent] = []

        def value_of(name: str) -> str:
            reading = self.value(name)
            if isinstance(reading, Absent):
                missing.append(reading)
            return str(reading)

        text = fill(template, value_of)
        return missing[0] if missing else text

    def readings(self) -> dict[str, Reading]:
        """Every value of the step, and whatever else was asked for: what is frozen when the step passes."""
        for name in self._values:
            self.value(name)
        return dict(self._read)

    def subject(self, operand: Operand) -> Fact:
        """What an operand speaks of, in words: "the domain name in box" for the value that reads it."""
        if isinstance(operand, int):
            return operand
        if not isinstance(operand, str):
            return operand.subject()
        name = sole_name(operand)
        if name is None:
            return as_fact(self.text(operand))
        if "." in name:
            return attribute(name).subject()
        return self._values[name].subject() if name in self._values else Told("check.value.noted")


def attribute(name: str) -> Value:
    """The value behind `{box.pid}` and its like, which need no definition."""
    process, _, fact = name.rpartition(".")
    match fact:
        case "pid":
            return PidOf(process, "host")
        case "hostname":
            return HostnameOf(process)
        case "comm":
            return CommOf(process)
    return NamespaceOf(Kind(fact.removesuffix("_ns")), process)
