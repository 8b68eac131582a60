"""The story's arrangement: one card open, the past folded, the future mute, in both languages and all states."""

import gallery
import pytest
from msgspec.structs import replace

from nslab.course.markdown import Prose
from nslab.course.player import Stage
from nslab.tui.edit import Line
from nslab.tui.faces import Face, Role, solid
from nslab.tui.story.card import HitKind
from nslab.tui.story.rows import Density, fitting_rows, story_rows
from nslab.tui.story.view import Doing, Observing, Past, Predicting, StoryView, Task, TaskState
from nslab.words import Lang, Words

CARDS = sorted(gallery.cards("en"))


def test_both_languages_have_every_card() -> None:
    assert sorted(gallery.cards("zh")) == CARDS


@pytest.mark.parametrize("width", [36, 46, 78, 120])
@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize("density", Density)
def test_no_words_are_cut_off_or_written_over(
    lang: Lang, words: Words, card: str, width: int, density: Density
) -> None:
    rows = story_rows(gallery.story(lang, card), width, words, density=density)
    assert rows.canvas.lost == []


def test_a_prediction_arranged(en: Words) -> None:
    view = StoryView(
        "One process, two numbers",
        gallery.prose("Look."),
        gallery.cards("en")["predict"],
        coming=(Stage.DO, Stage.OBSERVE),
    )
    assert story_rows(view, 36, en).canvas.text() == (
        " One process, two numbers\n"
        "\n"
        " Look.\n"
        "\n"
        "▌\n"
        "▌ ? PREDICT\n"
        "▌\n"
        "▌  The container's shell prints\n"
        "▌  its own number: echo $$. Which?\n"
        "▌\n"
        "▌  ( ) 1\n"
        "▌  (•) the number the host knows\n"
        "▌      it by\n"
        "▌  ( ) 0\n"
        "▌\n"
        "▌  ⏎ commits: no way back, no\n"
        "▌    marks\n"
        "▌\n"
        "\n"
        " $ do\n"
        "\n"
        " ◉ observe"
    )


def test_a_miss_says_wanted_found_next(en: Words) -> None:
    text = story_rows(gallery.story("en", "miss"), 46, en).canvas.text()
    assert "▌ ✗ NOT YET\n" in text
    assert "▌  wanted  pid of host ≠ pid of box\n▌  found   both are pid:A 4026532181\n▌  next    Look at" in text


def test_a_command_to_be_typed_stands_on_a_row_of_its_own(en: Words) -> None:
    card = Doing(
        (Task("run", gallery.prose("On the `host`:\n\n    renice -n 10 -p PID\n"), TaskState.NOW),),
        hints=(gallery.prose("Like this:\n\n    renice -n 10 -p 2\n"),),
    )
    text = story_rows(StoryView("T", Prose(), card), 36, en).canvas.text()
    assert "▌  ▸ On the host:\n▌    renice -n 10 -p PID\n" in text
    assert "Like this:\n▌  renice -n 10 -p 2\n" in text


def test_a_command_too_long_for_a_row_hangs(en: Words) -> None:
    task = Task("run", gallery.prose("Twice:\n\n    ip link set veth1 master br0 and up\n    ip link\n"), TaskState.NOW)
    text = story_rows(StoryView("T", Prose(), Doing((task,))), 36, en).canvas.text()
    assert "▌    ip link set veth1 master\n▌      br0 and up\n▌    ip link\n" in text


def test_tasks_that_are_done_are_one_row_each_where_the_card_finds_no_room_otherwise(en: Words) -> None:
    long = gallery.prose(
        "In `box`, in the shell that has a mount namespace:\n\n    mount -t tmpfs t w\n    echo new >w/f\n"
    )
    tasks = (Task("a", long, TaskState.DONE), Task("b", long, TaskState.NOW), Task("c", long, TaskState.TO_COME))
    view = StoryView("T", Prose(), Doing(tasks))
    high = fitting_rows(view, 36, 40, en).canvas.text()
    low = fitting_rows(view, 36, 13, en).canvas.text()
    assert high.count("echo new >w/f") == 3
    assert low.count("echo new >w/f") == 2
    assert "▌  ✓ In box, in the shell that ha…\n▌  ▸ In box, in the shell that has\n" in low
    assert fitting_rows(view, 36, 13, en, whole=True).canvas.text().count("echo new >w/f") == 3


