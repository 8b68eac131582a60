"""A card on screen: read it, turn to other lessons' cards, copy its commands."""

from __future__ import annotations

from textual.message import Message

from nslab.tui import keys
from nslab.tui.canvas import Canvas
from nslab.tui.screens.card_rows import card_rows
from nslab.tui.screens.card_view import CardView
from nslab.tui.screens.framed import FramedScreen
from nslab.tui.scrolled import Scrolled
from nslab.tui.widgets.header import Where
from nslab.words import Words


class CardPage(Scrolled):
    """The card itself."""

    def __init__(self, words: Words, view: CardView) -> None:
        super().__init__(words)
        self.view = view

    def show(self, view: CardView) -> None:
        """Show another card, from its top."""
        self.view = view
        self.offset_y = 0
        self.redraw()

    def all_rows(self, width: int, height: int, *, plain: bool) -> Canvas:
        """The card with a margin round it."""
        margin = 2 if width >= 100 else 1
        canvas = Canvas(width, plain=plain)
        canvas.blit(card_rows(self.view, width - 2 * margin, self.words, plain=plain), margin, 1)
        return canvas


class CardScreen(FramedScreen):
    """One card. It says which other one is wanted; who opened it shows that."""

    keys = keys.CARD

    class TurnedTo(Message):
        """The card of the lesson before (-1) or after (1) is wanted."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    class NextLesson(Message):
        """The lesson after this card's is wanted."""

    def __init__(self, words: Words, view: CardView) -> None:
        self.page = CardPage(words, view)
        super().__init__(words, self.page)

    def show(self, view: CardView) -> None:
        """Show another card."""
        self.page.show(view)
        self.show_where()

    def _where(self) -> Where:
        return Where(self.words("card.title"), self.page.view.lesson_id)

    def key_left(self) -> None:
        self.post_message(self.TurnedTo(-1))

    def key_right(self) -> None:
        self.post_message(self.TurnedTo(1))

    def action_next_lesson(self) -> None:
        self.post_message(self.NextLesson())

    def action_copy_commands(self) -> None:
        commands = self.page.view.commands
        self.app.copy_to_clipboard("\n".join(commands))
        self.notify(self.words("card.copied", count=len(commands)))

    def action_close(self) -> None:
        self.dismiss()
