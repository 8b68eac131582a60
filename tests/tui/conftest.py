"""What the tests of the screen share: both languages' words, the gallery of views, an application round a widget."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TypeVar

import pytest
from textual.app import App, ComposeResult
from textual.message import Message
from textual.widget import Widget

from nslab.tui import theme
from nslab.words import LANGS, Lang, Words
from tests.stage import screen_words

Sent = TypeVar("Sent", bound=Message)

sys.path.insert(0, str(Path(__file__).parent))  # for `gallery`, the views that several test files share


class Stand(App[None]):
    """An application that holds one widget. Its messages are heard by `run_test(message_hook=...)`."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, *widgets: Widget, theme_name: str = theme.INK) -> None:
        super().__init__()
        self._widgets = widgets
        self._theme_name = theme_name

    def on_mount(self) -> None:
        theme.register(self)
        self.theme = self._theme_name

    def compose(self) -> ComposeResult:
        yield from self._widgets


class Heard(list[Message]):
    """Messages as they were sent; the hook is called again for each widget that one bubbles through."""

    def append(self, message: Message) -> None:
        if not any(message is known for known in self):
            super().append(message)

    def of(self, kind: type[Sent]) -> list[Sent]:
        return [message for message in self if isinstance(message, kind)]


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def stand() -> type[Stand]:
    return Stand


@pytest.fixture(params=LANGS)
def lang(request: pytest.FixtureRequest) -> Lang:
    chosen: Lang = request.param
    return chosen


@pytest.fixture
def words(lang: Lang) -> Words:
    return screen_words(lang)


@pytest.fixture
def en() -> Words:
    return screen_words("en")
