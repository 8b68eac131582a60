"""The call table: how each call that a plan may name is made. Mechanism only; what to call, and when, is the plan's."""

from __future__ import annotations

import errno
import os
import socket
import stat
import time
from collections.abc import Callable
from typing import Any

from nslab.engine.profiles import CONTAINER_RULES
from nslab.engine.steps import Argument, Fd
from nslab.kernel import capabilities, links, mounts, mqueue, process, procfs, pty, seccomp, uts
from nslab.kernel.cgroup2.knobs import opened, write_knob
from nslab.kernel.clone import CLONE_PARENT, clone3, clone3_aside
from nslab.kernel.idmap import write_file
from nslab.kernel.mounts import MountFlag
from nslab.kernel.namespaces import Kind, setns
from nslab.kernel.pty import WindowSize
from nslab.kernel.syscalls import resolve

SIBLING = "CLONE_PARENT"
ASIDE = "set_tid"
"""The child only asks something: those who come after it have the numbers that they would have had without it."""
CONNECT_SECONDS = 0.2  # all of it lies on one machine, and PID 1 waits

TEXT_BYTES = 32 << 10  # of a file of /proc: what a reply still holds if every byte of it has to be replaced


class Actor:
    """A process that makes calls, and what it holds: named fds, /proc, its channel to the lab, the lab's to the net
    helper, and its first child."""

    def __init__(self, proc: int, fds: dict[str, int], profile: bytes) -> None:
        self.proc = proc
        self.fds = fds
        self.profile = profile
        self.channel: socket.socket | None = None
        self.helper: socket.socket | None = None
        self.child = -1
        self.bear: Callable[[], None] = out_of_plan
        self.opened: list[int] = []
        """Descriptors that steps of the lab's own opened: it closes them with the plan."""

    def fd(self, handle: Fd) -> int:
        """The open descriptor behind a name. Raises OSError (EBADF) where no step has opened it."""
        if handle.name not in self.fds:
            raise OSError(errno.EBADF, handle.name)
        return self.fds[handle.name]


def out_of_plan() -> None:
    """What a child does that no plan foresaw: end."""
    os._exit(1)


def clone_flags(words: tuple[str, ...]) -> int:
    """The bits behind the namespace kinds and SIBLING."""
    return sum(CLONE_PARENT if word == SIBLING else Kind(word).clone_flag for word in words if word != ASIDE)


def do_clone3(actor: Actor, *asked: str | Fd) -> int:
    """A child in new namespaces, and in the control group behind a handle, if there is one; it goes on as the plan's next process
    and never returns here."""
    words = tuple(word for word in asked if isinstance(word, str))
    group = next((actor.fd(handle) for handle in asked if isinstance(handle, Fd)), None)
    pid, pidfd = clone3_aside(clone_flags(words)) if ASIDE in words else clone3(clone_flags(words), group=group)
    if pid == 0:
        actor.bear()
        os._exit(1)
    os.close(pidfd)  # the lab opens its own: this one may be in another process than the lab
    actor.child = pid
    return pid


def do_try_clone(_: Actor, *words: str) -> int:
    """Is such a child to be had? It ends at once. With rights that let nobody choose, it takes the next number."""
    pid, pidfd = clone3_aside(clone_flags(words))
    if pid == 0:
        os._exit(0)
    os.close(pidfd)
    os.waitpid(pid, 0)
    return 0


def do_try_fsopen(_: Actor, fstype: str) -> int:
    """May a file system of this type be mounted? It is let go of at once."""
    os.close(mounts.fsopen(fstype))
    return 0


def do_try_sethostname(_: Actor) -> int:
    """May the host be renamed? It is given the name that it has."""
    return uts.sethostname(uts.names().nodename)


def do_try_open(_: Actor, path: str, flags: int) -> int:
    """May this file be opened so? It is closed at once."""
    os.close(os.open(path, flags | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK))
    return 0


def do_try_mq_open(_: Actor, name: str) -> int:
    """Is there a POSIX message queue of this name, and may it be read?"""
    os.close(mqueue.mq_open(name, os.O_RDONLY | os.O_CLOEXEC))
    return 0


