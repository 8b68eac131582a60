"""Writing to a terminal never blocks and never piles up without end."""

from __future__ import annotations

import asyncio
import os
import time
import tty
from collections.abc import Iterator

import pytest

from nslab.tui.terminal.outbox import ANSWER_LIMIT_BYTES, LIMIT_BYTES, Outbox


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    os.set_blocking(slave, False)
    yield master, slave
    for fd in (master, slave):
        try:
            os.close(fd)
        except OSError:
            pass  # the test closed it


async def read_all(fd: int, length: int) -> bytes:
    data = b""
    end = time.monotonic() + 5
    while len(data) < length and time.monotonic() < end:
        try:
            data += os.read(fd, 65536)
        except BlockingIOError:
            await asyncio.sleep(0.001)
    return data


async def test_what_the_tty_does_not_take_waits_and_arrives_in_order(ends: tuple[int, int]) -> None:
    outbox = Outbox(ends[0])
    data = bytes(range(256)) * 1000
    assert outbox.send(data[:100_000])
    assert outbox.send(data[100_000:])
    assert await read_all(ends[1], len(data)) == data
    outbox.close()


async def test_too_much_is_refused_whole_and_before_anybody_reads(ends: tuple[int, int]) -> None:
    outbox = Outbox(ends[0])
    assert outbox.send(b"x" * LIMIT_BYTES)
    assert not outbox.send(b"y" * LIMIT_BYTES)
    assert b"y" not in await read_all(ends[1], LIMIT_BYTES)
    outbox.close()


async def test_a_program_that_asks_without_reading_gets_few_answers(ends: tuple[int, int]) -> None:
    outbox = Outbox(ends[0])
    for _ in range(100_000):
        outbox.answer(b"\x1b[0n")
    assert len(outbox._waiting) <= ANSWER_LIMIT_BYTES + 4
    outbox.close()


async def test_a_closed_terminal_takes_everything_and_keeps_nothing(ends: tuple[int, int]) -> None:
    os.close(ends[1])
    outbox = Outbox(ends[0])
    assert outbox.send(b"x")
    assert not outbox._waiting
    outbox.close()
