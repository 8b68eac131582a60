"""The ablation board arranged: lines end where the trial says, and no word is lost, in both languages, at every size."""

from __future__ import annotations

import errno

import pytest

from nslab.course.ablation import ATTACKS, BARE
from nslab.tui.canvas import Canvas
from nslab.tui.without.board import opened
from nslab.tui.without.board import sheets as sheets_of
from nslab.tui.without.cell_rows import cell_rows
from nslab.tui.without.sheet_rows import cut, sheet_rows
from nslab.tui.without.view import WithoutView
from nslab.words import LANGS, Lang
from tests.stage import screen_words
from tests.without_views import BY_ID, failed, lab_step, refused, stopped, through, view

SIZES = [(76, 21), (116, 33), (196, 47)]


def sheets(shown: WithoutView, width: int = 116, lang: Lang = "en") -> Canvas:
    canvas = Canvas(width, 33)
    sheet_rows(canvas, 0, shown, screen_words(lang))
    return canvas


def row(shown: WithoutView, attack: str, width: int = 116) -> str:
    return sheets(shown, width).text().splitlines()[3 + list(BY_ID).index(attack)]


def test_an_attack_stops_at_its_first_whole_lock_and_the_second_one_is_shown_behind_it() -> None:
    line = row(view(frozenset(), {}), "mount")
    assert (line.count("┤"), line.count("┆")) == (1, 1)
    assert line.index("┤") < line.index("┆")
    assert line.endswith("✓")


def test_with_the_first_lock_open_the_second_one_holds() -> None:
    both, one = row(view(frozenset(), {}), "mount"), row(view(frozenset({"caps"}), {}), "mount")
    assert one.count("┆") == 0
    assert one.index("┤") == both.index("┆")


def test_an_attack_that_gets_through_reaches_the_host_and_crosses_what_does_not_help_alone() -> None:
    line = row(view(frozenset({"pivot"}), {"escape": through("escape", 4711)}), "escape")
    assert "━►" in line
    assert line.count("╪") == 1
    assert line.endswith("✗ secret")


def test_a_refused_plan_ends_at_the_sheet_whose_step_it_was_with_the_errno() -> None:
    line = row(view(BARE | {"private"}, {"propagate": refused("propagate", errno.EINVAL)}), "propagate")
    assert line.endswith("EINVAL")
    assert "━" not in line


def test_what_was_not_run_yet_and_a_lab_that_failed_are_told_apart() -> None:
    assert row(view(frozenset(), {"kill": None}), "kill").endswith("…")
    assert row(view(frozenset(), {"kill": failed()}), "kill").endswith("?")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("size", SIZES)
def test_no_word_is_lost(size: tuple[int, int], lang: Lang) -> None:
    for off in (frozenset(), BARE, frozenset({"pivot", "nnp"})):
        results = {attack.id: through(attack.id, 123456789) for attack in ATTACKS if set(attack.locks[0]) & off}
        for at in range(len(ATTACKS)):
            canvas = Canvas(*size)
            sheets_of(canvas, view(off, results, at=(at, 4)), screen_words(lang))
            opened(cell := Canvas(*size), view(off, results, at=(at, 4)), screen_words(lang))
            assert [lost for lost in cell.lost if lost.startswith("outside")] == []
            assert [lost for lost in canvas.lost if lost.startswith("outside")] == []


def test_only_the_call_that_differs_is_bold() -> None:
    canvas = Canvas(116, 12)
    shown = view(
        frozenset({"pivot"}), {}, at=(list(BY_ID).index("escape"), 9), pair=(stopped("escape"), through("escape", 7))
    )
    cell_rows(canvas, 0, shown, screen_words("en"))
    bold = ["".join(glyph for glyph, face in line[6:50] if face.bold).strip() for line in canvas.rows[1:8]]
    assert [bool(words) for words in bold] == [False] * 6 + [True]
    assert "reads: 7" in canvas.text()


def test_what_the_lab_does_bears_the_hosts_letter() -> None:
    assert lab_step("rename").who == "lab"
    canvas = Canvas(116, 8)
    cell_rows(canvas, 0, view(frozenset(), {}, at=(list(BY_ID).index("rename"), 7)), screen_words("en"))
    assert canvas.text().splitlines()[1].strip().startswith("A")


@pytest.mark.parametrize(("name", "cells", "left"), [("pivot", 3, "piv"), ("遮盖", 3, "遮"), ("pid", 5, "pid")])
def test_a_name_is_cut_by_cells(name: str, cells: int, left: str) -> None:
    assert cut(name, cells) == left
