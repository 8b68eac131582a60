"""The score: where time stands, and that nothing is lost or written over, at any size and any moment, in both languages."""

from __future__ import annotations

import pytest
from msgspec import structs

from nslab.errors import Because
from nslab.kernel.namespaces import Kind
from nslab.observe.birth_view import BirthView
from nslab.observe.scenes import Scene
from nslab.observe.score import Line, Stretch
from nslab.observe.views import CallRow, Returned, Tag
from nslab.tui.birth.score_rows import axis, folded, score_rows
from nslab.tui.canvas import Canvas
from nslab.words import LANGS, Lang, words_for
from tests import born

view_after = born.birth
CALLS = len(view_after(0).calls)
SIZES = [(76, 21), (116, 33), (196, 47)]


def drawn(view: BirthView, cursor: int, size: tuple[int, int], lang: Lang = "en") -> Canvas:
    canvas = Canvas(*size)
    score_rows(canvas, 0, view, cursor, words_for(lang))
    return canvas


def test_a_fact_is_the_hosts_before_its_call_and_the_containers_after_it() -> None:
    text = drawn(view_after(CALLS), CALLS - 1, (116, 33)).text().splitlines()
    hostname = next(row for row in text if row.startswith("hostname"))
    assert "lab ─" in hostname
    assert " box ━" in hostname
    assert next(row for row in text if row.startswith("pid")).split()[:2] == ["pid", "A"]


def test_what_was_scrubbed_back_from_is_dotted_and_what_it_comes_to_is_mute() -> None:
    text = drawn(view_after(CALLS), 1, (116, 33)).text().splitlines()
    hostname = next(row for row in text if row.startswith("hostname"))
    assert "╌box" in hostname
    assert "━" not in hostname


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("size", SIZES)
def test_at_every_moment_nothing_is_lost(size: tuple[int, int], lang: Lang) -> None:
    for made in (0, 1, 6, 7, 14, CALLS - 10, CALLS):
        for cursor in {-1, 0, made // 2, made - 1} & set(range(-1, made)):
            canvas = drawn(view_after(made), cursor, size, lang)
            assert [lost for lost in canvas.lost if lost.startswith("outside")] == []


def test_scenes_whose_names_do_not_fit_are_equally_wide() -> None:
    scenes = tuple(Scene("private", at, at + 1) for at in range(14))
    narrow = axis(scenes, 10, 60, words_for("en"))
    assert not narrow.named
    assert {end - start for start, end in zip(narrow.edges, narrow.edges[1:], strict=False)} <= {3, 4}
    assert axis(scenes, 10, 160, words_for("en")).named
    assert narrow.end == 60


def test_time_goes_on_with_every_call() -> None:
    found = axis((Scene("room", 0, 5), Scene("clone", 5, 6)), 8, 80, words_for("en"))
    places = [found.x(call) for call in range(7)]
    assert places == sorted(places)
    assert (places[0], places[-1]) == (found.left, found.end)


def test_each_call_is_found_again_where_it_is_drawn() -> None:
    found = axis((Scene("room", 0, 5), Scene("clone", 5, 6)), 8, 80, words_for("en"))
    assert [found.call_at(found.x(call)) for call in range(6)] == list(range(6))
    assert found.call_at(found.left - 1) == -1
    assert found.call_at(found.end) == 5


def test_namespaces_that_come_together_share_a_line_where_rows_are_few() -> None:
    def line(kind: Kind, since: int) -> Line:
        return Line(kind, (Stretch(0, Tag(kind, "A")), Stretch(since, Tag(kind, "B"))))

    lines = (line(Kind.PID, 1), line(Kind.UTS, 1), line(Kind.NET, 2), Line("who", (Stretch(0, "root"),)))
    assert [one.name for one in folded(lines)] == ["pid uts", "net", "who"]


def test_a_value_that_is_a_word_is_said_in_the_language() -> None:
    view = view_after(CALLS)
    lines = (Line("leak", (Stretch(0, Because("score.value.leak")),)),)
    assert "会外泄" in drawn(structs.replace(view, lines=lines), 0, (80, 20), "zh").text()


def test_a_call_row_is_what_the_view_holds() -> None:
    assert isinstance(view_after(1).calls[0], CallRow)
    assert view_after(1).calls[0].answer == Returned(0)
