"""The terminal in an application, with real ptys and programs."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import signal
import struct
import termios
import time
import tty
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import ClassVar, TypeVar

import psutil
import pytest
from rich.style import Style
from textual import events
from textual.app import App, ComposeResult
from textual.geometry import Size
from textual.message import Message
from textual.pilot import Pilot

from nslab.tui.terminal import XTERM, AnsiColours, Terminal
from nslab.tui.terminal.link import Link
from nslab.tui.terminal.widget import RESIZE_SECONDS

Said = TypeVar("Said", bound=Message)


class Host(App[None]):
    """An application with a terminal, which notes what the terminal says and which keys come up to it."""

    CSS = "Terminal { background: #101010; color: #eeeeee; }"
    BINDINGS: ClassVar = [
        ("f5", "note('f5')"),
        ("tab", "note('tab')"),
        ("a", "note('a')"),
        ("ctrl+g", "note('ctrl+g')"),
    ]

    def __init__(self, palette: AnsiColours | None = XTERM) -> None:
        super().__init__()
        self.terminal = Terminal(
            palette=palette,
            reserved_keys=frozenset({"f5", "ctrl+g"}),
            scrolled_mark=lambda lines: f"{lines} up",
            id="host",
        )
        self.said: list[Message] = []
        self.noted: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.terminal

    def on_mount(self) -> None:
        self.terminal.focus()

    def action_note(self, key: str) -> None:
        self.noted.append(key)

    def on_terminal_ended(self, message: Terminal.Ended) -> None:
        self.said.append(message)

    def on_terminal_rang(self, message: Terminal.Rang) -> None:
        self.said.append(message)

    def on_terminal_copied(self, message: Terminal.Copied) -> None:
        self.said.append(message)


class Desk:
    """A running application, its terminal, and the program's side of the pty."""

    def __init__(self, host: Host, pilot: Pilot[None], slave: int) -> None:
        self.host = host
        self.terminal = host.terminal
        self.pilot = pilot
        self.slave = slave

    async def prints(self, output: str) -> None:
        """The program prints, and the terminal has painted it."""
        os.write(self.slave, output.encode())
        await self.until(lambda: not self.terminal.vt.dirty and not self.terminal.vt.moved)
        await asyncio.sleep(0.05)
        await self.pilot.pause()

    async def gets(self) -> bytes:
        """What the program can read now."""
        await self.pilot.pause()
        await asyncio.sleep(0.02)
        try:
            return os.read(self.slave, 65536)
        except BlockingIOError:
            return b""

    async def until(self, condition: Callable[[], object]) -> None:
        end = time.monotonic() + 5
        while not condition():
            assert time.monotonic() < end, "in vain"
            await asyncio.sleep(0.01)

    @property
    def shown(self) -> list[str]:
        rows = [self.terminal.render_line(y).text.rstrip() for y in range(self.terminal.size.height)]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def said(self, kind: type[Said]) -> list[Said]:
        return [message for message in self.host.said if isinstance(message, kind)]


@asynccontextmanager
async def desk(size: tuple[int, int] = (20, 6), palette: AnsiColours | None = XTERM) -> AsyncIterator[Desk]:
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(slave, False)
    host = Host(palette)
    try:
        async with host.run_test(size=size) as pilot:
            host.terminal.attach(master)
            await pilot.pause()
            yield Desk(host, pilot, slave)
    finally:
        os.close(master)
        try:
            os.close(slave)
        except OSError:
            pass  # the test closed it


def reversed_text(terminal: Terminal, y: int) -> str:
    return "".join(text for text, style, _ in terminal.render_line(y) if style and style.reverse)


@pytest.fixture(autouse=True)
def no_descriptor_is_left() -> Iterator[None]:
    before = len(os.listdir("/proc/self/fd"))
    yield
    assert len(os.listdir("/proc/self/fd")) <= before


