"""What a visitor and a lab's owner say to each other: two nslab processes of one user, over a socket in the lab's run directory.

Packets as in `protocol`, but one visit a connection: who is there; let this container in; how it ended.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from nslab.engine.protocol import Agreed, Ended, Refused, Running
from nslab.engine.resources import Resources
from nslab.engine.spec import Spec

CREDENTIALS = struct.Struct("=iII")
"""struct ucred of SO_PEERCRED, see unix(7): pid, uid, gid."""


class Roll(Struct, frozen=True, tag=True):
    """Who is there?"""


class Enter(Struct, frozen=True, tag=True):
    """Make this container in your lab. Its pipes come beside it, in the order of `spec.process.pipes`."""

    spec: Spec


class Present(Struct, frozen=True, tag=True):
    """The names of the containers that are there, the owner's own first."""

    names: tuple[str, ...]


class Change(Struct, frozen=True, tag=True):
    """Change the limits of the container of this name in your lab."""

    name: str
    resources: Resources


Wish = Roll | Enter | Change
Word = Present | Running | Refused | Ended | Agreed

WISHES: msgspec.json.Decoder[Wish] = msgspec.json.Decoder(Wish)
WORDS: msgspec.json.Decoder[Word] = msgspec.json.Decoder(Word)


@contextlib.contextmanager
def address(directory: Path, name: str) -> Iterator[str]:
    """The path of a socket in a directory, however deep that lies: the kernel takes no more than 107 bytes. Raises OSError."""
    fd = os.open(directory, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        yield f"/proc/self/fd/{fd}/{name}"
    finally:
        os.close(fd)


def new_socket() -> socket.socket:
    """An end for either side."""
    return socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_CLOEXEC)
