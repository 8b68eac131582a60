"""One moment of a lesson, read off the lab in one go and frozen: all that a screen needs, or a recording."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from nslab.course.boards import AttemptsView, TrialsView
from nslab.course.cast import BOX, HOST
from nslab.course.composition import composition
from nslab.course.foreground import foreground
from nslab.course.play import Play
from nslab.course.player import Player
from nslab.course.session import Ended, Shell
from nslab.course.told import Namespace, Reading, Told
from nslab.kernel import procfs
from nslab.observe.birth_view import BirthView
from nslab.observe.cgroup.view import GroupsView
from nslab.observe.compose_view import ComposeView
from nslab.observe.letters import HOST_LETTER, Letters
from nslab.observe.mount_view import MountView
from nslab.observe.namespace_view import Subject
from nslab.observe.network_view import NetworkView
from nslab.observe.observer import Look
from nslab.observe.scan import Process
from nslab.observe.user_view import UserView
from nslab.observe.views import CallsView, KindsView, NamespaceView, NotYet, ProcessView, Tag
from nslab.words import printable

C_SUFFIX = ".c"
MOUNTS, NETWORK, USERS, KINDS, BIRTH, COMPOSE = "mounts", "network", "users", "kinds", "birth", "compose"
CGROUPS = "cgroups"
"""The panes whose facts are read only while they are on show."""


class TerminalState(Struct, frozen=True):
    """A terminal: who reads it, in which world, and how its shell ended, if it has.

    `letter` is the world's, `owns` the namespaces that it does not share with the host, `hostname` what uname(2) says there.
    """

    shell: Shell
    program: str
    hostname: str
    letter: str
    owns: tuple[Tag, ...]
    ended: Ended | None


class Source(Struct, frozen=True):
    """A C program of the lesson's as it stands in the lab now, and the process that runs it, by the lab's number."""

    name: str
    text: str
    pid: int | None


class Snapshot(Struct, frozen=True):
    """A lesson at one moment. `lab_alive` is False once PID 1 of the lab has ended; all is then as last seen.

    `highlighted` is the lab's number of the process that the step points at.
    """

    player: Player
    values: Mapping[str, Reading]
    letters: Mapping[Namespace, str]
    seen: tuple[Told, ...]
    namespaces: NamespaceView
    processes: ProcessView
    calls: CallsView | NotYet
    mounts: MountView | NotYet
    users: UserView | NotYet
    network: NetworkView | NotYet
    kinds: KindsView | NotYet
    birth: BirthView | NotYet
    compose: ComposeView | NotYet
    cgroups: GroupsView | NotYet
    trials: TrialsView
    attempts: AttemptsView
    terminals: Mapping[str, TerminalState]
    highlighted: int | None
    source: Source | None
    lab_alive: bool


def unchanged(one: Snapshot, other: Snapshot) -> bool:
    """Whether two moments look the same: all but the time at which they were read."""
    return _timeless(one) == _timeless(other)


def _timeless(seen: Snapshot) -> Snapshot:
    network = seen.network if isinstance(seen.network, NotYet) else replace(seen.network, read_at=0.0)
    views = replace(seen.namespaces, read_at=0.0), replace(seen.processes, read_at=0.0)
    users = seen.users if isinstance(seen.users, NotYet) else replace(seen.users, read_at=0.0)
    kinds = seen.kinds
    if isinstance(kinds, KindsView):
        kinds = replace(kinds, sides=replace(kinds.sides, read_at=0.0))
    compose = seen.compose
    if isinstance(compose, ComposeView):
        compose = replace(compose, sides=replace(compose.sides, read_at=0.0))
    seen = replace(seen, namespaces=views[0], processes=views[1], users=users, network=network)
    return replace(seen, kinds=kinds, compose=compose)


def snapshot(play: Play) -> Snapshot:
    """What the lab's last look saw, as the step on show needs it."""
    session, world = play.session, play.session.world
    look, observer = world.seen, world.observer
    readers = {name: reader(shell, look) for name, shell in session.shells.items()}
    subjects = tuple(subject(play, name, readers.get(name)) for name in subject_names(play))
    return Snapshot(
        player=play.player,
        values={name: play.reading(name) for name in play.names_told(play.player.step.id)},
        letters=letters_of(observer.letters),
        seen=play.seen,
        namespaces=observer.namespaces(look, subjects),
        processes=observer.processes(look, subjects),
        calls=calls(play, observer.letters),
        terminals=terminals(play, readers, look, observer.letters),
        mounts=observer.mounts(subjects) if MOUNTS in panes_on_show(play) else NotYet("pane.nothing-yet"),
        users=observer.users(look, subjects) if USERS in panes_on_show(play) else NotYet("pane.nothing-yet"),
        network=network(play, subjects) if NETWORK in panes_on_show(play) else NotYet("pane.nothing-yet"),
        kinds=kinds(play, look, subjects) if KINDS in panes_on_show(play) else NotYet("pane.nothing-yet"),
        birth=(BIRTH in panes_on_show(play) and session.boards.birth) or NotYet("pane.nothing-yet"),
        compose=composition(session) if COMPOSE in panes_on_show(play) else NotYet("pane.nothing-yet"),
        cgroups=world.groups.look() if CGROUPS in panes_on_show(play) else NotYet("pane.nothing-yet"),
        trials=session.boards.tried,
        attempts=session.boards.attempts,
        highlighted=highlighted(play),
        source=source(play, look),
        lab_alive=look.host_alive,
    )


