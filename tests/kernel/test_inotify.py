"""What comes and goes in a directory, told by the kernel."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from nslab.kernel.inotify import IN_CREATE, IN_DELETE, inotify_init, read_notices, watch_directory
from nslab.kernel.syscalls import SyscallError


@pytest.fixture
def inotify() -> Iterator[int]:
    descriptor = inotify_init()
    yield descriptor
    os.close(descriptor)


def test_what_is_made_and_removed_is_told_by_name_in_order(inotify: int, tmp_path: Path) -> None:
    directory = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    watch = watch_directory(inotify, directory, IN_CREATE | IN_DELETE)
    assert read_notices(inotify) == ()
    (tmp_path / "one").mkdir()
    (tmp_path / "a name as long as this").touch()
    (tmp_path / "one").rmdir()
    told = [(notice.watch, notice.mask & (IN_CREATE | IN_DELETE), notice.name) for notice in read_notices(inotify)]
    assert told == [
        (watch, IN_CREATE, b"one"),
        (watch, IN_CREATE, b"a name as long as this"),
        (watch, IN_DELETE, b"one"),
    ]
    assert read_notices(inotify) == ()
    os.close(directory)


def test_the_same_directory_is_one_watch_and_a_file_is_none(inotify: int, tmp_path: Path) -> None:
    directories = [os.open(tmp_path, os.O_RDONLY) for _ in range(2)]
    assert len({watch_directory(inotify, one, IN_CREATE) for one in directories}) == 1
    with (tmp_path / "file").open("w") as file, pytest.raises(SyscallError, match="ENOTDIR"):
        watch_directory(inotify, file.fileno(), IN_CREATE)
    for one in directories:
        os.close(one)
