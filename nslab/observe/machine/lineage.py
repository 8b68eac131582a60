"""From one namespace up: its owner and parent, theirs, and so on, as far as the reader can see. See ioctl_ns(2)."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable

from nslab.kernel import nsfs
from nslab.kernel.namespaces import Kind
from nslab.observe.machine.reach import Place, Ref, reach, ref_of
from nslab.observe.namespaces import Membership, NamespaceId, Unread
from nslab.observe.roots import ProcRoot, Recording, Relatives

NESTED = (Kind.PID, Kind.USER)
Lineage = dict[Ref, Relatives]
"""A namespace, and whatever is above it."""


class Lineages:
    """Lineages of namespaces, each read once: as long as the same process is in it, or holds it, a namespace is the same.

    Without that a kept one would be wrong one day: the kernel gives the number of a dead namespace to the next.
    """

    def __init__(self, root: ProcRoot) -> None:
        self._root = root
        self._kept: dict[tuple[Ref, Place], Lineage] = {}

    def read(self, places: Iterable[tuple[Ref, Place]]) -> Lineage:
        """All lineages as one. A namespace that can't be opened is not in it; where one place fails another may do."""
        kept: dict[tuple[Ref, Place], Lineage] = {}
        whole: Lineage = {}
        for ref, place in places:
            if ref in whole:
                continue
            found = self._kept.get((ref, place)) or self._read(ref, place)
            if found:
                kept[ref, place] = found
                whole |= found
        self._kept = kept
        return whole

    def _read(self, ref: Ref, place: Place) -> Lineage:
        if self._root.recording is not None:
            return _recorded(self._root, self._root.recording, ref)
        lineage: Lineage = {}
        try:
            file = reach(self._root, ref, place)
        except OSError:
            return {}
        _climb(self._root, file, lineage)
        return lineage


def _climb(root: ProcRoot, file: int, lineage: Lineage) -> Ref:
    """Read the namespace of an open file, which is closed, and all above it."""
    try:
        ref = ref_of(root, file)
        if ref not in lineage:
            lineage[ref] = Relatives(Unread(errno.EPERM), None, None)  # a place taken, so that none is read twice
            lineage[ref] = Relatives(
                owner=_above(root, nsfs.open_owner, file, lineage),
                parent=_above(root, nsfs.open_parent, file, lineage) if ref.kind in NESTED else None,
                owner_uid=nsfs.owner_uid(file) if ref.kind is Kind.USER else None,
            )
        return ref
    finally:
        os.close(file)


def _above(root: ProcRoot, open_related: Callable[[int], int], file: int, lineage: Lineage) -> Membership:
    try:
        related = open_related(file)
    except OSError as error:
        return Unread(error.errno or errno.EIO)
    return _climb(root, related, lineage).id


def _recorded(root: ProcRoot, recording: Recording, ref: Ref) -> Lineage:
    lineage: Lineage = {}
    todo = [ref]
    while todo:
        at = todo.pop()
        relatives = recording.relatives_of(at.kind, at.id.inode)
        if relatives is not None and at not in lineage:
            lineage[at] = relatives
            if isinstance(relatives.owner, NamespaceId):
                todo.append(Ref(Kind.USER, relatives.owner))
            if isinstance(relatives.parent, NamespaceId):
                todo.append(Ref(at.kind, relatives.parent))
    return lineage
