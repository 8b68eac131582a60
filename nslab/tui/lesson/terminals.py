"""The lesson's terminals: a frame and a terminal for each, wearing the colour of the world that its program is in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace
from rich.style import Style

from nslab.course.session import Ended, Shell
from nslab.course.snapshot import TerminalState
from nslab.kernel.syscalls import signal_name
from nslab.observe.letters import HOST_LETTER
from nslab.tui.faces import Role, lettered
from nslab.tui.terminal.paint import ON_PAPER, XTERM, AnsiColours
from nslab.tui.terminal.widget import Terminal
from nslab.tui.theme import PALETTES, style
from nslab.tui.widgets.frame import Owned, TerminalFrame, World
from nslab.words import Words


class Terminals:
    """All terminals of a lesson by name. It owns no descriptor: masters are the session's."""

    def __init__(self, words: Words, names: Iterable[str], reserved_keys: frozenset[str]) -> None:
        self._words = words
        self._terminals = {
            name: Terminal(reserved_keys=reserved_keys, scrolled_mark=self._mark, id=f"terminal-{name}")
            for name in names
        }
        self.frames = {
            name: TerminalFrame(words, World(self.title(name), HOST_LETTER), terminal, id=name)
            for name, terminal in self._terminals.items()
        }
        self._worlds: dict[str, World] = {}
        self._told_ended: set[int] = set()

    def title(self, name: str) -> str:
        """What a terminal is called on screen."""
        return self._words("frame.host") if name == "host" else name

    def widget(self, name: str) -> Terminal:
        """The terminal of that name."""
        return self._terminals[name]

    def name_of(self, terminal: Terminal) -> str | None:
        """The name of a terminal; None where it is none of the lesson's."""
        return next((name for name, known in self._terminals.items() if known is terminal), None)

    def attach(self, shell: Shell, theme: str, line: bytes = b"") -> None:
        """Show a new shell, on a screen that is clear but for the `line` that it has printed so far: its prompt, as a rule.

        Nothing is typed to have it painted anew: a plain shell would take Ctrl-L for a part of the next command.
        """
        terminal = self._terminals[shell.name]
        terminal.wear(prompt_style(HOST_LETTER, theme))
        terminal.attach(shell.master)
        terminal.clear()
        terminal.write(line.decode(errors="replace"))

    def detach_all(self) -> None:
        """Let go of every master, before the session closes them."""
        for terminal in self._terminals.values():
            terminal.detach()

    def show(self, states: Mapping[str, TerminalState], theme: str, *, lab_alive: bool = True) -> None:
        """Give every terminal the title and colour of its world, as last seen once its shell has ended; tell how, once."""
        for name, state in states.items():
            if name not in self.frames:
                continue
            terminal = self._terminals[name]
            terminal.palette = sixteen(theme)
            if state.ended is None:
                self._worlds[name] = self._world(name, state)
                self.frames[name].show(self._worlds[name])
                terminal.wear(prompt_style(state.letter, theme))
            else:
                world = self._worlds.get(name, self._world(name, state))
                self.frames[name].show(replace(world, name=self.title(name), note=self._words("frame.as-last-seen")))
                self._tell_end(terminal, state.shell.pid, state.ended, again=lab_alive)

    def _tell_end(self, terminal: Terminal, pid: int, ended: Ended, *, again: bool) -> None:
        if pid not in self._told_ended:
            self._told_ended.add(pid)
            terminal.detach()
            lines = [self._how(ended), self._words("lesson.shell-again")] if again else [self._how(ended)]
            terminal.write("".join(f"\r\n{line}" for line in lines) + "\r\n")

    def forget(self) -> None:
        """A new lab: its numbers begin again."""
        self._told_ended.clear()
        self._worlds.clear()

    def speak(self, words: Words) -> None:
        """Go on in another language."""
        self._words = words

    def _world(self, name: str, state: TerminalState) -> World:
        owns = tuple(Owned(tag.kind.value, tag.letter) for tag in state.owns)
        return World(self.title(name), state.letter, state.hostname, owns)

    def _how(self, ended: Ended) -> str:
        if ended.signal is not None:
            return self._words("lesson.shell-killed", signal=signal_name(ended.signal))
        return self._words("lesson.shell-exited", code=ended.code)

    def _mark(self, lines: int) -> str:
        return self._words("lesson.history", lines=lines)


def sixteen(theme: str) -> AnsiColours | None:
    """The colours that programs get in a theme; none in a plain one."""
    palette = PALETTES[theme]
    if palette.plain:
        return None
    return XTERM if palette.dark else ON_PAPER


def prompt_style(letter: str, theme: str) -> Style:
    """What a prompt wears in the world of a letter."""
    return style(lettered(letter).strong.on(Role.TERMINAL), theme)
