"""A lesson given before a room, on a real lab: hands up, show me, read it off, another pane, a clicker, and back to one reader."""

from __future__ import annotations

from typing import Any

import pytest

from nslab.course.player import Stage
from nslab.tui import theme
from nslab.tui.story.view import Doing, Explaining, Observing, Predicting

pytestmark = pytest.mark.timeout(40)

PROJECTOR = (104, 30)


def on_screen(lesson: Any) -> set[str]:
    """The parts that have a place."""
    return {widget.id for widget in lesson.screen._desk.children if widget.region.area > 0}


async def predict(lesson: Any) -> None:
    """The room says that it is one."""
    await lesson.press("1", "f9")
    await lesson.until(lambda: lesson.seen.player.stage is Stage.DO)


async def to_the_question(lesson: Any) -> None:
    """Have the first two tasks of the first step shown; the third asks for a number."""
    for task in ("compile", "run"):
        await lesson.press("f3")
        await lesson.until(lambda task=task: task in lesson.seen.player.record.done)


async def test_a_room_is_shown_the_answers_then_the_pane_that_decides_on_paper(played: Any) -> None:
    async with played(PROJECTOR, presenting=True) as lesson:
        await lesson.ready()
        assert lesson.app.theme == theme.PAPER
        assert on_screen(lesson) == {"story", "host", "box", "answers"}
        assert isinstance(lesson.story.card, Predicting)
        await lesson.press("2")
        assert lesson.screen.parts.answers._card.picked == "outer"
        await predict(lesson)
        assert lesson.seen.player.record.prediction == "one"
        assert on_screen(lesson) == {"story", "host", "box", "namespaces"}
        assert lesson.app.focused is lesson.terminal("box")


async def test_the_terminals_keep_their_size_from_the_question_to_the_reason(played: Any) -> None:
    async with played(PROJECTOR, presenting=True) as lesson:
        await lesson.ready()
        size = lesson.terminal("box").size
        await predict(lesson)
        await to_the_question(lesson)
        await lesson.press("f3")
        await lesson.until(lambda: "echo $$" in lesson.printed("box"))
        await lesson.press("f9")
        await lesson.until(lambda: isinstance(lesson.story.card, Observing))
        assert lesson.seen.player.record.answers == {"ask": "1"}
        assert lesson.terminal("box").size == size
        await lesson.press("f9")
        await lesson.until(lambda: isinstance(lesson.story.card, Explaining))
        assert lesson.terminal("box").size == size


async def test_what_is_to_be_found_is_not_passed_over_by_one_press(played: Any) -> None:
    async with played(PROJECTOR, presenting=True) as lesson:
        await lesson.ready()
        await predict(lesson)
        await to_the_question(lesson)
        await lesson.press("f9")
        await lesson.pilot.pause()
        assert lesson.seen.player.record.answers == {}
        assert lesson.app.words("present.read-off") in [toast.message for toast in lesson.app._notifications]
        await lesson.press("f9")
        await lesson.until(lambda: lesson.seen.player.record.answers == {"ask": "1"})


async def test_a_clicker_goes_through_a_step(played: Any) -> None:
    async with played(PROJECTOR, presenting=True) as lesson:
        await lesson.ready()
        await lesson.press("1", "pagedown")
        await lesson.until(lambda: isinstance(lesson.story.card, Doing))
        for task in ("compile", "run"):
            await lesson.press("pagedown")
            await lesson.until(lambda task=task: task in lesson.seen.player.record.done)
        await lesson.press("pagedown")
        await lesson.until(lambda: "echo $$" in lesson.printed("box"))
        await lesson.press("pagedown")
        await lesson.until(lambda: isinstance(lesson.story.card, Observing))
        await lesson.press("pagedown", "pagedown")
        await lesson.until(lambda: lesson.seen.player.step.id == "other-number")
        await lesson.press("pageup")
        await lesson.until(lambda: lesson.seen.player.looking_back)


async def test_another_pane_comes_while_the_hands_stay_and_another_step_begins_with_its_own(played: Any) -> None:
    async with played(PROJECTOR, presenting=True) as lesson:
        await lesson.ready()
        await predict(lesson)
        await lesson.press("f6")
        await lesson.pilot.pause()
        assert "processes" in on_screen(lesson)
        assert "namespaces" not in on_screen(lesson)
        assert lesson.app.focused is lesson.terminal("box")
        await lesson.press("f7")
        assert lesson.app.focused is lesson.terminal("host")
        await lesson.press("f7")
        assert lesson.app.focused is lesson.terminal("box")
        lesson.screen.parts.panes["processes"].focus()
        await lesson.pilot.pause()
        await lesson.press("f6")
        await lesson.pilot.pause()
        assert lesson.app.focused is lesson.screen.parts.panes["namespaces"]


async def test_the_layout_can_be_had_in_the_middle_of_a_lesson_and_given_up_again(played: Any) -> None:
    async with played((120, 36), theme=theme.INK) as lesson:
        await lesson.ready()
        before = on_screen(lesson)
        await lesson.press("ctrl+g", "v")
        await lesson.until(lambda: lesson.screen.presenting)
        assert lesson.app.theme == theme.PAPER
        assert on_screen(lesson) == {"story", "host", "box", "answers"}
        await lesson.press("ctrl+g", "v")
        await lesson.until(lambda: not lesson.screen.presenting)
        assert lesson.app.theme == theme.INK
        assert on_screen(lesson) == before


async def test_without_a_room_a_clicker_s_keys_are_the_terminal_s(played: Any) -> None:
    async with played() as lesson:
        await lesson.ready()
        lesson.terminal("host").focus()
        lesson.type("cat -v", "host")
        await lesson.press("pagedown", "pageup", "enter")
        await lesson.until(lambda: "^[[6~^[[5~" in lesson.printed("host"))


async def test_help_before_a_room_is_about_the_talk(played: Any) -> None:
    async with played(PROJECTOR, presenting=True) as lesson:
        await lesson.ready()
        view, _ = lesson.screen.help_at_hand()
        assert view.name == lesson.app.words("help.room.name")
        assert "PgDn PgUp" in [part.sign for part in view.keys]
