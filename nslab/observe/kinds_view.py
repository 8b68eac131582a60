"""The board of kinds: what each is called, how old it is, and a container that differs from the host in just one."""

from __future__ import annotations

from collections.abc import Sequence

from nslab.engine.decode import clone_name
from nslab.kernel.namespaces import SINCE
from nslab.observe.letters import Letters
from nslab.observe.namespace_view import Subject, namespace_view
from nslab.observe.scan import Scan
from nslab.observe.views import Birth, KindRow, KindsView

KINDS = tuple(KindRow(kind, clone_name(kind), since) for kind, since in SINCE.items())


def kinds_view(sides: Sequence[Subject], letters: Letters, scan: Scan, birth: Birth | None) -> KindsView:
    """`sides` are the host and, if there ever was one, the container; `birth` is what became of making the last one."""
    return KindsView(KINDS, namespace_view(sides, letters, scan), birth.failure if birth else None)
