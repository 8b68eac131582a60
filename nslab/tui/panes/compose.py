"""The compose board: a container's eight switches, presets, and a key that ends one."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from textual import events
from textual.reactive import reactive

from nslab.course.composing import PRESETS
from nslab.course.model import Kill, Preset
from nslab.kernel.namespaces import Kind
from nslab.observe.compose_view import ComposeView
from nslab.observe.views import Gone, NotYet
from nslab.tui.asked import Asked
from nslab.tui.canvas import Canvas
from nslab.tui.panes.board import draw
from nslab.tui.panes.compose_rows import (
    HOSTS,
    ORDER,
    OWN,
    ChangedCell,
    Hand,
    compose_asked,
    compose_view_rows,
    container_of,
    draft_of,
)
from nslab.tui.panes.namespaces import SOURCE, changed_cells
from nslab.tui.panes.pane import Emphasis, Pane, RowAt
from nslab.tui.wanted import PartWanted
from nslab.words import Words

Shown = ComposeView | NotYet | Gone[ComposeView]

TITLE = "pane.compose"
NOTHING_YET = NotYet("pane.nothing-yet")


def compose_rows(
    canvas: Canvas, view: Shown, words: Words, emphasis: Emphasis[Kind, ChangedCell], hand: Hand | None = None
) -> RowAt[Kind]:
    """The board with its faces. Without a hand, as a card shows it: at the container made last."""
    found: RowAt[Kind] = ()

    def whole(on: Canvas, shown: ComposeView) -> None:
        nonlocal found
        if hand is None or not hand.told:
            on.heading(words(TITLE), SOURCE)
        found = compose_view_rows(on, shown, words, hand or hand_for(shown, None), emphasis)

    draw(canvas, view, words, TITLE, whole)
    return found


def hand_for(view: ComposeView, chosen: str | None) -> Hand:
    """A hand on a container as it was made; on the last one where the one that was chosen is not there."""
    names = [one.name for one in view.containers]
    name = chosen if chosen in names else ("web" if "web" in names else names[-1] if names else None)
    composed = view.container(name) if name else None
    return Hand(name, draft_of(composed) if composed else {})


class ComposePane(Pane[ComposeView, Kind, ChangedCell]):
    """The board. What it shall make it asks for; the switches that were turned and not made so are its own."""

    view: reactive[Shown] = reactive(NOTHING_YET, init=False)

    def __init__(self, words: Words, view: Shown = NOTHING_YET, *, whole: bool = False, id: str | None = None) -> None:
        super().__init__(words, whole=whole, id=id)
        self.set_reactive(ComposePane.view, view)
        self.hand = hand_for(view, None) if isinstance(view, ComposeView) else Hand(None)

    def rows_of(self, view: ComposeView) -> tuple[Kind, ...]:
        """As they are drawn, from top to bottom."""
        drawn = tuple(dict.fromkeys(kind for kind in self._row_at if kind is not None))
        return drawn if len(drawn) == len(ORDER) else ORDER

    def changed_cells(self, old: ComposeView, new: ComposeView) -> frozenset[ChangedCell]:
        """Links that name another namespace than before, of columns that are where they were."""
        if [column.name for column in old.sides.columns] != [column.name for column in new.sides.columns]:
            return frozenset()
        return changed_cells(old.sides, new.sides)

    def watch_view(self, old: Shown, new: Shown) -> None:
        """Turned switches stay as they are until what they ask for is made, or the container is another."""
        if isinstance(new, ComposeView):
            before = old.container(self.hand.chosen) if isinstance(old, ComposeView) and self.hand.chosen else None
            now = new.container(self.hand.chosen) if self.hand.chosen else None
            if before is None or now is None or before.spec != now.spec or before.calls != now.calls:
                self.hand = hand_for(new, self.hand.chosen)
        super().watch_view(old, new)

    def draw_view(self, canvas: Canvas, view: Shown, emphasis: Emphasis[Kind, ChangedCell]) -> RowAt[Kind]:
        """The board."""
        return compose_rows(canvas, view, self.words, emphasis, replace(self.hand, told=self.told_above))

    def asked(self, view: ComposeView) -> Asked:
        """The container and the kind at hand."""
        return compose_asked(view, self.hand, self._cursor_now() or ORDER[0], self.words)

    def on_key(self, event: events.Key) -> None:
        """Left and right turn a switch, Tab takes up the next container, p makes the next preset, x ends a container."""
        acts: dict[str, Callable[[], object]] = {
            "left": lambda: self.turn(-1),
            "right": lambda: self.turn(1),
            "tab": self.choose_next,
            "p": self.next_preset,
            "x": self.kill,
        }
        if event.key not in acts:
            super().on_key(event)
        elif isinstance(self.view, ComposeView):
            acts[event.key]()
            event.stop()
            event.prevent_default()

    def enter(self) -> None:
        """Make the container at hand anew, as its switches stand."""
        if self.hand.chosen is not None and isinstance(self.view, ComposeView):
            self.post_message(PartWanted(container_of(self.hand.chosen, self.hand.draft)))

    def turn(self, by: int) -> None:
        """The switch of the kind under the cursor: its own, the host's, and each other container's that lives."""
        kind = self._cursor_now()
        view = self._view_now()
        if kind is None or view is None or self.hand.chosen is None:
            return
        others = [column.name for column in view.sides.columns[1:] if column.alive and column.name != self.hand.chosen]
        states = [OWN, HOSTS, *others]
        now = self.hand.draft[kind]
        at = states.index(now) if now in states else -1 if by > 0 else 0  # it may be on one that has ended
        self.hand = Hand(self.hand.chosen, {**self.hand.draft, kind: states[(at + by) % len(states)]})
        self.redraw()

    def choose_next(self) -> None:
        """The container whose column is right of the one at hand; its switches as it was made."""
        view = self._view_now()
        names = [column.name for column in view.sides.columns[1:]] if view else []
        if view is not None and names:
            at = names.index(self.hand.chosen) if self.hand.chosen in names else -1
            self.hand = hand_for(view, names[(at + 1) % len(names)])
        self.redraw()

    def next_preset(self) -> None:
        """Ask for the known set after the one on show; for the first where it is none of them."""
        view = self._view_now()
        names = list(PRESETS)
        at = names.index(view.preset) if view is not None and view.preset in names else -1
        self.post_message(PartWanted(Preset(names[(at + 1) % len(names)])))

    def kill(self) -> None:
        """Ask for the end of the container at hand, if it lives."""
        view = self._view_now()
        columns = view.sides.columns if view else ()
        if any(column.name == self.hand.chosen and column.alive and column.pid is not None for column in columns):
            self.post_message(PartWanted(Kill(self.hand.chosen or "")))
