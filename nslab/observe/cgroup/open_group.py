"""One group held open: its directory and its files, each opened once and read by pread(2) from then on.

That costs a fourth to a sixteenth of opening a file each time. A kept descriptor answers ENODEV once its file is gone, for one of
three reasons: the group was removed, its controller was taken away from above, or that and given back, by a new file.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import Generic, TypeVar, cast

from nslab.kernel.cgroup2.core import parse_controllers
from nslab.kernel.procfs import read_file

T = TypeVar("T")

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_BYTES = 4096
_UNREADABLE = (errno.EACCES, errno.EPERM)
_NO_ACCOUNT = errno.EOPNOTSUPP  # *.pressure with psi=0


class GroupGone(LookupError):
    """The group has been removed; what has been read of it just now may be torn."""


class FileMissing(LookupError):
    """A file that is not there, or not to be read."""


class File(Generic[T]):
    """An interface file's name, and how it is parsed."""

    def __init__(self, name: str, parse: Callable[[bytes], T]) -> None:
        self.name = name
        self.parse = parse


CONTROLLERS = File("cgroup.controllers", parse_controllers)  # every group has it, the root too


class Allowance:
    """How many more descriptors may be kept. Groups beyond it are read by opening, which costs more and fails less."""

    def __init__(self, left: int) -> None:
        self.left = left


Opened = Callable[["OpenGroup", str, int], None]
"""Is called with a group, the name of a file, and its new descriptor that will be kept."""


class OpenGroup:
    """A group, until `close`. `path` is what the caller calls it, `id` the kernel's number for it."""

    def __init__(self, parent: int, name: str, path: str, allowance: Allowance, opened: Opened) -> None:
        """Raises OSError: FileNotFoundError or ENODEV where there is none (any more), EACCES."""
        self.path = path
        self.open = True
        self.directory = os.open(name, _DIRECTORY, dir_fd=parent)
        self.id = os.fstat(self.directory).st_ino
        self.denied: set[str] = set()
        self._allowance = allowance
        self._opened = opened
        self._kept: dict[str, int] = {}
        self._absent: set[str] = set()
        self._parsed: dict[str, tuple[bytes, object]] = {}
        self._controllers: frozenset[str] | None = None
        self._lost = False

    def begin(self) -> frozenset[str]:
        """Begin to read the group anew: which controllers it has. Raises GroupGone."""
        self._lost = False
        controllers = self.read(CONTROLLERS)
        if controllers is None:
            raise GroupGone(self.path)
        if controllers != self._controllers:  # files have come
            self._controllers = controllers
            self._absent.clear()
            self.denied.clear()
        return controllers

    def end(self) -> None:
        """Make sure that what was read since `begin` is of a group that was there all along. Raises GroupGone."""
        if self._lost and self.read(CONTROLLERS) is None:
            raise GroupGone(self.path)

    def read(self, file: File[T]) -> T | None:
        """A file's value; None where it is not there, or not to be read."""
        try:
            return self.need(file)
        except FileMissing:
            return None

    def need(self, file: File[T]) -> T:
        """A file's value, which may be None itself. The same bytes again give the same object. Raises FileMissing."""
        content = self._content(file.name)
        before = self._parsed.get(file.name)
        if before is not None and before[0] == content:
            return cast("T", before[1])
        value = file.parse(content)
        self._parsed[file.name] = content, value
        return value

    def children(self) -> list[str]:
        """The names of the groups right below, now. Raises GroupGone."""
        try:
            with os.scandir(self.directory) as entries:
                found = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENODEV):
                raise GroupGone(self.path) from None
            raise
        return found

    def close(self) -> None:
        """Let the directory and all files go."""
        for descriptor in self._kept.values():
            os.close(descriptor)
        self._allowance.left += len(self._kept)
        self._kept.clear()
        os.close(self.directory)
        self.open = False

    def _content(self, name: str) -> bytes:
        if name in self._absent:
            raise FileMissing(name)
        try:
            kept = self._kept.get(name)
            if kept is not None:
                try:
                    return _whole(kept)
                except OSError as error:
                    if error.errno != errno.ENODEV:
                        raise
                    self._let_go(name)
                    self._lost = True
            return self._first(name)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENODEV):
                self._missing(name)
            elif error.errno in _UNREADABLE:
                self._absent.add(name)
                self.denied.add(name)
            elif error.errno == _NO_ACCOUNT:
                self._let_go(name)
                self._absent.add(name)
            else:
                raise
            raise FileMissing(name) from None

    def _first(self, name: str) -> bytes:
        if self._allowance.left <= 0:
            return read_file(self.directory, name)
        descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self.directory)
        self._kept[name] = descriptor
        self._allowance.left -= 1
        self._opened(self, name, descriptor)
        return _whole(descriptor)

    def _missing(self, name: str) -> None:
        """One that was there before may come back without a word, so it is tried each time; the others come with a controller."""
        if name in self._parsed:
            self._lost = True
        else:
            self._absent.add(name)

    def _let_go(self, name: str) -> None:
        descriptor = self._kept.pop(name, None)
        if descriptor is not None:
            os.close(descriptor)
            self._allowance.left += 1


def _whole(descriptor: int) -> bytes:
    """All of a file at one moment: by one read, for a second would be of a later one."""
    size = _BYTES
    while len(content := os.pread(descriptor, size, 0)) == size:
        size *= 4
    return content
