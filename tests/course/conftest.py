"""A recorded machine and a small lesson, for tests that ask what the course makes of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import pytest
from msgspec import Struct, field

from nslab.course.loader import Pack, load
from nslab.course.ordering import Attempt
from nslab.course.play import Play
from nslab.course.probes import Call
from nslab.course.told import Absent, Namespace, Told
from nslab.course.trial import Trial
from nslab.course.world import FileFacts, Holders, Life, Propagated
from nslab.kernel.clocks import Clock
from nslab.kernel.idmap import Extent
from nslab.kernel.namespaces import Kind
from nslab.kernel.procfs import Ids, Stat
from nslab.kernel.sysvipc import Facility, SysvObject
from nslab.observe.birth_view import BirthView
from nslab.observe.credentials import CapabilitySets, Credentials
from nslab.observe.namespaces import NamespaceId
from nslab.observe.network_view import WorldView
from tests.stage import lesson

K = TypeVar("K")
V = TypeVar("V")

HERE = Path(__file__).parent


def ns(kind: str, inode: int) -> Namespace:
    return Namespace(Kind(kind), NamespaceId(4, inode))


def user(uid: int, *id_map: Extent, gid_map: tuple[Extent, ...] | None = None) -> Credentials:
    """Somebody in a user namespace with these maps; uid and gid are those of the machine outside."""
    return Credentials(
        user=NamespaceId(4, 100),
        same_user=False,
        uids=Ids(uid, uid, uid, uid),
        gids=Ids(uid, uid, uid, uid),
        groups=(),
        uid_map=id_map,
        gid_map=id_map if gid_map is None else gid_map,
        capabilities=CapabilitySets(0, 0, 0, 0, 0),
        governed=(),
        no_new_privs=False,
        seccomp=0,
        seccomp_filters=0,
    )


class RecordedWorld(Struct):
    """Answers from what was written down; whatever was not is absent."""

    pids: dict[tuple[str, str], int] = field(default_factory=dict)
    comms: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    domains: dict[str, str] = field(default_factory=dict)
    namespaces: dict[tuple[str, str], Namespace] = field(default_factory=dict)
    bound: dict[str, Namespace] = field(default_factory=dict)
    held: dict[Namespace, Holders] = field(default_factory=dict)
    statuses: dict[tuple[str, str], str] = field(default_factory=dict)
    stats: dict[tuple[str, str], Stat] = field(default_factory=dict)
    neighbours: dict[str, tuple[str, ...]] = field(default_factory=dict)
    creds: dict[str, Credentials] = field(default_factory=dict)
    owners: dict[tuple[str, str], int] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    files: dict[tuple[str, str], FileFacts] = field(default_factory=dict)
    mounts: dict[tuple[str, str], int] = field(default_factory=dict)
    passing: dict[tuple[str, str, str], Propagated] = field(default_factory=dict)
    sysv: dict[tuple[Facility, str], tuple[SysvObject, ...]] = field(default_factory=dict)
    networks: dict[str, WorldView] = field(default_factory=dict)
    clocks: dict[tuple[Clock, str], int] = field(default_factory=dict)
    cgroups: dict[tuple[str, str], str] = field(default_factory=dict)
    lives: dict[str, Life] = field(default_factory=dict)
    depths: dict[tuple[str, str], int] = field(default_factory=dict)
    errnos: dict[tuple[str, str], int] = field(default_factory=dict)
    exits: dict[tuple[str, str], int] = field(default_factory=dict)
    starts_us: dict[str, int] = field(default_factory=dict)
    born: BirthView | None = None
    trials: dict[tuple[str, frozenset[str]], Trial] = field(default_factory=dict)
    orders: tuple[Attempt, ...] = ()

    def pid(self, process: str, seen_from: str) -> int | Absent:
        return _known(self.pids, (process, seen_from))

    def comm(self, process: str) -> str | Absent:
        return _known(self.comms, process)

    def hostname(self, process: str) -> str | Absent:
        return _known(self.names, process)

    def hostnames(self) -> frozenset[str]:
        return frozenset(self.names.values())

    def domainname(self, process: str) -> str | Absent:
        return _known(self.domains, process)

    def namespace(self, process: str, kind: Kind) -> Namespace | Absent:
        return _known(self.namespaces, (process, kind.value))

    def namespace_at(self, path: str, kind: Kind) -> Namespace | Absent:
        return _known(self.bound, path)

    def holders(self, namespace: Namespace) -> Holders | Absent:
        return _known(self.held, namespace)

    def status(self, process: str, seen_from: str) -> str | Absent:
        return _known(self.statuses, (process, seen_from))

    def stat(self, process: str, seen_from: str) -> Stat | Absent:
        return _known(self.stats, (process, seen_from))

    def states(self, process: str) -> tuple[str, ...] | Absent:
        return _known(self.neighbours, process)

    def credentials(self, process: str) -> Credentials | Absent:
        return _known(self.creds, process)

    def owner(self, path: str, seen_from: str) -> int | Absent:
        return _known(self.owners, (path, seen_from))

    def text(self, path: str, seen_from: str) -> str | Absent:
        return _known(self.texts, (path, seen_from))

    def file(self, path: str, seen_from: str) -> FileFacts | Absent:
        return _known(self.files, (path, seen_from))

    def mounts_at(self, path: str, process: str) -> int | Absent:
        return _known(self.mounts, (path, process))

    def propagates(self, path: str, source: str, target: str) -> Propagated | Absent:
        return _known(self.passing, (path, source, target))

    def sysv_objects(self, facility: Facility, process: str) -> tuple[SysvObject, ...] | Absent:
        return _known(self.sysv, (facility, process))

    def network(self, process: str) -> WorldView | Absent:
        return _known(self.networks, process)

    def clock(self, clock: Clock, process: str) -> int | Absent:
        return _known(self.clocks, (clock, process))

    def start_us(self, process: str) -> int | Absent:
        return _known(self.starts_us, process)

    def cgroup(self, process: str, seen_from: str) -> str | Absent:
        return _known(self.cgroups, (process, seen_from))

    def outer_cgroup(self, process: str) -> str | Absent:
        return _known(self.cgroups, (process, "outside"))

    def life(self, process: str) -> Life:
        return self.lives.get(process, Life.NEVER_SEEN)

    def pid_depth(self, process: str, below: str) -> int | Absent:
        return _known(self.depths, (process, below))

    def birth(self) -> BirthView | None:
        return self.born

    def trial(self, attack: str, off: frozenset[str]) -> Trial | None:
        return self.trials.get((attack, off))

    def attempts(self) -> tuple[Attempt, ...]:
        return self.orders

    def probe(self, call: Call, where: str, without: tuple[str, ...]) -> int | Absent:
        return _known(self.errnos, (" ".join([call.in_c(), *without]), where))

    def exit_status(self, path: str, where: str, without: tuple[str, ...]) -> int | Absent:
        return _known(self.exits, (" ".join([path, *without]), where))


def _known(facts: Mapping[K, V], key: K) -> V | Absent:
    return facts[key] if key in facts else Absent(Told("absent.field", {"field": str(key)}))


@pytest.fixture
def world() -> RecordedWorld:
    """A host and a box that differ in pid and uts and share the rest."""
    world = RecordedWorld(
        pids={("box:bash", "box"): 1, ("box:bash", "host"): 8, ("box", "host"): 8},
        comms={"box:init": "bash", "host": "lab"},
        names={"host": "lab", "box": "container"},
        texts={("/proc/8/status", "host"): "Name:\tbash\nNSpid:\t8\t1\n", ("/proc/1/comm", "box"): "lab\n"},
        statuses={("deep:sleep", "host"): "Name:\tsleep\nNSpid:\t78\t7\t4\t1\n"},
        lives={"host": Life.ALIVE, "box": Life.ALIVE},
        creds={
            "host": user(2_000_000, Extent(0, 2_000_000, 65536)),
            "box": user(2_000_000, Extent(1000, 2_000_000, 1), gid_map=()),
            "old": user(2_000_005, Extent(5, 2_000_005, 1)),
        },
        owners={("~/mine", "host"): 2_000_000, ("~/mine", "box"): 2_000_000, ("/etc/shadow", "host"): 0},
    )
    for kind in Kind:
        world.namespaces["host", kind.value] = ns(kind, 100)
        world.namespaces["box", kind.value] = ns(kind, 200 if kind in (Kind.PID, Kind.UTS) else 100)
    return world


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a small lesson without a fault, to be spoiled."""
    shutil.copytree(HERE / "lessons" / "tiny", tmp_path / "tiny")
    return tmp_path / "tiny"


@pytest.fixture
def tiny() -> Pack:
    pack = load(HERE / "lessons" / "tiny")
    assert isinstance(pack, Pack)
    return pack


@pytest.fixture(scope="module")
def pack() -> Pack:
    """The lesson `pid`, as it ships."""
    return lesson("pid")


@pytest.fixture
def play(pack: Pack) -> Iterator[Play]:
    """It, played in a real lab."""
    play = Play(pack)
    yield play
    play.close()
