"""What a probe found out: a value with evidence, a cause, and through the cause the words that say what to do."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from nslab.errors import Fact

State = Literal["ok", "limited", "missing"]


class Finding(Struct, frozen=True):
    """One probe's result on this machine.

    `limited` still works, with less; `missing` does not. `facts` are the evidence and fill the words: those under
    `doctor.probe.<probe>.ok` where all is well, else those under `doctor.cause.<cause>.why` and `.remedy`.
    """

    probe: str
    state: State
    facts: dict[str, Fact] = {}
    cause: str | None = None


def ok(probe: str, **facts: Fact) -> Finding:
    """All is well."""
    return Finding(probe, "ok", facts)


def limited(probe: str, cause: str, **facts: Fact) -> Finding:
    """It works, with less than it could."""
    return Finding(probe, "limited", facts, cause)


def missing(probe: str, cause: str, **facts: Fact) -> Finding:
    """It does not work here."""
    return Finding(probe, "missing", facts, cause)
