"""Opening the file of a namespace, wherever one is to be found: a process's link, a mount, a descriptor somebody holds."""

from __future__ import annotations

import errno
import os
from typing import TypeAlias

from msgspec import Struct

from nslab.kernel import nsfs
from nslab.kernel.namespaces import Kind
from nslab.observe.holders import DescriptorHold, MountHold
from nslab.observe.namespaces import NamespaceId
from nslab.observe.roots import ProcRoot


class Ref(Struct, frozen=True, order=True):
    """A namespace by its kind and identity."""

    kind: Kind
    id: NamespaceId

    def __str__(self) -> str:
        return f"{self.kind.value}:[{self.id.inode}]"


class MemberPlace(Struct, frozen=True, tag="member"):
    """The link of a process that is in the namespace. `start_ticks` tells it from the next process of that number."""

    pid: int
    start_ticks: int


class BirthHold(Struct, frozen=True, tag="birth"):
    """The next child of a process will be born into the namespace: unshare(2) for PID and time moves no caller."""

    kind: Kind
    namespace: NamespaceId
    pid: int


Holder: TypeAlias = MountHold | DescriptorHold | BirthHold
Place: TypeAlias = MemberPlace | Holder


def path_of(ref: Ref, place: Place) -> str:
    """Where the namespace's file is, below the procfs that was read."""
    match place:
        case MemberPlace(pid=pid):
            return f"{pid}/ns/{ref.kind.value}"
        case BirthHold(pid=pid):
            return f"{pid}/ns/{ref.kind.value}_for_children"
        case DescriptorHold(pid=pid, fd=fd):
            return f"{pid}/fd/{fd}"
        case MountHold(pid=pid, point=point):
            return f"{pid}/root{point}"


def source_of(ref: Ref, place: Place, proc: str = "/proc") -> str:
    """The command that shows the namespace's number there. A mount is told by its path alone, as its own processes see it."""
    if isinstance(place, MountHold):
        return f"stat {place.point}"
    command = "stat -L" if isinstance(place, DescriptorHold) else "readlink"
    return f"{command} {proc}/{path_of(ref, place)}"


def reach(root: ProcRoot, ref: Ref, place: Place) -> int:
    """A descriptor of the namespace's file, to be closed by the caller.

    Raises OSError: ESTALE where another file is there by now. What is there is looked at before it is opened: a FIFO in
    its place would block, a device do worse.
    """
    seen = os.open(path_of(ref, place), os.O_PATH | os.O_CLOEXEC, dir_fd=root.fd)
    try:
        status = os.fstat(seen)
        if NamespaceId(status.st_dev, status.st_ino) != ref.id:
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        file = os.open(f"/proc/self/fd/{seen}", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(seen)
    return file


def ref_of(root: ProcRoot, file: int) -> Ref:
    """Which namespace an open file is of. Raises OSError."""
    return Ref(nsfs.kind(file), root.namespace(os.fstat(file).st_ino))
