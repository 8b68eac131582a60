"""`nslab order`: the ordering puzzle on screen."""

from __future__ import annotations

import argparse

from nslab.cli.screen import add_look, ready_terminal, show
from nslab.words import Words


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Declare the command's arguments."""
    add_look(parser, words)


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Show the puzzle until the person leaves. Raises what ended it, once the terminal is as it was."""
    ready_terminal()
    from nslab.tui.screens.order import OrderScreen

    return show(arguments, words, lambda app: app.start_with_screen(OrderScreen))
