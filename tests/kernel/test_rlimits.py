"""/proc/PID/limits against getrlimit(2)."""

from __future__ import annotations

import resource
import subprocess

import pytest

from nslab.kernel import procfs
from nslab.kernel.procfs import MalformedProcfs
from nslab.kernel.rlimits import LABELS, ResourceLimit, parse_limits, read_limits


def amount(number: int) -> int | None:
    return None if number == resource.RLIM_INFINITY else number


def test_every_limit_is_what_getrlimit_says() -> None:
    with procfs.own_process() as process:
        limits = {limit.name: limit for limit in read_limits(process)}
    known = {name for name in limits if hasattr(resource, name)}
    assert len(known) >= 12
    for name in known:
        soft, hard = resource.getrlimit(getattr(resource, name))
        assert (limits[name].soft, limits[name].hard) == (amount(soft), amount(hard)), name


def test_a_limit_set_for_another_process_is_read_from_its_file() -> None:
    with subprocess.Popen(["sh", "-c", "ulimit -Sn 33; ulimit -Hn 44; echo; exec sleep 60"], stdout=-1) as child:
        assert child.stdout is not None
        child.stdout.readline()
        process = procfs.open_process(procfs.open_root("/proc"), child.pid)
        limits = read_limits(process)
        child.kill()
    assert ResourceLimit("RLIMIT_NOFILE", 33, 44, "files") in limits


def test_this_kernel_has_no_limit_that_the_table_does_not_name() -> None:
    with procfs.own_process() as process:
        assert {limit.name for limit in read_limits(process)} <= set(LABELS.values())


def test_a_level_has_no_unit_and_a_label_unknown_here_keeps_the_kernel_s_words() -> None:
    line = f"{'Max new thing':<25} {'unlimited':<20} {'7':<20} {'':<10}\n"
    assert parse_limits(b"Limit\n" + line.encode()) == (ResourceLimit("Max new thing", None, 7, ""),)


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(MalformedProcfs):
        parse_limits(b"Limit\nMax cpu time              many                 7                    seconds\n")
