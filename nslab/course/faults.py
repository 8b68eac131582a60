"""What is wrong with a lesson's files: values with file, line, and words in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from msgspec import Struct

from nslab.course.told import Catalogue, Told, say


class Fault(Struct, frozen=True):
    """One thing to mend. `line` counts from 1; None where no line is to blame, as when the file is missing."""

    path: Path
    line: int | None
    told: Told


def placed(fault: Fault, words: Catalogue) -> str:
    """The fault on one line, as compilers tell theirs: file, line, what is wrong."""
    where = str(fault.path) if fault.line is None else f"{fault.path}:{fault.line}"
    return f"{where}: {say(fault.told, words)}"


def unknown(told_id: str, name: str, known: Iterable[str]) -> Told:
    """`name` is none of `known`: the nearest of them is offered where one is near, else all are listed."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    if near:
        offer = Told("fault.nearest", {"near": near[0]})
    else:
        offer = Told("fault.known", {"names": ", ".join(names)}) if names else Told("fault.none-known")
    return Told(told_id, {"name": name, "offer": offer})
