"""What was read off the machine, and words about it still to be said: a catalogue id with facts, for any language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Protocol

from msgspec import Struct

from nslab.errors import Because, NslabError
from nslab.kernel.namespaces import Kind
from nslab.observe.namespaces import NamespaceId

AS_SHOWN = re.compile(r"(?:[A-Z]+ )?(?:[a-z_]+:)?\[?([0-9]+)\]?")
"""A namespace as a pane, readlink(1), or stat(1) shows it: `B 4026532254`, `pid:[4026532254]`, `4026532254`."""

UNIT = re.compile(r"(?<=[0-9]) ?k(?:B|iB)?$", re.IGNORECASE)
"""The unit that procfs writes behind a size. Whoever leaves it out has read the same number."""

GAP_IN_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
"""Chinese words keep a space for a Latin fact; where the fact is Chinese too, there is none."""


class Namespace(Struct, frozen=True):
    """One namespace of a kind. A screen shows its letter; as text it is the inode number, as readlink(1) shows it."""

    kind: Kind
    id: NamespaceId

    def __str__(self) -> str:
        return str(self.id.inode)


class Told(Struct, frozen=True):
    """What to say: `id` names the words in the catalogues, `facts` fills them."""

    id: str
    facts: Mapping[str, Fact] = {}


Fact = str | int | Namespace | Told | Because


def why(error: NslabError) -> Told:
    """An error's reason, for a sentence of ours."""
    return Told(f"error.{error.code}.why", error.facts)


class Absent(Struct, frozen=True):
    """Nothing was there to be read, and why."""

    reason: Told


Reading = str | int | Namespace | Absent
"""What a value reads at one moment."""


def as_fact(reading: Reading) -> Fact:
    """A reading for a sentence: what is absent is told as its reason."""
    return reading.reason if isinstance(reading, Absent) else reading


def equal(left: Reading, right: Reading) -> bool:
    """Whether two readings are the same to a person: 1 equals "1". What is absent equals nothing."""
    if isinstance(left, Absent) or isinstance(right, Absent):
        return False
    return str(left).strip() == str(right).strip()


def number(reading: Reading) -> int | Absent:
    """A reading as a whole number, where it is one or is written as one."""
    if isinstance(reading, Absent | int):
        return reading
    text = str(reading)
    return int(text) if re.fullmatch(r"-?[0-9]+", text) else Absent(Told("absent.no-whole-number", {"text": text}))


def answers(text: str, reading: Reading) -> bool:
    """Whether what a learner typed is this reading, however they copied it: with brackets, spaces, wide digits, a unit."""
    typed = unicodedata.normalize("NFKC", text).strip()
    shown = AS_SHOWN.fullmatch(typed) if isinstance(reading, Namespace) else None
    if isinstance(reading, Absent):
        return False
    return equal(shown[1] if shown else UNIT.sub("", typed), UNIT.sub("", str(reading).strip()))


class Catalogue(Protocol):
    """What `nslab.words.Words` is, as far as this module needs it."""

    def __call__(self, id_: str, /, **facts: object) -> str: ...


def say(told: Told, words: Catalogue, show: Callable[[Namespace], str] = str) -> str:
    """`told` in the language of `words`; `show` writes a namespace, for instance with its letter."""

    def fact(value: Fact) -> str | int | Because:
        if isinstance(value, Told):
            return say(value, words, show)
        return show(value) if isinstance(value, Namespace) else value

    said = words(told.id, **{name: fact(value) for name, value in told.facts.items()})
    return (
        GAP_IN_CHINESE.sub("", said)
        if any(isinstance(value, Told | Because) for value in told.facts.values())
        else said
    )
