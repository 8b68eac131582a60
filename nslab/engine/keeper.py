"""The keeper: the one process of a lab that lives on the machine itself.

    owner ──spawns──► keeper ──clone3──► stage A ──clone3(CLONE_PARENT)──► the lab (PID 1 of its namespaces)
                         ▲                  (ends)                           │
                         └──── parent of the lab: waits for it ◄─────────────┘

It makes the run directory, writes A's id maps, waits for the lab, and removes what the kernel does not. It is a fresh Python,
not a fork of its owner, which has threads and a past. Whoever dies, the lab dies: it watches its owner's socket and a pipe whose
other end is the keeper's; the keeper watches its owner's socket and the lab's pidfd.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import socket
import stat
import sys
from collections.abc import Callable

from msgspec import structs

from nslab.engine import ids, lab, protocol, rundir, stages
from nslab.engine.board import Board
from nslab.engine.calls import SIBLING, Actor, clone_flags, container_profile, resolve_symbols
from nslab.engine.delegation import subtree
from nslab.engine.delegation.failures import no_place
from nslab.engine.delegation.place import Here, find
from nslab.engine.execute import attempt
from nslab.engine.failures import LabError, NoRunDirectory, refusal, unplanned
from nslab.engine.inventory import take_inventory
from nslab.engine.profiles import LAB
from nslab.engine.resources import INIT
from nslab.engine.spawn import WITH_LIMITS
from nslab.engine.steps import Plan, Step
from nslab.errors import Because, NslabError
from nslab.kernel import idmap, procfs, seccomp
from nslab.kernel.clone import clone3
from nslab.kernel.namespaces import Kind
from nslab.kernel.pidfd import pidfd_send_signal
from nslab.kernel.process import default_signals, overwrite_arguments
from nslab.kernel.syscalls import SyscallError

STAGE_A = (Kind.USER, Kind.MNT)
STAGE_B = tuple(Kind)
GO = b"go"
DIRECTORY = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC


class Keeper:
    """One lab, from its run directory to its end."""

    def __init__(
        self, control: socket.socket, events: socket.socket, status: socket.socket, place: Here | None
    ) -> None:
        """`place`: where the lab gets a control group that it may divide; None for a lab without."""
        self._control, self._events, self._status, self._place = control, events, status, place
        self._proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def keep(self, run: rundir.RunDirectory) -> None:
        """Make the lab, tell its owner, and stay until either ends. Raises LabError."""
        maps = ids.own_maps()
        found = stages.Found(take_inventory(), maps.count, self._place.controllers if self._place else ())
        groups = self._make_group(run, maps)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        alive_read, alive_write = protocol.wire()
        a, a_pidfd = clone_stage(STAGE_A, group=groups[1])
        if a == 0:
            drop = ours.fileno(), alive_write, run.lock_fd
            in_child(lambda: self._stage_a(run, found, groups[0], theirs, alive_read, drop))
        protocol.close_all([group for group in groups if group is not None])
        theirs.close()
        os.close(alive_read)
        lab_pidfd = -1
        try:
            ids.write_maps(self._proc, a, maps)
            ours.send(GO)
            lab_pid, lab_pidfd = self._receive_lab(ours)
            protocol.send(self._status, protocol.Ready(lab_pid, str(run.path)), (lab_pidfd,))
            self._control.close()
            self._events.close()
            self._wait(lab_pid, lab_pidfd)
        finally:
            os.close(alive_write)  # before any wait: it is what ends a lab that we can't name yet
            end(a_pidfd, lab_pidfd)

    def _make_group(self, run: rundir.RunDirectory, maps: idmap.IdMaps) -> tuple[int | None, int | None]:
        """The lab's group and its leaf, if there is a place for them. Raises LabError, OSError.

        Stage A is born into the leaf, for it has no right over what lies above the lab's group; from there it may bear the lab
        into that.
        """
        if self._place is None:
            return None, None
        group = subtree.path_of(self._place, run.id)
        run.note_group(group)
        owner = (idmap.outside_root(maps.uids), idmap.outside_root(maps.gids))
        subtree.make(self._place, group, owner)
        return os.open(group, DIRECTORY), os.open(group / INIT, DIRECTORY)

    def _receive_lab(self, ours: socket.socket) -> tuple[int, int]:
        """The lab's pid and pidfd from stage A; what A was refused is raised as it was there. An owner's end ends the wait."""
        poll = select.poll()
        for sock in (ours, self._status):
            poll.register(sock, select.POLLIN)
        ready = {fd for fd, _ in poll.poll()}
        if self._status.fileno() in ready:
            raise LabError(why=Because("error.lab.because.owner-ended"))
        packet = protocol.receive(ours, protocol.KEEPER_NEWS)
        match packet:
            case (protocol.Ready(pid), [pidfd]):
                return pid, pidfd
            case (protocol.Refused() as refused, fds):
                protocol.close_all(fds)
                raise Relayed(refused)
            case _:
                protocol.close_all(packet[1] if packet else ())
                raise LabError(why=Because("error.lab.because.stage-a-ended"))

    def _wait(self, pid: int, pidfd: int) -> None:
        """Wait for the owner's end or the lab's, whichever is first; then for the lab."""
        poll = select.poll()
        poll.register(self._status, select.POLLIN)
        poll.register(pidfd, select.POLLIN)
        poll.poll()
        with contextlib.suppress(SyscallError):
            pidfd_send_signal(pidfd, signal.SIGKILL)
        os.waitpid(pid, 0)

    def _stage_a(
        self,
        run: rundir.RunDirectory,
        found: stages.Found,
        group: int | None,
        keeper: socket.socket,
        alive: int,
        drop: tuple[int, ...],
    ) -> None:
        """Stage A: the tree, then the lab. Runs in a child; nothing returns from it."""
        protocol.close_all(drop)
        if keeper.recv(len(GO)) != GO:
            return
        base = str(run.root)
        try:
            perform(stages.stage_a(base, found.inventory), Actor(self._proc, {}, b""))
            count = sum(extent.count for extent in idmap.parse_map(procfs.read_file(self._proc, "self/uid_map")))
            go_read, go_write = os.pipe2(os.O_CLOEXEC)
            b, b_pidfd = clone_stage(STAGE_B, siblings=True, group=group)
            if b == 0:
                here = structs.replace(found, ids=count)  # newuidmap may have had no power
                in_child(lambda: self._stage_b(base, here, (go_read, alive), (go_write, keeper.fileno())))
            own = idmap.identity(count)
            setgroups = procfs.read_file(self._proc, "self/setgroups").strip() == b"allow"
            idmap.write_maps(self._proc, b, idmap.IdMaps(own, own, setgroups))
            protocol.send(keeper, protocol.Ready(b), (b_pidfd,))
            os.write(go_write, GO)
        except (NslabError, OSError) as error:
            protocol.send(keeper, refused(error))

    def _stage_b(self, base: str, found: stages.Found, pipes: tuple[int, int], drop: tuple[int, ...]) -> None:
        """Stage B: the machine, then its service. Runs in a child; nothing returns from it."""
        protocol.close_all(drop)
        go, alive = pipes
        if os.read(go, len(GO)) != GO:
            return
        os.close(go)
        try:
            default_signals()
            perform(stages.stage_b(base, found.ids), Actor(self._proc, {}, b""))
            if found.controllers:
                perform(stages.divide_group(found.controllers), Actor(self._proc, {}, b""))
            os.close(self._proc)
            overwrite_arguments(stages.HOSTNAME)
            leave_files()
            seccomp.install(seccomp.build(LAB))
            lines = lab.Lines(self._control, self._events, alive)
            service = lab.Lab(lines, found, container_profile())
        except (NslabError, OSError, seccomp.UnknownMachine) as error:
            protocol.send(self._status, refused(error))
            return
        self._status.close()
        service.run()


class Relayed(LabError):
    """What another process of the lab was refused, on its way to the owner."""

    def __init__(self, refused: protocol.Refused) -> None:
        super().__init__(**refused.facts)
        self.code = refused.code


def clone_stage(kinds: tuple[Kind, ...], *, siblings: bool = False, group: int | None = None) -> tuple[int, int]:
    """clone3 for a stage; its refusal told as a plan's would be. Raises LabError."""
    words = (*(str(kind) for kind in kinds), *((SIBLING,) if siblings else ()))
    try:
        return clone3(clone_flags(words), group=group)
    except SyscallError as error:
        step = Step("clone", "lab", "clone3", words)
        board = Board(1)
        board.end(0, error.errno or 0, 0.0, 0, -1)
        raise refusal(step, board.done(0, step.id)) from error


