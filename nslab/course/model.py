"""lesson.toml as types. FORMAT.md explains each field to those who write lessons; the loader fills them in."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from nslab.course.checks import Check
from nslab.course.limits import Limits
from nslab.course.roles import (
    AttackName,
    BoardName,
    CardName,
    ContainerName,
    FileName,
    Id,
    LessonId,
    Need,
    PaneName,
    PresetName,
    PrimitiveName,
    ProcessName,
    Program,
    TaskId,
    TerminalName,
    Text,
)
from nslab.course.values import Operand, Value
from nslab.engine.doctor import controllers
from nslab.engine.spec import DOCKER_NAMESPACES
from nslab.kernel.namespaces import Kind
from nslab.observe.user_view import Line

FORMAT = 1
"""The format this nslab reads. A lesson of a higher one asks for a newer nslab."""


class Container(Struct, frozen=True, forbid_unknown_fields=True):
    """A container that the engine makes. Fields as in the OCI runtime-spec: hostname, namespaces, process.args.

    `share`: the kinds that it shares with other containers, and with which. `named`: what its program calls itself once it is
    ready (comm); until then the container is not there for the lesson. `limits`: what it may use.
    """

    container: Id
    namespaces: tuple[Kind, ...]
    hostname: str | None = None
    args: tuple[str, ...] = ("sleep", "infinity")
    share: dict[Kind, ContainerName] = {}
    named: Text | None = None
    limits: Limits | None = None

    @property
    def name(self) -> str:
        """What the lesson calls its first process."""
        return self.container


class Exec(Struct, frozen=True, forbid_unknown_fields=True):
    """A program that the engine starts in a container that runs, as docker exec does: it joins, and is hardened again."""

    exec: Id
    in_: ContainerName = field(name="in")
    args: tuple[str, ...] = ("sleep", "infinity")

    @property
    def name(self) -> str:
        """What the lesson calls the process."""
        return self.exec


class Kill(Struct, frozen=True, forbid_unknown_fields=True):
    """SIGKILL to a container's first process. Its name stays, as last seen."""

    kill: ContainerName

    @property
    def name(self) -> str:
        """Whom it is for."""
        return self.kill


class Preset(Struct, frozen=True, forbid_unknown_fields=True):
    """A known set of containers, in place of those on the board `compose`."""

    preset: PresetName

    @property
    def name(self) -> str:
        """What is told where it could not be made."""
        return self.preset


class Born(Struct, frozen=True, forbid_unknown_fields=True):
    """A container on the board `birth`: its calls up to and with `until`, the id of a step of its plan; none by default."""

    birth: Id
    namespaces: tuple[Kind, ...] = DOCKER_NAMESPACES
    hostname: str | None = None
    args: tuple[str, ...] = ("sleep", "infinity")
    until: str = ""

    @property
    def name(self) -> str:
        """What the lesson calls its first process."""
        return self.birth


class Attacked(Struct, frozen=True, forbid_unknown_fields=True):
    """An attack on the board `without`: from a container that lacks some primitives, in a lab of its own."""

    attack: AttackName
    without: tuple[PrimitiveName, ...] = ()

    @property
    def name(self) -> str:
        """What is told where it could not be made."""
        return self.attack


class AllAttacked(Struct, frozen=True, forbid_unknown_fields=True):
    """All attacks of the board `without`, each from a container that lacks the same primitives."""

    attacks: Literal["every"]
    without: tuple[PrimitiveName, ...] = ()

    @property
    def name(self) -> str:
        """What is told where they could not be made."""
        return self.attacks


class Ordered(Struct, frozen=True, forbid_unknown_fields=True):
    """An order of the cards on the board `order`, run in a lab of its own."""

    order: tuple[CardName, ...]

    @property
    def name(self) -> str:
        """What is told where it could not be run."""
        return "order"


Made = Container | Exec | Kill | Preset | Born | Attacked | AllAttacked | Ordered
"""What the engine makes when a step begins, or on a board."""


class Run(Struct, frozen=True, forbid_unknown_fields=True):
    """A command that nslab types as the learner watches, once the prediction is given."""

    run: Text
    in_: TerminalName = field(name="in")


class Choice(Struct, frozen=True, forbid_unknown_fields=True):
    """One answer to a prediction, and when it is the right one.

    At most one of `when`, `equals`, `absent`. A choice with none of them holds when no other does.
    """

    id: Id
    when: Check | None = None
    equals: tuple[Operand, Operand] | None = None
    absent: Text | None = None


