"""What the course asks of the machine, in the course's own terms. `nslab.course.live` answers it over a running lab.

Processes go by the names of FORMAT.md ("host", "box", "web:bash", "deep:sleep"). A path may begin with `~`, the lab's
home. What cannot be observed is `Absent` with its reason, never an exception: a process that ended between two reads
is an answer too.
"""

from __future__ import annotations

from enum import Enum
from typing import Protocol

from msgspec import Struct

from nslab.course.ordering import Attempt
from nslab.course.probes import Call
from nslab.course.told import Absent, Namespace
from nslab.course.trial import Trial
from nslab.kernel.clocks import Clock
from nslab.kernel.namespaces import Kind
from nslab.kernel.procfs import Stat
from nslab.kernel.propagation import Propagation
from nslab.kernel.sysvipc import Facility, SysvObject
from nslab.observe.birth_view import BirthView
from nslab.observe.credentials import Credentials
from nslab.observe.network_view import WorldView


class Life(Enum):
    """Whether a process is there. A zombie is GONE: it runs nothing any more."""

    NEVER_SEEN = "never-seen"
    ALIVE = "alive"
    GONE = "gone"


class FileFacts(Struct, frozen=True):
    """What stat(2) tells of a file, links followed."""

    regular: bool
    executable: bool  # any of the three x bits


class Holders(Struct, frozen=True):
    """What keeps a namespace alive: how many processes are in it, open files refer to it, and mounts show it."""

    processes: int
    fds: int
    mounts: int


class Propagated(Struct, frozen=True):
    """Whether a new mount passes from one mount to another, and what mountinfo says of the two."""

    reached: bool
    source: Propagation
    target: Propagation


class World(Protocol):
    """One machine, asked question by question; no answer takes longer than a second."""

    def pid(self, process: str, seen_from: str) -> int | Absent:
        """The number of `process` in the PID namespace of `seen_from`. Source: NSpid in /proc/PID/status."""
        ...

    def comm(self, process: str) -> str | Absent:
        """The name of its program. Source: /proc/PID/comm."""
        ...

    def hostname(self, process: str) -> str | Absent:
        """The nodename that uname(2) gives in its UTS namespace."""
        ...

    def hostnames(self) -> frozenset[str]:
        """The nodenames of all UTS namespaces that processes of the lab are in."""
        ...

    def domainname(self, process: str) -> str | Absent:
        """The NIS domain name that uname(2) gives in its UTS namespace; "(none)" where none was set."""
        ...

    def namespace(self, process: str, kind: Kind) -> Namespace | Absent:
        """Its namespace of that kind; of one that has ended, the last that was seen. Source: /proc/PID/ns."""
        ...

    def namespace_at(self, path: str, kind: Kind) -> Namespace | Absent:
        """The namespace of that kind that is bound to a name, as the host sees it."""
        ...

    def holders(self, namespace: Namespace) -> Holders | Absent:
        """Who keeps it alive. Source: /proc/PID/ns, /proc/PID/fd, /proc/PID/mountinfo of every process in the lab."""
        ...

    def status(self, process: str, seen_from: str) -> str | Absent:
        """The text of its /proc/PID/status as a procfs of `seen_from`'s PID namespace shows it."""
        ...

    def stat(self, process: str, seen_from: str) -> Stat | Absent:
        """Its /proc/PID/stat as a procfs of `seen_from`'s PID namespace shows it."""
        ...

    def states(self, process: str) -> tuple[str, ...] | Absent:
        """The state of every process in its PID namespace, of one that has ended in the last that it was in.

        Letters of proc_pid_stat(5); an empty tuple where nobody is left there.
        """
        ...

    def credentials(self, process: str) -> Credentials | Absent:
        """Who it is and what it may do, its ids as this process's own user namespace has them.

        Source: /proc/PID/status, uid_map, and gid_map.
        """
        ...

    def owner(self, path: str, seen_from: str) -> int | Absent:
        """The uid that owns a file, links followed, as this process's own user namespace has it; the path is `seen_from`'s."""
        ...

    def text(self, path: str, seen_from: str) -> str | Absent:
        """The text of a file, through the root, the mounts, and the /proc of `seen_from`. At most 64 KiB."""
        ...

    def file(self, path: str, seen_from: str) -> FileFacts | Absent:
        """What kind of file a path is, as `seen_from` sees it."""
        ...

    def mounts_at(self, path: str, process: str) -> int | Absent:
        """How many mounts lie at exactly that path. Source: field 5 of /proc/PID/mountinfo."""
        ...

    def propagates(self, path: str, source: str, target: str) -> Propagated | Absent:
        """Whether what `source` mounts below the mount at that path turns up for `target`. Absent where one has none there.

        Source: the optional fields of /proc/PID/mountinfo.
        """
        ...

    def sysv_objects(self, facility: Facility, process: str) -> tuple[SysvObject, ...] | Absent:
        """The System V IPC objects of a kind in its IPC namespace. Source: /proc/sysvipc, which shows the reader's."""
        ...

    def network(self, process: str) -> WorldView | Absent:
        """Its network namespace: links, addresses, sockets. Source: rtnetlink(7), /proc/PID/net."""
        ...

    def clock(self, clock: Clock, process: str) -> int | Absent:
        """What clock_gettime(2) answers in its time namespace, in nanoseconds."""
        ...

    def start_us(self, process: str) -> int | Absent:
        """Microseconds from clone3(2) to execve(2) of a process that the engine made, by the engine's own account."""
        ...

    def cgroup(self, process: str, seen_from: str) -> str | Absent:
        """Its path in cgroup v2, told from the root of the cgroup namespace of `seen_from`. Source: /proc/PID/cgroup."""
        ...

    def outer_cgroup(self, process: str) -> str | Absent:
        """Its path in cgroup v2 as it is told outside the lab, where this program runs."""
        ...

    def life(self, process: str) -> Life:
        """Whether it is there, was there, or was never seen."""
        ...

    def pid_depth(self, process: str, below: str) -> int | Absent:
        """How many PID namespaces lie between: 0 if they share one. Absent if `process` is not below."""
        ...

    def birth(self) -> BirthView | None:
        """The birth that is held on the board `birth`, as far as it has come."""
        ...

    def trial(self, attack: str, off: frozenset[str]) -> Trial | None:
        """What became of an attack on the board `without`, these primitives left out; None where it was not tried."""
        ...

    def attempts(self) -> tuple[Attempt, ...]:
        """The orders that were run on the board `order`."""
        ...

    def probe(self, call: Call, where: str, without: tuple[str, ...]) -> int | Absent:
        """The errno of one call, 0 for success, made in a forked child with the namespaces and capabilities of `where`.

        The child drops the capabilities `without` first. Texts in `call` are already filled in.
        """
        ...

    def exit_status(self, path: str, where: str, without: tuple[str, ...]) -> int | Absent:
        """The exit status of a program run as `where` is, with /dev/null as its terminal, killed after a second.

        It does not get the capabilities `without`. 128 + N if signal N ended it; Absent if it had to be killed.
        """
        ...
