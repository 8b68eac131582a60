"""A lesson's lab while it is open: its files, containers, and shells, and the world that checks observe.

Headless: the application shows the shells, author check and replay only type into them. The masters belong to the session; who
reads one says so to nobody, but somebody must, or the programs behind it block.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from nslab.course.boards import Boards
from nslab.course.cast import Engine
from nslab.course.composing import NAMES, parts, spec_of
from nslab.course.engine_words import HOME
from nslab.course.live import LiveWorld
from nslab.course.model import AllAttacked, Attacked, Born, Container, Exec, Kill, Made, Ordered, Preset
from nslab.course.reading import file_bytes
from nslab.engine.client import Lab, Task, Told
from nslab.engine.failures import LabError
from nslab.engine.protocol import Accounted
from nslab.engine.recall import Recall
from nslab.engine.spec import DEFAULT_ENVIRONMENT, Process
from nslab.kernel.pty import WindowSize
from nslab.kernel.uts import UtsNames
from nslab.observe.call_view import call_rows_of
from nslab.observe.views import Birth

SHELL = ("bash",)
FIRST_SIZE = WindowSize()
NAME_POLL_S = 0.01
PATIENCE_S = 2.0  # for the end of a process that was killed; on a busy machine it takes a while

# The marks of OSC 133 tell a terminal where a prompt begins and ends; it can then wear the colour of its world.
BASHRC = r"""PS1='\[\e]133;A\a\]\h:\w\$\[\e]133;B\a\] '
HISTCONTROL=ignoreboth
alias ls='ls --color=auto' grep='grep --color=auto'
"""


class Shell(Struct, frozen=True):
    """A terminal's shell, or a container's program with a terminal: who it is, and its terminal's master."""

    name: str
    pid: int
    pidfd: int
    master: int


class Ended(Struct, frozen=True):
    """How a shell ended: wait(2)'s status."""

    status: int

    @property
    def code(self) -> int | None:
        """Its exit code; None where a signal ended it."""
        return None if os.WIFSIGNALED(self.status) else os.WEXITSTATUS(self.status)

    @property
    def signal(self) -> int | None:
        """The signal that ended it, if one did."""
        return os.WTERMSIG(self.status) if os.WIFSIGNALED(self.status) else None


