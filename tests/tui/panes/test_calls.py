"""The calls pane, by its exact text, and the widget that shows it."""

from __future__ import annotations

from textwrap import dedent

import pytest
from msgspec.structs import replace

from nslab.engine.rosetta.elsewhere import Elsewhere
from nslab.observe.views import Birth, CallRow, CallsView, Gone, NotYet, Refused, Returned, Unanswered
from nslab.tui.canvas import Canvas
from nslab.tui.faces import Role
from nslab.tui.panes.calls import NOTHING_STANDS_OUT, CallAt, CallPane, Shown, call_rows, duration, explanation
from nslab.tui.panes.pane import Emphasis
from nslab.words import Words, words_for

CLONE = CallRow("clone", "lab", "clone3({flags=CLONE_NEWPID|CLONE_NEWNS})", Returned(8), 312.4, Elsewhere())
PROC = CallRow(
    "proc",
    "init",
    'mount("proc", "/run/nslab/web/root/proc", "proc", MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)',
    Returned(0),
    30.4,
    Elsewhere("mount -t proc proc /run/nslab/web/root/proc", "", "mounts: /proc"),
)
QUEUES = CallRow(
    "mqueue",
    "init",
    'mount("mqueue", "/run/nslab/web/root/dev/mqueue", "mqueue", 0, NULL)',
    Refused("ENODEV", "No such device", tolerated=True),
    4.04,
    Elsewhere(),
)
EXEC = CallRow("exec", "init", 'execve("sleep", ["sleep", "9"])', Returned(0), None, Elsewhere("", "", "process.args"))
MISSING = replace(EXEC, answer=Refused("ENOENT", "No such file or directory", tolerated=False), microseconds=1250.0)
WEB = Birth("web", 8, "B", (CLONE, PROC, QUEUES, EXEC))
BAD = Birth("bad", None, None, (CLONE, MISSING, replace(PROC, answer=Unanswered("not-tried"), microseconds=None)))
VIEW = CallsView((WEB,))


def many(count: int) -> CallsView:
    """A birth of `count` calls like clone3 and proc."""
    calls = (replace(PROC, step=f"step{number}", call=f"chdir({number})") for number in range(1, count))
    return CallsView((replace(WEB, calls=(CLONE, *calls)),))


def pane(
    view: Shown,
    words: Words,
    size: tuple[int, int] = (54, 9),
    emphasis: Emphasis[CallAt, str] = NOTHING_STANDS_OUT,
    *,
    plain: bool = False,
) -> Canvas:
    canvas = Canvas(*size, plain=plain)
    call_rows(canvas, view, words, emphasis)
    assert canvas.lost == []
    return canvas


def text(picture: str) -> str:
    return dedent(picture).strip("\n")


def test_each_call_has_who_asked_what_came_back_and_how_long_it_took(en: Words) -> None:
    assert pane(VIEW, en).text().rstrip() == text("""
        system calls ──────────────────────── the engine's own
         B  web                                4 calls, 347 µs
         A   clone3({flags=CLONE_NEWPID|CLON…      = 8  312 µs
         B   mount("proc", "/run/nslab/web/r…      = 0   30 µs
         B   mount("mqueue", "/run/nslab/web… ✗ ENODEV  4.0 µs
         B   execve("sleep", ["sleep", "9"])       = 0
    """)


def test_a_narrow_pane_leaves_the_durations_to_the_row_under_the_cursor(en: Words) -> None:
    assert pane(VIEW, en, (38, 7), Emphasis(cursor=("web", "proc"))).text() == text("""
        system calls ──────── the engine's own
         B  web                4 calls, 347 µs
         A   clone3({flags=CLONE_NEW…      = 8
         B ▸ mount("proc", "/run/nsl…      = 0
         B   mount("mqueue", "/run/n… ✗ ENODEV
         B   execve("sleep", ["sleep…      = 0
        = 0, 30 µs ← web 8, step proc
    """)


def test_a_wide_pane_shows_the_calls_whole(en: Words) -> None:
    lines = pane(VIEW, en, (118, 7)).text().splitlines()
    assert [line[5:90].rstrip() for line in lines[2:6]] == [row.call for row in WEB.calls]


