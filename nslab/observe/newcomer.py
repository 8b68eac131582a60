"""Finding the container that a learner just made by hand: nobody announces it, so two scans must tell."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from nslab.kernel.namespaces import Kind
from nslab.observe.namespaces import NamespaceId
from nslab.observe.scan import Process, Scan, age_order


def newcomer(before: Scan, now: Scan, engine: AbstractSet[int], host_pid: int = 1) -> Process | None:
    """The newest process that began a namespace of its own, or None.

    It began one if nobody in that namespace is older, and the host (`host_pid`) is not in it. Thus the child of
    `unshare --pid --fork` is found, not unshare itself, of which only pid_for_children differs; nor is it a process
    that `nsenter` put beside an older one. `engine` are the pids that the engine started. The process must look the
    same in both scans: for an instant after clone(2) it still bears its maker's name.
    """
    host = now.get(host_pid)
    if host is None:
        return None
    settled = [
        process
        for process in _founders(now, host)
        if process.pid not in engine and _looks_the_same(process, before.get(process.pid))
    ]
    return max(settled, key=age_order, default=None)


def _founders(scan: Scan, host: Process) -> list[Process]:
    """Those who are the oldest in at least one namespace that is not the host's."""
    oldest: dict[tuple[Kind, NamespaceId], Process] = {}
    for process in sorted(scan.processes, key=age_order):
        for kind in host.namespaces.differing(process.namespaces):
            namespace = process.namespaces.of(kind)
            if isinstance(namespace, NamespaceId):
                oldest.setdefault((kind, namespace), process)
    return list(oldest.values())


def _looks_the_same(process: Process, before: Process | None) -> bool:
    return (
        before is not None
        and process.is_same(before)
        and (process.comm, process.namespaces) == (before.comm, before.namespaces)
    )
