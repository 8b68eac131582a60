"""One look after another at a lab, or at the machine: what several panes and checks share is read once and kept here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from msgspec import Struct

from nslab.kernel.capabilities import full_set
from nslab.kernel.idmap import overflow_uid
from nslab.observe.credentials import CredentialReader
from nslab.observe.details import DetailReader, Details
from nslab.observe.kinds_view import kinds_view
from nslab.observe.letters import Letters
from nslab.observe.mount_view import MountView, compared, mount_view
from nslab.observe.mount_watch import MountWatch
from nslab.observe.namespace_view import Subject, namespace_view
from nslab.observe.newcomer import newcomer
from nslab.observe.process_view import process_view
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process, Scan, Scanner, age_order
from nslab.observe.user_view import Limits, UserView, user_view
from nslab.observe.views import Birth, KindsView, NamespaceView, ProcessView


class Look(Struct, frozen=True):
    """What one look saw: every process, and the details of those on show, by pid.

    `host` is the process that all is compared with, as last seen; `host_alive` is False once it has died, and a lab
    with it.
    """

    scan: Scan
    details: dict[int, Details]
    host: Process
    host_alive: bool


class HostMissing(LookupError):
    """The process that all is to be compared with is not there at the first look."""


class Observer:
    """Looks at one procfs again and again. Not for two threads at once."""

    def __init__(self, root: ProcRoot, host_pid: int = 1) -> None:
        """`host_pid` is the host's process, the lab's PID 1: its namespaces bear the letter A. Raises HostMissing."""
        self._scanner = Scanner(root)
        self._reader = DetailReader(root)
        self._mounts = MountWatch(root)
        self._mount_view: tuple[object, MountView] | None = None
        self._credentials = CredentialReader(root)
        self._before = self._now = self._scanner.scan()
        host = self._now.get(host_pid)
        if host is None:
            raise HostMissing(host_pid)
        self._host = host
        self.letters = Letters(host.namespaces)

    def look(self, shown: Iterable[int] | None = None) -> Look:
        """Read now: every process, and details of those on show, of all without `shown`."""
        self._before, self._now = self._now, self._scanner.scan()
        self.letters.meet(process.namespaces for process in sorted(self._now.processes, key=age_order))
        found = self._now.get(self._host.pid)
        alive = self._host.is_same(found)
        if found is not None and alive:
            self._host = found
        on_show = self._now.processes if shown is None else [one for pid in shown if (one := self._now.get(pid))]
        return Look(self._now, self._reader.read(on_show), self._host, alive)

    def newcomer(self, engine: AbstractSet[int]) -> Process | None:
        """The container that the learner made by hand, once two looks agree on it; `engine` are the engine's pids."""
        return newcomer(self._before, self._now, engine, self._host.pid)

    def namespaces(self, look: Look, subjects: Sequence[Subject]) -> NamespaceView:
        """The namespaces pane."""
        return namespace_view(subjects, self.letters, look.scan)

    def kinds(self, look: Look, sides: Sequence[Subject], birth: Birth | None) -> KindsView:
        """The board of kinds."""
        return kinds_view(sides, self.letters, look.scan, birth)

    def processes(self, look: Look, subjects: Sequence[Subject]) -> ProcessView:
        """The processes pane; without rows once the host has died."""
        return process_view(look.scan, look.details, self.letters, look.host, subjects)

    def mounts(self, subjects: Sequence[Subject]) -> MountView:
        """The mounts pane; reads the mounts of the two subjects that it compares, now."""
        shown = compared(subjects)
        read = self._mounts.read(one.process for one in shown if one.process is not None and one.alive)
        if self._mount_view is None or self._mount_view[0] != (shown, read):  # mostly nothing has changed
            self._mount_view = (shown, read), mount_view(shown, self.letters, read)
        return self._mount_view[1]

    def users(self, look: Look, subjects: Sequence[Subject]) -> UserView:
        """The users pane; reads the credentials of the subjects that live, now."""
        processes = (look.host, *(one.process for one in subjects if one.process))
        seen = self._credentials.read(processes)
        kernel = Limits(full_set(), overflow_uid())
        return user_view(subjects, seen, self.letters, look.host, kernel, look.scan.read_at)
