"""Calls that a probe may make: they ask the kernel and change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from nslab.course.roles import Text
from nslab.course.told import Absent
from nslab.course.values import Operand
from nslab.kernel.namespaces import Kind

if TYPE_CHECKING:
    from nslab.course.look import Look


class Clone(Struct, frozen=True, forbid_unknown_fields=True):
    """clone(2) of a child in new namespaces of these kinds; the child ends at once."""

    clone: tuple[Kind, ...]

    def filled(self, look: Look) -> Clone:
        return self

    def in_c(self) -> str:
        return f"clone({' | '.join(flag_name(kind) for kind in self.clone)})"


class Fork(Struct, frozen=True, forbid_unknown_fields=True):
    """fork(2) in the PID namespace that children of the process get (pid_for_children), which may have died."""

    fork: Literal[True]

    def filled(self, look: Look) -> Fork:
        return self

    def in_c(self) -> str:
        return "fork()"


class Kill(Struct, frozen=True, forbid_unknown_fields=True):
    """kill(2) with signal 0, which sends nothing: is there a process of this number, and may it be signalled?"""

    kill: Operand

    def filled(self, look: Look) -> Kill | Absent:
        number = look.operand(self.kill)
        return number if isinstance(number, Absent) else Kill(str(number))

    def in_c(self) -> str:
        return f"kill({self.kill}, 0)"


class Open(Struct, frozen=True, forbid_unknown_fields=True):
    """open(2) of an existing file, for reading or for writing; nothing is read or written."""

    open: Text
    write: bool = False

    def filled(self, look: Look) -> Open | Absent:
        path = look.text(self.open)
        return path if isinstance(path, Absent) else Open(path, self.write)

    def in_c(self) -> str:
        return f"open({self.open}, {'O_WRONLY' if self.write else 'O_RDONLY'})"


class Setns(Struct, frozen=True, forbid_unknown_fields=True):
    """setns(2) into the namespace behind a file, such as /proc/PID/ns/uts or one that is bound to a name."""

    setns: Text
    type: Kind

    def filled(self, look: Look) -> Setns | Absent:
        path = look.text(self.setns)
        return path if isinstance(path, Absent) else Setns(path, self.type)

    def in_c(self) -> str:
        return f"setns({self.setns}, {flag_name(self.type)})"


Call = Clone | Fork | Kill | Open | Setns


def flag_name(kind: Kind) -> str:
    """The name of the kind's flag in clone(2). Mount namespaces came first, and theirs is just NEWNS."""
    return "CLONE_NEWNS" if kind is Kind.MNT else f"CLONE_NEW{kind.upper()}"
