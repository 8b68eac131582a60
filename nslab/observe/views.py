"""What the panes show, as frozen values: everything is decided here, so that a widget only draws and opens no file."""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

from msgspec import Struct

from nslab.engine.rosetta.elsewhere import Elsewhere
from nslab.engine.steps import Who
from nslab.errors import Because
from nslab.kernel.namespaces import Kind, Since
from nslab.observe.namespaces import Membership

View = TypeVar("View")


class NotYet(Struct, frozen=True, tag="not-yet"):
    """Nothing to show so far; `awaits` is the catalogue id of the sentence that says what will appear, and when."""

    awaits: str


class Gone(Struct, Generic[View], frozen=True, tag="gone"):
    """What was observed is no more (the lab died, the machine was reset); `last` is the view as last seen."""

    last: View


class Tag(Struct, frozen=True):
    """One namespace as every pane names it: its kind and the letter of its inode within the kind (`pid:B`)."""

    kind: Kind
    letter: str

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.letter}"


class NamespaceColumn(Struct, frozen=True):
    """A process whose namespaces stand in one column.

    `name` is what the lesson calls it (`host`, `box`, a container's name). `letter` is what its world is drawn in: that
    of the first namespace it does not share with the host, `A` where it shares all. `pid` and `comm` are None while
    there is no such process yet; `alive` is False once it has died, and the cells are as last seen.
    """

    name: str
    letter: str
    pid: int | None
    comm: str | None
    alive: bool = True


class Member(Struct, frozen=True):
    """A process that is in a namespace."""

    pid: int
    comm: str


class NamespaceCell(Struct, frozen=True):
    """One link of one process. `letter` is None where it could not be read; `source` is the command that reads it.

    `members` are all processes in that namespace, the cell's own among them, as far as their links could be read.
    """

    namespace: Membership
    letter: str | None
    source: str
    members: tuple[Member, ...] = ()


class NamespaceRow(Struct, frozen=True):
    """One kind of namespace, a cell for each column; None where the column has no process yet."""

    kind: Kind
    cells: tuple[NamespaceCell | None, ...]


class NamespaceView(Struct, frozen=True, tag="namespaces"):
    """The namespaces pane: a row a kind, a column a process. `read_at` is time.monotonic(), in seconds."""

    columns: tuple[NamespaceColumn, ...]
    rows: tuple[NamespaceRow, ...]
    read_at: float


class KindRow(Struct, frozen=True):
    """One kind of namespace: the flag that makes one, as clone(2) spells it, and since when it is there."""

    kind: Kind
    flag: str
    since: Since


class Perspective(Struct, frozen=True):
    """One PID column of the process tree: whose eyes it sees with, and the letter of its PID namespace."""

    name: str
    letter: str


class PidCell(Struct, frozen=True):
    """A process's number as one perspective sees it; None where it has no number there, or none could be read."""

    pid: int | None
    source: str


class ProcessRow(Struct, frozen=True):
    """One process in the tree.

    `pid` is its number in the procfs that was read; with `start_ticks` (clock ticks after boot, proc_pid_stat(5) field
    22) it names the process for good. `last_of` says for each ancestor level, the process itself at the end, whether
    it is the last child there: the tree's lines follow from it. `inside` are the namespaces it does not share with the
    reference process, `entered` those among them that its parent is not in either: the boundary. `uid_outside` is the
    real uid as the host's user namespace has it, `uid_inside` as the process's own; None where unmapped or unread.
    `nspid` are its numbers from the procfs's PID namespace down to its own; empty where unread.
    """

    pid: int
    start_ticks: int
    parent: int
    last_of: tuple[bool, ...]
    comm: str
    name: str
    state: str
    pids: tuple[PidCell, ...]
    inside: tuple[Tag, ...]
    entered: tuple[Tag, ...]
    uid_outside: int | None
    uid_inside: int | None
    nspid: tuple[int, ...] = ()

    @property
    def depth(self) -> int:
        """How many ancestors are shown above it."""
        return len(self.last_of) - 1


class ProcessView(Struct, frozen=True, tag="processes"):
    """The processes pane: the tree in the order it is drawn. `unread` counts processes whose links were refused."""

    perspectives: tuple[Perspective, ...]
    rows: tuple[ProcessRow, ...]
    unread: int
    read_at: float


class Returned(Struct, frozen=True, tag="returned"):
    """The kernel agreed; `value` is what the call returned."""

    value: int


class Refused(Struct, frozen=True, tag="refused"):
    """The kernel refused: the errno's name, and what it means for this call. `tolerated`: the plan went on without it."""

    errno: str
    meaning: str | Because
    tolerated: bool


class Unanswered(Struct, frozen=True, tag="unanswered"):
    """There is no answer: the process died in the call, execve(2) left nobody to make it, or an earlier call ended the plan."""

    why: Literal["unborn", "lost", "never-run", "not-tried"]


class CallRow(Struct, frozen=True):
    """One call of a plan, decoded in strace(1)'s manner. `step` names it in its plan, `who` is the process that made it.

    `microseconds` is how long the call took; None where there is no answer. `elsewhere` is the same in other words.
    """

    step: str
    who: Who
    call: str
    answer: Returned | Refused | Unanswered
    microseconds: float | None
    elsewhere: Elsewhere

    @property
    def ended_the_plan(self) -> bool:
        """Whether this is the call that kept the container from being."""
        if isinstance(self.answer, Refused):
            return not self.answer.tolerated
        return isinstance(self.answer, Unanswered) and self.answer.why == "lost"


class Birth(Struct, frozen=True):
    """What the engine asked of the kernel to make one container, in the order of asking.

    `pid` is the lab's number of its first process, None where the plan failed. `letter` is that of its world, None
    where it was never seen.
    """

    name: str
    pid: int | None
    letter: str | None
    calls: tuple[CallRow, ...]

    @property
    def failure(self) -> CallRow | None:
        """The call that kept the container from being, if one did."""
        return next((row for row in self.calls if row.ended_the_plan), None)


class KindsView(Struct, frozen=True, tag="kinds"):
    """The board of kinds: all that there are, the oldest first, and the host beside a container that has one of its own.

    `sides` has the host's column and, once one was made, the container's. `refused` is the call that kept the last one from being.
    """

    kinds: tuple[KindRow, ...]
    sides: NamespaceView
    refused: CallRow | None = None


class CallsView(Struct, frozen=True, tag="calls"):
    """The calls pane: the births of the engine's containers. Calls of the learner's own programs are not seen."""

    births: tuple[Birth, ...]