def panes_on_show(play: Play) -> tuple[str, ...]:
    """The panes of the step at hand, and its board."""
    step = play.player.step
    if step.board is None:
        return step.panes or play.pack.lesson.panes
    return *(step.panes or ()), step.board


def kinds(play: Play, look: Look, subjects: Sequence[Subject]) -> KindsView:
    """The host beside the container of the board of kinds."""
    sides = [subject for subject in subjects if subject.name in (HOST, BOX) and subject.process is not None]
    return play.session.world.observer.kinds(look, sides, play.session.births.get(BOX))


def calls(play: Play, letters: Letters) -> CallsView | NotYet:
    """How the engine's containers were made. A container's letter is that of the process that bore its name then."""
    births = []
    for birth in play.session.births.values():
        role = play.session.world.cast.role(birth.name)
        seen = role is not None and role.process.pid == birth.pid
        births.append(replace(birth, letter=letters.world(role.process.namespaces)) if role and seen else birth)
    return CallsView(tuple(births)) if births else NotYet("pane.no-calls-yet")


def network(play: Play, subjects: Sequence[Subject]) -> NetworkView:
    """The networks, as they are known to the subjects."""
    world = play.session.world
    return world.networks.listened(world.seen, world.observer.letters, subjects)


def highlighted(play: Play) -> int | None:
    """The process that the step on show points at, if it points at one that is there."""
    highlight = play.player.step.highlight
    role = play.session.world.cast.role(highlight.process) if highlight and highlight.process else None
    return role.process.pid if role and role.alive else None


def source(play: Play, look: Look) -> Source | None:
    """The lesson's C program that runs, else its first one; None for a lesson without, or once it is gone."""
    names = [name for name in play.pack.lesson.files if name.endswith(C_SUFFIX)]
    running = {process.comm: process.pid for process in look.scan.processes}
    name = next((name for name in names if name.removesuffix(C_SUFFIX) in running), names[0] if names else None)
    text = play.world.text(f"~/{name}", HOST) if name else None
    return Source(name, text, running.get(name.removesuffix(C_SUFFIX))) if name and isinstance(text, str) else None


def subject_names(play: Play) -> tuple[str, ...]:
    """Whose columns the panes have: the host, then the other terminals' worlds, then the containers without one."""
    others = [name for name in play.pack.lesson.terminals if name != HOST]
    if BOX not in others and play.session.world.cast.role(BOX) is not None:
        others.append(BOX)  # made from the host's terminal, or on a board
    declared = [name for name in play.session.engine().containers if name not in others]
    return (HOST, *others, *declared)


def subject(play: Play, name: str, at: Process | None) -> Subject:
    """A column: its process as last seen. Where no container bears a terminal's name, whoever has joined one `at` it."""
    role, host = play.session.world.cast.role(name), play.session.world.seen.host
    if (role is None or not role.alive) and at is not None and at.namespaces != host.namespaces:
        return Subject(name, at)
    return Subject(name, role.process, role.alive) if role else Subject(name, None)


def letters_of(letters: Letters) -> dict[Namespace, str]:
    """Each namespace that was met, and its letter: a value is told as it was when its namespace is gone."""
    return {Namespace(kind, namespace): letter for kind, namespace, letter in letters.known()}


def terminals(
    play: Play, readers: Mapping[str, Process | None], look: Look, letters: Letters
) -> dict[str, TerminalState]:
    """Every terminal, by the process that reads it now; once nobody does, as the host's."""
    shown = {name: process or look.host for name, process in readers.items()}
    names = dict(zip(shown, play.session.lab_names(tuple(process.pid for process in shown.values())), strict=True))
    return {
        name: TerminalState(
            shell=play.session.shells[name],
            program=printable(process.comm),
            hostname=printable(known.nodename) if (known := names[name]) else "",
            letter=letters.world(process.namespaces) if look.host_alive else HOST_LETTER,
            owns=letters.foreign(process.namespaces),
            ended=play.session.ended(name),
        )
        for name, process in shown.items()
    }


def reader(shell: Shell, look: Look) -> Process | None:
    """The process that reads a terminal: its foreground process group's leader, by the lab's number for it."""
    group = foreground(shell.master) if shell.master >= 0 else None
    number = number_in_lab(group.pid) if group else None
    return look.scan.get(number) if number is not None else None


def number_in_lab(outer_pid: int) -> int | None:
    """The second number of NSpid, for the lab's PID namespace is a child of ours. None for a process that is gone."""
    root = procfs.open_root("/proc")
    try:
        process = procfs.open_process(root, outer_pid)
        try:
            numbers = procfs.read_status(process).nspid
        finally:
            os.close(process)
    except OSError:
        return None
    finally:
        os.close(root)
    return numbers[1] if len(numbers) > 1 else None
