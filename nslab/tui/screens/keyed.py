"""What every whole screen has: a table of keys that are bound, named, and listed, and words in one language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import Binding
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from nslab.tui.drawn import Drawn
from nslab.tui.keys import Key, bindings
from nslab.tui.screens.help_view import HelpView
from nslab.tui.thread import Crashed
from nslab.words import Words


class KeyedScreen(Screen[None]):
    """Binds its keys; what concerns more than this screen is asked of the application by `Wanted`."""

    keys: ClassVar[tuple[Key, ...]] = ()
    unnamed: ClassVar[Sequence[Binding]] = ()
    """Keys that stand in no footer and no list of keys."""

    def __init_subclass__(cls, **options: Any) -> None:
        cls.BINDINGS = [*bindings(cls.keys), *cls.unnamed]
        super().__init_subclass__(**options)

    class Wanted(Message):
        """An action for the application: `language`, `theme`, `present`, `leave`, `help`, `cards`, `glossary`, `tongues`."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.words = words
        self.presenting = False
        """Whether it is shown to a room: everything drawn on it reads this."""

    def present(self, presenting: bool) -> None:
        """Be arranged for a projector from now on, or for one reader again."""
        self.presenting = presenting
        for drawn in self.query(Drawn):
            drawn.redraw()

    def speak(self, words: Words) -> None:
        """Go on in another language."""
        self.words = words
        for drawn in self.query(Drawn):
            drawn.speak(words)

    def help_at_hand(self) -> tuple[HelpView, Widget] | None:
        """Help for the part that has the keys, and the widget it is about; None where a screen has none."""
        return None

    def on_crashed(self, message: Crashed) -> None:
        """A mistake in a thread of the screen's ends the program, as one in the event loop would."""
        raise message.error

    def action_all_keys(self) -> None:
        """Show every key; the one pressed next is done."""
        from nslab.tui.widgets.sheet import KeySheet

        self.app.push_screen(KeySheet(self.words, self.keys), self._chosen)

    async def _chosen(self, action: str | None) -> None:
        if action == "all_keys":
            self.leader_twice()
        elif action is not None:
            await self.run_action(action)

    def leader_twice(self) -> None:
        """The leader was pressed twice: where a terminal has the focus, its program gets the key."""

    def action_palette(self) -> None:
        """Every action by its name."""
        self.app.action_command_palette()

    def action_language(self) -> None:
        self.post_message(self.Wanted("language"))

    def action_theme(self) -> None:
        self.post_message(self.Wanted("theme"))

    def action_present(self) -> None:
        self.post_message(self.Wanted("present"))

    def action_leave(self) -> None:
        self.post_message(self.Wanted("leave"))

    def action_help(self) -> None:
        self.post_message(self.Wanted("help"))

    def action_cards(self) -> None:
        self.post_message(self.Wanted("cards"))

    def action_tongues(self) -> None:
        self.post_message(self.Wanted("tongues"))

    def action_glossary(self) -> None:
        self.post_message(self.Wanted("glossary"))
