"""What is wrong with a lesson's files: values with file, line, and words in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from msgspec import Struct

from nslab import errors
from nslab.course.told import Catalogue, Told, say


class Fault(Struct, frozen=True):
    """One thing to mend. `line` counts from 1; None where no line is to blame, as when the file is missing."""

    path: Path
    line: int | None
    told: Told


def place(fault: Fault) -> str:
    """Where it is, as compilers write it: file and line."""
    return str(fault.path) if fault.line is None else f"{fault.path}:{fault.line}"


def placed(fault: Fault, words: Catalogue) -> str:
    """The fault on one line, as compilers tell theirs: file, line, what is wrong."""
    return f"{place(fault)}: {say(fault.told, words)}"


def facts_of(fault: Fault) -> dict[str, errors.Fact]:
    """A fault that is an error by itself: `path` is where it is, `why` what is wrong, in words that the other facts fill."""
    facts = {name: fact for name, fact in fault.told.facts.items() if isinstance(fact, str | int | errors.Because)}
    return {**facts, "path": place(fault), "why": errors.Because(fault.told.id)}


def unknown(told_id: str, name: str, known: Iterable[str]) -> Told:
    """`name` is none of `known`: the nearest of them is offered where one is near, else all are listed."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    if near:
        offer = Told("fault.nearest", {"near": near[0]})
    else:
        offer = Told("fault.known", {"names": ", ".join(names)}) if names else Told("fault.none-known")
    return Told(told_id, {"name": name, "offer": offer})
