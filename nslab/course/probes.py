"""Calls that a probe may make: they ask the kernel and change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from msgspec import Struct
from msgspec.structs import replace

from nslab.course.roles import Text
from nslab.course.told import Absent
from nslab.course.values import Operand
from nslab.kernel.namespaces import Kind

if TYPE_CHECKING:
    from nslab.course.look import Look


class SystemCall(Struct, frozen=True, forbid_unknown_fields=True):
    """What all calls share."""

    def filled(self, look: Look) -> Self | Absent:
        """The call with the values in its texts in place; Absent where one of them is."""
        return self

    def in_c(self) -> str:
        """The call as a C program would write it."""
        raise NotImplementedError


class Clone(SystemCall, frozen=True, forbid_unknown_fields=True):
    """clone(2) of a child in new namespaces of these kinds; the child ends at once."""

    clone: tuple[Kind, ...]

    def in_c(self) -> str:
        return f"clone({' | '.join(flag_name(kind) for kind in self.clone)})"


class Fork(SystemCall, frozen=True, forbid_unknown_fields=True):
    """fork(2) in the PID namespace that children of the process get (pid_for_children), which may have died."""

    fork: Literal[True]

    def in_c(self) -> str:
        return "fork()"


class Fsopen(SystemCall, frozen=True, forbid_unknown_fields=True):
    """fsopen(2), with which the mounting of a new file system begins; it asks for the same right, and nothing is mounted."""

    fsopen: str

    def in_c(self) -> str:
        return f"fsopen({self.fsopen})"


class Kill(SystemCall, frozen=True, forbid_unknown_fields=True):
    """kill(2) with signal 0, which sends nothing: is there a process of this number, and may it be signalled?"""

    kill: Operand

    def filled(self, look: Look) -> Self | Absent:
        number = look.operand(self.kill)
        return number if isinstance(number, Absent) else replace(self, kill=str(number))

    def in_c(self) -> str:
        return f"kill({self.kill}, 0)"


class Open(SystemCall, frozen=True, forbid_unknown_fields=True):
    """open(2) of an existing file, for reading or for writing; nothing is read or written."""

    open: Text
    write: bool = False

    def filled(self, look: Look) -> Self | Absent:
        path = look.text(self.open)
        return path if isinstance(path, Absent) else replace(self, open=path)

    def in_c(self) -> str:
        return f"open({self.open}, {'O_WRONLY' if self.write else 'O_RDONLY'})"


class ClockSettime(SystemCall, frozen=True, forbid_unknown_fields=True):
    """clock_settime(2) of CLOCK_REALTIME to the time that it is: nothing changes where it is allowed, either."""

    clock_settime: Literal[True]

    def in_c(self) -> str:
        return "clock_settime(CLOCK_REALTIME, …)"


class MqOpen(SystemCall, frozen=True, forbid_unknown_fields=True):
    """mq_open(3) of an existing POSIX message queue, for reading. Its name begins with a slash and is no path."""

    mq_open: Text

    def filled(self, look: Look) -> Self | Absent:
        name = look.text(self.mq_open)
        return name if isinstance(name, Absent) else replace(self, mq_open=name)

    def in_c(self) -> str:
        return f"mq_open({self.mq_open}, O_RDONLY)"


class Bind(SystemCall, frozen=True, forbid_unknown_fields=True):
    """bind(2) of a TCP socket to a port of every address; it is closed at once. EADDRINUSE where another listens on it."""

    bind: int

    def in_c(self) -> str:
        return f"bind(:{self.bind})"


class Connect(SystemCall, frozen=True, forbid_unknown_fields=True):
    """connect(2) to a TCP port of an IPv4 address. ECONNREFUSED is an answer as well: who is there has no server on that port."""

    connect: Text
    port: int

    def filled(self, look: Look) -> Self | Absent:
        address = look.text(self.connect)
        return address if isinstance(address, Absent) else replace(self, connect=address)

    def in_c(self) -> str:
        return f"connect({self.connect}:{self.port})"


class Sethostname(SystemCall, frozen=True, forbid_unknown_fields=True):
    """sethostname(2) to the name that is there already."""

    sethostname: Literal[True]

    def in_c(self) -> str:
        return "sethostname()"


class Setns(SystemCall, frozen=True, forbid_unknown_fields=True):
    """setns(2) into the namespace behind a file, such as /proc/PID/ns/uts or one that is bound to a name."""

    setns: Text
    type: Kind

    def filled(self, look: Look) -> Self | Absent:
        path = look.text(self.setns)
        return path if isinstance(path, Absent) else replace(self, setns=path)

    def in_c(self) -> str:
        return f"setns({self.setns}, {flag_name(self.type)})"


Call = Bind | ClockSettime | Clone | Connect | Fork | Fsopen | Kill | MqOpen | Open | Sethostname | Setns


def flag_name(kind: Kind) -> str:
    """The name of the kind's flag in clone(2). Mount namespaces came first, and theirs is just NEWNS."""
    return "CLONE_NEWNS" if kind is Kind.MNT else f"CLONE_NEW{kind.upper()}"
