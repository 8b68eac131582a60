"""Reading a procfs: what a process's files say, as values. Formats: proc(5), proc_pid_*(5), filesystems/proc.rst.

The root is always an argument, a directory descriptor: the lab's /proc, the machine's own, or a recorded tree.
A process is read through a descriptor of its directory. The kernel binds that to the process, not to the number, so a
number given to a new process between two reads can't mix up the two. Readers raise the kernel's OSError: ENOENT or
ESRCH from a process directory means that the process is gone (`is_gone`), EACCES and EPERM that it may not be read.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct

from nslab.kernel.idmap import Extent, parse_map

# Kernel strings are bytes. surrogateescape keeps any of them whole; who shows them to a person makes them printable.
_ENCODING = ("utf-8", "surrogateescape")
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_CHUNK_BYTES = 16384


class Stat(Struct, frozen=True):
    """From /proc/PID/stat. `start_ticks` is in clock ticks after boot: with the pid it names a process for good.

    `state` is a letter of proc_pid_stat(5); `nice` goes from -20, which gets the most of the processor, to 19.
    """

    pid: int
    comm: str
    state: str
    ppid: int
    pgrp: int
    session: int
    tpgid: int
    nice: int
    start_ticks: int


class Ids(Struct, frozen=True):
    """The four ids of a process, as the reader's user namespace numbers them. See credentials(7)."""

    real: int
    effective: int
    saved: int
    filesystem: int


class Status(Struct, frozen=True):
    """From /proc/PID/status. Capability sets are bit masks, see capabilities(7); `groups` are the supplementary ones.
    `caught` is a mask too, the lowest bit for signal 1: those with a handler.

    `nspid` holds the process's number in each PID namespace from the procfs's own down to the process's; it is empty
    where the kernel has no such line, `no_new_privs` (Linux 4.10), `seccomp` (CONFIG_SECCOMP), and `seccomp_filters` (Linux
    5.9) are None then.
    """

    name: str
    state: str
    ppid: int
    nspid: tuple[int, ...]
    uids: Ids
    gids: Ids
    groups: tuple[int, ...]
    cap_inheritable: int
    cap_permitted: int
    cap_effective: int
    cap_bounding: int
    cap_ambient: int
    no_new_privs: bool | None
    seccomp: int | None
    seccomp_filters: int | None = None
    caught: int = 0


class Mount(Struct, frozen=True):
    """One line of /proc/PID/mountinfo. `optional` are the propagation fields, such as `shared:1` or `master:2`."""

    id: int
    parent: int
    device: str
    root: str
    point: str
    options: str
    optional: tuple[str, ...]
    fstype: str
    source: str
    super_options: str


class MalformedProcfs(ValueError):
    """A procfs file does not read as documented: not a procfs, or a broken recording."""


def open_root(root: str | os.PathLike[str] | int) -> int:
    """A new directory descriptor for a procfs, to be closed by the caller.

    `root` may be a path or a descriptor, O_PATH too; the new one has a position of its own for listing.
    """
    if isinstance(root, int):
        return os.open(".", _DIRECTORY, dir_fd=root)
    return os.open(root, _DIRECTORY)


@contextmanager
def own_process() -> Iterator[int]:
    """A descriptor of the caller's own directory in /proc, closed when the context ends. Raises OSError."""
    process = os.open("/proc/self", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield process
    finally:
        os.close(process)


def pids(root: int) -> list[int]:
    """The processes that this procfs lists, in ascending order."""
    return sorted(int(name) for name in os.listdir(root) if name.isdigit())


def open_process(root: int, pid: int) -> int:
    """A descriptor of /proc/PID that stays with this one process; to be closed by the caller."""
    return os.open(str(pid), os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=root)


def is_gone(error: OSError) -> bool:
    """Whether reading below a process's directory failed because the process has ended and been waited for."""
    return error.errno in (errno.ENOENT, errno.ESRCH)


def read_file(directory: int, name: str, limit_bytes: int | None = None) -> bytes:
    """A procfs file, whole or its first bytes. Raises OSError."""
    file = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=directory)
    try:
        content = b""
        while limit_bytes is None or len(content) < limit_bytes:
            chunk = os.read(file, _CHUNK_BYTES)
            if not chunk:
                break
            content += chunk
        return content[:limit_bytes]
    finally:
        os.close(file)


def read_stat(process: int) -> Stat:
    """/proc/PID/stat of an opened process directory."""
    return parse_stat(read_file(process, "stat"))


def read_status(process: int) -> Status:
    """/proc/PID/status of an opened process directory."""
    return parse_status(read_file(process, "status"))


