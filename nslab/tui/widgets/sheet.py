"""All keys of a screen, shown after the leader: press one, or click it. It also is how a hand learns them."""

from __future__ import annotations

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from nslab.tui.canvas import Canvas
from nslab.tui.drawn import Drawn
from nslab.tui.faces import BOLD, MUTE, REVERSE, TEXT, Role
from nslab.tui.keys import LEADER, LEADER_SHOWN, Key, after_leader
from nslab.words import Words

COLUMN = 38  # cells a key and its name may take


def sheet_keys(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    """The keys that mean something after the leader."""
    return tuple(key for key in keys if key.after_leader)


def sheet_rows(canvas: Canvas, keys: tuple[Key, ...], words: Words) -> dict[tuple[int, int], str]:
    """Write the sheet; the action of each (row, column of the sheet)."""
    canvas.fill(0, 0, canvas.width, canvas.height, Role.PANEL)
    x = canvas.put(1, 0, f" {words('keys.sheet')} ", REVERSE) + 2
    canvas.put(x, 0, words("keys.sheet-how"), MUTE)
    columns = max(canvas.width // COLUMN, 1)
    actions = {}
    for at, key in enumerate(sheet_keys(keys)):
        row, column = divmod(at, columns)
        x, y = 3 + column * COLUMN, 2 + row
        name = words("keys.again" if key.after_leader == LEADER else f"keys.{key.action}")
        canvas.put(x, y, LEADER_SHOWN if key.after_leader == LEADER else key.after_leader or "", BOLD)
        end = canvas.put(x + 4, y, name, TEXT) + 1
        if key.key and key.key != LEADER and end + cell_len(key.shown) <= min(x + COLUMN - 1, canvas.width):
            canvas.put(end, y, key.shown, MUTE)
        actions[row, column] = key.action
    return actions


def sheet_height(keys: tuple[Key, ...], width: int) -> int:
    """Rows the sheet needs in `width` cells."""
    columns = max(width // COLUMN, 1)
    return 3 + -(-len(sheet_keys(keys)) // columns)


class _Sheet(Drawn):
    DEFAULT_CSS = "_Sheet { dock: bottom; }"

    def __init__(self, words: Words, keys: tuple[Key, ...]) -> None:
        super().__init__(words)
        self._keys = keys
        self.actions: dict[tuple[int, int], str] = {}

    def on_resize(self, event: events.Resize) -> None:
        self.styles.height = sheet_height(self._keys, event.size.width)

    def draw(self, canvas: Canvas) -> None:
        self.actions = sheet_rows(canvas, self._keys, self.words)


class KeySheet(ModalScreen[str | None]):
    """Dismissed with the action that was chosen, `all_keys` for the leader pressed twice, or None."""

    def __init__(self, words: Words, keys: tuple[Key, ...]) -> None:
        super().__init__()
        self.styles.background = "transparent"  # whatever the application's style sheet says of screens
        self._words = words
        self._keys = keys

    def compose(self) -> ComposeResult:
        """The sheet at the bottom; above it the screen stays in sight."""
        yield _Sheet(self._words, self._keys)

    def on_key(self, event: events.Key) -> None:
        """Any key ends it."""
        event.stop()
        pressed = event.character if event.is_printable and event.character else event.key
        self.dismiss(after_leader(self._keys, pressed))

    def on_click(self, event: events.Click) -> None:
        """The key under the pointer; elsewhere, none."""
        sheet = self.query_one(_Sheet)
        row, column = event.screen_y - sheet.region.y - 2, max(event.screen_x - 3, 0) // COLUMN
        self.dismiss(sheet.actions.get((row, column)))
