"""A flood is read no faster than it is parsed, and nothing that was printed is lost at the end."""

from __future__ import annotations

import asyncio
import os
import select
import threading
import time
import tty
from collections.abc import Iterator

import pytest

from nslab.tui.terminal.pump import FRAME_SECONDS, MOST_AHEAD, READ_AT_ONCE, Pump
from nslab.tui.terminal.screen import Screen
from nslab.tui.terminal.stream import Stream


class Watched:
    """A pump on a pty's master, with what it called. `slave` is the program's side."""

    def __init__(self) -> None:
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        os.set_blocking(self.master, False)
        self.stream = Stream(Screen(80, 24, history_lines=100))
        self.paints: list[float] = []
        self.ended = 0
        self.pump: Pump | None = None

    def start(self) -> Pump:
        self.pump = Pump(self.master, self.stream, lambda: self.paints.append(time.perf_counter()), self.end)
        return self.pump

    def end(self) -> None:
        self.ended += 1

    @property
    def text(self) -> str:
        return "\n".join("".join(cell.text for cell in line).rstrip() for line in self.stream.screen.rows).rstrip()

    async def until_ended(self) -> None:
        end = time.monotonic() + 20
        while not self.ended and time.monotonic() < end:
            await asyncio.sleep(0.005)
        assert self.ended == 1


@pytest.fixture
def watched() -> Iterator[Watched]:
    watched = Watched()
    yield watched
    os.close(watched.master)


async def test_output_is_painted_at_once(watched: Watched) -> None:
    pump = watched.start()
    os.write(watched.slave, b"hello")
    select.select([watched.master], [], [])
    await asyncio.sleep(0)
    await asyncio.sleep(0)  # the loop's first look after it has come: nothing waited for a timer
    assert watched.paints
    assert watched.text == "hello"
    pump.close()
    os.close(watched.slave)


async def test_everything_is_parsed_and_painted_before_the_end_is_told(watched: Watched) -> None:
    watched.start()
    os.write(watched.slave, b"\x1b[31mline\r\n" * 300 + b"last")
    os.close(watched.slave)
    await watched.until_ended()
    assert watched.text.endswith("\nlast")
    assert not watched.stream.behind


async def test_a_flood_blocks_its_writer_and_not_the_loop(watched: Watched) -> None:
    watched.start()
    piece = b"\x1b[1;32mcolour\x1b[0m\r\n" * 200
    enough = threading.Event()

    def flood() -> None:
        while not enough.is_set():
            os.write(watched.slave, piece)
        os.close(watched.slave)

    writer = threading.Thread(target=flood)
    writer.start()
    turns, most_waiting = 0, 0
    start = time.perf_counter()
    while time.perf_counter() - start < 0.5:
        await asyncio.sleep(0.001)
        turns += 1
        most_waiting = max(most_waiting, len(watched.stream._text))
    paints = len(watched.paints)
    enough.set()
    await watched.until_ended()
    writer.join()
    assert turns > 50  # of at most 500: most of the time is left to others
    assert most_waiting <= MOST_AHEAD + READ_AT_ONCE
    assert 3 < paints <= 0.5 / FRAME_SECONDS + 3


async def test_a_closed_pump_reads_no_more(watched: Watched) -> None:
    watched.start().close()
    os.write(watched.slave, b"hello")
    await asyncio.sleep(0.05)
    assert watched.text == ""
    os.close(watched.slave)
