"""Lines of a shell script, as short as a person would write them: what repeats becomes a loop, what is long goes on below.

Pure text; what the lines mean is not looked at.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from itertools import groupby

from msgspec import Struct

WIDTH = 100
"""Cells: what a projector shows in one line."""

LOOP_LEAST = 3
SEVERAL = ("mkdir", "touch")
"""Programs that take several paths at once: they need no loop."""


class Line(Struct, frozen=True):
    """A command, and the word in it that may differ from one line to the next."""

    text: str
    varying: str = ""

    @property
    def shape(self) -> str:
        """The text with `$name` where the varying word stands, be it part of a path or a word by itself."""
        if not self.varying or "'" in self.text:  # a variable does nothing between single quotes
            return self.text
        return re.sub(rf"(?<![\w.$-]){re.escape(self.varying)}(?![\w.-])", "$name", self.text)


def joined(lines: Iterable[Line]) -> Iterator[str]:
    """The lines, neighbours of one shape in one command or in a loop."""
    for shape, group in groupby(lines, lambda line: line.shape):
        alike = list(group)
        program, _, _ = shape.partition(" ")
        if program in SEVERAL and len(alike) > 1:
            yield from continued([program, *(line.text.removeprefix(program).strip() for line in alike)])
        elif len(alike) >= LOOP_LEAST and "$name" in shape:
            yield from loop(shape, [line.varying for line in alike])
        else:
            yield from (line.text for line in alike)


def loop(command: str, names: list[str]) -> Iterator[str]:
    """The command once for each name."""
    whole = f"for name in {' '.join(names)}; do {command}; done"
    if len(whole) <= WIDTH:
        yield whole
    else:
        yield from (f"for name in {' '.join(names)}; do", f"  {command}", "done")


def continued(*parts: Iterable[str]) -> list[str]:
    """One command as several lines: each of its parts begins one, and none is broken within a word."""
    lines = [line for part in parts for line in filled(part)]
    return " \\\n  ".join(lines).split("\n")


def filled(words: Iterable[str]) -> Iterator[str]:
    """The words in lines that leave room for an indent and a backslash; a list longer than that goes on in the next line."""
    line = ""
    for word in map(folded, words):
        if line and len(line) + 1 + len(word) > WIDTH - 4:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


def folded(word: str) -> str:
    """A list between commas, broken as a shell lets a word be broken."""
    if len(word) <= WIDTH - 4 or "'" in word:
        return word
    lines = textwrap.wrap(word.replace(",", ", "), WIDTH - 4)
    return ",\\\n".join(line.replace(", ", ",").rstrip(",") for line in lines)


def comment(text: str) -> list[str]:
    """Each line of the text as a comment."""
    return [f"# {line}".rstrip() for line in text.split("\n")]


def listed(head: str, items: Iterable[str]) -> list[str]:
    """A comment: the head, and the items below it, each kept whole."""
    body = textwrap.wrap("; ".join(items), WIDTH - 4, break_long_words=False, break_on_hyphens=False)
    return [*comment(head), *(f"#   {line}" for line in body)]
