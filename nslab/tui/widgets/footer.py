"""The bottom row: what the keys do here, the most needed first, and leaving always at the right end."""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len
from textual import events

from nslab.tui.canvas import Canvas
from nslab.tui.drawn import Drawn
from nslab.tui.faces import BOLD, MUTE
from nslab.tui.keys import MOVING as OWN
from nslab.tui.keys import Key, footer_keys, talk_keys
from nslab.words import Words

GAP = 2


class Place(Struct, frozen=True):
    """Where a key's name stands in the footer: cells from `start` to before `end`."""

    action: str
    start: int
    end: int


def footer_row(canvas: Canvas, keys: tuple[Key, ...], words: Words) -> tuple[Place, ...]:
    """Write the footer on row 0; the places that can be clicked."""
    leave = next((key for key in keys if key.action == "leave"), None)
    end = canvas.width - 1
    places = []
    if leave:
        start = end - _size(leave, words)
        places.append(Place(leave.action, start, end))
        _write(canvas, start, leave, words)
        end = start - GAP
    x = 1
    for key in _fitting(footer_keys(keys), end - x, words):
        after = _write(canvas, x, key, words)
        places.append(Place(key.action, x, after))
        x = after + GAP
    return tuple(places)


def _fitting(keys: tuple[Key, ...], room: int, words: Words) -> tuple[Key, ...]:
    """The keys that fit in `room` cells, in their order: those of the highest rank number give way first."""
    kept = list(keys)
    while kept and sum(_size(key, words) + GAP for key in kept) - GAP > room:
        kept.remove(max(reversed(kept), key=lambda key: key.rank))
    return tuple(kept)


def _size(key: Key, words: Words) -> int:
    return cell_len(key.shown) + 1 + cell_len(words(f"keys.{key.action}"))


def _write(canvas: Canvas, x: int, key: Key, words: Words) -> int:
    x = canvas.put(x, 0, key.shown, BOLD) + 1
    return canvas.put(x, 0, words(f"keys.{key.action}"), MUTE)


class Footer(Drawn):
    """The keys of a screen; a click does what the key does."""

    DEFAULT_CSS = "Footer { height: 1; dock: bottom; }"

    def __init__(self, words: Words, keys: tuple[Key, ...], *, id: str | None = None) -> None:
        super().__init__(words, id=id)
        self._keys = keys
        self._places: tuple[Place, ...] = ()

    def show(self, keys: tuple[Key, ...]) -> None:
        """Name other keys from now on."""
        if keys != self._keys:
            self._keys = keys
            self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The one row."""
        keys = talk_keys(self._keys) if canvas.afar else self._keys
        self._places = footer_row(canvas, keys, self.words)

    async def on_click(self, event: events.Click) -> None:
        """Do what the key under the pointer does; one that the widget at hand takes itself is pressed there."""
        for place in self._places:
            if place.start <= event.x < place.end:
                if place.action in OWN:
                    self.app.simulate_key(next(key.key for key in self._keys if key.action == place.action and key.key))
                else:
                    await self.run_action(f"screen.{place.action}")
