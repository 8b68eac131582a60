"""The learner answers by keys, by mouse, and by typing; what they scroll away from stays away."""

from collections.abc import Awaitable, Callable
from typing import Any

import gallery
import pytest
from msgspec.structs import replace

from nslab.tui.faces import Face
from nslab.tui.story.view import Doing, StoryView, Task, TaskState
from nslab.tui.story.widget import Story
from nslab.words import Words
from tests.stage import screen_words

SIZE = (40, 34)


def text(story: Story) -> str:
    return "\n".join(story.render_line(y).text.rstrip() for y in range(story.size.height))


Press = Callable[..., Awaitable[list[Any]]]


@pytest.fixture
def press(stand: type, en: Words, heard: Any) -> Press:
    """Open a card, press keys in it, and give what the story said."""

    async def run(card: str, *keys: str) -> list[Any]:
        heard.clear()
        story = Story(en, gallery.story("en", card))
        async with stand(story).run_test(size=SIZE, message_hook=heard.append) as pilot:
            story.focus()
            await pilot.press(*keys)
        said = (message for message in heard if type(message).__qualname__.startswith("Story."))
        return [message for message in said if not isinstance(message, Story.Picked)]

    return run


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [(("1",), "one"), (("3",), "zero"), (("down",), "zero"), (("up", "up"), "zero"), (("9",), "outer")],
)
async def test_keys_pick_a_choice_and_enter_commits_to_it(press: Press, keys: tuple[str, ...], chosen: str) -> None:
    heard = await press("predict", *keys, "enter")
    assert [message.choice_id for message in heard] == [chosen]


async def test_nothing_is_committed_before_something_is_picked(press: Press) -> None:
    heard = await press("undecided", "enter")
    assert heard == []


async def test_the_cursor_of_the_input_line_comes_and_goes_with_the_focus(stand: type, en: Words) -> None:
    story = Story(en, gallery.story("en", "ask"))

    def cells_of_the_cursor() -> int:
        reversed_rows = ((cell for cell in row if cell[1] == Face(solid=True)) for row in story._rows)
        return sum(len(list(row)) for row in reversed_rows)

    async with stand(story).run_test(size=SIZE) as pilot:
        seen = []
        for focused in (True, False, True):
            pilot.app.set_focus(story if focused else None)
            await pilot.pause()
            seen.append(cells_of_the_cursor())
    assert seen[0] == seen[2] == seen[1] + 1


async def test_an_answer_is_typed_edited_and_sent(press: Press) -> None:
    heard = await press("ask", "1", "3", "backspace", "2", "home", "0", "enter")
    assert [(message.task_id, message.text) for message in heard] == [("ask", "012")]


async def test_a_wrong_answer_gives_way_to_the_next_unless_it_is_edited(press: Press) -> None:
    heard = await press("ask", "1", "enter", "2", "enter", "backspace", "3", "enter")
    assert [message.text for message in heard] == ["1", "2", "3"]
    heard = await press("ask", "1", "2", "enter", "backspace", "3", "enter")
    assert [message.text for message in heard] == ["12", "13"]


async def test_an_empty_answer_is_not_sent(press: Press) -> None:
    heard = await press("ask", "space", "enter")
    assert heard == []


async def test_enter_goes_on_where_something_is_told(press: Press) -> None:
    for card in ("held", "explain"):
        heard = await press(card, "enter")
        assert [type(message) for message in heard] == [Story.Advanced]


async def test_the_mouse_does_what_the_keys_do(stand: type, en: Words, heard: Any) -> None:
    story = Story(en, gallery.story("en", "predict"))
    async with stand(story).run_test(size=SIZE, message_hook=heard.append) as pilot:
        rows = text(story).split("\n")
        await pilot.click(story, offset=(6, next(y for y, row in enumerate(rows) if "( ) 0" in row)))
        await pilot.click(story, offset=(6, next(y for y, row in enumerate(rows) if "⏎" in row)))
    assert [message.choice_id for message in heard.of(Story.Chosen)] == ["zero"]


async def test_the_open_card_is_kept_in_sight_until_the_learner_scrolls(stand: type, en: Words) -> None:
    story = Story(en, gallery.story("en", "passed"))
    async with stand(story).run_test(size=(40, 16)) as pilot:
        await pilot.pause()
        assert "go on" in text(story)
        assert "▴" in text(story)
        story.focus()
        await pilot.press("pageup", "pageup")
        assert "One process, two numbers" in text(story)
        story.show(gallery.story("en", "passed"))
        assert "One process, two numbers" in text(story)
        story.show(gallery.story("en", "explain"))
        assert "grep NSpid" in text(story)


async def test_a_live_change_keeps_the_pick_and_the_half_typed_answer(stand: type, en: Words) -> None:
    story = Story(en, gallery.story("en", "ask"))
    async with stand(story).run_test(size=SIZE) as pilot:
        story.focus()
        await pilot.press("4", "2")
        view = gallery.story("en", "ask")
        assert isinstance(view.card, Doing)
        story.show(
            StoryView(
                view.title,
                view.words,
                replace(view.card, hints=(gallery.prose("Look again."),)),
                view.past,
                view.coming,
            )
        )
        assert "▸ 42" in text(story)
        assert "Look again." in text(story)


async def test_a_pick_lives_through_a_change_of_language(stand: type, en: Words) -> None:
    story = Story(en, gallery.story("en", "undecided"))
    async with stand(story).run_test(size=SIZE) as pilot:
        story.focus()
        await pilot.press("2")
        story.speak(screen_words("zh"))
        story.show(gallery.story("zh", "undecided"))
        assert "(•) 宿主机第一个进程的" in text(story)


async def test_what_is_done_is_folded_until_the_learner_scrolls_to_it(stand: type, en: Words) -> None:
    words = gallery.prose("In `box`:\n\n    mount -t tmpfs t w\n    echo new >w/f\n")
    done, now = Task("a", words, TaskState.DONE), Task("b", words, TaskState.NOW)
    view = StoryView("T", gallery.prose("Look."), Doing((done, now)))
    story = Story(en, view)
    async with stand(story).run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        assert text(story).count("echo new >w/f") == 1
        story.focus()
        await pilot.press("end")
        assert text(story).count("echo new >w/f") == 2
        story.show(replace(view, card=Doing((done, replace(done, id="b"), replace(now, id="c")))))
        await pilot.pause()
        assert text(story).count("echo new >w/f") == 1
