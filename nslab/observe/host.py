"""What the whole machine has: a few totals to hold a container's numbers against. Source: psutil."""

from __future__ import annotations

import time

import psutil
from msgspec import Struct


class HostTotals(Struct, frozen=True):
    """The machine at one moment, whatever lab or container the reader looks at. `read_at` is time.monotonic()."""

    cpus: int | None
    memory_bytes: int
    memory_available_bytes: int
    load_1min: float
    processes: int
    booted_at_s: float
    read_at: float


def host_totals() -> HostTotals:
    """Read now, through the reader's own /proc; `booted_at_s` is in seconds after the epoch."""
    memory = psutil.virtual_memory()
    return HostTotals(
        cpus=psutil.cpu_count(),
        memory_bytes=memory.total,
        memory_available_bytes=memory.available,
        load_1min=psutil.getloadavg()[0],
        processes=len(psutil.pids()),
        booted_at_s=psutil.boot_time(),
        read_at=time.monotonic(),
    )
