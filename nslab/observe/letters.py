"""The letter that names a namespace in every pane: given within its kind, in order of first sight, and never changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from string import ascii_uppercase

from nslab.kernel.namespaces import Kind
from nslab.observe.namespaces import Membership, NamespaceId, Namespaces
from nslab.observe.views import Tag

HOST_LETTER = "A"


class Letters:
    """Letters given so far; one such value lives as long as its lab.

    A letter goes with the inode. The kernel gives an inode number out again once its namespace is gone, and the new one
    then bears the same letter, as it bears the same number.
    """

    def __init__(self, reference: Namespaces) -> None:
        """`reference` are the namespaces of the process that all is compared with, the host's: they are A."""
        self.reference = reference
        self._given: dict[Kind, dict[NamespaceId, str]] = {kind: {} for kind in Kind}
        self.meet([reference])

    def meet(self, seen: Iterable[Namespaces]) -> None:
        """Give letters to those seen for the first time, in this order."""
        for namespaces in seen:
            for kind in Kind:
                self._give(kind, namespaces.of(kind))

    def meet_empty(self, kind: Kind, namespace: NamespaceId) -> None:
        """Give a letter to a namespace that no process is in."""
        self._give(kind, namespace)

    def of(self, kind: Kind, namespace: Membership) -> str | None:
        """The letter of a namespace; None where it could not be read, or was never met."""
        return self._given[kind].get(namespace) if isinstance(namespace, NamespaceId) else None

    def known(self) -> Iterator[tuple[Kind, NamespaceId, str]]:
        """Every namespace that was ever met, those that are gone too, and its letter."""
        for kind, given in self._given.items():
            for namespace, letter_given in given.items():
                yield kind, namespace, letter_given

    def tags(self, namespaces: Namespaces, kinds: Iterable[Kind]) -> tuple[Tag, ...]:
        """Tags for some kinds of a process's namespaces, in the order of `kinds`."""
        letters = ((kind, self.of(kind, namespaces.of(kind))) for kind in kinds)
        return tuple(Tag(kind, letter) for kind, letter in letters if letter is not None)

    def foreign(self, namespaces: Namespaces) -> tuple[Tag, ...]:
        """The namespaces that are not the reference's, in the order of panes."""
        return self.tags(namespaces, self.reference.differing(namespaces))

    def world(self, namespaces: Namespaces) -> str:
        """The letter a process's world is drawn in: that of its first foreign namespace, A where it has none."""
        foreign = self.foreign(namespaces)
        return foreign[0].letter if foreign else HOST_LETTER

    def _give(self, kind: Kind, namespace: Membership) -> None:
        given = self._given[kind]
        if isinstance(namespace, NamespaceId) and namespace not in given:
            given[namespace] = letter(len(given))


def letter(ordinal: int) -> str:
    """A for 0, Z for 25, then AA, AB and so on, as spreadsheets name their columns."""
    letters = ""
    ordinal += 1
    while ordinal:
        ordinal, last = divmod(ordinal - 1, len(ascii_uppercase))
        letters = ascii_uppercase[last] + letters
    return letters
