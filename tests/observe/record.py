"""Record a procfs as a directory tree, to test against later: `python record.py /proc/PID/root/proc OUT "what it is"`.

Kept are the files and links that nslab reads, of every process, and what the nsfs ioctls say, as links in a recording
are mere text. A recording names the kernel it came from.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import msgspec

from nslab.kernel import procfs
from nslab.kernel.namespaces import Kind
from nslab.kernel.nsfs import parse_link
from nslab.observe.namespaces import NamespaceId, Unread
from nslab.observe.relatives import relatives_of
from nslab.observe.roots import RECORDING, ProcRoot, RecordedRelatives, Recording
from nslab.observe.scan import Scan, Scanner

FILES = ("stat", "status", "cmdline", "uid_map", "mountinfo")


def record(root: ProcRoot, into: Path, what: str) -> None:
    """Write the recording; `into` must not exist yet."""
    into.mkdir(parents=True)
    scan = Scanner(root).scan()
    for process in scan.processes:
        _record_process(root, process.pid, into / str(process.pid))
    recording = Recording(
        kernel=os.uname().release,
        what=what,
        nsfs_device=root.nsfs_device,
        reader_user_inode=root.reader_user.inode,
        relatives=tuple(_relatives(root, scan)),
    )
    (into / RECORDING).write_bytes(msgspec.json.format(msgspec.json.encode(recording)) + b"\n")


def _record_process(root: ProcRoot, pid: int, into: Path) -> None:
    into.mkdir()
    process = procfs.open_process(root.fd, pid)
    try:
        for name in FILES:
            try:
                (into / name).write_bytes(procfs.read_file(process, name))
            except OSError as error:
                if error.errno != errno.EINVAL:  # a zombie has no mounts
                    raise
        _record_links(process, "ns", into / "ns")
        _record_links(process, "fd", into / "fd")
    finally:
        os.close(process)


def _record_links(process: int, name: str, into: Path) -> None:
    into.mkdir()
    directory = os.open(name, os.O_RDONLY | os.O_DIRECTORY, dir_fd=process)
    try:
        for link in os.listdir(directory):
            try:
                target = os.readlink(link, dir_fd=directory)
            except FileNotFoundError:  # a zombie's
                continue
            if parse_link(target) or link == "0":  # one more than is of interest: git keeps no empty directory
                (into / link).symlink_to(target)
    finally:
        os.close(directory)


def _relatives(root: ProcRoot, scan: Scan) -> list[RecordedRelatives]:
    found: dict[tuple[Kind, int], RecordedRelatives] = {}
    for process in scan.processes:
        for kind in Kind:
            namespace = process.namespaces.of(kind)
            if not isinstance(namespace, NamespaceId) or (kind, namespace.inode) in found:
                continue
            relatives = relatives_of(root, process.pid, kind)
            if not isinstance(relatives, Unread):
                found[kind, namespace.inode] = RecordedRelatives(kind, namespace.inode, relatives)
    return list(found.values())


if __name__ == "__main__":
    source, out, described = sys.argv[1:]
    with ProcRoot(source) as opened:
        record(opened, Path(out), described)
