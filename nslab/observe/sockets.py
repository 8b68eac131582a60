"""Which process holds a socket: the kernel's tables name an inode, and /proc/PID/fd has a link with it."""

from __future__ import annotations

import os
import re
from collections.abc import Collection

from nslab.kernel import procfs
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process, Scan

_LINK = re.compile(r"socket:\[([0-9]+)\]")


class SocketHolders:
    """Answers again and again; looks through the descriptors anew only for a socket whose holder isn't known, or has died."""

    def __init__(self, root: ProcRoot) -> None:
        self._root = root
        self._known: dict[int, Process] = {}

    def of(self, inodes: Collection[int], scan: Scan) -> dict[int, Process]:
        """The oldest process that holds each of these sockets; none for one that nobody does, or who may not be looked into."""
        if not all(
            inode in self._known and self._known[inode].is_same(scan.get(self._known[inode].pid)) for inode in inodes
        ):
            self._known = self._look(frozenset(inodes), scan)
        return {inode: process for inode in inodes if (process := self._known.get(inode))}

    def _look(self, wanted: frozenset[int], scan: Scan) -> dict[int, Process]:
        found: dict[int, Process] = {}
        for process in scan.processes:
            for inode in sockets_of(self._root, process) & wanted:
                found.setdefault(inode, process)
        return found


def sockets_of(root: ProcRoot, process: Process) -> frozenset[int]:
    """The inodes of the sockets that a process has open; empty where it is gone or may not be looked into."""
    found = set()
    try:
        directory = procfs.open_process(root.fd, process.pid)
    except OSError:
        return frozenset()
    try:
        table = os.open("fd", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=directory)
        try:
            for name in os.listdir(table):
                parsed = _LINK.fullmatch(_target(table, name))
                if parsed:
                    found.add(int(parsed[1]))
        finally:
            os.close(table)
    except OSError:
        return frozenset()
    finally:
        os.close(directory)
    return frozenset(found)


def _target(table: int, name: str) -> str:
    """Where a descriptor's link leads; nowhere for one that was closed since it was listed."""
    try:
        return os.readlink(name, dir_fd=table)
    except FileNotFoundError:
        return ""
