"""The calls of an attack from inside a container, and of the host that it goes for. Mechanism only, like `calls`.

They are steps of a changed plan: the container's first process makes them, hardened as far as the plan hardens it, in place of
a program. What they read are numbers, for a step's record has room for one: the secret is a number that only the host knows.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from typing import Any

from nslab.engine.calls import Actor, plain, returns_zero
from nslab.engine.steps import Fd
from nslab.kernel import shm
from nslab.kernel.namespaces import Kind
from nslab.kernel.syscalls import invoke

MOST_DIGITS = 32


def do_open(actor: Actor, name: str, path: str, flags: int) -> int:
    """Keep an fd of a file or directory. What the plan brings to life inherits it; its program too, unless O_CLOEXEC is given."""
    actor.fds[name] = os.open(path, flags)
    os.set_inheritable(actor.fds[name], not flags & os.O_CLOEXEC)
    return actor.fds[name]


def do_fchdir(actor: Actor, directory: Fd) -> int:
    """Make an open directory the working one."""
    os.fchdir(actor.fd(directory))
    return 0


def do_climb(_: Actor, levels: int) -> int:
    """chdir("..") so often."""
    for _level in range(levels):
        os.chdir("..")
    return 0


def do_read_number(_: Actor, path: str) -> int:
    """The number that a file holds."""
    return _number(os.open(path, os.O_RDONLY | os.O_CLOEXEC))


def do_read_number_at(actor: Actor, directory: Fd, path: str) -> int:
    """The number that a file holds, by a path from an open directory."""
    return _number(os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=actor.fd(directory)))


def _number(file: int) -> int:
    try:
        digits = os.read(file, MOST_DIGITS).strip()
    finally:
        os.close(file)
    if not digits.isdigit():
        raise OSError(errno.EINVAL, "no number")
    return int(digits)


def do_write_text(_: Actor, path: str, text: str) -> int:
    """Write to a file that is there."""
    file = os.open(path, os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        return os.write(file, text.encode())
    finally:
        os.close(file)


def do_count_processes(_: Actor, proc: str) -> int:
    """How many processes a /proc lists."""
    return sum(name.isdigit() for name in os.listdir(proc))


def do_is_mounted(_: Actor, path: str) -> int:
    """Is something mounted at this very path? ENOENT where not."""
    if not os.path.ismount(path):
        raise OSError(errno.ENOENT, path)
    return 0


def do_is_gone(_: Actor, path: str) -> int:
    """Is there nothing at this path any more? EEXIST where there is."""
    if os.path.lexists(path):
        raise OSError(errno.EEXIST, path)
    return 0


def do_is_named(_: Actor, hostname: str) -> int:
    """Is this the caller's host name? ENOENT where not."""
    if os.uname().nodename != hostname:
        raise OSError(errno.ENOENT, hostname)
    return 0


def do_listen(actor: Actor, name: str, address: str, port: int) -> int:
    """Listen for TCP connections."""
    return _kept(actor, name, socket.AF_INET, (address, port))


def do_listen_abstract(actor: Actor, name: str) -> int:
    """Listen at an abstract Unix address, unix(7), which belongs to the network namespace and to no directory."""
    return _kept(actor, name, socket.AF_UNIX, f"\0{name}")


def _kept(actor: Actor, name: str, family: int, address: Any) -> int:
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.bind(address)
        listening.listen()
        actor.fds[name] = listening.detach()
    return actor.fds[name]


def do_connect(_: Actor, address: str, port: int) -> int:
    """Connect by TCP, and hang up."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connected:
        connected.settimeout(1)
        connected.connect((address, port))
        return 0


def do_connect_abstract(_: Actor, name: str) -> int:
    """Connect to an abstract Unix address, and hang up."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connected:
        connected.connect(f"\0{name}")
    return 0


def do_unshare(_: Actor, *kinds: str) -> int:
    """unshare(2)."""
    return invoke("unshare", sum(Kind(kind).clone_flag for kind in kinds))


SIEGE: dict[str, Callable[..., Any]] = {
    "chroot": returns_zero(os.chroot),
    "climb": do_climb,
    "connect": do_connect,
    "connect_abstract": do_connect_abstract,
    "count_processes": do_count_processes,
    "fchdir": do_fchdir,
    "is_gone": do_is_gone,
    "is_mounted": do_is_mounted,
    "is_named": do_is_named,
    "listen": do_listen,
    "listen_abstract": do_listen_abstract,
    "look_for": returns_zero(os.lstat),
    "open": do_open,
    "read_number": do_read_number,
    "read_number_at": do_read_number_at,
    "shm_put": plain(shm.put_number),
    "shm_read": plain(shm.read_number),
    "unshare": do_unshare,
    "write_text": do_write_text,
}
