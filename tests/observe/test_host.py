"""The machine's totals."""

from __future__ import annotations

import os
import time

from nslab.observe.host import host_totals


def test_totals_are_of_the_whole_machine_and_of_now() -> None:
    before = time.monotonic()
    totals = host_totals()
    assert before <= totals.read_at <= time.monotonic()
    assert totals.cpus == os.cpu_count()
    assert 0 < totals.memory_available_bytes < totals.memory_bytes
    assert totals.memory_bytes == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert 0 < totals.booted_at_s < time.time()
    assert totals.processes > 1
