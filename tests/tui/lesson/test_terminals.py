"""The lesson's terminals: titles and colours of the world that their program is in, and how a shell ended."""

from __future__ import annotations

import os
import pty
import select
import tty
from collections.abc import Iterator
from typing import Any

import pytest

from nslab.course.session import Ended, Shell
from nslab.course.snapshot import TerminalState
from nslab.kernel.namespaces import Kind
from nslab.observe.views import Tag
from nslab.tui import theme
from nslab.tui.lesson.terminals import Terminals, prompt_style
from nslab.tui.terminal.cells import text_of
from nslab.tui.terminal.paint import ON_PAPER, XTERM
from nslab.tui.widgets.frame import Owned
from nslab.words import words_for

EN, ZH = words_for("en"), words_for("zh")
OWN = (Tag(Kind.PID, "B"), Tag(Kind.UTS, "B"))


@pytest.fixture
def terminals() -> Terminals:
    return Terminals(EN, ("host", "box"), frozenset({"f1"}))


@pytest.fixture
def pair() -> Iterator[tuple[int, int]]:
    """A pty's master and slave."""
    master, slave = pty.openpty()
    yield master, slave
    os.close(slave)
    os.close(master)


def state(*, pid: int = 2, letter: str = "A", owns: tuple[Tag, ...] = (), ended: Ended | None = None) -> TerminalState:
    return TerminalState(Shell("box", pid, -1, -1), "bash", "lab", letter, owns, ended)


def shown(terminals: Terminals, name: str) -> str:
    vt = terminals.widget(name).vt
    return "\n".join(text_of(line).rstrip() for y in range(vt.lines) if (line := vt.line(vt.scrolled_out + y)))


def test_names_are_the_lesson_s_but_host_is_a_word(terminals: Terminals) -> None:
    assert [terminals.title(name) for name in ("host", "box")] == ["host", "box"]
    terminals.speak(ZH)
    assert [terminals.title(name) for name in ("host", "box")] == ["宿主机", "box"]
    assert terminals.name_of(terminals.widget("box")) == "box"
    assert terminals.name_of(Terminals(EN, ("host",), frozenset()).widget("host")) is None


async def test_a_terminal_wears_the_world_that_its_program_is_in(stand: Any, terminals: Terminals) -> None:
    app = stand(*terminals.frames.values())
    async with app.run_test(size=(80, 24)):
        terminals.show({"box": state(letter="B", owns=OWN), "gone": state()}, theme.INK)
        world = terminals.frames["box"]._title.world
        assert (world.name, world.letter, world.note) == ("box", "B", "lab")
        assert world.owns == (Owned("pid", "B"), Owned("uts", "B"))
        assert terminals.widget("box").vt.prompt_style == prompt_style("B", theme.INK)


@pytest.mark.parametrize(("name", "palette"), [(theme.INK, XTERM), (theme.PAPER, ON_PAPER), (theme.PLAIN, None)])
async def test_programs_get_colours_that_can_be_read_on_the_theme_s_ground(
    stand: Any, terminals: Terminals, name: str, palette: object
) -> None:
    app = stand(*terminals.frames.values(), theme_name=name)
    async with app.run_test(size=(80, 24)):
        terminals.show({"box": state()}, name)
        assert terminals.widget("box").palette is palette


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        (Ended(3 << 8), EN("lesson.shell-exited", code=3)),
        (Ended(9), EN("lesson.shell-killed", signal="SIGKILL")),
    ],
)
async def test_how_a_shell_ended_is_told_once(stand: Any, terminals: Terminals, ended: Ended, words: str) -> None:
    app = stand(*terminals.frames.values())
    async with app.run_test(size=(80, 24)):
        for _ in range(3):
            terminals.show({"box": state(ended=ended)}, theme.INK)
        assert shown(terminals, "box").count(words) == 1
        assert terminals.frames["box"]._title.world.note == EN("frame.as-last-seen")
        terminals.forget()  # a new lab's shell may have the same number
        terminals.show({"box": state(ended=ended)}, theme.INK)
        assert shown(terminals, "box").count(words) == 2


async def test_an_ended_shell_s_terminal_keeps_the_world_it_was_last_seen_in(stand: Any, terminals: Terminals) -> None:
    app = stand(*terminals.frames.values())
    async with app.run_test(size=(80, 24)):
        terminals.show({"box": state(letter="B", owns=OWN)}, theme.INK)
        terminals.show({"box": state(ended=Ended(9))}, theme.INK, lab_alive=False)
        world = terminals.frames["box"]._title.world
        assert (world.letter, world.note) == ("B", EN("frame.as-last-seen"))
        assert world.owns == (Owned("pid", "B"), Owned("uts", "B"))


async def test_where_the_lab_has_ended_no_other_shell_is_offered(stand: Any, terminals: Terminals) -> None:
    app = stand(*terminals.frames.values())
    async with app.run_test(size=(80, 24)):
        terminals.show({"host": state(ended=Ended(9))}, theme.INK)
        terminals.show({"box": state(ended=Ended(9))}, theme.INK, lab_alive=False)
        assert EN("lesson.shell-again") in shown(terminals, "host")
        assert EN("lesson.shell-again") not in shown(terminals, "box")


async def test_a_new_shell_has_a_clear_screen_with_its_prompt_and_nothing_is_typed_for_it(
    stand: Any, terminals: Terminals, pair: tuple[int, int]
) -> None:
    tty.setraw(pair[1])
    app = stand(*terminals.frames.values())
    async with app.run_test(size=(80, 24)) as pilot:
        terminals.widget("box").write("what the shell before left")
        terminals.attach(Shell("box", 2, -1, pair[0]), theme.INK, b"# ")
        await pilot.pause()
        assert shown(terminals, "box").strip() == "#"
        assert select.select([pair[1]], [], [], 0)[0] == []
        assert terminals.widget("box").attached
        terminals.detach_all()
        assert not terminals.widget("box").attached
