"""Files in memory: what is written is there, and a refused write leaves no descriptor."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Iterator

import pytest

from nslab.kernel.memfd import memory_file

ROOM_BYTES = 4096


@pytest.fixture
def little_room() -> Iterator[None]:
    """No file grows beyond so many bytes: RLIMIT_FSIZE, see setrlimit(2). Python ignores the signal."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM_BYTES, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def numbers() -> set[str]:
    return {name for name in os.listdir("/proc/self/fd") if os.path.lexists(f"/proc/self/fd/{name}")}


def test_a_file_in_memory_holds_all_that_was_given() -> None:
    file = memory_file("test", b"x" * 300_000)
    try:
        assert os.pread(file, 400_000, 0) == b"x" * 300_000
    finally:
        os.close(file)


@pytest.mark.usefixtures("little_room")
def test_a_write_that_is_refused_leaves_no_descriptor_behind() -> None:
    before = numbers()
    with pytest.raises(OSError, match="large") as refused:
        memory_file("test", b"x" * (ROOM_BYTES + 1))
    assert refused.value.errno == errno.EFBIG
    assert numbers() == before