def in_child(life: Callable[[], None]) -> None:
    """Live a child's life and end: no exception may climb out of it into its parent's code. NSLAB_DEBUG shows it."""
    try:
        life()
    except Exception:  # noqa: BLE001 - forked: what climbed out would run the parent's code in the child
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(0)


def perform(plan: Plan, actor: Actor) -> None:
    """Make a plan's steps in this very process. Raises LabError at the first refused one."""
    board = Board(len(plan))
    for index, step in enumerate(plan):
        number = attempt(actor, step, index, board)
        if not step.goes_on(number):
            raise refusal(step, board.done(index, step.id))
    board.close()


def leave_files() -> None:
    """Let go of the machine's standard streams and files: the lab's own /dev/null takes their place.

    A library may hold a file that we know nothing of: libffi keeps its own open, to map trampolines from. Replaced, not closed:
    another file at that number would be mapped as code, while /dev/null only refuses.
    """
    null = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
    for number in map(int, os.listdir("/proc/self/fd")):
        with contextlib.suppress(OSError):  # EBADF: it was the listing's own
            mode = os.fstat(number).st_mode
            if number <= 2 or stat.S_ISREG(mode) or stat.S_ISDIR(mode):
                os.dup2(null, number, inheritable=number <= 2)
    os.close(null)


