"""A file of a lesson or a pack off the disk: text of a bearable size, or the TOML tree in it; else the fault that keeps it out."""

from __future__ import annotations

import errno
import os
import re
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nslab.course.faults import Fault
from nslab.course.positions import Positions
from nslab.course.told import Told

# Far above any lesson. tomllib takes quadratic time for a key of many parts, so that a line must be bounded too.
MAX_BYTES = 128 * 1024
MAX_LINE_BYTES = 4096
MAX_DEPTH = 24

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


def _other_format(path: Path, source: bytes, raw: Mapping[str, Any], known: int) -> Fault | None:
    version = raw.get("format")
    if not isinstance(version, int) or version == known:
        return None  # a missing or misspelt one is among the faults of the structure
    told = "fault.newer-format" if version > known else "fault.no-such-format"
    return Fault(path, Positions(source).line(("format",)), Told(told, {"found": version, "known": known}))


def _read_regular(path: Path) -> bytes | None:
    """At most MAX_BYTES of a regular file; None if it holds more. Raises OSError, also for what is not a file.

    O_NONBLOCK: opening a FIFO must not wait for a writer.
    """
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
        with open(fd, "rb", closefd=False) as file:
            content = file.read(MAX_BYTES + 1)
    finally:
        os.close(fd)
    return content if len(content) <= MAX_BYTES else None


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
