"""The ablation board arranged: lines end where the trial says, and no word is lost, in both languages, at every size."""

from __future__ import annotations

import errno

import pytest

from nslab.course.ablation import BASES, PRIMITIVES
from nslab.course.attacks import ATTACKS, Attack
from nslab.course.boards import TrialsView
from nslab.course.trial import Refusal, Rights, Trial
from nslab.engine.steps import Done, Step
from nslab.tui.canvas import Canvas
from nslab.tui.panes.pane import Emphasis
from nslab.tui.without.board import longest_name, opened, without_rows
from nslab.tui.without.board import sheets as sheets_of
from nslab.tui.without.cell_rows import calls, cell_rows, told
from nslab.tui.without.layout import FEWEST_SHEET, NARROWEST, layout
from nslab.tui.without.view import Side, WithoutView
from nslab.words import LANGS, Lang
from tests.stage import screen_words
from tests.without_views import BY_ID, failed, refused, stopped, through, view

SIZES = [(76, 12), (76, 22), (81, 33), (116, 33), (149, 45), (196, 47)]
FULL: frozenset[str] = frozenset()
ROWS = list(BY_ID)


def drawn(shown: WithoutView, width: int = 116, height: int = 33, lang: Lang = "en") -> Canvas:
    canvas = Canvas(width, height)
    sheets_of(canvas, shown, screen_words(lang))
    return canvas


def row(shown: WithoutView, attack: str, width: int = 116) -> str:
    at = layout(width, 33, longest_name(screen_words("en")), shown.at[0])
    return drawn(shown, width).text().splitlines()[at.rows + ROWS.index(attack)]


def test_an_attack_stops_at_its_first_whole_lock_and_the_second_one_is_shown_behind_it() -> None:
    line = row(view(FULL, {}), "mount")
    assert (line.count("┤"), line.count("┆")) == (1, 1)
    assert line.index("┤") < line.index("┆")
    assert line.endswith("✓")


def test_with_the_first_lock_open_the_second_one_holds() -> None:
    both, one = row(view(FULL, {}), "mount"), row(view(frozenset({"caps"}), {}), "mount")
    assert one.count("┆") == 0
    assert one.index("┤") == both.index("┆")


def test_an_attack_that_gets_through_reaches_the_host_and_crosses_what_does_not_help_alone() -> None:
    line = row(view(frozenset({"pivot"}), {"escape": through("escape", 4711)}), "escape")
    assert "━►" in line
    assert line.count("╪") == 1
    assert line.endswith("✗ secret")


def test_an_attack_that_lacks_what_it_works_with_ends_there_though_no_lock_is_left() -> None:
    off = frozenset({"pid", "proc"})
    line = row(view(off, {}), "list")
    at = layout(116, 33, longest_name(screen_words("en")), 0)
    assert "┤" not in line
    assert line[at.x("proc") + 1] == "╌"
    assert (
        "what it would show is there all the same"
        in told(BY_ID["list"], Side(off, stopped("list")), screen_words("en")).lower()
    )


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("attack", ROWS)
def test_what_an_attack_got_stands_whole_beside_its_line(attack: str, lang: Lang) -> None:
    shown = view(frozenset(BY_ID[attack].locks[0]), {attack: through(attack, 14)})
    gain = screen_words(lang)(f"without.gain.{attack}", seen=14, rights=14)
    assert drawn(shown, lang=lang).text().count(f"✗ {gain}\n") == 1


@pytest.mark.parametrize("width", [76, 116])
def test_a_refused_plan_ends_at_the_sheet_whose_step_it_was_with_the_errno(width: int) -> None:
    at = layout(width, 33, longest_name(screen_words("en")), 0)
    line = row(view(frozenset({"private"}), {"kill": refused("kill", errno.EINVAL)}), "kill", width)
    assert line[at.x("pivot") + 1 :].startswith("✗ EINVAL")
    assert line.endswith("╌")
    assert "━" not in line


def test_the_errno_of_a_refusal_at_the_last_sheet_stands_left_of_it() -> None:
    plan = Refusal(Step("session", "init", "setsid"), Done("session", errno.EPERM, 9.0, 0, -1))
    line = row(view(FULL, {"kill": Trial("kill", FULL, (), (), plan, False, None, None, 8.7)}), "kill", 76)
    assert "EPERM ✗" in line


def test_a_refusal_says_what_was_reached_for() -> None:
    side = Side(frozenset({"private"}), refused("kill", errno.EINVAL))
    assert "shared" in told(BY_ID["kill"], side, screen_words("en"))
    other = Side(frozenset({"private"}), refused("kill", errno.ENOMEM))
    assert "Cannot allocate memory" in told(BY_ID["kill"], other, screen_words("en"))


def test_plans_that_were_refused_are_not_counted_as_held() -> None:
    shown = view(frozenset({"private"}), {attack.id: refused(attack.id, errno.EINVAL) for attack in ATTACKS})
    assert f"0 of {len(ATTACKS)}" in drawn(shown).text()


def test_what_was_not_run_yet_and_a_lab_that_failed_are_told_apart() -> None:
    assert row(view(FULL, {"kill": None}), "kill").endswith("…")
    assert row(view(FULL, {"kill": failed()}), "kill").endswith("?")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("size", SIZES)