def end(*pidfds: int) -> None:
    """Kill what is still there of a lab, and wait for all of it. By pidfd: a number may be another process's by now."""
    for pidfd in pidfds:
        if pidfd >= 0:
            with contextlib.suppress(OSError):
                pidfd_send_signal(pidfd, signal.SIGKILL)
            os.close(pidfd)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def terminate(_number: int, _frame: object) -> None:
    """SIGTERM: leave through every `finally`, and let no second one disturb that."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(128 + signal.SIGTERM)


def place_for(wish: str) -> Here | None:
    """Where the lab gets a group, if its owner wants one for it. Raises NoPlace."""
    if wish != WITH_LIMITS:
        return None
    place = find()
    if not isinstance(place, Here):
        raise no_place(place)
    return place


def main(arguments: list[str]) -> int:
    """`python -m nslab.engine.keeper CONTROL EVENTS STATUS OWNER COMMAND WISH`: three inherited sockets, by number."""
    control, events, status = (socket.socket(fileno=int(number)) for number in arguments[:3])
    for sock in (control, events, status):
        sock.set_inheritable(False)
    # A Ctrl-C is for the owner; its end, however it comes, is seen on the socket.
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, terminate)
    parent = rundir.base(dict(os.environ), os.geteuid())
    run = None
    try:
        resolve_symbols()
        rundir.sweep(parent)
        try:
            run = rundir.make(parent, int(arguments[3]), arguments[4])
        except OSError as error:
            if error.errno == errno.EMFILE:
                raise
            raise NoRunDirectory(path=str(parent), why=str(error.strerror)) from error
        Keeper(control, events, status, place_for(arguments[5])).keep(run)
    except (NslabError, OSError) as error:
        tell(status, refused(error))
        return 1
    finally:
        if run is not None:
            with contextlib.suppress(OSError):
                rundir.leave(run.path)
    return 0


def refused(error: NslabError | OSError | seccomp.UnknownMachine) -> protocol.Refused:
    """An error as a message."""
    told = error if isinstance(error, NslabError) else unplanned(error)
    return protocol.Refused(told.code, told.facts)


def tell(status: socket.socket, news: protocol.Refused) -> None:
    """Tell the owner, if it is still there."""
    with contextlib.suppress(OSError):
        protocol.send(status, news)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