def do_try_clock_settime(_: Actor) -> int:
    """May the wall clock be set? To the time that it is: no harm done if so."""
    time.clock_settime(time.CLOCK_REALTIME, time.clock_gettime(time.CLOCK_REALTIME))
    return 0


def do_try_setns(_: Actor, path: str, kind: str) -> int:
    """May the namespace behind this file be joined?"""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return setns(fd, clone_flags((kind,)))
    finally:
        os.close(fd)


def do_try_bind(_: Actor, port: int) -> int:
    """Is a TCP port free here? A listener alone is in the way: SO_REUSEADDR passes by all else, and itself is in nobody's."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tried.bind(("0.0.0.0", port))
    return 0


def do_try_connect(_: Actor, address: str, port: int) -> int:
    """Does somebody answer there? ECONNREFUSED does too: a machine without that server. ETIMEDOUT after CONNECT_SECONDS."""
    socket.inet_aton(address)  # a name would be looked up, with all that the C library loads for it
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as tried:
        tried.settimeout(CONNECT_SECONDS)
        try:
            tried.connect((address, port))
        except TimeoutError as error:
            raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT)) from error
    return 0


def do_setns(actor: Actor, target: Fd, *kinds: str) -> int:
    """Join a process's namespaces of these kinds, all in one call."""
    return setns(actor.fd(target), clone_flags(kinds))


def do_write_proc(actor: Actor, name: str, text: str) -> int:
    """Write a file of the child's /proc directory. Through the fd that the lab has held from its start: the learner may have
    mounted something over the path."""
    return write_file(actor.proc, f"{actor.child}/{name}", text)


def do_write_group(_: Actor, group: str, file: str, value: str) -> int:
    """Write a file of a control group."""
    with opened(group) as directory:
        write_knob(directory, file, value)
    return 0


def do_open_group(actor: Actor, name: str, path: str) -> int:
    """Keep an fd of a control group's directory."""
    actor.fds[name] = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW)
    actor.opened.append(actor.fds[name])
    return actor.fds[name]


def do_copy_proc(actor: Actor, target: Fd, path: str) -> int:
    """Copy the beginning of a file of /proc into an fd. What it says may depend on the namespaces of whoever reads it."""
    return os.write(actor.fd(target), procfs.read_file(actor.proc, path, TEXT_BYTES))


def do_create(_: Actor, path: str, mode: int) -> int:
    """An empty file, to be the target of a bind. It must not exist yet."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_WRONLY | os.O_CLOEXEC, mode))
    return 0


def do_open_device(actor: Actor, name: str, path: str, major: int, minor: int) -> int:
    """Keep an fd of a character device, proved to be that device: ENXIO where it is another file."""
    fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    actor.fds[name] = fd
    found = os.fstat(fd)
    if not stat.S_ISCHR(found.st_mode) or found.st_rdev != os.makedev(major, minor):
        raise OSError(errno.ENXIO, path)
    return fd


def do_bind_fd(actor: Actor, handle: Fd, target: str) -> int:
    """Bind what an fd holds, which no path can turn into something else meanwhile."""
    return mounts.mount(f"/proc/self/fd/{actor.fd(handle)}", target, None, int(MountFlag.BIND), None)


def do_open_master(actor: Actor, name: str, ptmx: str) -> int:
    """Keep a new pseudoterminal's master."""
    actor.fds[name] = pty.open_master(ptmx)
    return actor.fds[name]


def do_open_slave(actor: Actor, name: str, master: Fd) -> int:
    """Keep the slave of a master."""
    actor.fds[name] = pty.open_slave(actor.fd(master))
    return actor.fds[name]


def do_set_size(actor: Actor, terminal: Fd, rows: int, columns: int) -> int:
    """The terminal's first size, before anything reads it."""
    pty.set_size(actor.fd(terminal), WindowSize(rows, columns))
    return 0


def do_send_fd(actor: Actor, handle: Fd) -> int:
    """Hand an fd to the lab."""
    if actor.channel is None:
        raise OSError(errno.ENOTCONN, handle.name)
    return socket.send_fds(actor.channel, [FD_FOLLOWS], [actor.fd(handle)])


FD_FOLLOWS = b"F"