def read_cmdline(process: int, limit_bytes: int = 4096) -> tuple[str, ...]:
    """The arguments as the process has them now, of the first `limit_bytes`; empty for kernel threads and zombies."""
    return parse_cmdline(read_file(process, "cmdline", limit_bytes))


def read_uid_map(process: int) -> tuple[Extent, ...]:
    """/proc/PID/uid_map. Outer ids are the reader's user namespace's, the parent's if that is the same."""
    return parse_map(read_file(process, "uid_map"))


def read_gid_map(process: int) -> tuple[Extent, ...]:
    """/proc/PID/gid_map, as the uids'."""
    return parse_map(read_file(process, "gid_map"))


def read_mountinfo(process: int) -> tuple[Mount, ...]:
    """The mounts below the process's root, in the order of the kernel's list."""
    return parse_mountinfo(read_file(process, "mountinfo"))


def parse_stat(content: bytes) -> Stat:
    """The name stands in parentheses and may hold any byte, `)` and newlines too: it ends at the last `)`."""
    head, _, tail = content.rpartition(b")")
    pid, opening, comm = head.partition(b" (")
    fields = tail.split()
    if not opening or len(fields) < 20:
        raise MalformedProcfs(f"stat: {content!r}")
    ppid, pgrp, session, tpgid, nice, start_ticks = (int(fields[at]) for at in (1, 2, 3, 5, 16, 19))
    return Stat(int(pid), comm.decode(*_ENCODING), fields[0].decode(), ppid, pgrp, session, tpgid, nice, start_ticks)


def parse_status(content: bytes) -> Status:
    """Lines of `Key:<tab>value`. Only the name may hold odd bytes; the kernel escapes newline and backslash in it."""
    lines = dict(line.split(":\t", 1) for line in content.decode(*_ENCODING).split("\n") if ":\t" in line)
    try:
        return Status(
            name=_unescape_name(lines["Name"]),
            state=lines["State"][:1],
            ppid=int(lines["PPid"]),
            nspid=tuple(map(int, lines.get("NSpid", "").split())),
            uids=_ids(lines["Uid"]),
            gids=_ids(lines["Gid"]),
            groups=tuple(map(int, lines["Groups"].split())),
            cap_inheritable=int(lines["CapInh"], 16),
            cap_permitted=int(lines["CapPrm"], 16),
            cap_effective=int(lines["CapEff"], 16),
            cap_bounding=int(lines["CapBnd"], 16),
            cap_ambient=int(lines["CapAmb"], 16),
            no_new_privs=lines["NoNewPrivs"] == "1" if "NoNewPrivs" in lines else None,
            seccomp=int(lines["Seccomp"]) if "Seccomp" in lines else None,
            seccomp_filters=int(lines["Seccomp_filters"]) if "Seccomp_filters" in lines else None,
            caught=int(lines["SigCgt"], 16),
        )
    except KeyError as missing:
        raise MalformedProcfs(f"status: no line {missing}") from None


def _ids(fields: str) -> Ids:
    real, effective, saved, filesystem = map(int, fields.split())
    return Ids(real, effective, saved, filesystem)


def _unescape_name(name: str) -> str:
    return re.sub(r"\\[n\\]", lambda found: "\n" if found[0] == "\\n" else "\\", name)


def parse_cmdline(content: bytes) -> tuple[str, ...]:
    """Arguments end in NUL; a process that overwrote them may have left the last NUL out."""
    if not content:
        return ()
    return tuple(argument.decode(*_ENCODING) for argument in content.removesuffix(b"\0").split(b"\0"))


def parse_mountinfo(content: bytes) -> tuple[Mount, ...]:
    """Fields are parted by single spaces and may be empty; `-` ends the optional ones. See proc_pid_mountinfo(5)."""
    return tuple(_mount(line) for line in content.split(b"\n") if line)


def _mount(line: bytes) -> Mount:
    try:
        fields = line.split(b" ")
        end = fields.index(b"-", 6)
        fstype, source, super_options = b" ".join(fields[end + 1 :]).split(b" ", 2)
    except ValueError:
        raise MalformedProcfs(f"mountinfo: {line!r}") from None
    return Mount(
        id=int(fields[0]),
        parent=int(fields[1]),
        device=fields[2].decode(),
        root=unescape_octal(fields[3]),
        point=unescape_octal(fields[4]),
        options=fields[5].decode(),
        optional=tuple(field.decode() for field in fields[6:end]),
        fstype=unescape_octal(fstype),
        source=unescape_octal(source),
        super_options=unescape_octal(super_options),
    )


def unescape_octal(field: bytes) -> str:
    r"""Undo the kernel's `\040` for blank, tab, newline, backslash, and `#` in mount fields."""
    return re.sub(rb"\\([0-3][0-7]{2})", lambda found: bytes([int(found[1], 8)]), field).decode(*_ENCODING)
