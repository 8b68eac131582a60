"""What a lab's owner asks it: one request at a time, and its reply, over the control socket."""

from __future__ import annotations

import socket
import threading
from typing import TypeVar

import msgspec
from msgspec import Struct

from nslab.engine import protocol
from nslab.engine.failures import LabError, LabGone, LabSilent, hung_up, unexpected
from nslab.engine.protocol import Message, Reply, Request
from nslab.engine.waiting import readable
from nslab.errors import Because

ANSWER_SECONDS = 10.0

Answer = TypeVar("Answer", bound=Struct)


class Told(LabError):
    """An error that the lab or its keeper answered, with the code it has there."""

    def __init__(self, refused: protocol.Refused) -> None:
        super().__init__(**refused.facts)
        self.code = refused.code
        self.plan = refused.plan
        self.outcomes = refused.outcomes


class Requests:
    """Of one lab. From any thread: who comes while another waits for its answer waits too."""

    def __init__(self, control: socket.socket) -> None:
        """The socket stays the caller's to close."""
        self._control = control
        self._silent = False
        self.asking = threading.Lock()
        """Held by whoever waits for an answer."""

    def asked(self, request: Request, answer: type[Answer]) -> Answer:
        """A request whose answer is a value. Raises LabError."""
        reply, fds = self.ask(request)
        protocol.close_all(fds)
        if not isinstance(reply, answer):
            raise unexpected(reply)
        return reply

    def ask(self, request: Request, fds: tuple[int, ...] = ()) -> tuple[Reply, list[int]]:
        """One request and its reply. Raises Told, LabGone, LabSilent, RequestTooLarge, NotUnicode."""
        with self.asking:
            reply, received = self._exchange(request, fds)
        if isinstance(reply, protocol.Refused):
            raise Told(reply)
        return reply, received

    def _exchange(self, request: Request, fds: tuple[int, ...]) -> tuple[Reply, list[int]]:
        if self._silent:  # its late reply would be taken for that to this request
            raise LabGone(why=Because("error.lab-gone.because.unanswered"))
        try:
            protocol.send(self._control, request, fds, most_bytes=protocol.REQUEST_BYTES)
        except OSError as error:
            raise hung_up(error) from error
        if not readable({self._control}, ANSWER_SECONDS):
            self._silent = True
            raise LabSilent(seconds=int(ANSWER_SECONDS))
        return self.receive()

    def receive(self) -> tuple[Reply, list[int]]:
        """What the lab says next, unasked too: its hello. Raises LabGone."""
        return packet(self._control, protocol.REPLIES)


def packet(sock: socket.socket, decoder: msgspec.json.Decoder[Message]) -> tuple[Message, list[int]]:
    """One packet. Raises LabGone, also where whoever took over PID 1 speaks nonsense."""
    try:
        received = protocol.receive(sock, decoder)
    except OSError as error:
        raise hung_up(error) from error
    except protocol.ProtocolError as error:
        raise LabGone(why=Because("error.lab-gone.because.nonsense"), problem=str(error)) from error
    if received is None:
        raise LabGone(why=Because("error.lab-gone.because.pid1-ended"))
    return received
