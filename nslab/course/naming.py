"""Every name in a lesson against what exists at that place: processes, terminals, panes, tasks, values, …"""

from __future__ import annotations

import errno
import re
import signal
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from nslab.course.decoding import Use
from nslab.course.faults import unknown
from nslab.course.interpolation import names_in
from nslab.course.known import Known
from nslab.course.look import ATTRIBUTES
from nslab.course.positions import Path
from nslab.course.roles import Role
from nslab.course.told import Told

Fault = tuple[Path, Told]

ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")
CAPABILITY = re.compile(r"CAP_[A-Z_]+")
PLACES = frozenset({"host", "box"})
MAY_BE_LEFT_OUT = frozenset({"recall", "only"})
"""Fields of a step that this learner, or this machine, may not get."""
DECLARING = frozenset({"container", "exec"})
"""The fields that give a process of the engine's its name."""
ERRNOS = frozenset({"0", *errno.errorcode.values()})
SIGNALS = frozenset(signal.Signals.__members__)


class Names:
    """The names that one lesson may use, place by place. `raw` is its TOML tree, of whatever shape."""

    def __init__(self, raw: Mapping[str, Any], uses: Iterable[Use], known: Known, files: frozenset[str]) -> None:
        self._known = known
        self._files = files
        self._uses = list(uses)
        self._terminals = {use.text for use in self._uses if use.role is Role.TERMINAL and use.path[0] == "terminals"}
        self._terminals = self._terminals or set(PLACES)
        steps = raw.get("step")
        self._steps = [step if isinstance(step, dict) else {} for step in (steps if isinstance(steps, list) else [])]
        self._made = {use.path: use.text for use in self._uses if declares(use)}
        for use in self._uses:
            if use.role is Role.PRESET:
                names = known.presets.get(use.text, ())
                self._made |= {(*use.path, at, "container"): name for at, name in enumerate(names)}

    def faults(self) -> Iterator[Fault]:
        """Names that stand for nothing, and ids that are malformed or stand twice."""
        for use in self._uses:
            for told in self._check(use):
                yield use.path, told
        yield from self._twice()

    def in_words(self, step: int, name: str) -> Told | None:
        """What is wrong with `{name}` in the words of a step, if anything."""
        return self._unknown_value(("step", step), name)

    def _check(self, use: Use) -> Iterator[Told]:
        match use.role:
            case Role.ID:
                if not ID.fullmatch(use.text):
                    yield Told("fault.bad-id", {"name": use.text})
            case Role.PROCESS:
                yield from self._process(use)
            case Role.TEXT:
                tolds = (self._unknown_value(use.path, name) for name in names_in(use.text))
                yield from (told for told in tolds if told)
            case Role.CAPABILITY:
                if not CAPABILITY.fullmatch(use.text):
                    yield Told("fault.capability", {"name": use.text})
            case _:
                names = self._names(use)
                if names is not None and use.text not in names:
                    yield unknown(f"fault.unknown-{use.role.value}", use.text, names)

    def _names(self, use: Use) -> Iterable[str] | None:
        """The names there are for a role whose names are a plain set; None where any will do."""
        match use.role:
            case Role.ERRNO:
                return ERRNOS
            case Role.SIGNAL:
                return SIGNALS
            case Role.FILE:
                return self._files
            case Role.CONTAINER:
                return self._declared(use.path) if use.path[-1] == "in" else self._earlier(use.path)
            case Role.TERMINAL:
                return PLACES | self._all_containers() if use.path[0] == "terminals" else self._terminals
            case Role.TASK:
                tasks = self._step(use.path).get("do")
                return {str(task.get("id")) for task in _tables(tasks)}
        return self._known.names(use.role)

    def _process(self, use: Use) -> Iterator[Told]:
        place, colon, command = use.text.partition(":")
        places = PLACES | self._declared(use.path) | ({"deep"} if colon else set())
        if place not in places:
            yield unknown("fault.unknown-process", place, places | {"deep:COMMAND"})
        elif colon and (not command or len(command.encode()) > 15 or "/" in command):
            yield Told("fault.command-name", {"name": command})

    def _declared(self, path: Path) -> set[str]:
        """What the engine has made where `path` stands: the lesson's containers, and what was set up since the last new lab."""
        lab = self._steps_in_lab(_step_of(path))
        return {
            name for declared, name in self._made.items() if declared[0] == "containers" or _step_of(declared) in lab
        }

    def _earlier(self, path: Path) -> set[str]:
        """The containers that were made in the same lab before what `path` is a part of; not that itself, made again."""
        lab, own = self._steps_in_lab(_step_of(path)), (*path[:-2], "container")
        names = {
            name
            for declared, name in self._made.items()
            if declared[-1] == "container" and (declared[0] == "containers" or _step_of(declared) in lab)
            if _place(declared) < _place(path)
        }
        return names - {self._made.get(own, "")}

    def _steps_in_lab(self, here: int) -> range:
        """The steps up to `here` that run in the same lab as it does."""
        fresh = [i for i, step in enumerate(self._steps[: here + 1]) if step.get("fresh") is True]
        return range(fresh[-1] if fresh else 0, here + 1)

    def _all_containers(self) -> set[str]:
        return {name for path, name in self._made.items() if path[-1] == "container"}

    def _unknown_value(self, path: Path, name: str) -> Told | None:
        if "." in name:
            process, _, attribute = name.rpartition(".")
            if process not in (places := PLACES | self._declared(path)):
                return unknown("fault.unknown-process", process, places)
            return None if attribute in ATTRIBUTES else unknown("fault.unknown-attribute", attribute, ATTRIBUTES)
        here = _step_of(path)
        defined = self._defined(here)
        if path[2:3] == ("values",) and path[3] in defined:
            defined = defined[: defined.index(str(path[3]))]  # a value may use those above it
        # What was read in another lab means nothing in this one, and a step may have been left out.
        for step in self._steps_in_lab(here)[:-1]:
            if not self._steps[step].keys() & MAY_BE_LEFT_OUT:
                defined += self._defined(step)
        return None if name in defined else unknown("fault.unknown-value", name, defined)

    def _defined(self, step: int) -> list[str]:
        values = self._steps[step].get("values") if 0 <= step < len(self._steps) else None
        return list(values) if isinstance(values, dict) else []

    def _step(self, path: Path) -> Mapping[str, Any]:
        index = _step_of(path)
        return self._steps[index] if 0 <= index < len(self._steps) else {}

    def _twice(self) -> Iterator[Fault]:
        ids = [(use.path[:-2], use) for use in self._uses if use.path[-1] == "id" and len(use.path) > 1]
        made = [(("containers",), use) for use in self._uses if declares(use) and "make" not in use.path]
        for _, group in groupby(sorted([*ids, *made], key=lambda pair: repr(pair[0])), key=lambda pair: pair[0]):
            seen: set[str] = set()
            for _, use in group:
                if use.text in seen:
                    yield use.path, Told("fault.twice", {"name": use.text})
                seen.add(use.text)


def declares(use: Use) -> bool:
    """Whether this text names a process that the engine makes."""
    return use.role is Role.ID and use.path[-1] in DECLARING


def _step_of(path: Path) -> int:
    """The index of the step that `path` is in; -1 outside of steps."""
    return path[1] if path[0] == "step" and len(path) > 1 and isinstance(path[1], int) else -1


def _place(path: Path) -> tuple[int, int, int]:
    """When the part is made that `path` is in: the lesson's containers first, then step by step, the setup first."""
    step = _step_of(path)
    field, at = (path[2], path[3]) if step >= 0 else (path[0], path[1])
    return step, int(field == "solution"), at if isinstance(at, int) else 0


def _tables(raw: Any) -> list[Mapping[str, Any]]:
    return [item for item in raw if isinstance(item, dict)] if isinstance(raw, list) else []
