"""A `World` over a running lab: the course's questions, answered by the kernel through the lab's /proc and its PID 1.

A path is opened by openat2(2) inside the root of the process whose view is asked for: a link that the learner made can't lead
to a file of the real machine. Nothing stays open: an fd inside a mount would keep the learner from unmounting it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import time
from collections.abc import Iterable

from nslab.course import probes
from nslab.course.boards import Boards
from nslab.course.cast import HOST, Cast, Engine, depth
from nslab.course.engine_words import HOME, as_step, in_home, numbers
from nslab.course.live_groups import LiveGroups
from nslab.course.live_inside import LiveInside
from nslab.course.live_network import LiveNetworks
from nslab.course.mounted import propagated
from nslab.course.opened import TEXT_BYTES, first_bytes, kind_of, refused, unreadable
from nslab.course.ordering import Attempt
from nslab.course.subjects import called, whole
from nslab.course.told import Absent, Namespace, Told, why
from nslab.course.trial import Trial
from nslab.course.world import FileFacts, Holders, Life, Propagated, World
from nslab.engine.client import Lab
from nslab.engine.failures import LabError
from nslab.engine.spec import Process as OciProcess
from nslab.kernel import procfs
from nslab.kernel.capabilities import Capability
from nslab.kernel.clocks import Clock
from nslab.kernel.namespaces import Kind
from nslab.kernel.paths import open_in_root
from nslab.kernel.pidfd import pidfd_send_signal
from nslab.kernel.procfs import Mount
from nslab.kernel.syscalls import SyscallError
from nslab.kernel.sysvipc import Facility, SysvObject
from nslab.kernel.uts import UtsNames
from nslab.observe.birth_view import BirthView
from nslab.observe.call_view import start_us
from nslab.observe.credentials import Credentials, read_credentials
from nslab.observe.details import Details
from nslab.observe.holders import DescriptorHold, Holds, MountHold, holds
from nslab.observe.namespaces import NamespaceId, Unread
from nslab.observe.network_view import WorldView
from nslab.observe.observer import Look, Observer
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process

PROGRAM_SECONDS = 1.0
LOOKS_AGAIN, LOOK_AGAIN_S = 3, 0.01
ALL_CAPABILITIES = tuple(int(capability) for capability in Capability)


class LiveWorld(World):
    """Answers from the last look; `look` takes a new one. Not for two threads at once."""

    def __init__(self, lab: Lab, boards: Boards) -> None:
        self._lab, self._boards = lab, boards
        self._root = ProcRoot(lab.proc)
        self.observer = Observer(self._root)
        self.cast = Cast(self.observer)
        self.networks = LiveNetworks(self._root, lab)
        self.groups = LiveGroups(lab)
        self.inside = LiveInside(lab)
        self.seen: Look = self.observer.look()

    def look(self, engine: Engine) -> Look:
        """Look at every process of the lab, and give the names to whom they belong now."""
        self.seen = self.observer.look()
        self.cast.update(self.seen, engine)
        return self.seen

    def close(self) -> None:
        """Let the lab's /proc go, and what listens in it."""
        self.networks.close()
        self.groups.close()
        self._root.close()

    def pid(self, process: str, seen_from: str) -> int | Absent:
        found, viewer = self._process(process), self._process(seen_from)
        if isinstance(found, Absent) or isinstance(viewer, Absent):
            return found if isinstance(found, Absent) else self._absent(seen_from)
        details, space = self._details(found), viewer.namespaces.pid
        number = details.pid_in(space) if details and isinstance(space, NamespaceId) else None
        return number or Absent(Told("absent.no-number", {"process": called(process), "seen_from": called(seen_from)}))

    def comm(self, process: str) -> str | Absent:
        found = self._process(process)
        return found if isinstance(found, Absent) else found.comm

    def hostname(self, process: str) -> str | Absent:
        names = self._names(process)
        return names if isinstance(names, Absent) else names.nodename

    def hostnames(self) -> frozenset[str]:
        one_each = {process.namespaces.uts: process.pid for process in self.seen.scan.processes}
        return frozenset(names.nodename for names in self._ask_names(one_each.values()) if names)

    def domainname(self, process: str) -> str | Absent:
        names = self._names(process)
        return names if isinstance(names, Absent) else names.domainname

    def namespace(self, process: str, kind: Kind) -> Namespace | Absent:
        role = self.cast.role(process)
        if role is None:
            return self._absent(process)
        found = role.process.namespaces.of(kind)
        if isinstance(found, Unread):
            return refused(f"/proc/{role.process.pid}/ns/{kind}", found.errno)
        return Namespace(kind, found)

    def namespace_at(self, path: str, kind: Kind) -> Namespace | Absent:
        fd = self._open(path, HOST, os.O_PATH)
        if isinstance(fd, Absent):
            return fd
        try:
            facts = os.fstat(fd)
            found = kind_of(fd) if facts.st_dev == self._root.nsfs_device else None
        except OSError as error:
            return unreadable(path, error)
        finally:
            os.close(fd)
        if found is None:
            return Absent(Told("absent.not-a-namespace", {"path": path}))
        if found is not kind:
            return Absent(Told("absent.other-kind", {"path": path, "kind": str(found), "asked": str(kind)}))
        return Namespace(kind, NamespaceId(facts.st_dev, facts.st_ino))

    def holders(self, namespace: Namespace) -> Holders | Absent:
        inside = sum(one.namespaces.of(namespace.kind) == namespace.id for one in self.seen.scan.processes)
        return counted(namespace, inside, self._holds())

    def _holds(self) -> Holds:
        """Who keeps what alive. A process that is just ending is closed to us for a moment: then it is looked at again."""
        found = holds(self._root, self.seen.scan)
        for _ in range(LOOKS_AGAIN):
            if not found.hidden:
                break
            time.sleep(LOOK_AGAIN_S)
            found = holds(self._root, self.seen.scan)
        return found

    def status(self, process: str, seen_from: str) -> str | Absent:
        return self._of_process(process, "status", seen_from)

    def stat(self, process: str, seen_from: str) -> procfs.Stat | Absent:
        text = self._of_process(process, "stat", seen_from)
        return procfs.parse_stat(text.encode()) if isinstance(text, str) else text

    def states(self, process: str) -> tuple[str, ...] | Absent:
        space = self.namespace(process, Kind.PID)
        if isinstance(space, Absent):
            return space
        everybody = self.seen.scan.processes
        unread = next((one for one in everybody if isinstance(one.namespaces.pid, Unread)), None)
        if unread is not None and isinstance(unread.namespaces.pid, Unread):
            return refused(f"/proc/{unread.pid}/ns/pid", unread.namespaces.pid.errno)
        return tuple(one.state for one in everybody if one.namespaces.pid == space.id)

    def _of_process(self, process: str, name: str, seen_from: str) -> str | Absent:
        """A file below /proc/PID, of a procfs of the asking side's PID namespace if it has mounted one."""
        number = self.pid(process, seen_from)
        if isinstance(number, Absent):
            return number
        if seen_from != HOST:
            return self.text(f"/proc/{number}/{name}", seen_from)
        try:
            directory = procfs.open_process(self._root.fd, number)
        except OSError:
            return self._absent(process)
        try:
            return procfs.read_file(directory, name, TEXT_BYTES).decode(errors="replace")
        except OSError:
            return self._absent(process)
        finally:
            os.close(directory)

    def credentials(self, process: str) -> Credentials | Absent:
        found = self._process(process)
        return found if isinstance(found, Absent) else read_credentials(self._root, found) or self._absent(process)

    def owner(self, path: str, seen_from: str) -> int | Absent:
        fd = self._open(path, seen_from, os.O_PATH)
        if isinstance(fd, Absent):
            return fd
        try:
            return os.fstat(fd).st_uid
        finally:
            os.close(fd)

    def text(self, path: str, seen_from: str) -> str | Absent:
        fd = self._open(path, seen_from, os.O_PATH)
        if isinstance(fd, Absent):
            return fd
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):  # reading a terminal or a pipe takes it from whom it is for
                return Absent(Told("absent.not-a-file", {"path": path}))
            return first_bytes(fd).decode(errors="replace")
        except OSError as error:
            return unreadable(path, error)
        finally:
            os.close(fd)

    def file(self, path: str, seen_from: str) -> FileFacts | Absent:
        fd = self._open(path, seen_from, os.O_PATH)
        if isinstance(fd, Absent):
            return fd
        try:
            mode = os.fstat(fd).st_mode
        finally:
            os.close(fd)
        return FileFacts(regular=stat.S_ISREG(mode), executable=bool(mode & 0o111))

    def mounts_at(self, path: str, process: str) -> int | Absent:
        mounts = self._mounts(process)
        return mounts if isinstance(mounts, Absent) else sum(mount.point == in_home(path) for mount in mounts)

    def propagates(self, path: str, source: str, target: str) -> Propagated | Absent:
        one, other = self._mounts(source), self._mounts(target)
        if isinstance(one, Absent) or isinstance(other, Absent):
            return one if isinstance(one, Absent) else self._absent(target)
        return propagated(in_home(path), ((source, one), (target, other)))

    def _mounts(self, process: str) -> tuple[Mount, ...] | Absent:
        found = self._process(process)
        if isinstance(found, Absent):
            return found
        try:
            directory = procfs.open_process(self._root.fd, found.pid)
        except OSError:
            return self._absent(process)
        try:
            return procfs.read_mountinfo(directory)
        except OSError as error:
            return unreadable(f"/proc/{found.pid}/mountinfo", error)
        finally:
            os.close(directory)

    def sysv_objects(self, facility: Facility, process: str) -> tuple[SysvObject, ...] | Absent:
        found = self._process(process)
        return found if isinstance(found, Absent) else self.inside.sysv_objects(facility, found.pid)

    def clock(self, clock: Clock, process: str) -> int | Absent:
        found = self._process(process)
        return found if isinstance(found, Absent) else self.inside.clock(clock, found.pid)

    def network(self, process: str) -> WorldView | Absent:
        found = self._process(process)
        if isinstance(found, Absent):
            return found
        world = self.networks.world(found.namespaces.net, self.seen, self.observer.letters)
        if world is None:
            return self._absent(process)
        return refused("netlink", world.unread.errno) if world.unread else world

    def start_us(self, process: str) -> int | Absent:
        role = self.cast.role(process)
        if role is None:
            return self._absent(process)
        try:
            account = self._lab.account(role.process.pid)
        except LabError as error:
            return Absent(Told("absent.lab", {"why": why(error)}))
        took = start_us(account.plan, account.outcomes)
        return Absent(Told("absent.not-started", {"process": called(process)})) if took is None else took

    def cgroup(self, process: str, seen_from: str) -> str | Absent:
        found, viewer = self._process(process), self._process(seen_from)
        if isinstance(found, Absent) or isinstance(viewer, Absent):
            return found if isinstance(found, Absent) else self._absent(seen_from)
        return self.inside.cgroup(found.pid, viewer.pid)

    def outer_cgroup(self, process: str) -> str | Absent:
        found = self._process(process)
        return found if isinstance(found, Absent) else self.inside.outer_cgroup(found.pid)

    def life(self, process: str) -> Life:
        role = self.cast.role(process)
        if role is None:
            return Life.NEVER_SEEN
        return Life.ALIVE if role.alive else Life.GONE

    def pid_depth(self, process: str, below: str) -> int | Absent:
        found, above = self._process(process), self._process(below)
        if isinstance(found, Absent) or isinstance(above, Absent):
            return found if isinstance(found, Absent) else self._absent(below)
        levels = depth(self.seen, found, above)
        return (
            Absent(Told("absent.not-below", {"process": called(process), "below": called(below)}))
            if levels is None
            else levels
        )

    def birth(self) -> BirthView | None:
        return self._boards.birth

    def trial(self, attack: str, off: frozenset[str]) -> Trial | None:
        result = self._boards.tried.results.get((attack, off))
        return result if isinstance(result, Trial) else None

    def attempts(self) -> tuple[Attempt, ...]:
        return self._boards.attempts.tries

    def probe(self, call: probes.Call, where: str, without: tuple[str, ...]) -> int | Absent:
        found = self._process(where)
        if isinstance(found, Absent):
            return found
        name, args = as_step(call)
        try:
            return self._lab.probe(found.pid, name, args, numbers(without), for_children=isinstance(call, probes.Fork))
        except LabError as error:
            return Absent(Told("absent.lab", {"why": why(error)}))

    def exit_status(self, path: str, where: str, without: tuple[str, ...]) -> int | Absent:
        found = self._process(where)
        if isinstance(found, Absent):
            return found
        kept = tuple(number for number in ALL_CAPABILITIES if number not in numbers(without))
        program = OciProcess((in_home(path),), cwd=HOME, capabilities=kept, no_new_privileges=False, seccomp=False)
        null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        try:
            task = self._lab.attach(found.pid, program, (null, null, null))
        except LabError as error:
            return Absent(Told("absent.lab", {"why": why(error)}))
        finally:
            os.close(null)
        return self._await(task.pid, task.pidfd, path)

    def _await(self, pid: int, pidfd: int, path: str) -> int | Absent:
        try:
            status = self._lab.wait(pid, PROGRAM_SECONDS)
            if status is None:
                with contextlib.suppress(SyscallError):  # it has ended after all
                    pidfd_send_signal(pidfd, signal.SIGKILL)
                self._lab.wait(pid, PROGRAM_SECONDS)
                return Absent(Told("absent.too-slow", {"path": path}))
        except LabError as error:
            return Absent(Told("absent.lab", {"why": why(error)}))
        finally:
            os.close(pidfd)
        return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)

    def _process(self, name: str) -> Process | Absent:
        role = self.cast.role(name)
        return role.process if role is not None and role.alive else self._absent(name)

    def _details(self, process: Process) -> Details | None:
        return self.seen.details.get(process.pid)

    def _names(self, process: str) -> UtsNames | Absent:
        found = self._process(process)
        if isinstance(found, Absent):
            return found
        return self._ask_names([found.pid])[0] or self._absent(process)

    def _ask_names(self, pids: Iterable[int]) -> tuple[UtsNames | None, ...]:
        asked = tuple(pids)
        try:
            return self._lab.names(asked)
        except LabError:
            return (None,) * len(asked)

    def _absent(self, process: str) -> Absent:
        gone = self.cast.role(process) is not None
        return Absent(Told("absent.ended" if gone else "absent.never-seen", {"process": whole(process)}))

    def _open(self, path: str, seen_from: str, flags: int) -> int | Absent:
        found = self._process(seen_from)
        if isinstance(found, Absent):
            return found
        try:
            root = os.open(f"{found.pid}/root", os.O_PATH | os.O_CLOEXEC, dir_fd=self._root.fd)
        except OSError:
            return self._absent(seen_from)
        try:
            return open_in_root(root, in_home(path), flags)
        except OSError as error:
            return unreadable(path, error)
        finally:
            os.close(root)


def counted(namespace: Namespace, inside: int, every: Holds) -> Holders | Absent:
    """Who keeps a namespace alive; absent where a process might that could not be looked into."""
    if every.hidden:
        closed = every.hidden[0]
        return refused(f"/proc/{closed.pid}", closed.errno)
    found = [hold for hold in every.found if hold.namespace == namespace.id]
    return Holders(
        processes=inside,
        fds=sum(isinstance(hold, DescriptorHold) for hold in found),
        mounts=sum(isinstance(hold, MountHold) for hold in found),
    )