async def test_what_a_program_prints_is_shown_with_a_cursor_behind_it() -> None:
    async with desk() as at:
        await at.prints("hello 中文")
        assert at.shown == ["hello 中文"]
        assert reversed_text(at.terminal, 0) == " "
        assert at.host.cursor_position == (10, 0)
        at.host.set_focus(None)
        await at.pilot.pause()
        assert reversed_text(at.terminal, 0) == ""


async def test_a_hidden_cursor_is_not_drawn() -> None:
    async with desk() as at:
        await at.prints("x\x1b[?25l")
        assert reversed_text(at.terminal, 0) == ""


async def test_only_reserved_keys_come_up_to_the_application() -> None:
    async with desk() as at:
        await at.pilot.press("a", "tab", "f5", "中", "ctrl+c", "ctrl+g", "up", "escape", "f6")
        assert await at.gets() == "a\t中\x03\x1b[A\x1b\x1b[17~".encode()
        assert at.host.noted == ["f5", "ctrl+g"]


async def test_a_paste_is_bracketed_where_the_program_asked_for_it() -> None:
    async with desk() as at:
        at.host.post_message(events.Paste("a\nb\x1b[201~"))
        assert await at.gets() == b"a\rb[201~"
        await at.prints("\x1b[?2004h")
        at.host.post_message(events.Paste("a\nb\x1b[201~"))
        assert await at.gets() == b"\x1b[200~a\rb[201~\x1b[201~"


async def test_answers_go_back_to_the_program() -> None:
    async with desk() as at:
        await at.prints("ab\x1b[6n\x1b]11;?\x07")
        assert await at.gets() == b"\x1b[1;3R\x1b]11;rgb:1010/1010/1010\x1b\\"


async def test_the_history_is_scrolled_by_keys_and_typing_returns() -> None:
    async with desk() as at:
        await at.prints("\r\n".join(f"line {n}" for n in range(20)))
        await at.pilot.press("shift+pageup")
        assert at.shown[0].split() == ["line", "9", "5", "up"]
        assert at.shown[5] == "line 14"
        await at.prints("\r\nmore")
        assert at.shown[0].split() == ["line", "9", "6", "up"]
        await at.pilot.press("shift+home")
        assert at.shown[0].split()[:2] == ["line", "0"]
        await at.pilot.press("shift+end")
        assert at.shown[5] == "more"
        await at.pilot.press("shift+pageup", "x")
        assert at.shown[5] == "more"
        assert await at.gets() == b"x"


async def test_the_wheel_scrolls_or_is_arrows_or_is_the_program_s() -> None:
    def wheel() -> events.MouseScrollUp:
        return events.MouseScrollUp(at.terminal, 3, 1, 0, 0, 0, False, False, False)

    async with desk() as at:
        await at.prints("\r\n".join(f"line {n}" for n in range(20)))
        at.terminal.post_message(wheel())
        assert await at.gets() == b""
        assert at.terminal.view.lines_up == 3
        await at.prints("\x1b[?1049h")
        at.terminal.post_message(wheel())
        assert await at.gets() == b"\x1b[A" * 3
        await at.prints("\x1b[?1000;1006h")
        at.terminal.post_message(wheel())
        assert await at.gets() == b"\x1b[<64;4;2M"


async def test_a_drag_selects_and_its_end_copies() -> None:
    async with desk() as at:
        await at.prints("one two\r\nthree")
        await at.pilot.mouse_down(at.terminal, offset=(4, 0))
        await at.pilot.hover(at.terminal, offset=(2, 1))
        assert reversed_text(at.terminal, 0).rstrip() == "two"
        await at.pilot.mouse_up(at.terminal, offset=(2, 1))
        assert at.host.clipboard == "two\nthr"
        assert [message.text for message in at.said(Terminal.Copied)] == ["two\nthr"]
        at.host.copy_to_clipboard("")
        await at.pilot.press("ctrl+shift+c")
        assert at.host.clipboard == "two\nthr"
        await at.pilot.press("x")
        assert at.terminal.selection is None
        assert await at.gets() == b"x"


