"""Waiting for descriptors, for so long."""

from __future__ import annotations

import select
import socket
from typing import TypeVar

Waiting = TypeVar("Waiting", bound=int | socket.socket)


def readable(waiting: set[Waiting], seconds: float) -> set[Waiting]:
    """Those of `waiting` that can be read, or have ended; none after `seconds`. By poll(2): select(2) stops at fd 1023."""
    poll = select.poll()
    by_number = {one if isinstance(one, int) else one.fileno(): one for one in waiting}
    for number in by_number:
        poll.register(number, select.POLLIN)
    return {by_number[number] for number, _ in poll.poll(max(0.0, seconds) * 1000)}