def test_no_word_is_lost(size: tuple[int, int], lang: Lang) -> None:
    for off in (*BASES.values(), frozenset({"pivot", "nnp"})):
        results = {attack.id: through(attack.id, 123456789) for attack in ATTACKS if set(attack.locks[0]) & off}
        for at in range(len(ATTACKS)):
            shown = view(off, results, at=(at, at % len(PRIMITIVES)))
            canvas = drawn(shown, *size, lang)
            opened(cell := Canvas(*size), shown, screen_words(lang))
            assert [lost for lost in (*canvas.lost, *cell.lost) if lost.startswith("outside")] == []


@pytest.mark.parametrize("lang", LANGS)
def test_names_and_notes_stand_whole_where_the_board_is_narrowest(lang: Lang) -> None:
    words = screen_words(lang)
    at = layout(NARROWEST, 22, longest_name(words), 0)
    text = drawn(view(FULL, {}), NARROWEST, 22, lang).text()
    assert at.sheet >= FEWEST_SHEET
    assert at.seen == len(ATTACKS)
    for attack in ATTACKS:
        assert words(f"without.attack.{attack.id}") in text
    for place, primitive in enumerate(PRIMITIVES):
        assert words(f"without.sheet.{primitive}") in text.splitlines()[at.heads + place % 2]
        noted = drawn(view(FULL, {}, at=(0, place)), NARROWEST, 22, lang).text()
        assert words(f"without.note.{primitive}") in noted


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("attack", ATTACKS)
def test_beside_the_story_the_longest_attack_is_seen_to_its_end(attack: Attack, lang: Lang) -> None:
    at = ATTACKS.index(attack)
    column = PRIMITIVES.index(ATTACKS[at].locks[0][0])
    shown = view(FULL, {}, at=(at, column))
    text = "".join(drawn(shown, 81, 33, lang).text().split())
    for side in shown.pair:
        assert "".join(told(ATTACKS[at], side, screen_words(lang)).split()) in text


def test_in_a_low_window_the_attack_at_hand_is_seen_and_how_many_there_are() -> None:
    last = len(ATTACKS) - 1
    text = drawn(view(FULL, {}, at=(last, 0)), 76, 12).text()
    assert "get all caps by exec" in text
    assert f"{last + 1}/{len(ATTACKS)}" in text


def test_only_the_call_that_differs_is_bold() -> None:
    canvas = Canvas(116, 12)
    shown = view(
        frozenset({"pivot"}),
        {},
        at=(ROWS.index("escape"), PRIMITIVES.index("pivot")),
        pair=(stopped("escape"), through("escape", 7)),
    )
    cell_rows(canvas, 0, shown, screen_words("en"))
    bold = ["".join(glyph for glyph, face in line[6:50] if face.bold).strip() for line in canvas.rows[1:8]]
    assert [bool(words) for words in bold] == [False] * 6 + [True]
    assert "reads 7" in canvas.text()


def test_a_narrow_cell_has_each_call_once_with_both_answers() -> None:
    shown = view(FULL, {}, at=(ROWS.index("kill"), PRIMITIVES.index("pid")), pair=(stopped("kill"), through("kill", 0)))
    canvas = Canvas(81, 9)
    cell_rows(canvas, 0, shown, screen_words("en"))
    (line,) = (line for line in canvas.text().splitlines() if "kill(" in line)
    assert line.index("✗ ENOENT") < line.index("= 0")


def test_a_call_that_belongs_to_one_side_alone_is_not_called_on_the_other() -> None:
    plan = (Step("nnp", "init", "prctl", (38, 1)), Done("nnp", 0, 9.0, 0, 0))
    without = Trial("regain", FULL, (), (), None, False, None, Rights(0, 0), 8.7)
    with_it = Trial("regain", FULL, (plan[0],), (plan[1],), None, False, None, Rights(0, 0), 8.7)
    shown = view(FULL, {}, at=(ROWS.index("regain"), PRIMITIVES.index("nnp")), pair=(with_it, without))
    (call,) = calls(shown)
    assert call.answers == ("= 0", "╌")


def test_what_the_lab_does_bears_the_hosts_letter() -> None:
    canvas = Canvas(116, 8)
    shown = view(FULL, {}, at=(ROWS.index("rename"), PRIMITIVES.index("uts")))
    assert BY_ID["rename"].moves[0].who == "lab"
    cell_rows(canvas, 0, shown, screen_words("en"))
    assert canvas.text().splitlines()[1].strip().startswith("A")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [40, 60, 76, 110])
def test_a_card_shows_the_attack_as_it_was_tried_last_with_its_calls(width: int, lang: Lang) -> None:
    words, off = screen_words(lang), frozenset({"umnt"})
    results = {
        ("escape", FULL): stopped("escape"),
        ("kill", FULL): stopped("kill"),
        ("escape", off): through("escape", 7),
    }
    canvas = Canvas(width)
    without_rows(canvas, TrialsView(results), words, Emphasis(highlight=ROWS.index("escape")))
    text = canvas.text()
    assert [lost for lost in canvas.lost if lost.startswith("outside")] == []
    assert words("without.attack.escape") in text
    assert words("without.got.escape", seen=7)[-4:] in text
    assert words("without.attack.kill") not in text
    assert ("━►" in text) is (width >= NARROWEST)
