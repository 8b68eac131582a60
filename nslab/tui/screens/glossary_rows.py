"""The words arranged: one row a term in both languages, and the selected one explained beside the list (or below it)."""

from __future__ import annotations

from rich.cells import cell_len

from nslab.tui.canvas import Canvas
from nslab.tui.faces import BOLD, MUTE, REVERSE, TEXT
from nslab.tui.prose import told
from nslab.tui.screens.glossary_view import GlossaryView, TermEntry
from nslab.tui.searched import Cursor, Hits, search_row
from nslab.tui.wrap import shorten
from nslab.words import Lang, Words

SMALL = 100  # columns: below, the term stands under the list
LIST_WIDTH = 57


def glossary_rows(canvas: Canvas, view: GlossaryView, cursor: Cursor, first: Lang, words: Words) -> Hits:
    """Write the words, those of language `first` first; what can be clicked."""
    canvas.put(0, 0, words("glossary.title"), BOLD)
    met = sum(term.met for term in view.terms)
    canvas.right(canvas.width, 0, words("glossary.met", met=met, total=len(view.terms)), MUTE)
    small = canvas.width < SMALL
    top = 2 if small else 4
    search_row(canvas, top - (1 if small else 2), cursor, words("glossary.search"))
    terms = [term for term in view.terms if cursor.shows(term.id)]
    if not terms:
        canvas.put(0, top, words("glossary.nothing", query=cursor.query), MUTE)
        return {}
    selected = next((term for term in terms if term.id == cursor.selected), terms[0])
    width = canvas.width if small else LIST_WIDTH
    side = _term(selected, canvas.width if small else min(canvas.width - width - 5, 72), first, words, canvas.plain)
    rows = max(canvas.height - top - side.height - 1, 3) if small else canvas.height - top - 2
    at, page = _page(terms, selected, rows)
    canvas.blit(_list(page, selected, width, first, canvas.plain), 0, top)
    if small:
        canvas.blit(side, 0, top + len(page) + 1)
    else:
        canvas.blit(side, width + 5, top)
        canvas.put(0, canvas.height - 1, words("glossary.mute"), MUTE)
    if at + len(page) < len(terms):
        canvas.put(0, top + len(page) - 1, "▾", MUTE)
    return {top + row: term.id for row, term in enumerate(page)}


def _page(terms: list[TermEntry], selected: TermEntry, rows: int) -> tuple[int, list[TermEntry]]:
    """The terms in sight, the selected one in the middle of them, and the place of the first."""
    first = min(max(terms.index(selected) - rows // 2, 0), max(len(terms) - rows, 0))
    return first, terms[first : first + rows]


def _list(page: list[TermEntry], selected: TermEntry, width: int, first: Lang, plain: bool) -> Canvas:
    """Three columns: the term, its name in the other language, its lesson."""
    canvas = Canvas(width, len(page), plain=plain)
    second: Lang = "zh" if first == "en" else "en"
    middle = max(24, width * 2 // 5)
    for y, term in enumerate(page):
        if term is selected:
            canvas.fill(0, y, width, 1, REVERSE)
        end = canvas.right(width - 1, y, term.lesson, MUTE)
        canvas.put(1, y, shorten(term.names[first], middle - 3), BOLD if term.met else MUTE)
        canvas.put(middle, y, shorten(term.names[second], end - middle - 1), MUTE)
    return canvas


def _term(term: TermEntry, width: int, first: Lang, words: Words, plain: bool) -> Canvas:
    """The selected term explained."""
    canvas = Canvas(width, plain=plain)
    x = canvas.put(0, 0, term.names[first], BOLD)
    canvas.put(x + 2, 0, term.names["zh" if first == "en" else "en"], MUTE)
    canvas.para(0, 2, width, told(term.meaning))
    if term.see:
        canvas.put(0, canvas.height + 1, words("glossary.see"), MUTE)
        for command in term.see:
            y = canvas.height
            canvas.put(0, y, "$", MUTE)
            canvas.put(2, y, shorten(command, width - 2), TEXT)
    canvas.reach(canvas.height + 1)
    labels = {name: words(f"glossary.{name}") for name in ("is-not", "met-in", "man")}
    column = max(map(cell_len, labels.values())) + 2
    for name, said in (("is-not", term.is_not), ("met-in", term.lesson), ("man", term.man)):
        if said:
            y = canvas.height
            canvas.put(0, y, labels[name], MUTE)
            canvas.para(column, y, width - column, told(said), TEXT)
    return canvas