class Task(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to do: passed by a `check` of the machine, or by typing in what `ask` reads there."""

    id: Id
    check: Check | None = None
    ask: Operand | None = None
    hints: int = 0


class Highlight(Struct, frozen=True, forbid_unknown_fields=True):
    """What lights up at *observe*: a row of the namespaces, the processes, the calls, the mounts, or the users pane, or a network.

    A call is that of the step with this id in the plan that made the process. A path is one in full.
    """

    pane: PaneName
    row: Kind | None = None
    process: ProcessName | None = None
    call: str | None = None
    path: str | None = None
    line: Line | None = None
    attack: AttackName | None = None
    card: CardName | None = None


class Solution(Struct, frozen=True, forbid_unknown_fields=True):
    """A command to type in a terminal, and the task whose check it makes true, or whose answer it shows."""

    in_: TerminalName = field(name="in")
    run: Text
    reaches: TaskId | None = None
    shows: TaskId | None = None
    """A question: this is the last command for it, where commands for other tasks follow."""

    @property
    def ends(self) -> str | None:
        """The task for which nothing more is to be typed."""
        return self.reaches or self.shows


class Making(Struct, frozen=True, forbid_unknown_fields=True):
    """What is done on the step's board: the engine makes this. A container of the same name gives way to it."""

    make: Made
    reaches: TaskId | None = None

    @property
    def ends(self) -> str | None:
        """The task for which nothing more is to be made."""
        return self.reaches


Doing = Solution | Making
"""One thing that a step's solution does, and the task whose check it makes true."""


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """One idea: predict, do, observe, explain."""

    id: Id
    recall: LessonId | None = None
    only: Check | None = None
    """What the machine must show as the lesson begins, or the step is left out."""
    fresh: bool = False
    setup: tuple[Made | Run, ...] = ()
    values: dict[str, Value] = {}
    predict: tuple[Choice, ...] = ()
    do: tuple[Task, ...] = ()
    keep: tuple[Check, ...] = ()
    highlight: Highlight | None = None
    panes: tuple[PaneName, ...] | None = None
    reveals: tuple[PaneName, ...] = ()
    """Panes of this step in which the answer could be read: they appear once the prediction is given."""
    terminals: tuple[TerminalName, ...] | None = None
    board: BoardName | None = None
    """In place of the lesson's terminals and panes; those that the step names itself stand beside it."""
    solution: tuple[Doing, ...] = ()

    @property
    def commands(self) -> tuple[Solution, ...]:
        """What of the solution is typed."""
        return tuple(doing for doing in self.solution if isinstance(doing, Solution))

    @property
    def begins_on(self) -> str | None:
        """The terminal or board where the solution begins; None for a step without one."""
        first = self.solution[0] if self.solution else None
        return first.in_ if isinstance(first, Solution) else self.board

    def lines_for(self, task: str) -> tuple[Doing, ...]:
        """The part of the solution that does one task: what *show me* types.

        Those from the task before to the one that ends it; for a question that none ends, those that follow the task before
        and end no other.
        """
        names = [known.id for known in self.do]
        before = {known.id for known in self.do[: names.index(task)]}
        ended = [i for i, line in enumerate(self.solution) if line.ends in before]
        rest = self.solution[ended[-1] + 1 if ended else 0 :]
        ends = [i for i, line in enumerate(rest) if line.ends is not None]
        if ends and rest[ends[0]].ends == task:
            return rest[: ends[0] + 1]
        return rest[: ends[0]] if ends else rest

    def done_on(self, task: str) -> str | None:
        """The terminal or board where what reaches a task is done; None for one that is only answered."""
        reaches = next((doing for doing in self.solution if doing.reaches == task), None)
        return reaches.in_ if isinstance(reaches, Solution) else self.board if reaches else None


class Lesson(Struct, frozen=True, forbid_unknown_fields=True):
    """A lesson's structure; its words are in `prose`."""

    format: int
    id: Id
    minutes: int
    step: tuple[Step, ...]
    terminals: tuple[TerminalName, ...] = ("host", "box")
    panes: tuple[PaneName, ...] = ("namespaces",)
    needs: tuple[Need, ...] = ()
    wants: tuple[Need, ...] = ()
    """Probes of doctor without which some of its steps are left out."""
    programs: tuple[Program, ...] = ()
    files: tuple[FileName, ...] = ()
    containers: tuple[Container, ...] = ()
    docker: Literal["default", "flag", "never"] | None = None
    """Whether `docker run` does what the lesson teaches: by itself, on a flag, or not at all."""

    @property
    def divided(self) -> bool:
        """Whether its lab has a control group that it divides: that of a lesson that needs a controller."""
        return any(probe.endswith(controllers.SUFFIX) for probe in self.needs)
