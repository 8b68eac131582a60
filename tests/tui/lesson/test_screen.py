"""A lesson played on screen, on a real lab, by keys and clicks."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest
from textual.command import CommandPalette

from nslab.course.player import Stage
from nslab.course.progress import ProgressStore
from nslab.kernel.namespaces import Kind
from nslab.observe.views import NamespaceRow
from nslab.tui.screens.card import CardScreen
from nslab.tui.story.view import Doing, Explaining, Observing, Predicting

pytestmark = pytest.mark.timeout(40)


async def do_first_step(lesson: Any) -> None:
    """Predict, compile, run, and ask, all by hand."""
    await lesson.press("1", "enter")
    await lesson.until(lambda: lesson.seen.player.stage is Stage.DO)
    lesson.type("gcc -o ns_pid ns_pid.c")
    await lesson.until(lambda: "compile" in lesson.seen.player.record.done)
    await lesson.type_by_keys("./ns_pid")
    await lesson.until(lambda: "run" in lesson.seen.player.record.done)
    lesson.type("echo $$")
    await lesson.until(lambda: lesson.printed("box").splitlines()[-2:-1] == ["1"] or "\n1\n" in lesson.printed("box"))
    await lesson.press("f5", "1", "enter")
    await lesson.until(lambda: lesson.seen.player.record.passed)


async def test_a_step_is_predicted_done_and_passed_and_the_next_one_waits_for_a_key(
    played: Any, store: ProgressStore
) -> None:
    async with played() as lesson:
        await lesson.ready()
        assert isinstance(lesson.story.card, Predicting)
        await do_first_step(lesson)
        assert isinstance(lesson.story.card, Observing)
        assert lesson.story.card.held is True
        await lesson.press("f9")
        await lesson.until(lambda: isinstance(lesson.story.card, Explaining))
        assert lesson.app.focused is lesson.screen.parts.story
        await lesson.press("f9")
        await lesson.until(lambda: lesson.seen.player.step.id == "other-number")
        await lesson.press("f8")
        await lesson.until(lambda: lesson.seen.player.looking_back)
        assert isinstance(lesson.story.card, Explaining)
        await lesson.press("f9")
        await lesson.until(lambda: not lesson.seen.player.looking_back)
    kept = store.progress.of("pid")
    assert kept.step == "other-number"
    assert kept.predictions["one"].right == "one"


async def test_a_step_without_a_question_takes_its_first_keys_where_it_is_done(played: Any) -> None:
    async with played() as lesson:
        await lesson.ready()
        await do_first_step(lesson)
        await lesson.press("f9")
        await lesson.until(lambda: isinstance(lesson.story.card, Explaining))
        await lesson.press("f9")
        await lesson.until(lambda: lesson.seen.player.step.id == "other-number")
        await lesson.until(lambda: lesson.app.focused is lesson.terminal("host"))


async def test_the_card_has_a_picture_of_what_this_learner_saw(played: Any) -> None:
    async with played() as lesson:
        await lesson.ready()
        await do_first_step(lesson)
        await lesson.press("ctrl+g", "d")
        await lesson.until(lambda: isinstance(lesson.app.screen, CardScreen))
        page = lesson.app.screen.page
        picture = next(page.render_line(y).text for y in range(page.size.height) if "≠" in page.render_line(y).text)
        cells = {cell.letter: cell.namespace.inode for cell in pid_row(lesson).cells if cell is not None}
        assert str(cells["A"]) in picture
        assert str(cells["B"]) in picture


def pid_row(lesson: Any) -> NamespaceRow:
    return next(row for row in lesson.seen.namespaces.rows if row.kind is Kind.PID)


async def test_after_a_prediction_the_keys_go_where_the_step_is_done(played: Any) -> None:
    async with played() as lesson:
        await lesson.ready()
        await lesson.press("2", "f9")  # the key for going on commits what is picked
        await lesson.until(lambda: lesson.seen.player.record.prediction == "outer")
        assert lesson.app.focused is not lesson.terminal("host")


async def test_a_terminal_gets_every_key_that_is_not_the_lesson_s(played: Any) -> None:
    """Among them those that Textual would have taken: Tab, Ctrl-Q, Ctrl-P, Ctrl-C, Escape."""
    async with played() as lesson:
        await lesson.ready()
        lesson.terminal("host").focus()
        lesson.type("cat -v", "host")
        await lesson.press("tab", "ctrl+q", "ctrl+p", "escape", "ctrl+g", "ctrl+g", "x", "enter")
        await lesson.until(lambda: "^Q^P" in lesson.printed("host") or "^P^[" in lesson.printed("host"))
        await lesson.until(lambda: "^G" in lesson.printed("host"))
        await lesson.press("ctrl+c")
        await lesson.until(lambda: lesson.seen.terminals["host"].program == "bash")


async def test_a_hint_comes_after_an_attempt_and_there_is_a_last_one(played: Any) -> None:
    async with played() as lesson:
        await lesson.ready()
        await lesson.press("1", "enter")
        await lesson.until(lambda: isinstance(lesson.story.card, Doing))
        await lesson.press("f2")
        await lesson.pilot.pause()
        assert lesson.seen.player.record.hints == {}
        await lesson.press("f5")
        await lesson.until(lambda: lesson.story.card.miss is not None)
        await lesson.press("f2")
        await lesson.until(lambda: lesson.seen.player.record.hints == {"compile": 1})
        assert len(lesson.story.card.hints) == 1
        await lesson.press("f2")
        told = [toast.message for toast in lesson.app._notifications]
        assert lesson.app.words("lesson.hint-later") in told
        assert lesson.app.words("lesson.hint-none") in told


async def test_show_me_says_why_it_has_nothing_to_show(played: Any) -> None:
    async with played() as lesson:
        await lesson.ready()
        lesson.terminal("host").focus()
        await lesson.press("f3")
        await lesson.pilot.pause()
        assert lesson.screen.focused is lesson.screen.parts.story
        assert isinstance(lesson.story.card, Predicting)
        await do_first_step(lesson)
        await lesson.press("f3")
        await lesson.pilot.pause()
        told = [toast.message for toast in lesson.app._notifications]
        assert told.count(lesson.app.words("lesson.predict-yours")) == 1
        assert told.count(lesson.app.words("lesson.nothing-to-show")) == 1
        assert len(told) == 2


async def test_show_me_types_visibly_and_names_what_is_in_the_way(played: Any) -> None:
    async with played() as lesson:
        await lesson.ready()
        await lesson.press("1", "enter")
        await lesson.until(lambda: isinstance(lesson.story.card, Doing))
        lesson.type("sleep 60")
        await lesson.until(lambda: lesson.seen.terminals["box"].program == "sleep")
        await lesson.press("f3")
        await lesson.until(lambda: lesson.story.card.miss is not None)
        assert "sleep" in lesson.story.card.miss.found
        await lesson.press("f3")
        await lesson.until(lambda: "compile" in lesson.seen.player.record.done)
        assert "gcc -o ns_pid ns_pid.c" in lesson.printed("box")
        assert lesson.story.card.miss is None


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_f6_goes_through_every_part_and_comes_round(played: Any, size: tuple[int, int]) -> None:
    async with played(size) as lesson:
        await lesson.ready()
        parts = lesson.screen.parts
        expected = [parts.terminals.widget("host"), parts.terminals.widget("box"), *parts.panes.values(), parts.story]
        for widget in expected:
            await lesson.press("f6")
            await lesson.pilot.pause()
            assert lesson.app.focused is widget
            assert widget.region.area > 0


async def test_what_is_enlarged_fills_the_screen_and_follows_the_keys(played: Any) -> None:
    async with played() as lesson:
        await lesson.ready()
        box, before = lesson.terminal("box"), lesson.terminal("box").size
        box.focus()
        await lesson.press("ctrl+g", "m")
        await lesson.until(lambda: box.size.height > 28)
        assert lesson.screen.parts.story.region.area == 0
        await lesson.press("f6")
        await lesson.until(lambda: lesson.screen.parts.panes["namespaces"].size.height > 28)
        await lesson.press("ctrl+g", "m")
        await lesson.until(lambda: box.size == before)


async def test_language_and_theme_change_while_it_runs_and_nothing_of_the_other_language_stays(played: Any) -> None:
    async with played() as lesson:
        await lesson.ready()
        await lesson.press("ctrl+g", "l")
        await lesson.until(lambda: lesson.app.words.lang == "zh")
        await lesson.until(lambda: lesson.story.title == lesson.screen.pack.words["zh"].title)
        assert lesson.screen._where().chapter == "命名空间"
        assert lesson.screen.parts.terminals.title("host") == "宿主机"
        themes = {lesson.app.theme}
        for _ in range(2):
            await lesson.press("ctrl+g", "t")
            await lesson.pilot.pause()
            themes.add(lesson.app.theme)
        assert len(themes) == 3


async def test_a_shell_that_ended_says_how_and_enter_starts_another(played: Any) -> None:
    async with played() as lesson:
        await lesson.ready()
        host = lesson.terminal("host")
        host.focus()
        lesson.type("exit 3", "host")
        await lesson.until(lambda: lesson.app.words("lesson.shell-again") in lesson.printed("host"))
        assert lesson.app.words("lesson.shell-exited", code=3) in lesson.printed("host")
        assert not host.attached
        await lesson.press("enter", "enter")  # the second is the new shell's
        await lesson.until(lambda: host.attached)
        lesson.type("hostname again", "host")
        await lesson.until(lambda: lesson.seen.terminals["host"].hostname == "again")


async def test_another_shell_takes_a_terminal_from_a_program_that_heeds_nothing(played: Any) -> None:
    async with played() as lesson:
        await lesson.ready()
        lesson.terminal("box").focus()
        lesson.type("trap '' INT HUP; exec sleep 60")
        await lesson.until(lambda: lesson.seen.terminals["box"].program == "sleep")
        lesson.screen._conductor.open_shell("box")
        lesson.screen._conductor.open_shell("box")  # asked twice, once is enough
        await lesson.until(lambda: lesson.seen.terminals["box"].program == "bash")
        shells = lesson.screen._conductor._play.session.engine().shells
        assert len(shells) == 3
        lesson.type("hostname free")
        await lesson.until(lambda: lesson.seen.terminals["box"].hostname == "free")


async def test_a_lab_killed_from_outside_is_told_and_enter_brings_the_step_back(played: Any) -> None:
    async with played(step="other-number") as lesson:
        await lesson.until(lambda: lesson.screen._seen is not None)
        lab = lesson.screen._conductor._play.session.lab.pid
        os.kill(lab, signal.SIGKILL)
        band = lesson.screen.parts.wreck
        await lesson.until(lambda: band.display)
        await lesson.until(lambda: band.region.area > 0)
        assert lesson.app.focused is band
        await lesson.press("enter")
        await lesson.until(lambda: not band.display)
        await lesson.until(lambda: lesson.seen.lab_alive and lesson.screen._replayed == (0, 0))
        assert lesson.seen.player.step.id == "other-number"
        assert lesson.seen.terminals["box"].letter == "B"


async def test_a_new_lab_is_there_for_the_asking_at_any_time(played: Any) -> None:
    async with played() as lesson:
        await lesson.ready()
        await do_first_step(lesson)
        lab = lesson.screen._conductor._play.session.lab.pid
        await lesson.press("ctrl+g", "r")
        await lesson.until(lambda: lesson.screen._conductor._play.session.lab.pid != lab)
        await lesson.until(lambda: lesson.screen._replayed == (0, 0) and lesson.terminal("box").attached)
        await lesson.until(lambda: lesson.seen.terminals["box"].letter == "B")
        assert lesson.seen.player.record.passed


async def test_a_new_lab_does_not_wait_for_what_is_being_typed_in_the_old_one(played: Any) -> None:
    """*Show me* waits up to twenty seconds for a command's effect."""
    async with played() as lesson:
        await lesson.ready()
        await lesson.press("1", "enter")
        await lesson.until(lambda: isinstance(lesson.story.card, Doing))
        lesson.type("gcc() { sleep 100; }")
        await lesson.press("f3")
        await lesson.until(lambda: lesson.seen.terminals["box"].program == "sleep")
        await lesson.press("ctrl+g", "r")
        await lesson.until(lambda: lesson.seen.terminals["box"].program == "bash", 5.0)


