"""The procfs that is observed: the lab's own, the machine's, or a recorded tree. Numbers in it are those of its owner."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from msgspec import Struct

from nslab.kernel import procfs
from nslab.kernel.namespaces import Kind
from nslab.observe.namespaces import Membership, NamespaceId

RECORDING = "recording.json"


class Relatives(Struct, frozen=True):
    """How a namespace hangs together with others, by the ioctls of ioctl_ns(2).

    `owner` is the user namespace whose capabilities count in it; for a user namespace, its parent. `parent` is None for
    kinds that have none. `Unread(EPERM)`: outside the reader's view, or there is none, this being the first.
    `owner_uid`, of a user namespace only, is who made it, as the reader's user namespace numbers ids.
    """

    owner: Membership
    parent: Membership | None
    owner_uid: int | None


class RecordedRelatives(Struct, frozen=True):
    """What a recorded tree keeps of a namespace, its links being mere text."""

    kind: Kind
    inode: int
    relatives: Relatives


class Recording(Struct, frozen=True):
    """What a recorded tree says of itself, in `recording.json` at its root."""

    kernel: str
    what: str
    nsfs_device: int
    reader_user_inode: int
    relatives: tuple[RecordedRelatives, ...]

    def relatives_of(self, kind: Kind, inode: int) -> Relatives | None:
        """What was recorded of this namespace; None where it was not seen."""
        matching = (one.relatives for one in self.relatives if (one.kind, one.inode) == (kind, inode))
        return next(matching, None)


class ProcRoot:
    """A procfs held open for observation; use it as a context manager, or close it."""

    def __init__(self, root: str | os.PathLike[str] | int, recording: Recording | None = None) -> None:
        """`root` is a path, or a descriptor handed over by whose procfs it is; a descriptor stays the caller's.

        Raises OSError where it is no directory.
        """
        self.fd = procfs.open_root(root)
        self.recording = recording
        self.reader_user = _own_user_namespace() if recording is None else _recorded_user_namespace(recording)
        self.nsfs_device = self.reader_user.device

    @classmethod
    def recorded(cls, root: Path) -> ProcRoot:
        """A tree that the tests' recorder wrote."""
        return cls(root, msgspec.json.decode((root / RECORDING).read_bytes(), type=Recording))

    def namespace(self, inode: int) -> NamespaceId:
        """The identity of a namespace of which only the inode was read. All are on the kernel's one nsfs."""
        return NamespaceId(self.nsfs_device, inode)

    def close(self) -> None:
        """Let the procfs go."""
        os.close(self.fd)

    def __enter__(self) -> ProcRoot:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _own_user_namespace() -> NamespaceId:
    """The reader's own: uids in procfs files are told in its terms, and its device is every namespace's device."""
    own = os.stat("/proc/self/ns/user")
    return NamespaceId(own.st_dev, own.st_ino)


def _recorded_user_namespace(recording: Recording) -> NamespaceId:
    return NamespaceId(recording.nsfs_device, recording.reader_user_inode)
