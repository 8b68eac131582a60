"""The errors a person can meet. Their words live in the catalogues under `error.<code>.what`, `.why`, and `.next`."""

from __future__ import annotations

from typing import NamedTuple


class Because(NamedTuple):
    """A reason as a fact: the id of its words, which may use the error's other facts. `nslab.words` says it in its place."""

    id: str

    def __str__(self) -> str:
        return self.id


Fact = str | int | Because
"""What fills a placeholder. A sentence among the facts is a Because: a string would be in one language only."""


class NslabError(Exception):
    """A failure told to a person: what was tried, what the kernel answered, what to do next.

    A subclass sets `code`; `facts` fill the catalogue's placeholders. `str()` is for logs and tests only.
    """

    code = "internal"

    def __init__(self, **facts: Fact) -> None:
        super().__init__(self.code, facts)
        self.facts = facts

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code}: {told}" if told else self.code