def test_chinese_says_the_same(en: Words) -> None:
    assert pane(VIEW, words_for("zh"), (38, 7), Emphasis(cursor=("web", "clone"))).text() == text("""
        系统调用 ──────────── nslab 引擎发出的
         B  web               4 次调用，347 µs
         A ▸ clone3({flags=CLONE_NEW…      = 8
         B   mount("proc", "/run/nsl…      = 0
         B   mount("mqueue", "/run/n… ✗ ENODEV
         B   execve("sleep", ["sleep…      = 0
        = 8, 312 µs ← lab 1，步骤 clone
    """)


def test_who_joined_a_container_asked_from_the_host_s_side(en: Words) -> None:
    setns = CallRow("setns", "joiner", "setns(<target>, CLONE_NEWPID)", Returned(0), 20.0, Elsewhere())
    guest = CallsView((Birth("guest", 9, "B", (setns, EXEC)),))
    assert pane(guest, en, (60, 5), Emphasis(cursor=("guest", "setns"))).text() == text("""
        system calls ────────────────────────────── the engine's own
         B  guest                                     2 calls, 20 µs
         A ▸ setns(<target>, CLONE_NEWPID)               = 0   20 µs
         B   execve("sleep", ["sleep", "9"])             = 0
        = 0, 20 µs ← the process that joined, step setns
    """)


def test_without_colour_the_host_s_tag_has_brackets(en: Words) -> None:
    lines = pane(VIEW, en, plain=True).text().splitlines()
    assert [line[:3] for line in lines[1:4]] == [" B ", "[A]", " B "]


def test_tags_have_the_colour_of_the_world_that_asked(en: Words) -> None:
    rows = pane(VIEW, en).rows
    assert [(row[1][1].ink, row[1][1].solid) for row in rows[1:4]] == [(Role.B, True), (Role.A, True), (Role.B, True)]


def test_only_the_call_that_ended_a_plan_is_red(en: Words) -> None:
    canvas = pane(CallsView((WEB, BAD)), en, (54, 12))
    red = ["".join(glyph for glyph, face in row if face.ink is Role.BAD) for row in canvas.rows]
    assert [line for line in red if line] == ["✗ not made", "✗ ENOENT"]


def test_a_container_that_could_not_be_made_says_so_and_what_was_not_tried(en: Words) -> None:
    assert pane(CallsView((BAD,)), en, (54, 6)).text().rstrip() == text("""
        system calls ──────────────────────── the engine's own
         ╌  bad                                     ✗ not made
         A   clone3({flags=CLONE_NEWPID|CLO…       = 8  312 µs
         ╌   execve("sleep", ["sleep", "9"])  ✗ ENOENT  1.2 ms
         ╌   mount("proc", "/run/nslab/web/… not tried
    """)


@pytest.mark.parametrize(("answer", "shown"), [(Unanswered("lost"), "? LOST"), (Unanswered("never-run"), "NEVER RUN")])
def test_a_call_without_an_answer_says_which_kind_of_silence(en: Words, answer: Unanswered, shown: str) -> None:
    silent = replace(PROC, answer=answer, microseconds=None)
    assert pane(CallsView((replace(WEB, calls=(silent,)),)), en).text().splitlines()[2].endswith(shown)


def test_enter_explains_a_refusal_first_then_the_whole_call_and_its_other_names(en: Words) -> None:
    assert explanation(BAD, MISSING, 54, en).text() == text("""
        ✗ ENOENT  No such file or directory. Without this call
                  there is no bad.
        execve("sleep", ["sleep", "9"])
        OCI     process.args
        ✗ ENOENT, 1.2 ms ← bad, step exec
    """)


def test_enter_explains_what_the_plan_allows_for(en: Words) -> None:
    assert explanation(WEB, QUEUES, 118, en).text() == text("""
        ✗ ENODEV  No such device. The plan allows for that: web does without.
        mount("mqueue", "/run/nslab/web/root/dev/mqueue", "mqueue", 0, NULL)
        ✗ ENODEV, 4.0 µs ← web 8, step mqueue
    """)


def test_enter_shows_the_call_in_the_words_of_shell_docker_and_oci(en: Words) -> None:
    lines = pane(VIEW, en, (78, 12), Emphasis(cursor=("web", "proc"), more=True)).text().splitlines()
    assert lines[-5:] == [
        'mount("proc", "/run/nslab/web/root/proc", "proc",',
        "MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)",
        "shell   mount -t proc proc /run/nslab/web/root/proc",
        "OCI     mounts: /proc",
        "= 0, 30 µs ← web 8, step proc",
    ]


