"""Network links for a container: steps that the lab has the net helper make (`who = "net"`), and what the two say to each other.

The lab imports no pyroute2, for every container is forked from it. `net.py` is the helper; `net_owner.py` is who starts it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from nslab.engine.calls import Actor
from nslab.kernel.namespaces import Kind

ANSWER_SECONDS = 5.0
PACKET_BYTES = 4096


class Errand(Struct, frozen=True):
    """One thing to make: a verb of the helper's, and its words. Beside it, the container's network namespace, if there is one."""

    verb: str
    words: tuple[str, ...]


class Answer(Struct, frozen=True):
    """What the kernel said: 0, or why not."""

    errno: int


ERRANDS: msgspec.json.Decoder[Errand] = msgspec.json.Decoder(Errand)
ANSWERS: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)


def errand(verb: str) -> Callable[..., int]:
    """The call that has the helper do this."""

    def send(actor: Actor, *words: str) -> int:
        return run(actor, Errand(verb, tuple(map(str, words))))

    return send


def run(actor: Actor, what: Errand) -> int:
    """Have it done. Raises OSError as the kernel answered the helper; ENOTCONN where there is none, EPIPE where it has died,
    ETIMEDOUT where it does not answer."""
    helper = actor.helper
    if helper is None:
        raise OSError(errno.ENOTCONN, os.strerror(errno.ENOTCONN))
    helper.settimeout(ANSWER_SECONDS)
    with network_of_child(actor) as namespaces:
        try:
            socket.send_fds(helper, [msgspec.json.encode(what)], namespaces)
            told = helper.recv(PACKET_BYTES)
        except TimeoutError as error:
            helper.close()  # its late answer would be taken for that to the next errand
            actor.helper = None
            raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT)) from error
    if not told:
        raise OSError(errno.EPIPE, os.strerror(errno.EPIPE))
    number = ANSWERS.decode(told).errno
    if number:
        raise OSError(number, os.strerror(number))
    return 0


@contextlib.contextmanager
def network_of_child(actor: Actor) -> Any:
    """The network namespace of the process that the plan brought to life, open while it is sent; nothing before there is one."""
    if actor.child < 0:
        yield ()
        return
    fd = os.open(f"{actor.child}/ns/{Kind.NET}", os.O_RDONLY | os.O_CLOEXEC, dir_fd=actor.proc)
    try:
        yield (fd,)
    finally:
        os.close(fd)


VERBS = ("bridge", "veth", "port", "address", "up", "route")
NET: dict[str, Callable[..., int]] = {f"net_{verb}": errand(verb) for verb in VERBS}