async def test_a_flood_in_one_terminal_keeps_no_key_from_the_other(played: Any) -> None:
    async with played() as lesson:
        await lesson.ready()
        host, box = lesson.terminal("host"), lesson.terminal("box")
        host.focus()
        await lesson.pilot.pause()
        host.send(b"yes\r")
        await lesson.until(lambda: lesson.seen.terminals["host"].program == "yes")
        lesson.key("f6")
        await lesson.until(lambda: lesson.app.focused is box, 2.0)
        for char in "hostname q":
            lesson.key("space" if char == " " else char, char)
        lesson.key("enter", "\r")
        await lesson.until(lambda: lesson.seen.terminals["box"].hostname == "q", 3.0)
        host.focus()
        lesson.key("ctrl+c", "\x03")
        await lesson.until(lambda: lesson.seen.terminals["host"].program == "bash", 3.0)


async def test_sizes_that_change_as_fast_as_a_window_is_dragged_are_survived(played: Any) -> None:
    async with played() as lesson:
        await lesson.ready()
        for width, height in [(200, 50), (80, 24), (40, 12), (20, 5), (159, 40), (1, 1), (100, 10), (160, 45)] * 3:
            await lesson.pilot.resize_terminal(width, height)
        await lesson.pilot.resize_terminal(120, 36)
        lesson.terminal("box").focus()
        lesson.type("stty size")
        size = lesson.terminal("box").size
        await lesson.until(lambda: f"\n{size.height} {size.width}\n" in lesson.printed("box"))


