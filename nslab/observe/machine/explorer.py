"""Looking at a whole machine again and again: processes at each look, what takes longer less often."""

from __future__ import annotations

import os

from nslab.observe.container_names import Names
from nslab.observe.explanation import Explanation, explain
from nslab.observe.holders import Holds, holds
from nslab.observe.letters import Letters
from nslab.observe.machine.census import Census, Kept, births, take
from nslab.observe.machine.labels import labels
from nslab.observe.machine.lineage import Lineages
from nslab.observe.machine.reach import Ref
from nslab.observe.machine.rows import Machine
from nslab.observe.machine.worlds import World, worlds
from nslab.observe.observer import HostMissing
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Scan, Scanner
from nslab.observe.views import Member
from nslab.words import printable

NOTHING_KEPT = Kept(Holds((), ()), ())


class Explorer:
    """Looks at one procfs. Not for two threads at once."""

    def __init__(self, root: ProcRoot, host_pid: int) -> None:
        """`host_pid` is the process whose namespaces are called A. Raises HostMissing."""
        self.root = root
        self._scanner = Scanner(root)
        self._lineages = Lineages(root)
        self._names = Names(root)
        self._kept = NOTHING_KEPT
        self._scan = self._scanner.scan()
        host = self._scan.get(host_pid)
        if host is None:
            raise HostMissing(host_pid)
        self._host = host
        self._letters = Letters(host.namespaces)

    def look(self, *, thorough: bool = True) -> Machine:
        """Read now. Only a thorough look reads who holds namespaces; others keep what the last one found."""
        scan = self._scan = self._scanner.scan()
        if thorough:
            self._kept = Kept(holds(self.root, scan), births(self.root, scan))
        found = scan.get(self._host.pid)
        if found is not None and self._host.is_same(found):
            self._host = found
        census = take(scan, self._kept, self._lineages)
        living = worlds(scan)
        return Machine(
            host=Member(self._host.pid, printable(self._host.comm)),
            host_namespaces=self._letters.reference,
            census=census,
            worlds=living,
            labels=labels(self.root, scan, living, self._names),
            letters=self._lettered(census, living),
            reader_uid=os.geteuid(),
            read_at=scan.read_at,
        )

    def explain(self, pid: int) -> Explanation | None:
        """A process of the last look; None where it is not there, or no more."""
        process = self._scan.get(pid)
        if process is None:
            return None
        self._letters.meet([process.namespaces])
        return explain(self.root, self._scan, process, self._host, self._letters, self._names)

    @property
    def scan(self) -> Scan:
        """The processes of the last look."""
        return self._scan

    def _lettered(self, census: Census, living: tuple[World, ...]) -> dict[Ref, str]:
        """Letters by age of the worlds, namespaces without a process last: as the rows come."""
        self._letters.meet(world.namespaces for world in living)
        for namespace in census.namespaces:
            self._letters.meet_empty(namespace.kind, namespace.id)
        found = ((one.ref, self._letters.of(one.kind, one.id)) for one in census.namespaces)
        return {ref: letter for ref, letter in found if letter is not None}