async def test_two_clicks_take_a_word_and_three_a_line() -> None:
    async with desk() as at:
        await at.prints("one two\r\nthree")
        await at.pilot.click(at.terminal, offset=(5, 0), times=2)
        assert at.host.clipboard == "two"
        await at.pilot.click(at.terminal, offset=(5, 0), times=3)
        assert at.host.clipboard == "one two"
        await at.pilot.click(at.terminal, offset=(5, 0))
        assert at.terminal.selection is None


async def test_the_mouse_is_the_program_s_when_it_asked_but_not_with_shift() -> None:
    async with desk() as at:
        await at.prints("one two\x1b[?1002;1006h")
        await at.pilot.mouse_down(at.terminal, offset=(4, 0))
        await at.pilot.hover(at.terminal, offset=(6, 0))
        await at.pilot.mouse_up(at.terminal, offset=(6, 0))
        assert await at.gets() == b"\x1b[<0;5;1M\x1b[<32;7;1M\x1b[<0;7;1m"
        assert at.terminal.selection is None
        await at.pilot.mouse_down(at.terminal, offset=(4, 0), shift=True)
        await at.pilot.hover(at.terminal, offset=(6, 0))
        await at.pilot.mouse_up(at.terminal, offset=(6, 0), shift=True)
        assert await at.gets() == b""
        assert at.host.clipboard == "two"


async def test_the_bell_is_told_once_a_frame() -> None:
    async with desk() as at:
        await at.prints("\x1b]0;a title, which is nobody's bell\x07\a\a\a")
        assert len(at.said(Terminal.Rang)) == 1


async def test_the_end_is_told_and_keys_come_up_then() -> None:
    async with desk() as at:
        await at.prints("bye")
        os.close(at.slave)
        await at.until(lambda: at.said(Terminal.Ended))
        assert not at.terminal.attached
        assert at.shown == ["bye"]
        await at.pilot.press("a")
        assert at.host.noted == ["a"]
        assert not at.terminal.send(b"x")


async def test_another_program_goes_on_below() -> None:
    async with desk() as at:
        await at.prints("old\x1b[?1000h\x1b[?1049h")
        master, slave = os.openpty()
        at.terminal.attach(master)
        os.write(slave, b"new")
        await at.until(lambda: at.shown == ["old", "new"])
        at.terminal.detach()
        os.write(master, b"still open\n")
        assert os.read(slave, 100) == b"still open\n"
        os.close(master)
        os.close(slave)


