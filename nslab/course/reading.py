"""A file of a lesson or a pack off the disk: text of a bearable size, or the TOML tree in it; else the fault that keeps it out."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from nslab.course.faults import Fault
from nslab.course.positions import Positions
from nslab.course.told import Told

# Far above any lesson. tomllib takes quadratic time for a key of many parts, so that a line must be bounded too.
MAX_BYTES = 128 * 1024
MAX_LINE_BYTES = 4096
MAX_DEPTH = 24
MAX_FILE_BYTES = 16 << 20
"""Of a file that a lesson brings into the lab, whose file tree is in memory."""

T = TypeVar("T", bound=Struct)

AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")


def text_of(path: Path) -> bytes | Fault:
    """The bytes of one file, if they are text of a bearable size."""
    try:
        content = _read_regular(path)
    except OSError as error:
        return Fault(path, None, Told("fault.unreadable", {"problem": os.strerror(error.errno or 0)}))
    if content is None:
        return Fault(path, None, Told("fault.too-large", {"kib": MAX_BYTES // 1024}))
    for number, line in enumerate(content.split(b"\n"), 1):
        if len(line) > MAX_LINE_BYTES:
            return Fault(path, number, Told("fault.long-line", {"bytes": MAX_LINE_BYTES}))
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return Fault(path, content.count(b"\n", 0, error.start) + 1, Told("fault.not-utf-8"))
    return content


def tree_of(path: Path, source: bytes, format_: int) -> dict[str, Any] | Fault:
    """The TOML tree in a file of this format. One of another format is told so and no more: each of its fields would look wrong."""
    try:
        raw = tomllib.loads(source.decode())
    except tomllib.TOMLDecodeError as error:
        at = AT_LINE.search(str(error))
        line = int(at[1]) if at else source.rstrip().count(b"\n") + 1
        return Fault(path, line, Told("fault.toml", {"problem": AT_LINE.sub("", str(error)).strip()}))
    except (RecursionError, ValueError):  # ValueError: an integer of more digits than Python converts
        return Fault(path, None, Told("fault.too-deep", {"depth": MAX_DEPTH}))
    if _too_deep(raw):
        return Fault(path, None, Told("fault.too-deep", {"depth": MAX_DEPTH}))
    return _other_format(path, source, raw, format_) or raw


def struct_of(path: Path, cls: type[T], format_: int) -> T | Fault:
    """What a TOML file of this format describes, or the first thing that is wrong with it."""
    source = text_of(path)
    raw = source if isinstance(source, Fault) else tree_of(path, source, format_)
    try:
        return raw if isinstance(raw, Fault) else msgspec.convert(raw, cls)
    except msgspec.ValidationError as error:
        return Fault(path, None, Told("fault.structure", {"problem": str(error)}))


def file_bytes(path: Path) -> bytes:
    """A file for the lab. Raises OSError, also for what is no file and for one that is too large (EFBIG)."""
    content = _read_regular(path, MAX_FILE_BYTES)
    if content is None:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return content


def file_fault(path: Path, pack: Path) -> Told | None:
    """What keeps a file out of the lab: it is none, it is too large, or a symbolic link leads out of the folder `pack`."""
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(pack)):
        return Told("fault.file-outside")
    try:
        with _regular(path) as fd:
            large = os.fstat(fd).st_size > MAX_FILE_BYTES
    except OSError as error:
        return Told("fault.unreadable", {"problem": os.strerror(error.errno or 0)})
    return Told("fault.too-large", {"kib": MAX_FILE_BYTES >> 10}) if large else None


def _other_format(path: Path, source: bytes, raw: Mapping[str, Any], known: int) -> Fault | None:
    version = raw.get("format")
    if not isinstance(version, int) or version == known:
        return None  # a missing or misspelt one is among the faults of the structure
    told = "fault.newer-format" if version > known else "fault.no-such-format"
    return Fault(path, Positions(source).line(("format",)), Told(told, {"found": version, "known": known}))


def _read_regular(path: Path, most: int = MAX_BYTES) -> bytes | None:
    """At most so many bytes of a regular file; None if it holds more. Raises OSError, also for what is not a file."""
    with _regular(path) as fd, open(fd, "rb", closefd=False) as file:
        content = file.read(most + 1)
    return content if len(content) <= most else None


@contextlib.contextmanager
def _regular(path: Path) -> Iterator[int]:
    """A regular file, open to be read. Raises OSError. O_NONBLOCK: opening a FIFO must not wait for a writer."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
        yield fd
    finally:
        os.close(fd)


def _too_deep(raw: Any) -> bool:
    level = [raw]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return False
    return True
