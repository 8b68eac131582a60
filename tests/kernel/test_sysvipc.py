"""What /proc/sysvipc says, as values."""

from __future__ import annotations

from pathlib import Path

import pytest

from nslab.kernel.sysvipc import Facility, SysvObject, parse_objects

# Linux 6.18, made by ipcmk(1) and by a program with the key 0x1234; columns behind the sixth are left as they were.
MSG = """       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime      ctime
-641581488          0   644           0          0     0     0     0     0     0     0          0          0 1795564823
      4660      32769   600         128          2    14     0     0     0     0     0 1795564830          0 1795564829
"""
SEM = """       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime
  90210123          3   644          1     0     0     0     0          0 1795564825
"""
SHM = """ key shmid perms size cpid lpid nattch uid gid cuid cgid atime dtime ctime rss swap
4660 7 644 4096 20 0 0 0 0 0 0 0 0 1795564826 0 0
"""


def test_a_key_reads_as_ipcs_writes_it_and_messages_are_a_queue_s_alone() -> None:
    assert parse_objects(MSG) == (SysvObject(0xD9C23E50, 0, 0), SysvObject(0x1234, 32769, 2))
    assert parse_objects(SEM) == (SysvObject(90210123, 3, None),)
    assert parse_objects(SHM) == (SysvObject(0x1234, 7, None),)


@pytest.mark.parametrize("facility", Facility)
def test_this_kernels_own_files_are_read(facility: Facility) -> None:
    assert isinstance(parse_objects(Path("/proc/sysvipc", facility).read_text()), tuple)


@pytest.mark.parametrize("text", ["", "\n", "Name:\tbash\n", MSG.replace("4660", "x")])
def test_what_is_no_such_file_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"sysvipc|invalid literal"):
        parse_objects(text)