@pytest.mark.parametrize("when", ["at once", "while the lab starts", "while steps are replayed", "during show me"])
async def test_leaving_at_any_moment_leaves_nothing(played: Any, when: str) -> None:
    """What is left is looked for as the fixture ends."""
    async with played(step="repair" if "replayed" in when else None) as lesson:
        if when == "while steps are replayed":
            await lesson.until(lambda: lesson.screen._replayed[1] > 0)
        elif when == "during show me":
            await lesson.ready()
            await lesson.press("1", "enter", "f3")
        elif when == "while the lab starts":
            await lesson.until(lesson.screen._conductor._thread.is_alive)
        await lesson.press("f10")
        await lesson.until(lambda: lesson.app._exit, 3.0)


async def test_every_action_can_be_called_by_its_name(played: Any) -> None:
    async with played() as lesson:
        await lesson.ready()
        for action, condition in {
            "next_pane": lambda: lesson.app.focused is lesson.terminal("host"),
            "enlarge": lambda: lesson.screen._at.enlarged,
            "language": lambda: lesson.app.words.lang == "zh",
        }.items():
            await lesson.press("f12")
            await lesson.until(lambda: isinstance(lesson.app.screen, CommandPalette))
            for char in lesson.app.words(f"keys.{action}"):
                await lesson.pilot.press("space" if char == " " else char)
            await lesson.pilot.pause(0.3)
            await lesson.press("enter")
            await lesson.until(condition)


