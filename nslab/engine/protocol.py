"""What the owner and the lab say to each other: one JSON message a packet on SOCK_SEQPACKET, fds beside it by SCM_RIGHTS.

`Create`, `Start`, `Signal`, and `Delete` are the runtime specification's create, start, kill, and delete; `Run` is the first two
in one packet, which is what a person's container costs; `Conceive` and `Advance` are the first one step by step. Whoever looks
at a container between them, or puts an OCI command line on this core, uses the single ones.

The owner asks on `control` and gets one reply a request; what happens unasked comes on `events`. Neither side trusts the other's
packets: a packet that is cut off, not JSON, or of an unknown shape is a ProtocolError, and nothing is done for it.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct

from nslab.engine.changes import Change
from nslab.engine.failures import NotUnicode, RequestTooLarge, TooFewDescriptors
from nslab.engine.resources import Resources
from nslab.engine.spec import Process, Spec
from nslab.engine.steps import Outcome, Plan, Step
from nslab.errors import Fact
from nslab.kernel.namespaces import Kind
from nslab.kernel.uts import UtsNames

PACKET_BYTES = 192 << 10  # below the kernel's default socket buffer of 208 KiB
REQUEST_BYTES = 128 << 10  # less, for a reply repeats in its plan what the request held, and must fit too
MOST_FDS = 8
FD = struct.Struct("=i")
Family = Literal["netlink", "packet"]


class ProtocolError(Exception):
    """The other side sent what can't be understood, or went away in the middle."""


class Put(Struct, frozen=True, tag=True):
    """Write the file behind the fd beside it (a memfd) to `path` in the lab."""

    path: str
    mode: int


class Spawn(Struct, frozen=True, tag=True):
    """A program in the lab itself, in none but its namespaces: the host terminal's shell, for one."""

    process: Process


class Create(Struct, frozen=True, tag=True):
    """A container, up to but not including execve. Its pipes come beside it, in the order of `spec.process.pipes`.

    `changes` are made to its plan first.
    """

    spec: Spec
    changes: tuple[Change, ...] = ()


class Run(Struct, frozen=True, tag=True):
    """Create and start in one go."""

    spec: Spec
    changes: tuple[Change, ...] = ()


class Conceive(Struct, frozen=True, tag=True):
    """A container of which there is only the plan yet. It takes no pipes: they would have to be kept until its birth."""

    spec: Spec
    changes: tuple[Change, ...] = ()


class Advance(Struct, frozen=True, tag=True):
    """Make the steps of a conceived container before index `until`. One that is refused undoes nothing: it can be looked at."""

    name: str
    until: int


class Account(Struct, frozen=True, tag=True):
    """How a process of the lab's making came to be, by the lab's number for it."""

    pid: int


class Start(Struct, frozen=True, tag=True):
    """Let a created container execute its program."""

    name: str


class Exec(Struct, frozen=True, tag=True):
    """A program in the namespaces of a container's first process, given by the lab's number for it."""

    pid: int
    process: Process


class Update(Struct, frozen=True, tag=True):
    """Change the limits of a container's control group."""

    name: str
    resources: Resources


class Signal(Struct, frozen=True, tag=True):
    """Send a signal to a container's first process."""

    name: str
    number: int


class Delete(Struct, frozen=True, tag=True):
    """Kill what is left of a container and give its room back."""

    name: str


class Probe(Struct, frozen=True, tag=True):
    """Make one call where `pid` is: in its namespaces, with its capabilities but those in `without`.

    `pid` 1 is the lab itself. `for_children`: in the PID namespace that its next child will be born into.
    """

    pid: int
    step: Step
    without: tuple[int, ...] = ()
    for_children: bool = False


class Read(Struct, frozen=True, tag=True):
    """A file of the lab's own /proc, by its path in there, as a reader in the namespace `kind` of `pid` finds it.

    Some show whoever reads them: sysvipc/msg the reader's IPC namespace, PID/cgroup the cgroup namespace, uptime the time
    namespace.
    """

    pid: int
    kind: Kind
    path: str


class Names(Struct, frozen=True, tag=True):
    """The UTS names of processes, by the lab's numbers for them."""

    pids: tuple[int, ...]


class Employ(Struct, frozen=True, tag=True):
    """Have links made by the net helper: beside it, the socket on which it takes errands. One from before is let go."""


class OpenSockets(Struct, frozen=True, tag=True):
    """A socket in the network namespace of each of these processes, at most MOST_FDS: to ask for links, or to see packets."""

    pids: tuple[int, ...]
    family: Family = "netlink"


Maker = Spawn | Create | Run | Conceive | Advance | Start | Exec
Request = Maker | Employ | Put | Account | Update | Signal | Delete | Probe | Names | OpenSockets | Read


class Hello(Struct, frozen=True, tag=True):
    """The lab's first packet. Beside it: a directory fd of its /proc."""


class Agreed(Struct, frozen=True, tag=True):
    """Done; there is nothing to tell."""


class Running(Struct, frozen=True, tag=True):
    """A process: the lab's number for it. Beside it: its pidfd, and its terminal's master if it has one."""

    pid: int


