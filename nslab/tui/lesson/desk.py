"""Textual's side of `places`: a container whose children stand where a table of rectangles puts them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from textual.containers import Container
from textual.geometry import NULL_OFFSET, Region, Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

NO_MARGIN = Spacing()

PlacesFor = Callable[[int, int], Mapping[str, Region]]


class PlacedLayout(Layout):
    """Children by id at given rectangles; one without a place is not on screen."""

    name = "placed"

    def __init__(self, places_for: PlacesFor) -> None:
        self._places_for = places_for

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        """The placements, in the children's order."""
        places = self._places_for(size.width, size.height)
        return [
            WidgetPlacement(places[child.id], NULL_OFFSET, NO_MARGIN, child)
            for child in children
            if child.id is not None and child.id in places
        ]


class Desk(Container):
    """Everything between header and footer. Call `rearrange` when what is shown has changed."""

    DEFAULT_CSS = "Desk { width: 1fr; height: 1fr; }"

    def __init__(self, places_for: PlacesFor, *children: Widget, id: str | None = None) -> None:
        super().__init__(*children, id=id)
        self._placed = PlacedLayout(places_for)

    @property
    def layout(self) -> Layout:
        """Ours, whatever a style sheet says: Textual's names only its own."""
        return self._placed

    def rearrange(self) -> None:
        """Ask for the places again. A child asks: Textual forgets an arrangement when something inside it has changed."""
        if self.children:
            self.children[0].refresh(layout=True)
