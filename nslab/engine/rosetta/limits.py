"""Limits in the words of others: docker's flags, and `linux.resources` of config.json.

Those words are cgroup v1's. Docker's and OCI's swap is a sum, of memory and swap; shares are from 2 to 262144, 1024 by default,
and runtimes turn them into weights: by a curve through 1, 100, and 10000 since runc 1.3.2 and crun 1.23, in a straight line before
(opencontainers/runc issue 4896). Sources: docker-run(1); runtime-spec, config-linux.md; opencontainers/cgroups, utils.go,
ConvertCPUSharesToCgroupV2Value.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from nslab.engine.resources import limits_in
from nslab.engine.rosetta import runtime_spec as oci
from nslab.engine.steps import Plan, Step
from nslab.kernel.cgroup2.cpu import CpuMax, parse_cpu_max
from nslab.kernel.cgroup2.io import IoMax, asked_of_io

UNIFIED = ("cpu.weight", "memory.high", "memory.swap.max")
"""Files that config.json has by their own names alone: there a weight is exact, and swap is not a sum that takes two."""

ROUNDING = 1e-6  # of 2 ** 18 and the like, computed in floating point

DOCKER_FLAGS = {
    "cpu.weight": lambda value: f"--cpu-shares={shares(int(value))}",
    "cpuset.cpus": lambda value: f"--cpuset-cpus={value}",
    "memory.max": lambda value: f"--memory={unlimited(value)}",
    "pids.max": lambda value: f"--pids-limit={unlimited(value)}",
}
IO_FLAGS = (
    ("rbps", "--device-read-bps"),
    ("wbps", "--device-write-bps"),
    ("riops", "--device-read-iops"),
    ("wiops", "--device-write-iops"),
)


def shares(weight: int) -> int:
    """The shares of which runtimes make this weight, 1 to 10000: 10 ** ((l * l + 125 * l) / 612 - 7 / 34) for l = log2(shares),
    rounded up. Of those that come to it the most, for what is rounded up then came from below."""
    exponent = math.log10(weight) + 7 / 34
    logarithm = (math.sqrt(125**2 + 4 * 612 * exponent) - 125) / 2
    return math.floor(2**logarithm + ROUNDING)


def unlimited(value: str) -> str:
    """-1 for `max`."""
    return "-1" if value == "max" else value


def sum_of(memory: str, swap: str) -> str:
    """Memory and swap together; the file's name in angle brackets for memory that is not known."""
    if swap == "max":
        return "-1"
    return str(int(memory) + int(swap)) if memory.isdigit() else f"<memory.max>+{swap}"


def docker_limit(step: Step, memory: str = "") -> tuple[str, ...]:
    """The flags for one written file; () where docker has none, as for memory.high. `memory` is memory.max, where that is known."""
    file, value = str(step.args[1]), str(step.args[2])
    if file == "cpu.max":
        return (cpus_flag(parse_cpu_max(value.encode())),)
    if file == "memory.swap.max":
        return (f"--memory-swap={sum_of(memory, value)}",)
    if file == "io.max":
        return tuple(device_flags(asked_of_io(value)))
    return (DOCKER_FLAGS[file](value),) if file in DOCKER_FLAGS else ()


def cpus_flag(most: CpuMax) -> str:
    """--cpus, where its period is docker's own; 0 is no limit."""
    if most.quota_usec is None:
        return "--cpus=0"
    return f"--cpus={most.quota_usec / most.period_usec:g}"


def device_flags(line: IoMax) -> Iterator[str]:
    """A flag for each amount. Docker wants the disk's path; its number stands for that here."""
    for key, flag in IO_FLAGS:
        if isinstance(amount := getattr(line, key), int):
            yield f"{flag}=<{line.device}>:{amount}"


def docker_limits(plan: Plan) -> tuple[str, ...]:
    """The flags for all that a plan writes. A swap that it leaves alone is said too: docker would make it as large as memory."""
    files = dict(limits_in(plan))
    memory = files.get("memory.max", "")
    written = (step for step in plan if step.call == "write_group")
    flags = tuple(flag for step in written for flag in docker_limit(step, memory))
    return (*flags, "--memory-swap=-1") if memory.isdigit() and "memory.swap.max" not in files else flags


def resources(plan: Plan, devices: tuple[oci.DeviceRule, ...]) -> oci.Resources | None:
    """`linux.resources`; None where there is nothing in it."""
    limits = limits_in(plan)
    if not limits and not devices:
        return None
    files = dict(limits)
    lines = tuple(asked_of_io(value) for file, value in limits if file == "io.max")
    return oci.Resources(
        devices=devices,
        memory=oci.Memory(int(unlimited(files["memory.max"]))) if "memory.max" in files else None,
        cpu=cpu_of(files),
        pids=oci.Pids(int(unlimited(files["pids.max"]))) if "pids.max" in files else None,
        block_io=block_io(lines) if lines else None,
        unified={file: files[file] for file in UNIFIED if file in files},
    )


def cpu_of(files: dict[str, str]) -> oci.Cpu | None:
    """`cpu`."""
    most = parse_cpu_max(files["cpu.max"].encode()) if "cpu.max" in files else None
    cpus = files.get("cpuset.cpus")
    if most is None and cpus is None:
        return None
    quota = None if most is None else -1 if most.quota_usec is None else most.quota_usec
    return oci.Cpu(quota, None if most is None else most.period_usec, cpus)


def block_io(lines: tuple[IoMax, ...]) -> oci.BlockIo:
    """`blockIO`."""

    def rates(key: str) -> tuple[oci.Throttle, ...]:
        return tuple(
            oci.Throttle(int(line.device.partition(":")[0]), int(line.device.partition(":")[2]), amount)
            for line in lines
            if isinstance(amount := getattr(line, key), int)
        )

    return oci.BlockIo(rates("rbps"), rates("wbps"), rates("riops"), rates("wiops"))


def oci_limit(step: Step) -> str:
    """The field behind one written file."""
    file = str(step.args[1])
    return f"linux.resources.{OCI_FIELDS.get(file, f'unified: {file}')}"


OCI_FIELDS = {
    "cpu.max": "cpu.quota, .period",
    "cpuset.cpus": "cpu.cpus",
    "io.max": "blockIO.throttle*Device",
    "memory.max": "memory.limit",
    "pids.max": "pids.limit",
}
