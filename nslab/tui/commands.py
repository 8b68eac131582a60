"""The command palette's entries: the keys of the screen at hand, by name. Imported by Textual when the palette opens."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Protocol, runtime_checkable

from textual.command import DiscoveryHit, Hit, Hits, Provider

from nslab.tui.keys import Key
from nslab.words import Words


@runtime_checkable
class Keyed(Protocol):
    """A screen that has keys, and the words to name them."""

    keys: tuple[Key, ...]
    words: Words


class KeyCommands(Provider):
    """Every key of the screen as a command."""

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for name, key in self._named():
            yield DiscoveryHit(name, partial(self.screen.run_action, key.action), help=key.shown)

    async def search(self, query: str) -> Hits:
        """Those whose name matches."""
        matcher = self.matcher(query)
        for name, key in self._named():
            score = matcher.match(name)
            if score > 0:
                yield Hit(score, matcher.highlight(name), partial(self.screen.run_action, key.action), help=key.shown)

    def _named(self) -> Iterator[tuple[str, Key]]:
        if isinstance(self.screen, Keyed):
            for key in self.screen.keys:
                yield self.screen.words(f"keys.{key.action}"), key
