"""The answers to a question, large, for a room that raises its hands: the number to press, the words, and the one picked."""

from __future__ import annotations

from textual import events
from textual.message import Message

from nslab.tui.canvas import Canvas
from nslab.tui.drawn import Drawn
from nslab.tui.faces import BOLD, REVERSE, Role
from nslab.tui.prose import inline
from nslab.tui.story.view import Card, Predicting
from nslab.tui.wrap import Line, wrap
from nslab.words import Words

TALL = 3
TOP = 2  # heading, and a blank row where there is room for one
TEXT_X = 7


def answer_rows(canvas: Canvas, card: Card, words: Words) -> tuple[str | None, ...]:
    """Write the answers; for each y, the choice that stands there. A card that asks nothing leaves the canvas blank."""
    if not isinstance(card, Predicting):
        return ()
    how = "present.answers-commit" if card.picked else "present.answers-pick"
    canvas.heading(words("present.answers"), words(how, last=len(card.choices)))
    lines = [wrap(inline(choice.words), canvas.width - TEXT_X - 2) for choice in card.choices]
    room = canvas.height - TOP
    tall = next((tall for tall in (TALL, 2, 1) if sum(max(tall, len(one)) + 1 for one in lines) - 1 <= room), 1)
    loose = 1 if sum(max(tall, len(one)) + 1 for one in lines) - 1 <= room else 0
    at: list[str | None] = [None] * canvas.height
    y = TOP if loose else 1
    for number, (choice, told) in enumerate(zip(card.choices, lines, strict=True), 1):
        height = max(tall, len(told))
        _answer(canvas, y, height, number, told, picked=choice.id == card.picked)
        at[y : y + height] = [choice.id] * height
        y += height + loose
    return tuple(at[: canvas.height])


def _answer(canvas: Canvas, y: int, height: int, number: int, told: tuple[Line, ...], *, picked: bool) -> None:
    """One answer as a bar: on the panel, and reversed once it is picked."""
    if picked:
        canvas.fill(0, y, canvas.width, height, REVERSE)
    else:
        canvas.sheet(0, y, canvas.width, height, Role.PANEL)
    top = y + (height - len(told)) // 2
    canvas.put(1, top, "▸" if picked else " ", BOLD)
    canvas.put(3, top, str(number), BOLD)
    for row, line in enumerate(told, top):
        canvas.spans(TEXT_X, row, line, BOLD)


class Answers(Drawn):
    """Shows what the story asks. A click picks; keys are the story's, which has them while it asks."""

    class Picked(Message):
        """An answer was clicked."""

        def __init__(self, choice_id: str) -> None:
            super().__init__()
            self.choice_id = choice_id

    def __init__(self, words: Words, card: Card, *, id: str | None = None) -> None:
        super().__init__(words, id=id)
        self._card = card
        self._at: tuple[str | None, ...] = ()

    def show(self, card: Card) -> None:
        """Show what is asked now."""
        self._card = card
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The answers."""
        self._at = answer_rows(canvas, self._card, self.words)

    def on_click(self, event: events.Click) -> None:
        """Pick the answer under the pointer."""
        chosen = self._at[event.y] if 0 <= event.y < len(self._at) else None
        if chosen is not None:
            self.post_message(self.Picked(chosen))
