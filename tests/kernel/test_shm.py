"""A number in System V shared memory, under a key."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator

import pytest

from nslab.kernel.shm import put_number, read_number
from nslab.kernel.syscalls import SyscallError, invoke

IPC_RMID = 0


@pytest.fixture
def key() -> Iterator[int]:
    key = 0x4E53_0000 | (os.getpid() & 0xFFFF)
    segments: list[int] = []
    yield key
    try:
        segments.append(invoke("shmget", key, 0, 0))
    except SyscallError:
        return
    invoke("shmctl", segments[0], IPC_RMID, None)


def test_what_was_put_is_read_under_the_same_key(key: int) -> None:
    put_number(key, -(2**62))
    assert read_number(key) == -(2**62)


def test_a_key_that_nobody_has_used_is_told_by_errno(key: int) -> None:
    with pytest.raises(SyscallError) as error:
        read_number(key)
    assert error.value.errno == errno.ENOENT
