"""What help says about one pane: what it shows, its parts, its keys, what it reads. Words are in the learner's language."""

from __future__ import annotations

from msgspec import Struct


class Part(Struct, frozen=True):
    """A sign that the pane draws, or a key that it takes, and what it means."""

    sign: str
    meaning: str


class Label(Struct, frozen=True):
    """A name for what the pane draws in the column `x`, counted from its left edge."""

    x: int
    name: str


class HelpView(Struct, frozen=True):
    """Help for the pane at hand. `reads` names its source and how often; `more` where to read on."""

    name: str
    what: str
    parts: tuple[Part, ...] = ()
    keys: tuple[Part, ...] = ()
    reads: str = ""
    more: str = ""
    labels: tuple[Label, ...] = ()
