"""The terminal: an emulator (cells, grid, screen, stream) that knows no widget, and the widget that shows it."""

from nslab.tui.terminal.paint import XTERM, AnsiColours
from nslab.tui.terminal.widget import Terminal

__all__ = ["XTERM", "AnsiColours", "Terminal"]
