"""The learner's C program: which lines made the namespaces, and what each flag made."""

from __future__ import annotations

import pytest

from nslab.course.snapshot import Source
from nslab.kernel.namespaces import Kind
from nslab.observe.views import Tag
from nslab.tui.lesson.program import lit_lines, program_view
from nslab.words import words_for
from tests.stage import LESSONS

EN = words_for("en")
TEXT = (LESSONS / "pid" / "files" / "ns_pid.c").read_text()
B = (Tag(Kind.PID, "B"), Tag(Kind.UTS, "B"))


def test_the_call_that_makes_namespaces_is_lit_from_its_name_to_its_semicolon() -> None:
    lines = tuple(TEXT.splitlines())
    lit = [lines[number - 1] for number in sorted(lit_lines(lines))]
    assert "clone(" in lit[0]
    assert lit[-1].rstrip().endswith(";")
    assert "CLONE_NEWPID" in " ".join(lit)


@pytest.mark.parametrize(
    ("text", "lit"),
    [
        ("int main() {\n  unshare(CLONE_NEWUTS);\n}", {2}),
        ("// clone(it)\nint a;", set()),
        ("/* clone(\n * clone( */\nclone(f,\n s);\n", {3, 4}),
        ("clone(f", {1}),
        ("", set()),
    ],
)
def test_comments_are_no_calls_and_what_has_no_end_ends_at_once(text: str, lit: set[int]) -> None:
    assert lit_lines(tuple(text.splitlines())) == lit


def test_while_it_runs_each_flag_is_shown_with_what_it_made() -> None:
    view = program_view(Source("ns_pid.c", TEXT, 9), B, EN)
    assert view.about == "the program behind ns_pid(9)"
    assert [(made.flag, made.kind, made.letter) for made in view.made] == [
        ("CLONE_NEWPID", "pid", "B"),
        ("CLONE_NEWUTS", "uts", "B"),
    ]


def test_what_it_did_not_ask_for_is_not_shown_as_its_work() -> None:
    net = (*B, Tag(Kind.NET, "C"))
    assert "net" not in {made.kind for made in program_view(Source("ns_pid.c", TEXT, 9), net, EN).made}


def test_when_it_does_not_run_it_made_nothing() -> None:
    view = program_view(Source("ns_pid.c", TEXT, None), B, EN)
    assert view.made == ()
    assert view.about == EN("pane.not-running")
    assert program_view(None, B, EN).lines == ()
