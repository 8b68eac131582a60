"""The processor's files: cgroup-v2.rst, "CPU Interface Files". A group without the controller has cpu.stat all the same."""

from __future__ import annotations

from msgspec import Struct

from nslab.kernel.cgroup2.formats import MalformedCgroup, flat_keyed, known_number, later_number, limit, number


class CpuStat(Struct, frozen=True):
    """cpu.stat: what the group and all below have used, since it was made; microseconds, summed over CPUs.

    The last three are None without the controller. `nr_periods` counts periods of cpu.max in which somebody wanted to
    run, `nr_throttled` those of them in which the quota ran out; `throttled_usec` is summed over CPUs, so in one second
    it can grow by more than a second.
    """

    usage_usec: int
    user_usec: int
    system_usec: int
    nr_periods: int | None
    nr_throttled: int | None
    throttled_usec: int | None


class CpuMax(Struct, frozen=True):
    """cpu.max: so many microseconds of CPU time in each period of so many. `quota_usec` None: no limit.

    The kernel takes quotas and periods from 1000, and periods up to a second; else EINVAL.
    """

    quota_usec: int | None
    period_usec: int

    @property
    def text(self) -> str:
        """As the file takes it. Always both: a lone quota would keep the period that was."""
        return f"{'max' if self.quota_usec is None else self.quota_usec} {self.period_usec}"


def parse_cpu_stat(content: bytes) -> CpuStat:
    """cpu.stat. Raises MalformedCgroup."""
    fields = flat_keyed(content)
    return CpuStat(
        known_number(fields, b"usage_usec"),
        known_number(fields, b"user_usec"),
        known_number(fields, b"system_usec"),
        later_number(fields, b"nr_periods"),
        later_number(fields, b"nr_throttled"),
        later_number(fields, b"throttled_usec"),
    )


def parse_cpu_max(content: bytes) -> CpuMax:
    """cpu.max: `QUOTA PERIOD`. Raises MalformedCgroup."""
    match content.split():
        case [quota, period]:
            return CpuMax(limit(quota), number(period))
    raise MalformedCgroup(f"cpu.max: {content!r}")
