"""What every command shares that opens a screen: how it looks, whether there is a terminal for it, and showing it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from nslab.errors import Because, NslabError
from nslab.tui.theme import WANTED
from nslab.words import Words

if TYPE_CHECKING:
    from nslab.course.syllabus import Syllabus
    from nslab.tui.app import NslabApp


class NoTerminal(NslabError):
    """A screen needs a terminal to be shown in. `streams` are those that are none, `instead` tells what can be done."""

    code = "no-terminal"


class DumbTerminal(NslabError):
    """The terminal can't move its cursor: TERM is `dumb`, or not set at all."""

    code = "dumb-terminal"


def add_look(parser: argparse.ArgumentParser, words: Words) -> None:
    """Declare how a screen may be asked to look."""
    parser.add_argument("--theme", choices=WANTED, help=words("cli.lesson.theme"))
    parser.add_argument("--present", action="store_true", help=words("cli.present"))


def ready_terminal(screenless: str = "") -> None:
    """There is a terminal that a screen can be drawn on; `screenless` is a command that needs none.

    Raises NoTerminal, DumbTerminal.
    """
    streams = {"stdin": sys.stdin, "stdout": sys.stdout, "stderr": sys.stderr}  # Textual draws on the last
    if none := [name for name, stream in streams.items() if not stream.isatty()]:
        instead = Because("error.no-terminal.screenless" if screenless else "error.no-terminal.elsewhere")
        raise NoTerminal(streams=", ".join(none), instead=instead, command=screenless)
    if (term := os.environ.get("TERM", "")) in ("", "dumb"):
        raise DumbTerminal(term=term or "unset")


def show(
    look: argparse.Namespace, words: Words, begin: Callable[[NslabApp], None], syllabus: Syllabus | None = None
) -> int:
    """Show what `begin` has the application begin with, until the person leaves; `look` holds what `add_look` declares.

    Raises what ended it, once the terminal is as it was. A talk keeps no progress: the next one begins at the beginning.
    """
    from nslab.course.progress import ProgressStore
    from nslab.course.syllabus import Syllabus
    from nslab.tui.app import NslabApp  # the one heavy import: everything that can be refused has been

    store = ProgressStore(kept=not look.present)
    app = NslabApp(words, syllabus or Syllabus(), store, WANTED.get(look.theme), presenting=look.present)
    begin(app)
    app.run()
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0
