"""Which control groups a process is in: the lines of /proc/PID/cgroup. See cgroups(7)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from nslab.kernel.procfs import MalformedProcfs, read_file

DELETED = " (deleted)"


class CgroupLine(Struct, frozen=True):
    """One hierarchy and the process's place in it, told from the root of the reader's cgroup namespace.

    Hierarchy 0 is cgroup v2 and names no controllers. A v1 hierarchy names its own, `name=systemd` where it has none. The
    path begins with `/..` where the process is outside that root. `deleted`: the directory is gone, the process a zombie.
    """

    hierarchy: int
    controllers: tuple[str, ...]
    path: str
    deleted: bool = False


def read_cgroup(process: int) -> tuple[CgroupLine, ...]:
    """/proc/PID/cgroup of an opened process directory. Raises OSError."""
    return parse_cgroup(read_file(process, "cgroup"))


def parse_cgroup(content: bytes) -> tuple[CgroupLine, ...]:
    """Lines of `hierarchy:controllers:path`; the path may hold colons, never a newline. Raises MalformedProcfs."""
    return tuple(_line(line) for line in content.decode("utf-8", "surrogateescape").split("\n") if line)


def unified(lines: Sequence[CgroupLine]) -> CgroupLine | None:
    """The place in the cgroup v2 hierarchy; None where the kernel has none."""
    return next((line for line in lines if line.hierarchy == 0), None)


def _line(line: str) -> CgroupLine:
    try:
        hierarchy, controllers, path = line.split(":", 2)
        deleted = hierarchy == "0" and path.endswith(DELETED)
        named = tuple(filter(None, controllers.split(",")))
        return CgroupLine(int(hierarchy), named, path.removesuffix(DELETED) if deleted else path, deleted)
    except ValueError:
        raise MalformedProcfs(f"cgroup: {line!r}") from None