def test_an_explanation_too_tall_leaves_some_calls_in_sight_and_says_that_it_goes_on(en: Words) -> None:
    lines = pane(VIEW, en, (38, 8), Emphasis(cursor=("web", "proc"), more=True)).text().splitlines()
    assert lines[2] == ' B ▸ mount("proc", "/run/nsl…      = 0'
    assert lines[-1] == "…"


def test_of_more_calls_than_rows_those_round_the_cursor_are_in_sight(en: Words) -> None:
    lines = pane(many(60), en, emphasis=Emphasis(cursor=("web", "step30"))).text().splitlines()
    assert any(line.startswith(" B ▸ chdir(30)") for line in lines)
    assert lines[-2] == "▴ 28  ▾ 27 more"


def test_a_failure_is_in_sight_by_itself_and_else_the_beginning(en: Words) -> None:
    assert "clone3" in pane(many(60), en).text()
    late = many(60).births[0]
    failed = replace(late, calls=(*late.calls, MISSING))
    assert "✗ ENOENT" in pane(CallsView((failed,)), en).text()


@pytest.mark.parametrize("size", [(24, 8), (30, 12), (38, 12), (54, 20), (78, 18), (118, 40)])
@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("more", [False, True])
def test_no_size_loses_a_word(words: Words, size: tuple[int, int], plain: bool, more: bool) -> None:
    for view in (VIEW, CallsView((WEB, BAD)), many(60)):
        for birth in view.births:
            for call in (birth.calls[0], birth.calls[-1]):
                at = (birth.name, call.step)
                pane(view, words, size, Emphasis(at, at, frozenset({birth.name}), more), plain=plain)


def test_before_any_container_one_sentence_says_what_comes_and_what_does_not(en: Words) -> None:
    assert pane(NotYet("pane.no-calls-yet"), en, (54, 6)).text().rstrip() == text("""
        system calls ─────────────────────────────────────────

        Once nslab makes a container, the system calls it took
        appear here. Those of your own programs are not seen
        here.
    """)


def test_a_dead_lab_keeps_its_words_and_loses_its_colours(en: Words) -> None:
    canvas = pane(Gone(VIEW), en)
    assert "as last seen" in canvas.text()
    assert "= 8  312 µs" in canvas.text()
    assert {face.ink for row in canvas.rows[1:] for glyph, face in row if glyph.strip()} == {Role.MUTE}


def test_a_duration_has_the_unit_that_keeps_it_short() -> None:
    assert [duration(us) for us in (0.4, 9.94, 10.2, 999.0, 1000.0, 12345.0)] == [
        "0.4 µs",
        "9.9 µs",
        "10 µs",
        "999 µs",
        "1.0 ms",
        "12.3 ms",
    ]


def test_each_row_is_where_a_click_finds_it(en: Words) -> None:
    steps: list[CallAt] = [("web", row.step) for row in WEB.calls]
    assert call_rows(Canvas(54, 9), VIEW, en) == (None, None, *steps)


def test_a_birth_that_is_new_or_made_again_has_changed(en: Words) -> None:
    widget = CallPane(en)
    both = CallsView((WEB, BAD))
    assert widget.changed_cells(VIEW, both) == {"bad"}
    assert widget.changed_cells(both, CallsView((WEB, replace(BAD, letter="C")))) == frozenset()
    again = replace(WEB, pid=9, calls=(replace(CLONE, answer=Returned(9)), *WEB.calls[1:]))
    assert widget.changed_cells(VIEW, CallsView((again,))) == {"web"}


async def test_the_widget_says_what_will_come_before_it_has_a_view(stand: type, en: Words) -> None:
    widget = CallPane(en)
    async with stand(widget).run_test(size=(54, 12)):
        assert widget.render_line(2).text.startswith("Once nslab makes a container")


async def test_the_cursor_begins_on_the_failure_and_enter_explains_it(stand: type, en: Words) -> None:
    widget = CallPane(en)
    async with stand(widget).run_test(size=(54, 16)) as pilot:
        widget.view = CallsView((WEB, BAD))
        widget.focus()
        await pilot.press("enter")
        lines = [widget.render_line(y).text.rstrip() for y in range(16)]
        assert any(line.startswith(" ╌ ▸ execve") for line in lines)
        assert lines[-5] == "✗ ENOENT  No such file or directory. Without this call"
        await pilot.press("home", "enter")
        lines = [widget.render_line(y).text.rstrip() for y in range(16)]
        assert lines[2].startswith(" A ▸ clone3")
        assert lines[-1] == "= 8, 312 µs ← lab 1, step clone"
