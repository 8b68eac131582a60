"""`nslab order`: the ordering puzzle on screen."""

from __future__ import annotations

import argparse

from nslab.cli.lesson import ready_terminal
from nslab.tui.theme import WANTED
from nslab.words import Words


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--theme", choices=WANTED, help=words("cli.lesson.theme"))


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Show the puzzle until the person leaves. Raises what ended it, once the terminal is as it was."""
    ready_terminal()
    from nslab.course.progress import ProgressStore
    from nslab.course.syllabus import Syllabus
    from nslab.tui.app import NslabApp
    from nslab.tui.screens.order import OrderScreen

    app = NslabApp(words, Syllabus(), ProgressStore(), WANTED.get(arguments.theme))
    app.start_with_screen(OrderScreen)
    app.run()
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0
