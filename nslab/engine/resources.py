"""What a container may use, in the words of cgroup v2's files: `linux.resources` of config.json, as its `unified` has it.

The specification's older words are of v1: a swap that includes memory, shares from 2 to 262144. `rosetta` says them.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from nslab.engine.steps import Plan, Step
from nslab.kernel.cgroup2.cpu import CpuMax
from nslab.kernel.cgroup2.formats import Limit
from nslab.kernel.cgroup2.io import IoMax

GROUPS = "/sys/fs/cgroup"
HANDLE = "group"
INIT = "init.scope"
"""The leaf of the lab's PID 1, as systemd calls that of the machine's."""
SHELLS = "host.scope"
"""The leaf for what is started in the lab itself, its shells: apart from the lab's PID 1, whatever becomes of them."""
KEPT = (INIT, SHELLS)
"""Those of the lab itself, which no container gets."""
MAKE, OPEN = "group", "group_fd"
LIMIT = "limit_"


class Resources(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Limits; None is not asked for, and leaves what a file says.

    Memory in bytes, tmpfs and page cache being memory too; `swap_max` is swap alone. `cpu_weight` is 1 to 10000, 100 by default,
    and counts beside its neighbours. `cpuset_cpus` are numbers of processors, such as `0-2,4`. `pids_max` counts threads.
    """

    memory_max: Limit | None = None
    memory_high: Limit | None = None
    swap_max: Limit | None = None
    cpu_max: CpuMax | None = None
    cpu_weight: int | None = None
    cpuset_cpus: str | None = None
    pids_max: Limit | None = None
    io_max: tuple[IoMax, ...] = ()

    @property
    def knobs(self) -> tuple[tuple[str, str], ...]:
        """The files to write, and what: one limit a write, in the order of writing. Swap before memory, which may push into it."""
        return tuple(self._knobs())

    def _knobs(self) -> Iterator[tuple[str, str]]:
        plain: tuple[tuple[str, Limit | str | None], ...] = (
            ("cpuset.cpus", self.cpuset_cpus),
            ("cpu.weight", self.cpu_weight),
            ("cpu.max", None if self.cpu_max is None else self.cpu_max.text),
            ("pids.max", self.pids_max),
            ("memory.swap.max", self.swap_max),
            ("memory.high", self.memory_high),
            ("memory.max", self.memory_max),
        )
        yield from ((file, str(value)) for file, value in plain if value is not None)
        yield from (("io.max", one.text) for one in self.io_max)


def group_of(name: str) -> str:
    """A container's control group, as the lab has it."""
    return f"{GROUPS}/{name}"


def make_group(name: str, resources: Resources) -> Plan:
    """The container's group, its limits, and a handle to be born into it by: no moment of its life is without them."""
    group, files = group_of(name), [file for file, _ in resources.knobs]
    return (
        Step(MAKE, "lab", "mkdir", (group, 0o755)),
        *(
            Step(limit_id(file, files[:at].count(file)), "lab", "write_group", (group, file, value))
            for at, (file, value) in enumerate(resources.knobs)
        ),
        Step(OPEN, "lab", "open_group", (HANDLE, group)),
    )


def limit_id(file: str, before: int) -> str:
    """A step's name; io.max may be written more than once, for several disks."""
    return f"{LIMIT}{file}{f'_{before + 1}' if before else ''}"


def limits_in(plan: Plan) -> tuple[tuple[str, str], ...]:
    """The files that a plan writes of its container's group, and what."""
    return tuple((str(step.args[1]), str(step.args[2])) for step in plan if step.call == "write_group")
