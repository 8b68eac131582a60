"""The panes a lesson may show: one line each. A new pane is an observation, a widget, and a line here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from nslab.course.attacks import ATTACKS
from nslab.course.model import Highlight
from nslab.course.player import Stage
from nslab.course.snapshot import Snapshot
from nslab.observe.views import Gone, NotYet
from nslab.tui.birth.board import BirthBoard, birth_rows
from nslab.tui.canvas import Canvas
from nslab.tui.order.board import OrderBoard, tried_rows
from nslab.tui.panes.board import Board
from nslab.tui.panes.calls import CallPane, call_rows
from nslab.tui.panes.cgroups import CgroupPane, cgroup_rows
from nslab.tui.panes.compose import ComposePane, compose_rows
from nslab.tui.panes.kinds import KindsPane, kinds_rows
from nslab.tui.panes.mounts import MountPane, mount_rows
from nslab.tui.panes.namespaces import NamespacePane, namespace_rows
from nslab.tui.panes.network import NetworkPane, Spot, network_rows
from nslab.tui.panes.pane import Emphasis, Pane
from nslab.tui.panes.processes import ProcessPane, process_rows
from nslab.tui.panes.users import UserPane, user_pane_rows
from nslab.tui.without.board import WithoutBoard, without_rows
from nslab.tui.without.layout import NARROWEST
from nslab.words import Words

LIT = frozenset({Stage.OBSERVE, Stage.EXPLAIN})  # where the row that decides lights up

AnyPane = Pane[Any, Any, Any]  # each pane has its own kinds of view, row, and cell


class PaneKind(Struct, frozen=True):
    """How a pane is made and drawn, which part of a snapshot it shows, and which row a lesson's highlight means there."""

    make: Callable[[Words, str], AnyPane]
    draw: Callable[[Canvas, Any, Words, Emphasis[Any, Any]], object]
    view: Callable[[Snapshot], Struct]
    row: Callable[[Highlight, Snapshot], object]
    board_cells: int = 0
    """Of a board, the fewest columns in which it can stand beside the story."""


def world_of(highlight: Highlight, seen: Snapshot) -> Spot | None:
    """The network in which the process stands that a lesson points at."""
    worlds = () if isinstance(seen.network, NotYet) else seen.network.worlds
    named = (world for world in worlds if highlight.process in world.names or world.pid == seen.highlighted)
    return next((Spot(world.letter) for world in named), None)


def call_of(highlight: Highlight, seen: Snapshot) -> int | None:
    """The call of the birth on the board that a lesson points at, if it was made."""
    calls = () if isinstance(seen.birth, NotYet) else seen.birth.calls[: seen.birth.made]
    return next((at for at, call in enumerate(calls) if call.step == highlight.call), None)


def row_of(highlight: Highlight, seen: Snapshot) -> int | None:
    """The row of the ablation board that a lesson points at, if that attack was tried."""
    tried = {attack for attack, _ in seen.trials.results}
    rows = [attack.id for attack in ATTACKS]
    return rows.index(highlight.attack) if highlight.attack in tried else None


def card_of(highlight: Highlight, seen: Snapshot) -> int | None:
    """Where the card stands, in the order that was run last, that a lesson points at."""
    tries = seen.attempts.tries
    return tries[-1].order.index(highlight.card) if tries and highlight.card is not None else None


ORDER_CELLS = 76
"""Columns that the cards need, with what an order came to below them."""

WIDE_BOARD = 110
"""Columns that a board needs which shows many things side by side: a story beside it only in the large layout."""

