"""The program pane shows the call that made the namespaces, and colours nothing but what it made."""

import gallery
import pytest

from nslab.tui.canvas import Canvas
from nslab.tui.faces import Role
from nslab.tui.panes.program import program_rows
from nslab.words import Lang, Words


@pytest.mark.parametrize("size", [(45, 20), (80, 12), (60, 60)])
def test_no_words_are_lost(lang: Lang, words: Words, size: tuple[int, int]) -> None:
    canvas = Canvas(*size)
    program_rows(canvas, gallery.program(lang), words)
    assert canvas.lost == []


def test_a_source_taller_than_the_pane_shows_the_lit_lines(en: Words) -> None:
    canvas = Canvas(80, 12)
    program_rows(canvas, gallery.program("en"), en)
    text = canvas.text()
    assert "  27      pid_t pid = clone(" in text.replace("▌", " ")
    assert "#include <sched.h>" not in text
    assert text.endswith("uts B  because of CLONE_NEWUTS\n       pid B  because of CLONE_NEWPID")


def test_only_flags_of_lit_lines_are_coloured(en: Words) -> None:
    canvas = Canvas(90, 60)
    program_rows(canvas, gallery.program("en"), en)
    coloured = {
        "".join(glyph for glyph, face in row if face.ink is Role.B and not face.solid) for row in canvas.rows
    } - {""}
    assert coloured == {"CLONE_NEWPIDCLONE_NEWUTS"}