def test_a_task_that_is_done_shows_its_command_where_one_row_holds_it(en: Words) -> None:
    task = Task("run", gallery.prose("Run:\n\n    ip link\n"), TaskState.DONE)
    text = story_rows(StoryView("T", Prose(), Doing((task,))), 36, en, density=Density.FOLDED).canvas.text()
    assert "▌  ✓ Run: ip link" in text


def test_past_stages_fold_to_one_row_with_the_learners_answer_and_its_mark(en: Words) -> None:
    view = StoryView(
        "T", Prose(), gallery.cards("en")["explain"], past=(Past(Stage.PREDICT, "1", True), Past(Stage.DO, "./ns_pid"))
    )
    lines = story_rows(view, 30, en).canvas.text().split("\n")
    assert lines[2:4] == [" ? predict   1             ✓", " $ do        ./ns_pid      ✓"]


def test_a_prediction_that_failed_is_told_with_what_was_said_and_no_blame(en: Words) -> None:
    card = Observing(("`echo $$` printed 1",), held=False, predicted="8")
    text = story_rows(StoryView("T", Prose(), card), 60, en).canvas.text()
    assert "✗ you predicted “8”; the machine gave another answer" in text
    assert "!" not in text


def test_passed_is_green_and_a_miss_is_red(en: Words) -> None:
    for card, colour in (("held", Role.OK), ("miss", Role.BAD), ("do", Role.TEXT)):
        rows = story_rows(gallery.story("en", card), 40, en)
        assert rows.canvas.rows[rows.card_top][0] == ("▌", Face(colour, Role.PANEL))
        assert rows.canvas.rows[rows.card_top + 1][2][1] == solid(colour)


def test_clicks_find_the_choice_on_every_row_of_its_words(en: Words) -> None:
    rows = story_rows(gallery.story("en", "undecided"), 36, en)
    text = rows.canvas.text().split("\n")
    for hit in rows.hits:
        assert hit.kind is HitKind.CHOICE
    assert ["this shell's" in text[rows.hits[0].top], "1" in text[rows.hits[0].bottom - 1]] == [True, True]


def test_only_a_picked_choice_can_be_committed(en: Words) -> None:
    card = gallery.cards("en")["predict"]
    assert isinstance(card, Predicting)
    for picked, offered in ((None, False), ("one", True)):
        rows = story_rows(StoryView("T", Prose(), replace(card, picked=picked)), 40, en)
        assert (HitKind.COMMIT in {hit.kind for hit in rows.hits}) is offered


def test_a_long_answer_shows_its_end_where_the_cursor_is(en: Words) -> None:
    rows = story_rows(gallery.story("en", "ask"), 30, en, typed=Line("这是一个很长很长的回答 abc", "def"))
    assert rows.cursor is not None
    x, y = rows.cursor
    assert rows.canvas.lost == []
    assert rows.canvas.text().split("\n")[y].endswith("回答 abcd")
    assert x < 30


def test_air_is_left_out_before_anything_else(en: Words) -> None:
    view = gallery.story("en", "do")
    roomy, tight = story_rows(view, 36, en), story_rows(view, 36, en, density=Density.TIGHT)
    assert roomy.canvas.height - tight.canvas.height == 4
    assert fitting_rows(view, 36, roomy.canvas.height, en).canvas.text() == roomy.canvas.text()
    assert fitting_rows(view, 36, tight.canvas.height, en).canvas.text() == tight.canvas.text()
