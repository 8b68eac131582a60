"""One line being typed: the answer to a question, a search. Values, no widget."""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len

from nslab.tui.wrap import graphemes


class Line(Struct, frozen=True):
    """What stands left and right of the cursor."""

    before: str = ""
    after: str = ""

    @property
    def text(self) -> str:
        """The whole line."""
        return self.before + self.after

    @property
    def cursor(self) -> int:
        """The cursor's distance from the line's beginning, in cells."""
        return cell_len(self.before)

    def typed(self, text: str) -> Line:
        """With text at the cursor; line breaks and control characters, as a paste may hold, become blanks."""
        return Line(self.before + "".join(c if c.isprintable() else " " for c in text), self.after)

    def press(self, key: str) -> Line | None:
        """After an editing key, by Textual's name for it; None where the key doesn't edit."""
        left, right = list(graphemes(self.before)), list(graphemes(self.after))
        if key == "left":
            return Line("".join(left[:-1]), "".join(left[-1:]) + self.after)
        if key == "right":
            return Line(self.before + "".join(right[:1]), "".join(right[1:]))
        if key == "backspace":
            return Line("".join(left[:-1]), self.after)
        if key == "delete":
            return Line(self.before, "".join(right[1:]))
        return {"home": Line("", self.text), "end": Line(self.text), "ctrl+u": Line("", self.after)}.get(key)