PANES: dict[str, PaneKind] = {
    "namespaces": PaneKind(
        make=lambda words, name: NamespacePane(words, id=name),
        draw=namespace_rows,
        view=lambda seen: seen.namespaces,
        row=lambda highlight, _: highlight.row,
    ),
    "processes": PaneKind(
        make=lambda words, name: ProcessPane(words, id=name),
        draw=process_rows,
        view=lambda seen: seen.processes,
        row=lambda highlight, seen: seen.highlighted,
    ),
    "network": PaneKind(
        make=lambda words, name: NetworkPane(words, id=name),
        draw=network_rows,
        view=lambda seen: seen.network,
        row=world_of,
    ),
    "calls": PaneKind(
        make=lambda words, name: CallPane(words, id=name),
        draw=call_rows,
        view=lambda seen: seen.calls,
        row=lambda highlight, _: (highlight.process, highlight.call),
    ),
    "mounts": PaneKind(
        make=lambda words, name: MountPane(words, id=name),
        draw=mount_rows,
        view=lambda seen: seen.mounts,
        row=lambda highlight, _: highlight.path,
    ),
    "users": PaneKind(
        make=lambda words, name: UserPane(words, id=name),
        draw=user_pane_rows,
        view=lambda seen: seen.users,
        row=lambda highlight, _: highlight.line,
    ),
    "cgroups": PaneKind(
        make=lambda words, name: CgroupPane(words, id=name),
        draw=cgroup_rows,
        view=lambda seen: seen.cgroups,
        row=lambda highlight, _: highlight.process,
    ),
    "kinds": PaneKind(
        make=lambda words, name: KindsPane(words, id=name),
        draw=kinds_rows,
        view=lambda seen: seen.kinds,
        row=lambda highlight, _: highlight.row,
        board_cells=76,
    ),
    "compose": PaneKind(
        make=lambda words, name: ComposePane(words, id=name),
        draw=compose_rows,
        view=lambda seen: seen.compose,
        row=lambda highlight, _: highlight.row,
        board_cells=WIDE_BOARD,
    ),
    "birth": PaneKind(
        make=lambda words, name: BirthBoard(words, id=name),
        draw=birth_rows,
        view=lambda seen: seen.birth,
        row=call_of,
        board_cells=WIDE_BOARD,
    ),
    "without": PaneKind(
        make=lambda words, name: WithoutBoard(words, id=name),
        draw=without_rows,
        view=lambda seen: seen.trials,
        row=row_of,
        board_cells=NARROWEST,
    ),
    "order": PaneKind(
        make=lambda words, name: OrderBoard(words, id=name),
        draw=tried_rows,
        view=lambda seen: seen.attempts,
        row=card_of,
        board_cells=ORDER_CELLS,
    ),
}


class Lit(Struct, frozen=True):
    """A pane as it was when a step was passed that points at a row of it: what a lesson's card shows."""

    pane: str
    view: Struct
    row: object

    def draw(self, canvas: Canvas, words: Words) -> None:
        """Draw it anew, in any size and language."""
        PANES[self.pane].draw(canvas, self.view, words, Emphasis(highlight=self.row))


def lit(seen: Snapshot) -> Lit | None:
    """The pane at which a step that is passed points, as the learner sees it now."""
    player = seen.player
    highlight = player.step.highlight
    if highlight is None or not player.record.passed or player.looking_back or not seen.lab_alive:
        return None
    row = PANES[highlight.pane].row(highlight, seen)
    return Lit(highlight.pane, PANES[highlight.pane].view(seen), row) if row is not None else None


def show_panes(panes: dict[str, AnyPane], seen: Snapshot) -> None:
    """Show a moment in every pane; once the lab has ended, as it was last seen."""
    highlight = seen.player.step.highlight if seen.player.stage in LIT else None
    for name, pane in panes.items():
        view = PANES[name].view(seen)
        if isinstance(pane, Board):
            pane.begin(seen.player.step.id)
        if seen.lab_alive:
            pane.view = view
        elif not isinstance(pane.view, Gone | NotYet):  # it may have died before anything was seen
            pane.view = Gone(pane.view)
        lit = highlight is not None and highlight.pane == name
        pane.highlight = PANES[name].row(highlight, seen) if highlight is not None and lit else None
