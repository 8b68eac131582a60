"""`nslab completion SHELL` prints a script that teaches the shell nslab's commands and options."""

from __future__ import annotations

import argparse

import shtab

from nslab.cli.main import COMMANDS
from nslab.cli.parser import frame
from nslab.words import Words


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Take the shell's name, one of those that shtab can write for."""
    parser.add_argument("shell", choices=shtab.SUPPORTED_SHELLS, help=words("cli.completion.shell"))


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Print the script. All commands are imported for it. What takes a FILE is completed by the names of files."""
    parser, commands = frame(words, COMMANDS)
    for command in commands.values():
        command.load()
        for action in command.actions():
            if action.metavar == "FILE":
                action.complete = shtab.FILE  # type: ignore[attr-defined]  # an attribute of shtab's, which it looks for
    print(shtab.complete(parser, shell=arguments.shell))
    return 0