def do_close_others(actor: Actor, first: int) -> int:
    """Close every fd from `first` on but the channel to the lab, on which the next orders come."""
    kept = actor.channel.fileno() if actor.channel is not None else first - 1
    if kept > first:
        process.close_range(first, kept - 1)
    return process.close_range(max(kept + 1, first), process.LAST_FD)


def do_dup2(actor: Actor, handle: Fd, number: int) -> int:
    """Make an fd one of the standard streams; that copy survives execve."""
    return os.dup2(actor.fd(handle), number, inheritable=True)


def do_chdir_inside(_: Actor, path: str) -> int:
    """Change directory, and prove that it lies below the root: a leaked directory fd as cwd would not (CVE-2024-21626)."""
    os.chdir(path)
    if not os.getcwd().startswith("/"):
        raise OSError(errno.ENOENT, path)
    return 0


def do_execve(_: Actor, count: int, *words: str) -> int:
    """Replace this process by the program: `count` arguments, then the environment. Looked up in the environment's PATH."""
    args, env = list(words[:count]), dict(word.partition("=")[::2] for word in words[count:])
    if not args[0]:
        raise FileNotFoundError(errno.ENOENT, "no name")  # the kernel's answer; Python would look for it in PATH
    os.execvpe(args[0], args, env)


def returns_zero(function: Callable[..., object]) -> Callable[..., int]:
    """A call whose Python function returns nothing: the kernel returned 0."""

    def call(_: Actor, *args: Argument) -> int:
        function(*args)
        return 0

    return call


def plain(function: Callable[..., int]) -> Callable[..., int]:
    """A call that needs nothing of its actor."""

    def call(_: Actor, *args: Argument) -> int:
        return function(*args)

    return call


CALLS: dict[str, Callable[..., Any]] = {
    "bind_fd": do_bind_fd,
    "capset": plain(capabilities.capset),
    "chdir": returns_zero(os.chdir),
    "chdir_inside": do_chdir_inside,
    "clone3": do_clone3,
    "clock_gettime": plain(time.clock_gettime_ns),
    "close_others": do_close_others,
    "close_on_exec_from": plain(process.close_on_exec_from),
    "copy_proc": do_copy_proc,
    "create": do_create,
    "drop_bounding": returns_zero(capabilities.drop_bounding),
    "dup2": do_dup2,
    "execve": do_execve,
    "kill": returns_zero(os.kill),
    "limit_processes": returns_zero(process.limit_processes),
    "link_up": returns_zero(links.link_up),
    "mkdir": returns_zero(os.mkdir),
    "mount": plain(mounts.mount),
    "mount_setattr": lambda _actor, path, attributes: mounts.mount_setattr(path, attributes, recursive=True),
    "open_device": do_open_device,
    "open_group": do_open_group,
    "open_master": do_open_master,
    "open_slave": do_open_slave,
    "pivot_root": plain(mounts.pivot_root),
    "prctl": plain(process.prctl),
    "seccomp": lambda actor, _profile: seccomp.install(actor.profile),
    "send_fd": do_send_fd,
    "set_controlling_terminal": lambda actor, slave: pty.set_controlling_terminal(actor.fd(slave)),
    "set_ids": returns_zero(process.set_ids),
    "set_name": plain(process.set_name),
    "set_size": do_set_size,
    "sethostname": plain(uts.sethostname),
    "setns": do_setns,
    "setsid": returns_zero(os.setsid),
    "symlink": returns_zero(os.symlink),
    "try_bind": do_try_bind,
    "try_clock_settime": do_try_clock_settime,
    "try_clone": do_try_clone,
    "try_connect": do_try_connect,
    "try_fsopen": do_try_fsopen,
    "try_mq_open": do_try_mq_open,
    "try_open": do_try_open,
    "try_sethostname": do_try_sethostname,
    "try_setns": do_try_setns,
    "umount2": plain(mounts.umount2),
    "write_group": do_write_group,
    "write_proc": do_write_proc,
}


def container_profile() -> bytes:
    """The seccomp program behind the name in a plan, built once a lab. Raises UnknownMachine."""
    return seccomp.build(CONTAINER_RULES)


def resolve_symbols() -> None:
    """Everything a child will need of libc and of /proc, looked up before there is a child."""
    capabilities.last_capability()
    resolve("mount", "umount2", "pivot_root", "prctl", "capset", "setns", "sethostname", "uname", "syscall")