async def test_all_keys_are_shown_and_one_of_them_does_what_it_says(played: Any) -> None:
    async with played() as lesson:
        await lesson.ready()
        await lesson.press("ctrl+g")
        await lesson.pilot.pause()
        assert len(lesson.app.screen_stack) == 3
        await lesson.press("escape")
        await lesson.pilot.pause()
        assert len(lesson.app.screen_stack) == 2
        await lesson.press("ctrl+g", "p")
        await lesson.until(lambda: lesson.app.focused is lesson.terminal("host"))


async def test_keys_typed_ahead_go_where_the_key_before_them_sent_them(played: Any) -> None:
    async with played() as lesson:
        await lesson.ready()
        lesson.key("f6")
        for char in "hostname h":
            lesson.key("space" if char == " " else char, char)
        lesson.key("enter", "\r")
        await lesson.until(lambda: lesson.seen.terminals["host"].hostname == "h", 3.0)


async def test_where_no_shell_can_start_any_more_enter_makes_a_new_lab(played: Any) -> None:
    async with played() as lesson:
        await lesson.ready()
        lesson.screen.set_focus(lesson.terminal("host"))
        lesson.type("umount -l /usr /dev /proc /; exit", "host")
        await lesson.until(lambda: not lesson.terminal("host").attached)
        await lesson.press("enter")
        await lesson.until(lambda: lesson.screen.parts.wreck.display)
        assert "ENOENT" in lesson.screen.parts.wreck._wreck.broken, "what the kernel said"
        assert lesson.screen.focused is lesson.screen.parts.wreck
        await lesson.press("enter")
        await lesson.until(lambda: not lesson.screen.parts.wreck.display)
        await lesson.ready()
