"""The pane of control groups: the last minute of one of the lab's groups, with its limits and what happened at them."""

from __future__ import annotations

from textual.reactive import reactive

from nslab.observe.cgroup.causes import Cause
from nslab.observe.cgroup.view import GroupsView
from nslab.observe.views import Gone, NotYet
from nslab.tui.canvas import Canvas
from nslab.tui.faces import MUTE, REVERSE
from nslab.tui.graph.bands import Band
from nslab.tui.graph.graph import graph
from nslab.tui.graph.series import CPU, bands
from nslab.tui.panes.pane import Emphasis, Pane, RowAt, drawable
from nslab.tui.wrap import shorten
from nslab.words import Words

Shown = GroupsView | NotYet | Gone[GroupsView]
MOST_NAME = 24
AFAR_BANDS = 2
NOTHING_STANDS_OUT: Emphasis[str, Cause] = Emphasis()


def cgroup_rows(
    canvas: Canvas, view: Shown, words: Words, emphasis: Emphasis[str, Cause] = NOTHING_STANDS_OUT
) -> RowAt[str]:
    """Write the pane. The group is the one under the cursor, the one that a lesson points at, or the first."""
    title = words("pane.cgroups")
    shown = drawable(canvas, view, title, words, lambda on, last: _draw(on, last, words, NOTHING_STANDS_OUT))
    if shown is None:
        return ()
    _draw(canvas, shown, words, emphasis)
    return ()


def _draw(canvas: Canvas, view: GroupsView, words: Words, emphasis: Emphasis[str, Cause]) -> None:
    path = next((one for one in (emphasis.cursor, emphasis.highlight, *view.paths) if one in view.paths), None)
    canvas.heading(words("pane.cgroups"), f"/sys/fs/cgroup/{path or ''}".rstrip("/"))
    if path is None:
        return
    others = [one for one in view.paths if one != path]
    y = 1
    if canvas.height > MOST_NAME // 2:
        _names(canvas, y, path, others)
        y = 3
    found = bands(view.history, path, words)
    main = main_band(found)
    if canvas.afar:
        found = (*(one for one in found if one.name == main), *(one for one in found if one.name != main))[:AFAR_BANDS]
    graph(canvas, y, canvas.height - y, found, main, (view.history.now, view.history.span), words)


def _names(canvas: Canvas, y: int, path: str, others: list[str]) -> None:
    """Which group is on show, and which there are besides, as many as fit."""
    x = canvas.put(0, y, f" {shorten(path or '/', MOST_NAME)} ", REVERSE) + 2
    for other in others:
        name = shorten(other or "/", MOST_NAME)
        if x + len(name) + 2 > canvas.width:
            return
        x = canvas.put(x, y, name, MUTE) + 2


def main_band(found: tuple[Band, ...]) -> str:
    """The one that gets most room: the first that something happened in, else the first with a limit, else the processor's."""
    wanted = (*(band for band in found if band.causes), *(band for band in found if band.limits))
    return wanted[0].name if wanted else CPU


class CgroupPane(Pane[GroupsView, str, Cause]):
    """The cursor is the group on show, whether or not the pane has the focus."""

    view: reactive[Shown] = reactive(NotYet("pane.nothing-yet"), init=False)

    def rows_of(self, view: GroupsView) -> tuple[str, ...]:
        """Groups of containers and of the learner's first."""
        return view.paths

    def changed_cells(self, old: GroupsView, new: GroupsView) -> frozenset[Cause]:
        """Nothing stands out for a moment: causes stay where they happened."""
        return frozenset()

    def draw_view(self, canvas: Canvas, view: Shown, emphasis: Emphasis[str, Cause]) -> RowAt[str]:
        """The pane."""
        return cgroup_rows(canvas, view, self.words, Emphasis(self._cursor_now(), emphasis.highlight))
