"""The net helper: it makes network links for a lab, by pyroute2, so that the lab need not import it.

    owner ──spawns──► helper ◄──errands── the lab (PID 1)
      └── a socket that says "ready", and by its end that the owner is gone

It joined the lab's user and network namespaces by one setns(2), and none other: it is in nobody's list of processes in there. It
ends with its owner and with the lab, whichever is first; no signal of theirs is needed for that. What the lab sends is not
trusted, for a learner may have taken PID 1 over: a verb is one of a few, all of them netlink's, and the helper has given up
whatever it was outside. It can do nothing that the lab's root could not.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from nslab.engine import protocol
from nslab.engine.errands import ERRANDS, PACKET_BYTES, Answer
from nslab.engine.failures import LabError, NoNetHelper, unplanned
from nslab.kernel.namespaces import Kind, setns
from nslab.kernel.process import PR_SET_DUMPABLE, prctl, set_ids, set_name

NAME = "nslab-net"
GONE_SECONDS = 0.5
MOST_FDS = 1  # of an errand: the container's network namespace


class Netlink(Struct, frozen=True):
    """pyroute2's socket in the network namespace that the caller is in, and the error it raises."""

    Socket: Callable[[], Any]
    Refused: type[Exception]


def load() -> Netlink:
    """Import pyroute2: two tenths of a second, of which no lab without links should know. Raises NoNetHelper."""
    try:
        package = importlib.import_module("pyroute2")
    except ImportError as error:
        raise NoNetHelper(why=str(error)) from error
    return Netlink(package.IPRoute, package.NetlinkError)


class Helper:
    """What the helper knows and does. `home` is the lab's network namespace."""

    def __init__(self, netlink: Netlink) -> None:
        self._netlink = netlink
        self._home = os.open(f"/proc/self/ns/{Kind.NET}", os.O_RDONLY | os.O_CLOEXEC)

    def do(self, packet: bytes, fds: list[int]) -> Answer:
        """One errand. What is not understood is refused as the kernel refuses a call that it does not know."""
        try:
            asked = ERRANDS.decode(packet)
            verb = VERBS[asked.verb]
            verb(self, fds[0] if fds else -1, *asked.words)
        except (msgspec.DecodeError, RecursionError, KeyError, TypeError, ValueError, struct.error):
            return Answer(errno.EINVAL)  # struct.error: a number that no field of a message holds
        except self._netlink.Refused as error:
            return Answer(int(getattr(error, "code", errno.EIO)))
        except OSError as error:
            return Answer(error.errno or errno.EINVAL)  # without a number it is Python's refusal of an address
        return Answer(0)

    @contextlib.contextmanager
    def at_home(self) -> Iterator[Any]:
        """A socket in the lab's own network namespace."""
        with self._netlink.Socket() as netlink:
            yield netlink

    @contextlib.contextmanager
    def inside(self, namespace: int) -> Iterator[Any]:
        """A socket in a container's. Raises OSError (EBADF: no namespace came with the errand)."""
        setns(namespace, Kind.NET.clone_flag)
        try:
            netlink = self._netlink.Socket()
        finally:
            setns(self._home, Kind.NET.clone_flag)
        with netlink:
            yield netlink

    def bridge(self, _: int, name: str, address: str) -> None:
        """A bridge that is up and has this address. One that is there, made for another container, is left as it is.

        With a hardware address that was set it keeps it: else it takes the lowest of its ports', a new container might change
        that, and the others would go on sending to the old one.
        """
        with self.at_home() as netlink:
            if netlink.link_lookup(ifname=name):
                return
            netlink.link("add", ifname=name, kind="bridge", address=hardware_address())
            index = index_of(netlink, name)
            netlink.addr("add", index=index, **address_words(address))
            netlink.link("set", index=index, state="up")

    def veth(self, namespace: int, name: str, peer: str) -> None:
        """A pair, one end here and the other in the container."""
        if namespace < 0:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        with self.at_home() as netlink:
            await_gone(netlink, name)
            netlink.link("add", ifname=name, kind="veth", peer={"ifname": peer, "net_ns_fd": namespace})

    def port(self, _: int, name: str, bridge: str) -> None:
        """A link becomes a port of a bridge, and is set up."""
        with self.at_home() as netlink:
            netlink.link("set", index=index_of(netlink, name), master=index_of(netlink, bridge), state="up")

    def address(self, namespace: int, name: str, address: str) -> None:
        """An address for a link in the container."""
        with self.inside(namespace) as netlink:
            netlink.addr("add", index=index_of(netlink, name), **address_words(address))

    def up(self, namespace: int, name: str) -> None:
        """A link in the container is set up."""
        with self.inside(namespace) as netlink:
            netlink.link("set", index=index_of(netlink, name), state="up")

    def route(self, namespace: int, gateway: str) -> None:
        """The container's way to everywhere else."""
        with self.inside(namespace) as netlink:
            netlink.route("add", dst="default", gateway=gateway)


