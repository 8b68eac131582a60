"""Trying something in a child that is thrown away: the only reliable way to learn what this machine lets us do.

The child is made by clone3(2), as the lab is, in a user namespace of its own whose map holds no host root. What it does to
mounts or links ends with it. Only for a process with one thread, see `kernel.clone`.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import signal
import socket
from collections.abc import Callable

from msgspec import Struct

from nslab.engine import ids
from nslab.engine.failures import NoIds
from nslab.errors import Fact
from nslab.kernel import idmap
from nslab.kernel.clone import clone3
from nslab.kernel.namespaces import Kind
from nslab.kernel.pidfd import pidfd_send_signal
from nslab.kernel.process import PR_SET_DUMPABLE, prctl, set_ids
from nslab.kernel.syscalls import SyscallError, errno_name, meaning

DEADLINE_SECONDS = 10
GO, DONE = b"go", b"done"
MESSAGE_BYTES = 4096


class Refusal(Struct, frozen=True):
    """What the kernel said no to. `call` is "" where Python hides which it was."""

    call: str
    errno: int

    @property
    def facts(self) -> dict[str, Fact]:
        """As words want it."""
        return {"call": self.call, "errno": errno_name(self.errno), "meaning": meaning(self.call, self.errno)}


def attempt(action: Callable[[], object], *kinds: Kind) -> Refusal | None:
    """Do `action` as root of new namespaces: a user namespace and `kinds`. None if all of it worked.

    With Kind.PID the child is PID 1. An action that takes longer than DEADLINE_SECONDS counts as refused, with ETIMEDOUT.
    Root without an id to give away is refused with EOVERFLOW.
    """
    proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        maps = _smallest_maps()
        pid, pidfd = clone3(sum(kind.clone_flag for kind in {Kind.USER, *kinds}))
        if pid == 0:
            ours.close()
            _in_child(action, theirs)
        theirs.close()
        return _from_outside(proc, pid, pidfd, maps, ours)
    except SyscallError as error:
        return Refusal(error.name, error.errno or 0)
    except NoIds:
        return Refusal("", errno.EOVERFLOW)
    finally:
        ours.close()
        theirs.close()
        os.close(proc)


def _from_outside(proc: int, pid: int, pidfd: int, maps: idmap.IdMaps, child: socket.socket) -> Refusal | None:
    """Give the child its ids, hear what became of it, and see it to its end."""
    try:
        idmap.write_maps(proc, pid, maps)
        child.settimeout(DEADLINE_SECONDS)
        child.send(GO)
        told = child.recv(MESSAGE_BYTES)
    except OSError as error:  # a time-out is one too, with no errno
        return Refusal("", error.errno or errno.ETIMEDOUT)
    finally:
        with contextlib.suppress(SyscallError):  # it may have ended already
            pidfd_send_signal(pidfd, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(pidfd)
    if not told:
        return Refusal("", errno.ECHILD)  # it died: of seccomp, or for want of memory
    return None if told == DONE else Refusal(**json.loads(told))


def _in_child(action: Callable[[], object], parent: socket.socket) -> None:
    """The child's whole life."""
    try:
        if parent.recv(len(GO)) == GO:
            set_ids(0, 0)
            prctl(PR_SET_DUMPABLE, 1)  # lost with the change of ids; without it our own /proc files are not ours
            action()
            parent.send(DONE)
    except OSError as error:
        call = error.name if isinstance(error, SyscallError) else ""
        parent.send(json.dumps({"call": call, "errno": error.errno or 0}).encode())
    finally:
        os._exit(0)  # whatever happened: a second copy of our caller must not go on


def _smallest_maps() -> idmap.IdMaps:
    """One id for a user; for root, who is never mapped itself, a shifted range. Raises NoIds."""
    return ids.user_maps() if os.geteuid() != 0 else ids.own_maps()
