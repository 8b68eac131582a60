"""Which namespaces a process is in, told by the kernel's identity of each: device and inode of the nsfs file."""

from __future__ import annotations

from msgspec import Struct


class NamespaceId(Struct, frozen=True, order=True):
    """What makes two namespaces the same: the nsfs file's device and inode, as stat(2) gives them."""

    device: int
    inode: int
