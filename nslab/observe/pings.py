"""The last ping that passed the host's links: which link when, in microseconds. Nothing is reckoned: the times are the kernel's."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from nslab.kernel import packets
from nslab.kernel.packets import Echo
from nslab.words import printable

MOST_CROSSINGS = 16  # of a ping that a loop of bridges passes round and round
FORGOTTEN_NS = 2_000_000_000  # a request of the same numbers after so long is another one


class Crossing(Struct, frozen=True):
    """The ping passes a link. `after_us` counts from the first crossing; `outgoing` is away from the host's network."""

    after_us: float
    link: str
    outgoing: bool
    reply: bool


class PingView(Struct, frozen=True):
    """One request and its reply, crossing by crossing."""

    source: str
    target: str
    crossings: tuple[Crossing, ...]

    @property
    def answered(self) -> bool:
        """Whether a reply was seen."""
        return any(crossing.reply for crossing in self.crossings)


class PingWatch:
    """Listens from the first look on. `open_packets` opens a packet socket where a process is; see `Lab.sockets`."""

    def __init__(self, open_packets: Callable[[tuple[int, ...]], Mapping[int, int]]) -> None:
        self._open = open_packets
        self._socket: socket.socket | None = None
        self._last: tuple[Echo, ...] = ()

    def look(self, host_pid: int) -> PingView | None:
        """The last ping until now; None before the first, and where nothing can be heard."""
        if self._socket is None:
            self._socket = self._listening(host_pid)
        if self._socket is not None:
            try:
                self._last = followed(self._last, packets.echoes(self._socket))
            except OSError:
                self.close()
        return view(self._last) if self._last else None

    def _listening(self, host_pid: int) -> socket.socket | None:
        for fd in self._open((host_pid,)).values():
            try:
                found = socket.socket(fileno=fd)
            except OSError:
                os.close(fd)
                return None
            try:
                packets.listen(found)
            except OSError:
                found.close()
                return None
            return found
        return None

    def close(self) -> None:
        """Stop listening."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def followed(before: tuple[Echo, ...], new: Iterable[Echo]) -> tuple[Echo, ...]:
    """The echoes of the last ping, given those of the one before and what has passed since. What lo carries crosses no wire."""
    last = before
    for echo in new:
        if echo.link == "lo":
            continue
        if not last or not same_ping(last[0], echo):
            last = () if echo.reply else (echo,)
        elif len(last) < MOST_CROSSINGS:
            last = (*last, echo)
    return last


def same_ping(first: Echo, echo: Echo) -> bool:
    """Whether an echo belongs to the ping that began with `first`."""
    ends = (echo.target, echo.source) if echo.reply else (echo.source, echo.target)
    numbers = (echo.id, echo.sequence) == (first.id, first.sequence)
    return numbers and ends == (first.source, first.target) and echo.at_ns - first.at_ns < FORGOTTEN_NS


def view(ping: tuple[Echo, ...]) -> PingView:
    """As a pane shows it. `ping` has at least one echo."""
    began = ping[0].at_ns
    crossings = tuple(
        Crossing((echo.at_ns - began) / 1000, printable(echo.link), echo.outgoing, echo.reply) for echo in ping
    )
    return PingView(ping[0].source, ping[0].target, crossings)