class Advanced(Struct, frozen=True, tag=True):
    """How far a conceived container has come: its plan, what became of the steps made, and the lab's number for the process
    born last (-1 before there is one)."""

    plan: Plan
    outcomes: tuple[Outcome, ...]
    pid: int


class Accounted(Struct, frozen=True, tag=True):
    """A plan, and what became of each of its steps."""

    plan: Plan
    outcomes: tuple[Outcome, ...]


class Probed(Struct, frozen=True, tag=True):
    """What the kernel answered a probe: `errno` is 0 where it agreed, `value` what the call returned then."""

    errno: int
    value: int = 0


class Content(Struct, frozen=True, tag=True):
    """The first bytes of a file, as text; what is no UTF-8 is replaced."""

    text: str


class Named(Struct, frozen=True, tag=True):
    """The names asked for, in order; None for a process that is gone."""

    names: tuple[UtsNames | None, ...]


class Opened(Struct, frozen=True, tag=True):
    """The processes in whose namespaces a socket was opened: the sockets, beside it, are in the order of `pids`."""

    pids: tuple[int, ...]


class Refused(Struct, frozen=True, tag=True):
    """The request failed: an error's code and facts, and for a plan how far it came."""

    code: str
    facts: dict[str, Fact]
    plan: Plan = ()
    outcomes: tuple[Outcome, ...] = ()


Reply = Hello | Agreed | Running | Advanced | Accounted | Probed | Named | Opened | Content | Refused


class Ended(Struct, frozen=True, tag=True):
    """A process that the lab started has ended. `status` is wait(2)'s.

    `memory_max_bytes`: what its container's memory.max said, where the kernel killed somebody in that group for it. Not for whom
    we killed ourselves: then only if the kernel did so afterwards.
    """

    pid: int
    status: int
    memory_max_bytes: int | None = None


class Ready(Struct, frozen=True, tag=True):
    """The keeper's word that the lab is up: its number outside, and its run directory."""

    pid: int
    directory: str = ""


KeeperNews = Ready | Refused

REQUESTS: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)
REPLIES: msgspec.json.Decoder[Reply] = msgspec.json.Decoder(Reply)
EVENTS: msgspec.json.Decoder[Ended] = msgspec.json.Decoder(Ended)
KEEPER_NEWS: msgspec.json.Decoder[KeeperNews] = msgspec.json.Decoder(KeeperNews)

Message = TypeVar("Message")


def send(sock: socket.socket, message: Struct, fds: tuple[int, ...] = (), *, most_bytes: int = PACKET_BYTES) -> None:
    """Send one packet. Raises RequestTooLarge, NotUnicode, and OSError (EPIPE: the other side is gone)."""
    try:
        packet = msgspec.json.encode(message)
    except UnicodeEncodeError as error:
        raise NotUnicode(text=os.fsencode(error.object).decode(errors="backslashreplace")) from error
    if len(packet) > most_bytes:
        raise RequestTooLarge(bytes=len(packet), most=most_bytes)
    socket.send_fds(sock, [packet], fds)


def receive(sock: socket.socket, decoder: msgspec.json.Decoder[Message]) -> tuple[Message, list[int]] | None:
    """One packet and its fds, close-on-exec; None at the end of file.

    Raises ProtocolError or TooFewDescriptors, closing the fds, and OSError.
    """
    data, fds, flags = receive_fds(sock, PACKET_BYTES, MOST_FDS)
    if not data and not fds:
        return None
    try:
        if (
            flags & socket.MSG_CTRUNC and len(fds) < MOST_FDS
        ):  # no hostile packet: the kernel had no room for them (EMFILE)
            raise TooFewDescriptors
        if flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC):
            raise ProtocolError("a packet too large")
        return decoder.decode(data), fds
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        close_all(fds)
        raise ProtocolError(str(error)) from error
    except (ProtocolError, TooFewDescriptors):
        close_all(fds)
        raise


def receive_fds(sock: socket.socket, most_bytes: int, most_fds: int) -> tuple[bytes, list[int], int]:
    """Bytes, fds, and MSG_* flags of one packet. socket.recv_fds drops its own flags, so that its fds are inherited by exec.

    Raises OSError.
    """
    room = socket.CMSG_LEN(most_fds * FD.size)
    data, ancillary, flags, _ = sock.recvmsg(most_bytes, room, socket.MSG_CMSG_CLOEXEC)
    fds = [
        fd
        for level, kind, packed in ancillary
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS)
        for (fd,) in FD.iter_unpack(packed[: len(packed) - len(packed) % FD.size])
    ]
    return data, fds, flags


def wire() -> tuple[int, int]:
    """Two connected ends that nobody else gets at: by its link in /proc/PID/fd a pipe can be opened, a socket can't (ENXIO)."""
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    return one.detach(), other.detach()


def close_all(fds: list[int] | tuple[int, ...]) -> None:
    """Close fds that nobody will use."""
    for fd in fds:
        with contextlib.suppress(OSError):
            os.close(fd)
