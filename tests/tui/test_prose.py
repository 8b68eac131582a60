"""Lesson words become spans whose marks the screen can draw."""

from gallery import prose

from nslab.tui.prose import inline, lines, told
from nslab.tui.wrap import Mark, Span


def test_terms_code_and_stress_keep_their_marks() -> None:
    assert inline(prose("a **PID namespace** by `clone()`, a *copy*")) == (
        *(Span("a "), Span("PID namespace", Mark.STRONG), Span(" by "), Span("clone()", Mark.CODE)),
        *(Span(", a "), Span("copy", Mark.EMPHASIS)),
    )


def test_a_command_has_a_row_of_its_own_in_a_task_and_none_where_there_is_one_row() -> None:
    assert lines(prose("On `host`:\n\n    unshare -fp\n")) == [
        (Span("On "), Span("host", Mark.CODE), Span(":")),
        (Span("unshare -fp", Mark.CODE),),
    ]
    assert inline(prose("On `host`:\n\n    unshare -fp\n")) == (
        *(Span("On "), Span("host", Mark.CODE), Span(":"), Span(" "), Span("unshare -fp", Mark.CODE)),
    )


def test_commands_in_one_row_are_told_apart() -> None:
    assert "".join(span.text for span in inline(prose("Do:\n\n    exit\n    ps\n"))) == "Do: exit ⏎ ps"


def test_the_interfaces_own_words_mark_only_code() -> None:
    assert told("运行 `nslab clean`，再试 *。") == (Span("运行 "), Span("nslab clean", Mark.CODE), Span("，再试 *。"))


def test_a_lone_backtick_is_a_backtick() -> None:
    assert told("a ` b") == (Span("a ` b"),)