class Session:
    """One lab, from its start to its end. Raises LabError where the lab can't do what it is asked, or was called off."""

    def __init__(
        self,
        files: dict[str, bytes],
        containers: Iterable[Container],
        terminals: Iterable[str],
        recall: Recall | None = None,
        *,
        divided: bool = False,
    ) -> None:
        """`divided`: the lab has a control group that it divides, with one for each container."""
        self._terminals = tuple(terminals)
        self.shells: dict[str, Shell] = {}
        self.lines: dict[
            int, bytes
        ] = {}  # by master, the line that a terminal was in when nobody saw what was read of it
        self.births: dict[str, Birth] = {}  # by container, also of those that could not be made
        self.asked: dict[str, Container] = {}  # by container, what was to be made, also where it could not be
        self._containers: dict[str, int] = {}
        self._started: set[int] = set()  # every shell's number, ended ones too: none of them is the learner's container
        self._pidfds: list[int] = []
        self.closed = False
        self.lab = Lab.start(recall, limits=divided)
        try:
            self.boards = Boards(self.lab)
            self.world = LiveWorld(self.lab, self.boards)
        except BaseException:
            self.lab.close()
            raise
        try:
            self._furnish(files)
            for container in containers:
                self.make(container)
            for name in self._terminals:
                if name not in self.shells:
                    self.open_shell(name)
            self.look()
        except BaseException:
            self.close()
            raise

    def _furnish(self, files: dict[str, bytes]) -> None:
        """Lay the lesson's files into the lab's home, and the shells' settings."""
        self.lab.put(f"{HOME}/.bashrc", BASHRC.encode())
        for name, data in files.items():
            self.lab.put(f"{HOME}/{name}", data)

    def make(self, part: Made) -> None:
        """Create and start a container of the lesson's, or a program in one that runs, or what a board is for."""
        match part:
            case Container():
                self._contain(part)
            case Exec():
                self._exec(part)
            case Kill():
                self._kill(part)
            case Preset():
                self._compose(part)
            case Born():
                self.boards.bear(part)
            case Attacked() | AllAttacked():
                self.boards.attack(part)
            case Ordered():
                self.boards.run(part)

    def _contain(self, container: Container) -> None:
        """A container that is called as a terminal gets it."""
        spec = spec_of(container, self._terminals)
        pipes = spec.process.pipes
        self._end(container.container)
        self.asked[container.container] = container
        try:
            with null_streams(len(pipes)) as streams:
                task = self.lab.run(spec, streams)
        except Told as refused:
            self._tell_birth(spec.name, None, refused)
            raise
        self._made(container.container, task)
        if container.named is not None:
            self._await_name(task.pid, container.named)

    def _await_name(self, pid: int, name: str) -> None:
        """Until a program has taken its name or has ended. If it never does, author check says what that breaks."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            self.look()
            process = self.world.seen.scan.get(pid)
            if process is None or process.comm == name:
                return
            time.sleep(NAME_POLL_S)

    def _exec(self, program: Exec) -> None:
        """A program beside a container's first process; it ends with that one."""
        process = Process(program.args)
        try:
            with null_streams(len(process.pipes)) as streams:
                task = self.lab.attach(self._containers[program.in_], process, streams)
        except Told as refused:
            self._tell_birth(program.exec, None, refused)
            raise
        self._made(program.exec, task)

    def _kill(self, kill: Kill) -> None:
        """End a container's first process, and wait until it has ended."""
        self.lab.signal(kill.kill, signal.SIGKILL)
        self.lab.wait(self._containers[kill.kill], PATIENCE_S)

    def _compose(self, preset: Preset) -> None:
        """The containers of a preset. Those that it has not, and others have, give way."""
        for name in NAMES & self.asked.keys():
            self._end(name)
            del self.asked[name]
            self.births.pop(name, None)
        for container in parts(preset):
            self._contain(container)

    def _end(self, name: str) -> None:
        """End a container, if there is one of that name."""
        if self._containers.pop(name, None) is not None:
            self.lab.delete(name)

    def _made(self, name: str, task: Task) -> None:
        self._containers[name] = task.pid
        self._keep(name, task)
        self._tell_birth(name, task.pid, self.lab.account(task.pid))

    def _tell_birth(self, name: str, pid: int | None, told: Accounted | Told) -> None:
        """Keep what was asked of the kernel for a container. It never changes, so the lab is asked once."""
        if told.plan:
            self.births.pop(name, None)  # one made again stands last
            self.births[name] = Birth(name, pid, None, call_rows_of(told.plan, told.outcomes))

    def open_shell(self, name: str, size: WindowSize = FIRST_SIZE) -> Shell:
        """A shell of the lab for a terminal, in place of the one before."""
        process = Process(SHELL, DEFAULT_ENVIRONMENT, cwd=HOME, pipes=(), terminal=True, size=size)
        return self._keep(name, self.lab.spawn(process))

    def ended(self, name: str) -> Ended | None:
        """How a terminal's shell ended; None while it runs, or before the lab has said so."""
        try:
            status = self.lab.ended(self.shells[name].pid)
        except LabError:
            return Ended(signal.SIGKILL)  # the lab's end killed it
        return None if status is None else Ended(status)

    def lab_names(self, pids: tuple[int, ...]) -> tuple[UtsNames | None, ...]:
        """The host names where these processes are; None for one that is gone, and for all once the lab is."""
        try:
            return self.lab.names(pids)
        except LabError:
            return (None,) * len(pids)

    def engine(self) -> Engine:
        """What of the lab's processes is the engine's."""
        return Engine(dict(self._containers), frozenset(self._started))

    def look(self) -> None:
        """Look at the lab anew."""
        self.world.look(self.engine())

    def close(self) -> None:
        """End the lab and let go of everything; once is enough. Nothing can be asked of the session afterwards."""
        if self.closed:
            return
        self.closed = True
        self.boards.close()
        self.lab.close()
        self.world.close()
        for shell in self.shells.values():
            os.close(shell.master)
        for pidfd in self._pidfds:
            os.close(pidfd)
        self.shells.clear()
        self._pidfds.clear()

    def _keep(self, name: str, task: Task) -> Shell:
        before = self.shells.pop(name, None)
        if before is not None:
            os.close(before.master)
            self.lines.pop(before.master, None)
        shell = Shell(name, task.pid, task.pidfd, task.master)
        self._started.add(task.pid)
        self._pidfds.append(task.pidfd)
        if task.master >= 0:
            self.shells[name] = shell
        return shell


@contextlib.contextmanager
def null_streams(count: int) -> Iterator[tuple[int, ...]]:
    """So many descriptors of /dev/null, for a container that nobody talks to."""
    null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    try:
        yield (null,) * count
    finally:
        os.close(null)


def lesson_files(folder: Path, names: Iterable[str]) -> dict[str, bytes]:
    """The lesson's files by name. Raises OSError."""
    return {name: file_bytes(folder / "files" / name) for name in names}
