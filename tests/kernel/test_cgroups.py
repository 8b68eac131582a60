"""/proc/PID/cgroup as the kernel writes it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nslab.kernel import procfs
from nslab.kernel.cgroups import CgroupLine, parse_cgroup, read_cgroup, unified
from nslab.kernel.procfs import MalformedProcfs


def test_one_s_own_lines_say_what_the_file_says() -> None:
    with procfs.own_process() as process:
        lines = read_cgroup(process)
    written = [f"{one.hierarchy}:{','.join(one.controllers)}:{one.path}" for one in lines]
    assert written == Path("/proc/self/cgroup").read_text().splitlines()


def test_v2_is_the_hierarchy_without_a_number_and_v1_names_its_controllers() -> None:
    lines = parse_cgroup(b"5:cpu,cpuacct:/a\n1:name=systemd:/b:c\n0::/d\n")
    assert lines == (
        CgroupLine(5, ("cpu", "cpuacct"), "/a"),
        CgroupLine(1, ("name=systemd",), "/b:c"),
        CgroupLine(0, (), "/d"),
    )
    assert unified(lines) == lines[2]
    assert unified(lines[:2]) is None


def test_a_zombie_s_group_may_be_gone_and_is_told_without_the_mark() -> None:
    assert parse_cgroup(b"0::/box (deleted)\n") == (CgroupLine(0, (), "/box", deleted=True),)


def test_bytes_that_are_no_utf_8_stay_what_they_are() -> None:
    (line,) = parse_cgroup(b"0::/\xff\n")
    assert os.fsencode(line.path) == b"/\xff"


@pytest.mark.parametrize("content", [b"cgroup\n", b"x::/\n", b"0:/\n"])
def test_what_is_no_such_line_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedProcfs):
        parse_cgroup(content)