async def test_the_program_is_told_the_size_and_a_storm_of_sizes_is_calmed(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []
    plain = Link.set_size

    def noted(self: Link, lines: int, columns: int) -> None:
        told.append((lines, columns))
        plain(self, lines, columns)

    monkeypatch.setattr(Link, "set_size", noted)
    async with desk() as at:
        size = struct.unpack("HHHH", fcntl.ioctl(at.slave, termios.TIOCGWINSZ, b"\0" * 8))[:2]
        assert size == (6, 20)
        await asyncio.sleep(0.1)
        told.clear()
        begun = time.monotonic()
        for width in range(21, 61):
            at.host.post_message(events.Resize(Size(width, 10), Size(width, 10)))
            await asyncio.sleep(0.01)
        await at.until(lambda: told and told[-1] == (10, 60))
        assert len(told) <= 2 + (time.monotonic() - begun) / RESIZE_SECONDS
        assert len(told) < 40
        assert (at.terminal.vt.lines, at.terminal.vt.columns) == (10, 60)


async def test_text_that_nobody_reads_is_refused_in_the_end_and_never_blocks() -> None:
    async with desk() as at:
        start = time.monotonic()
        taken = [at.terminal.send(b"x" * 100_000) for _ in range(20)]
        assert time.monotonic() - start < 1
        assert taken[0]
        assert not taken[-1]


async def test_focus_is_reported_where_the_program_asked_for_it() -> None:
    async with desk() as at:
        await at.prints("\x1b[?1004h")
        at.host.set_focus(None)
        assert await at.gets() == b"\x1b[O"
        at.terminal.focus()
        assert await at.gets() == b"\x1b[I"


async def test_a_prompt_keeps_its_style_when_the_world_changes() -> None:
    async with desk() as at:
        at.terminal.wear(Style(color="#0000ff"))
        await at.prints("\x1b]133;A\x07$ \x1b]133;B\x07x\r\n")
        at.terminal.wear(Style(color="#ffff00"))
        await at.prints("\x1b]133;A\x07# \x1b]133;B\x07")
        first = [next(iter(at.terminal.render_line(y))) for y in (0, 1)]
        assert [segment.style.color.name for segment in first if segment.style and segment.style.color] == [
            "#0000ff",
            "#ffff00",
        ]


async def test_the_prompt_in_use_wears_the_colour_of_the_world_it_turned_out_to_be_in() -> None:
    async with desk() as at:
        at.terminal.wear(Style(color="#0000ff"))
        await at.prints("\x1b]133;A\x07# \x1b]133;B\x07typed")
        at.terminal.wear(Style(color="#ffff00"))
        colours = [
            segment.style.color.name for segment in at.terminal.render_line(0) if segment.style and segment.style.color
        ]
        assert colours[0] == "#ffff00"
        assert "#0000ff" not in colours


async def test_without_a_palette_programs_have_no_colour() -> None:
    async with desk(palette=None) as at:
        await at.prints("\x1b[31mred \x1b[1mbold")
        styles = [style for _, style, _ in at.terminal.render_line(0) if style]
        assert len({style.color for style in styles}) == 1
        assert any(style.bold for style in styles)
        at.terminal.palette = XTERM
        await at.pilot.pause()
        at.terminal.render_lines(at.terminal.size.region)
        assert len({style.color for _, style, _ in at.terminal.render_line(0) if style}) == 2


async def test_clearing_leaves_the_prompt() -> None:
    async with desk() as at:
        await at.prints("\r\n".join(f"line {n}" for n in range(20)) + "\r\n$ ")
        await at.pilot.press("shift+pageup")
        at.terminal.clear()
        assert at.shown == ["$"]


async def test_every_row_is_as_wide_as_the_widget() -> None:
    async with desk() as at:
        await at.prints("中文" * 40 + "\r\n\x1b[7mreverse\x1b[K\r\ne\u0301" * 3)
        assert {at.terminal.render_line(y).cell_length for y in range(6)} == {20}


async def test_only_changed_rows_are_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk() as at:
        await at.prints("\r\n".join("abcde") + "\x1b[H")
        painted: list[int] = []
        plain = Terminal.render_line
        monkeypatch.setattr(Terminal, "render_line", lambda self, y: (painted.append(y), plain(self, y))[1])
        await at.prints("\x1b[3;1HX\x1b[1;1H")
        assert set(painted) <= {0, 2}
        assert 2 in painted


async def test_a_shell_lives_in_it() -> None:
    pid, master = pty.fork()
    if pid == 0:
        os.execve("/bin/sh", ["sh", "-i"], {"TERM": "xterm-256color", "PS1": "$ ", "PATH": os.environ["PATH"]})
    host = Host()
    async with host.run_test(size=(40, 10)) as pilot:
        host.terminal.attach(master)
        at = Desk(host, pilot, -1)
        await at.until(lambda: at.shown and at.shown[-1].startswith("$"))
        await pilot.press(*"stty size", "enter")
        await at.until(lambda: "10 40" in at.shown)
        await pilot.resize_terminal(50, 12)
        host.terminal.send(b"stty size\r")
        await at.until(lambda: "12 50" in at.shown)
        host.terminal.send(b"sleep 100\r")
        await at.until(lambda: psutil.Process(os.tcgetpgrp(master)).name() == "sleep")
        await pilot.press("ctrl+c")
        host.terminal.send(b"exit\r")
        await at.until(lambda: at.said(Terminal.Ended))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(master)
