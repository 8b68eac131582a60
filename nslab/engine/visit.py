"""A container of ours in another nslab's lab: found by the name of one that is there, and let in by the lab's owner (`door.py`)."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path

from nslab.engine import protocol, rundir
from nslab.engine.client import Task, Told
from nslab.engine.failures import LabError, LabGone
from nslab.engine.protocol import Ended, Refused, Running
from nslab.engine.resources import Resources
from nslab.engine.spec import Spec
from nslab.engine.visits import CREDENTIALS, WORDS, Change, Enter, Present, Roll, Wish, Word, address, new_socket
from nslab.errors import Because

ANSWER_SECONDS = CLAIM_SECONDS = 10.0
ROLL_SECONDS = 2.0
"""So long whoever claims a name waits for each lab, and others for them: one that was stopped is not waited for as long."""
UNNAMED = "box"


class NobodyCalled(LabError):
    """No lab of this user has a container of that name that others may share with."""

    code = "nobody-called"


class NobodyNumbered(NobodyCalled):
    """Nor of that number, which may have been meant as a process's."""

    code = "nobody-numbered"


class NameInUse(LabError):
    """A container of that name is there, in another lab or in the same one: nobody could say which is meant."""

    code = "name-in-use"


class LabsApart(LabError):
    """Two containers are to be shared with that are in different labs."""

    code = "labs-apart"


class Visit:
    """One container in somebody's lab, from the wish to its end. A context manager: leaving it ends the container."""

    def __init__(self, line: socket.socket, names: tuple[str, ...], directory: Path) -> None:
        """`directory` is the lab's run directory."""
        self._line = line
        self.names, self.directory = names, directory
        self._end: Ended | None = None
        self.task = Task(-1, -1, -1)

    @classmethod
    def to(cls, names: Iterable[str], parent: Path) -> Visit:
        """To the lab in which containers of all these names are; `parent` is where the run directories are.

        Raises NobodyCalled, LabsApart.
        """
        wanted = dict.fromkeys(names)
        met: set[str] = set()
        for visit in calls(parent):
            if wanted.keys() <= set(visit.names):
                return visit
            met |= set(visit.names)
            visit.close()
        missing = next((name for name in wanted if name not in met), None)
        if missing is None:
            raise LabsApart(names=", ".join(wanted))
        nobody = NobodyNumbered if missing.isdigit() else NobodyCalled
        raise nobody(name=missing, known=", ".join(sorted(met)) or Because("error.nobody-called.because.none"))

    def enter(self, spec: Spec, pipes: tuple[int, ...]) -> Task:
        """Have the container made. Raises LabError, as Lab.run does."""
        self._send(Enter(spec), pipes)
        match self._receive():
            case (Running(pid), [pidfd, *master]):
                self.task = Task(pid, pidfd, master[0] if master else -1)
                return self.task
            case (Refused() as refused, _):
                raise Told(refused)
            case (_, fds):
                protocol.close_all(fds)
                raise LabGone(why=Because("error.lab-gone.because.ended-at-start"))

    def fileno(self) -> int:
        """What becomes readable when the container has ended, or its lab has."""
        return self._line.fileno()

    def update(self, name: str, resources: Resources) -> None:
        """Have the limits of a container that is there changed. Raises LabError, as Lab.update does."""
        self._send(Change(name, resources))
        word, fds = self._receive()
        protocol.close_all(fds)
        if isinstance(word, Refused):
            raise Told(word)

    def ended(self) -> Ended | None:
        """How its first process ended; None while it runs. Raises LabGone.

        To be asked when there is something to read.
        """
        if self._end is None:
            word, fds = self._receive()
            protocol.close_all(fds)
            self._end = word if isinstance(word, Ended) else None
        return self._end

    @property
    def owner(self) -> int:
        """The number of the process whose lab it is, by the kernel's word: who listens at the door."""
        pid, _, _ = CREDENTIALS.unpack(self._line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size))
        return int(pid)

    def close(self) -> None:
        """Leave."""
        self._line.close()

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, wish: Wish, fds: tuple[int, ...] = ()) -> None:
        try:
            protocol.send(self._line, wish, fds, most_bytes=protocol.REQUEST_BYTES)
        except OSError as error:
            raise LabGone(why=str(error.strerror)) from error

    def _receive(self) -> tuple[Word, list[int]]:
        try:
            packet = protocol.receive(self._line, WORDS)
        except (OSError, protocol.ProtocolError) as error:
            raise LabGone(why=str(error)) from error
        if packet is None:
            raise LabGone(why=Because("error.lab-gone.because.owner-ended"))
        return packet


@contextlib.contextmanager
def claimed(name: str, parent: Path) -> Iterator[str]:
    """A name that nobody else has, and that nobody else takes until the block ends; `parent` as in `Visit.to`.

    By then a container must be called so, for whoever asks at the doors. No name becomes one that is free. Raises NameInUse.
    """
    with rundir.alone(parent, CLAIM_SECONDS):
        taken: dict[str, int] = {}
        for visit in calls(parent, ROLL_SECONDS):
            with visit:
                taken |= dict.fromkeys(visit.names, visit.owner)
        if name in taken:
            raise NameInUse(name=name, pid=taken[name])
        yield name or free_name(taken)


def calls(parent: Path, seconds: float = ANSWER_SECONDS) -> Iterator[Visit]:
    """A visit to each lab of ours whose door is open, which has said who is there. Whoever does not in time is passed over."""
    for directory in rundir.entries(parent):
        line = new_socket()
        line.settimeout(seconds)
        visit = Visit(line, (), directory)
        try:
            with address(directory, rundir.DOOR) as path:
                line.connect(path)
            visit._send(Roll())
            word, fds = visit._receive()
        except (OSError, LabGone):  # no door, or its lab has gone meanwhile
            visit.close()
            continue
        protocol.close_all(fds)
        with contextlib.suppress(OSError):
            line.settimeout(None)
        yield Visit(line, word.names if isinstance(word, Present) else (), directory)


def free_name(taken: Iterable[str]) -> str:
    """`box`, or `box-2`, and so on."""
    others = set(taken)
    numbered = (f"{UNNAMED}-{number}" for number in range(2, len(others) + 3))
    return next(name for name in (UNNAMED, *numbered) if name not in others)
