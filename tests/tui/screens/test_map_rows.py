"""The map arranged: one chapter open, the others folded, nothing cut off at any size in either language."""

import gallery
import pytest
from msgspec.structs import replace

from nslab.tui.canvas import Canvas
from nslab.tui.screens.map_rows import map_rows
from nslab.tui.screens.map_view import MapView, Need, Progress, first_to_take
from nslab.tui.searched import Cursor
from nslab.words import Lang, Words

SIZES = [(78, 22), (116, 32), (196, 46)]
EVERY_LESSON = list(gallery.LESSONS)


def written(view: MapView, cursor: Cursor, size: tuple[int, int], words: Words) -> Canvas:
    canvas = Canvas(*size)
    map_rows(canvas, view, cursor, words)
    return canvas


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lesson", ["process", "pid", "order", "io", "docker"])
def test_no_words_are_cut_off_or_written_over(lang: Lang, words: Words, size: tuple[int, int], lesson: str) -> None:
    canvas = written(gallery.course(lang), Cursor(lesson), size, words)
    assert canvas.lost == []
    assert lesson in canvas.text()


@pytest.mark.parametrize("size", SIZES)
def test_every_lesson_can_be_seen_when_it_is_selected(en: Words, size: tuple[int, int]) -> None:
    view = gallery.course("en")
    for lesson in EVERY_LESSON:
        rows = written(view, Cursor(lesson), size, en).rows
        selected = [row for row in rows if any(face.solid and glyph == lesson[0] for glyph, face in row)]
        assert any(lesson in "".join(glyph for glyph, _ in row) for row in selected)


def test_folded_chapters_have_a_title_and_their_ids(en: Words) -> None:
    lines = written(gallery.course("en"), Cursor("pid"), (116, 32), en).text().split("\n")
    assert lines[4].startswith("1 What is a container?")
    assert lines[5].startswith("  process  vm")


def test_a_lesson_begun_says_where_it_goes_on(en: Words) -> None:
    text = written(gallery.course("en"), Cursor("pid"), (116, 32), en).text()
    assert "⏎  go on at step 3 of 7" in text
    assert "▸  pid         One process, two numbers         3/7  12 min" in text


def test_a_lesson_that_cannot_run_says_why_and_what_to_do(en: Words) -> None:
    text = written(gallery.course("en"), Cursor("io"), (116, 32), en).text()
    assert "✗ no io controller here" in text
    assert "systemctl edit user@.service, then Delegate=io" in text
    assert "24 of 25 lessons can run as it is" in text


def test_a_lesson_that_does_without_something_says_so_and_can_be_started(en: Words) -> None:
    need = Need("no group was delegated", met=False, remedy="As root:\nmkdir nslab\nchown 7 nslab", dispensable=True)
    course = gallery.course("en")
    chapters = tuple(
        replace(chapter, lessons=tuple(replace(each, needs=(need,)) for each in chapter.lessons))
        for chapter in course.chapters
    )
    text = written(MapView(chapters), Cursor("uts"), (116, 32), en).text()
    assert "! no group was delegated" in text
    lines = [line[67:].strip() for line in text.split("\n")]
    at = lines.index("As root:")
    assert lines[at + 1 : at + 3] == ["mkdir nslab", "chown 7 nslab"]
    assert "✗" not in text
    small = written(MapView(chapters), Cursor("uts"), (78, 22), en).text()
    assert "     ! no group was delegated" in small


def test_while_nobody_has_looked_a_lesson_is_neither_fine_nor_lacking(en: Words) -> None:
    course = gallery.course("en")
    unknown = (Need("not examined yet", met=None),)
    chapters = tuple(
        replace(chapter, lessons=tuple(replace(each, needs=unknown) for each in chapter.lessons))
        for chapter in course.chapters
    )
    text = written(MapView(chapters, unknown), Cursor("io"), (116, 32), en).text()
    assert text.count("· not examined yet") == 2  # of the lesson, and of the machine
    assert "✗" not in text
    assert "lessons can run" not in text


def test_at_80_columns_the_selected_lesson_has_a_second_row(en: Words) -> None:
    lines = written(gallery.course("en"), Cursor("io"), (78, 22), en).text().split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith("  ✗  io"))
    assert lines[at + 1] == "     ✗ no io controller here"


def test_a_search_shows_only_what_was_found(en: Words) -> None:
    cursor = Cursor("net", query="net", found=frozenset({"net", "cpu"}))
    text = written(gallery.course("en"), cursor, (78, 22), en).text()
    assert "2 Namespaces" in text
    assert "3 Control groups" in text
    assert "1 What is a container?" not in text


def test_a_search_that_finds_nothing_says_so(en: Words) -> None:
    text = written(gallery.course("en"), Cursor("pid", query="xyz", found=frozenset()), (116, 32), en).text()
    assert "No lesson speaks of “xyz”. Esc shows them all again." in text


def test_at_first_the_lesson_begun_is_selected_then_the_first_that_can_run() -> None:
    view = gallery.course("en")
    assert first_to_take(view) == "pid"
    fresh = MapView(
        tuple(
            replace(chapter, lessons=tuple(replace(each, progress=Progress.NEW) for each in chapter.lessons))
            for chapter in view.chapters[2:]
        )
    )
    assert first_to_take(fresh) == "cgroup"


def test_of_a_preview_too_tall_the_action_stays(en: Words) -> None:
    text = written(gallery.course("en"), Cursor("pid"), (116, 20), en).text()
    assert "go on at step 3 of 7" in text
    assert "≠" not in text


def lacking(count: int) -> MapView:
    """A machine that lacks much, of which a remedy is told for each."""
    needs = (
        Need(f"thing {number} is not here", met=False, remedy="Boot with this:\nthing=1") for number in range(count)
    )
    return replace(gallery.course("en"), machine=tuple(needs))


@pytest.mark.parametrize("size", [(116, 32), (196, 46)])
def test_what_the_machine_lacks_leaves_the_lesson_its_room(en: Words, size: tuple[int, int]) -> None:
    canvas = written(lacking(5), Cursor("pid"), size, en)
    text = canvas.text()
    told = [
        "you will see",
        "you will type",
        "needs",
        "go on at step",
        "thing 4 is not here",
        "24 of 25 lessons can run",
    ]
    assert [words for words in told if words not in text] == []
    assert ("thing=1" in text) != ("`nslab doctor` says what can be done".replace("`", "") in text)
    assert canvas.lost == []


def test_remedies_stay_where_there_is_room_for_them(en: Words) -> None:
    assert written(lacking(2), Cursor("pid"), (196, 46), en).text().count("thing=1") == 2


def test_of_a_machine_that_lacks_more_than_there_are_rows_the_rest_is_counted(en: Words) -> None:
    canvas = written(lacking(40), Cursor("pid"), (116, 32), en)
    assert canvas.lost == []
    assert "go on at step" in canvas.text()
    lines = [line[67:].strip() for line in canvas.text().split("\n")]
    told = sum("is not here" in line for line in lines)
    assert lines[-3:] == [
        f"▾ {40 - told} more",
        "nslab doctor says what can be done",
        "24 of 25 lessons can run as it is",
    ]
