"""Who goes by which name: a lesson's process names, bound to processes and kept as last seen.

`host` is the lab's PID 1, a declared name is the container the engine made. An undeclared `box` is found: the newest process
that the engine did not start and that began a namespace of its own. A name once bound stays bound to that very process, by
number and start time, until another takes its place; so a lesson can say that it has ended.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from nslab.kernel.namespaces import Kind
from nslab.observe.observer import Look, Observer
from nslab.observe.scan import Process, age_order

HOST = "host"
BOX = "box"
FIRST = "init"
DEEPEST = "deep"


class Role(Struct, frozen=True):
    """A name's process as last seen, and whether it is there now."""

    process: Process
    alive: bool


class Engine(Struct, frozen=True):
    """What the engine started: containers by name, and shells. Numbers are the lab's."""

    containers: Mapping[str, int] = {}
    shells: frozenset[int] = frozenset()

    @property
    def pids(self) -> frozenset[int]:
        """All of them."""
        return self.shells | frozenset(self.containers.values())


class Cast:
    """The names of one lab. `update` after every look; a name that was asked for once is followed from then on."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._roles: dict[str, Role] = {}
        self._asked: list[str] = [HOST, BOX]
        self._look: Look | None = None
        self._engine = Engine()

    def update(self, look: Look, engine: Engine) -> None:
        """Bind every name that was ever asked for, and each container's, to what is there now."""
        self._look, self._engine = look, engine
        self._asked += [name for name in engine.containers if name not in self._asked]
        for name in self._asked:
            self._bind(name, look)

    def role(self, name: str) -> Role | None:
        """Who goes by this name; None where nobody ever did."""
        if name not in self._asked:
            self._follow(name)
        return self._roles.get(name)

    def _follow(self, name: str) -> None:
        """From now on in every update; the place of `place:command` before it, for it is looked for there."""
        place, colon, _ = name.partition(":")
        if colon and place != DEEPEST:
            self.role(place)
        self._asked.append(name)
        if self._look is not None:
            self._bind(name, self._look)

    def _bind(self, name: str, look: Look) -> None:
        found = self._find(name, look)
        if found is not None and not found.ended:
            self._roles[name] = Role(found, alive=True)
        elif (last := self._roles.get(name)) is not None:
            now = look.scan.get(last.process.pid)
            alive = last.process.is_same(now) and now is not None and not now.ended
            self._roles[name] = Role(now if alive and now is not None else last.process, alive)

    def _find(self, name: str, look: Look) -> Process | None:
        place, colon, command = name.partition(":")
        if colon:
            return deepest(look, command) if place == DEEPEST else self._in_place(place, command, look)
        if name == HOST:
            return look.scan.get(look.host.pid) if look.host_alive else None
        if name in self._engine.containers:
            return look.scan.get(self._engine.containers[name])
        return self._box() if name == BOX else None

    def _box(self) -> Process | None:
        found, last = self._observer.newcomer(self._engine.pids), self._roles.get(BOX)
        return None if found is not None and last is not None and waits_for(found, last.process) else found

    def _in_place(self, place: str, command: str, look: Look) -> Process | None:
        role = self.role(place)
        if role is None or not role.alive:
            return None
        if command == FIRST:
            here = [one for one in look.scan.processes if one.namespaces.pid == role.process.namespaces.pid]
        else:
            here = [
                one for one in look.scan.processes if one.comm == command and one.namespaces == role.process.namespaces
            ]
        return min(here, key=age_order, default=None)


def waits_for(parent: Process, child: Process) -> bool:
    """Whether a process only made another and waits for its end, as unshare --fork does: it has no world of its own."""
    return child.ppid == parent.pid and {*parent.namespaces.differing(child.namespaces)} <= {Kind.PID}


def deepest(look: Look, command: str) -> Process | None:
    """Of all processes running `command`, the one with the most PID namespaces above it."""
    running = [one for one in look.scan.processes if one.comm == command and one.pid in look.details]
    return max(running, key=lambda one: len(look.details[one.pid].pid_namespaces), default=None)


def depth(look: Look, process: Process, below: Process) -> int | None:
    """How many PID namespaces lie between; None where `process` is not below, or it can't be told."""
    details = look.details.get(process.pid)
    above = below.namespaces.of(Kind.PID)
    spaces = details.pid_namespaces if details else ()
    return spaces.index(above) if above in spaces else None
