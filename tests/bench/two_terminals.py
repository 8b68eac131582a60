"""An application of two terminals, one above the other, for the benches: `two_terminals.py COMMAND COMMAND`."""

from __future__ import annotations

import os
import pty
import sys

from nslab.tui.terminal import Terminal  # before Textual, whose clock nslab.tui sets

# isort: split
from textual.app import App, ComposeResult


class TwoTerminals(App[None]):
    """The first command's terminal has the focus."""

    CSS = "Terminal { background: #090C12; color: #ECE8DF; }"

    def __init__(self, commands: list[str]) -> None:
        super().__init__()
        self.commands = commands

    def compose(self) -> ComposeResult:
        return (Terminal() for _ in self.commands)

    def on_mount(self) -> None:
        terminals = self.query(Terminal)
        for terminal, command in zip(terminals, self.commands, strict=True):
            pid, fd = pty.fork()
            if pid == 0:
                os.environ["TERM"] = "xterm-256color"
                os.execvp("sh", ["sh", "-c", command])
            terminal.attach(fd)
        terminals.first().focus()


if __name__ == "__main__":
    TwoTerminals(sys.argv[1:]).run()
