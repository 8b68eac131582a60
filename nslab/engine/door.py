"""The way into a lab for other nslab processes of the same user: its owner lets their containers in, so that they can share.

A lab has one owner, who made it and with whom it ends; another `nslab run --share net=NAME` is a visitor. It asks on a socket in
the lab's run directory, where nothing inside the lab can reach: the lab's tree lies below that directory, and its root is not
above. The kernel says whose process asks (SO_PEERCRED). A visitor's container ends when the visitor does.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from nslab.engine import protocol
from nslab.engine.client import Lab, Told
from nslab.engine.failures import LabError, TooFewDescriptors
from nslab.engine.protocol import Agreed, Ended, Refused, Running
from nslab.engine.rundir import DOOR
from nslab.engine.visits import CREDENTIALS, WISHES, Change, Enter, Present, Wish, address, new_socket

MOST_WAITING = 16


class Visitor(Struct):
    """Somebody at the door, and the container that was made for them."""

    line: socket.socket
    container: str = ""
    pid: int = -1


class Door:
    """Waits for nothing: whoever has a poll loop asks for `descriptors`, and says which of them are ready.

    To be closed before the lab.
    """

    def __init__(self, lab: Lab, own: str) -> None:
        """Open it; `own` is the owner's container. Raises OSError."""
        self._lab, self._own = lab, own
        self._place = Path(lab.directory)
        self._visitors: list[Visitor] = []
        self._listening = new_socket()
        try:
            with address(self._place, DOOR) as path:
                self._listening.bind(path)
                os.chmod(path, 0o600)
            self._listening.listen(MOST_WAITING)
            self._listening.setblocking(False)
        except OSError:
            self.close()
            raise

    @property
    def guests(self) -> tuple[str, ...]:
        """The containers of visitors that are in the lab now."""
        return tuple(visitor.container for visitor in self._visitors if visitor.container)

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What to wait for: readable, there is something to do. The lab's events are among it."""
        return (
            self._listening.fileno(),
            self._lab.events.fileno(),
            *(visitor.line.fileno() for visitor in self._visitors),
        )

    def attend(self, ready: Iterable[int]) -> None:
        """Do what there is to do, and take in the lab's events, for the owner as well. Raises LabGone."""
        self._lab.collect()
        numbers = set(ready)
        if self._listening.fileno() in numbers:
            self._answer_the_door()
        for visitor in [one for one in self._visitors if one.line.fileno() in numbers]:
            self._hear(visitor)
        for visitor in [one for one in self._visitors if one.container]:
            if (end := self._lab.known_end(visitor.pid)) is not None:
                self._say(visitor, end)
                self._see_off(visitor)

    def close(self) -> None:
        """Nobody gets in any more, and whoever waits for a container's end is told of the lab's by the end of the line."""
        for visitor in self._visitors:
            visitor.line.close()
        self._visitors.clear()
        self._listening.close()
        with contextlib.suppress(OSError):
            os.unlink(self._place / DOOR)

    def _answer_the_door(self) -> None:
        try:
            line, _ = self._listening.accept()
        except OSError:
            return  # it has gone again, or we have no descriptor left
        if peer_uid(line) != os.geteuid():
            line.close()
            return
        line.setblocking(False)  # a visitor that doesn't listen must not stop the owner
        self._visitors.append(Visitor(line))

    def _hear(self, visitor: Visitor) -> None:
        """One packet. Whoever leaves, or says what no nslab would, is seen off."""
        try:
            packet = protocol.receive(visitor.line, WISHES)
        except (OSError, protocol.ProtocolError, TooFewDescriptors):
            packet = None
        if packet is None:
            self._see_off(visitor)
            return
        wish, fds = packet
        try:
            self._grant(visitor, wish, tuple(fds))
        finally:
            protocol.close_all(fds)

    def _grant(self, visitor: Visitor, wish: Wish, fds: tuple[int, ...]) -> None:
        match wish:
            case Enter(spec) if not visitor.container:
                try:
                    task = self._lab.run(spec, fds)
                except Told as told:
                    self._say(visitor, Refused(told.code, told.facts))
                    return
                visitor.container, visitor.pid = spec.name, task.pid
                theirs = tuple(fd for fd in (task.pidfd, task.master) if fd >= 0)
                self._say(visitor, Running(task.pid), theirs)
                protocol.close_all(theirs)
            case Enter():
                self._see_off(visitor)
            case Change(name, resources):
                try:
                    self._lab.update(name, resources)
                except Told as told:
                    self._say(visitor, Refused(told.code, told.facts))
                else:
                    self._say(visitor, Agreed())
            case _:
                self._say(visitor, Present((self._own, *self.guests)))

    def _say(
        self, visitor: Visitor, word: Present | Running | Refused | Ended | Agreed, fds: tuple[int, ...] = ()
    ) -> None:
        with contextlib.suppress(OSError):  # it has gone: its end of the line says so next
            protocol.send(visitor.line, word, fds)

    def _see_off(self, visitor: Visitor) -> None:
        """End the visit, and the container with it."""
        if visitor.container:
            with contextlib.suppress(LabError):
                self._lab.delete(visitor.container)
        visitor.line.close()
        if visitor in self._visitors:
            self._visitors.remove(visitor)


def peer_uid(line: socket.socket) -> int:
    """Whose process connected, by the kernel's word: its effective uid then."""
    told = line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
    _, uid, _ = CREDENTIALS.unpack(told)
    return int(uid)
