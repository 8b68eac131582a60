"""Looks and events written to a file as they come, and read again, so that a machine without cgroups can show what happened.

A line of JSON each: first what the recording is, then a frame for each look, with the events since the one before. Times are
of the recording machine's monotonic clock: only their differences mean something.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Literal

import msgspec
from msgspec import Struct

from nslab.observe.cgroup.values import Event, Snapshot


class Heading(Struct, frozen=True):
    """What a recording is of: the kernel's release, in a few words what was done, and the beat of its looks in seconds."""

    kernel: str
    what: str
    period_seconds: float
    format: Literal["nslab-cgroup-1"] = "nslab-cgroup-1"


class Frame(Struct, frozen=True):
    """One look, and what had happened since the one before."""

    snapshot: Snapshot
    events: tuple[Event, ...]


class MalformedRecording(ValueError):
    """A file is no recording, or one of another format; told with the number of its line."""


_ENCODER = msgspec.json.Encoder(order="deterministic")
_HEADING = msgspec.json.Decoder(Heading)
_FRAME = msgspec.json.Decoder(Frame)


class Recorder:
    """Writes a recording; each frame is whole in the file once `write` has returned."""

    def __init__(self, file: IO[bytes], heading: Heading) -> None:
        """`file` is open for writing, and stays the caller's. Raises OSError."""
        self._file = file
        self._line(heading)

    def write(self, frame: Frame) -> None:
        """Add a frame. Raises OSError."""
        self._line(frame)

    def _line(self, value: Heading | Frame) -> None:
        self._file.write(_ENCODER.encode(value) + b"\n")
        self._file.flush()


@contextmanager
def replayed(path: str) -> Iterator[Recording]:
    """The recording in a file, to be read while the block runs. Raises OSError, MalformedRecording."""
    with open(path, "rb") as file:
        yield Recording(file)


class Recording:
    """Reads a recording."""

    def __init__(self, file: IO[bytes]) -> None:
        """`file` is open for reading, at its beginning. Raises OSError, MalformedRecording."""
        self._file = file
        try:
            self.heading = _HEADING.decode(file.readline())
        except msgspec.MsgspecError as error:
            raise MalformedRecording(f"line 1: {error}") from None

    def __iter__(self) -> Iterator[Frame]:
        """Each frame. Whoever recorded may have been killed: half a line at the end is passed over. Raises MalformedRecording."""
        for number, line in enumerate(self._file, 2):
            if not line.endswith(b"\n"):
                return
            try:
                yield _FRAME.decode(line)
            except msgspec.MsgspecError as error:
                raise MalformedRecording(f"line {number}: {error}") from None