VERBS: dict[str, Callable[..., None]] = {
    "bridge": Helper.bridge,
    "veth": Helper.veth,
    "port": Helper.port,
    "address": Helper.address,
    "up": Helper.up,
    "route": Helper.route,
}


def index_of(netlink: Any, name: str) -> int:
    """Raises OSError (ENODEV)."""
    found: list[int] = netlink.link_lookup(ifname=name)
    if not found:
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV), name)
    return found[0]


def await_gone(netlink: Any, name: str) -> None:
    """The kernel takes a dead container's links down a while after its processes: let that one's end go, if it does soon."""
    deadline = time.monotonic() + GONE_SECONDS
    while netlink.link_lookup(ifname=name) and time.monotonic() < deadline:
        time.sleep(0.01)


def hardware_address() -> str:
    """A random one, of those that nobody gives out (the second bit of the first byte)."""
    return "02:" + os.urandom(5).hex(":")


def address_words(address: str) -> dict[str, object]:
    """`10.88.0.2/24` as pyroute2 takes it. Raises ValueError."""
    alone, _, prefix = address.partition("/")
    return {"address": alone, "prefixlen": int(prefix)}


def serve(helper: Helper, errands: socket.socket, owner: socket.socket, lab: int) -> None:
    """Until the owner or the lab is gone, or speaks to us no more."""
    poll = select.poll()
    for fd in (errands.fileno(), owner.fileno(), lab):
        poll.register(fd, select.POLLIN)
    while True:
        ready = {fd for fd, _ in poll.poll()}
        if ready - {errands.fileno()}:
            return
        packet, fds, _ = protocol.receive_fds(errands, PACKET_BYTES, MOST_FDS)
        if not packet:
            return
        try:
            answer = helper.do(packet, fds)
        finally:
            protocol.close_all(fds)
        # Not blocking: whoever reads no answer, and has sent us the other end, would keep us for ever after the lab's end.
        errands.send(msgspec.json.encode(answer), socket.MSG_DONTWAIT)


def join(lab: int) -> None:
    """Become the lab's root in its user and network namespaces, and nothing of what we were. Raises SyscallError, OSError."""
    setns(lab, Kind.USER.clone_flag | Kind.NET.clone_flag)
    with contextlib.suppress(PermissionError):  # with a single id mapped groups can't be set, and ours are no right
        os.setgroups([])
    set_ids(0, 0)
    # A pidfd of ours comes beside every answer to whoever asks for it, and the lab's root may be the same user.
    prctl(PR_SET_DUMPABLE, 0)


def main(arguments: list[str]) -> int:
    """`python -m nslab.engine.net LAB ERRANDS OWNER`: a pidfd of the lab, and two sockets, by their numbers."""
    lab = int(arguments[0])
    errands, owner = (socket.socket(fileno=int(number)) for number in arguments[1:3])
    for sock in (errands, owner):
        sock.set_inheritable(False)
    os.set_inheritable(lab, False)
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)  # a Ctrl-C is for the owner
    try:
        set_name(NAME)
        netlink = load()
        join(lab)
        helper = Helper(netlink)
    except (LabError, OSError) as error:
        told = error if isinstance(error, LabError) else unplanned(error)
        with contextlib.suppress(OSError):
            protocol.send(owner, protocol.Refused(told.code, told.facts))
        return 1
    with contextlib.suppress(OSError):  # either may go away at any moment: then so do we
        protocol.send(owner, protocol.Agreed())
        serve(helper, errands, owner, lab)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
