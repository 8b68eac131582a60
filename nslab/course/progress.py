"""How far a person has come: one small JSON file in the state home, which no crash and no other nslab may spoil.

It is written beside itself and renamed, so that a reader finds the old or the new one. What can't be read is set aside
under another name and told; what can't be written stays in memory and is told. Nothing here raises, nothing deletes.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from nslab.course.told import Told

FORMAT = 1
MAX_BYTES = 1 << 20
LOCK_PATIENCE_S = 1.0


class Prediction(Struct, frozen=True):
    """What was predicted in a step, and which choice the machine found right; None where it did not decide."""

    choice: str
    right: str | None = None


class LessonProgress(Struct, frozen=True):
    """One lesson: the step reached (an id), whether its end was seen, and the predictions by step."""

    step: str | None = None
    done: bool = False
    predictions: Mapping[str, Prediction] = {}


class Progress(Struct, frozen=True):
    """All lessons that were begun, by id; a teacher's own by its path."""

    format: int = FORMAT
    lessons: Mapping[str, LessonProgress] = {}

    def of(self, lesson: str) -> LessonProgress:
        """How far `lesson` has come; not begun if nothing is known of it."""
        return self.lessons.get(lesson, LessonProgress())

    def done(self) -> frozenset[str]:
        """The lessons that were finished."""
        return frozenset(lesson for lesson, progress in self.lessons.items() if progress.done)


class _Format(Struct, frozen=True):
    format: int


class _Read(Struct, frozen=True):
    """What a reading found. `keep`: the file is fine, but not ours to write."""

    progress: Progress
    trouble: Told | None = None
    broken: bool = False
    keep: bool = False


def state_path() -> Path:
    """`$XDG_STATE_HOME/nslab/progress.json`; relative, and so unusable, for somebody who has no home."""
    import platformdirs

    return platformdirs.user_state_path("nslab") / "progress.json"


class ProgressStore:
    """The progress file, and what is known of it. `trouble` says what a person should know about it, if anything.

    One that is not `kept` begins with nothing and ends with its process: for a talk.
    """

    def __init__(self, path: Path | None = None, *, kept: bool = True) -> None:
        self.path = path or state_path()
        self._changed: dict[str, LessonProgress] = {}
        read = self._begin() if kept else _Read(Progress(), keep=True)
        self._writable = not read.keep
        self.trouble = _set_aside(self.path, read.trouble) if read.broken else read.trouble
        self.progress = read.progress

    def _begin(self) -> _Read:
        return _read(self.path) if self.path.is_absolute() else _Read(Progress(), Told("progress.no-home"), keep=True)

    def change(self, lesson: str, change: Callable[[LessonProgress], LessonProgress]) -> Told | None:
        """Apply `change` to a lesson's progress and write it down. Returns what went wrong, if anything did.

        Even then `progress` holds the change, and the next one that can be written brings it along.
        """
        self._changed[lesson] = change(self.progress.of(lesson))
        self.progress = structs.replace(self.progress, lessons={**self.progress.lessons, **self._changed})
        if self._writable:
            self.trouble = self._write()
        return self.trouble

    def _write(self) -> Told | None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with _locked(self.path.with_suffix(".lock")) as got:
                if not got:
                    return Told("progress.busy", {"path": str(self.path)})
                return self._write_locked()
        except OSError as error:
            return _told(error, self.path)

    def _write_locked(self) -> Told | None:
        """Another nslab may have written since: its lessons are kept, ours laid over them."""
        read = _read(self.path)
        if read.keep:
            return read.trouble
        trouble = _set_aside(self.path, read.trouble) if read.broken else None
        base = self.progress if read.broken or not read.progress.lessons else read.progress
        self.progress = structs.replace(base, lessons={**base.lessons, **self._changed})
        _replace(self.path, msgspec.json.format(msgspec.json.encode(self.progress)))
        return trouble


def _read(path: Path) -> _Read:
    """The file as it is now. A file of a newer nslab, and one of somebody else, are left where they are."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return _Read(Progress())
    except PermissionError as error:
        return _Read(Progress(), _told(error, path), keep=True)
    except OSError:  # ELOOP: a symbolic link; ENXIO: a socket
        return _Read(Progress(), Told("progress.not-a-file", {"path": str(path)}), broken=True)
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return _Read(Progress(), Told("progress.not-a-file", {"path": str(path)}), broken=True)
        with open(fd, "rb", closefd=False) as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        return _Read(Progress(), _told(error, path), keep=True)
    finally:
        os.close(fd)
    return _decoded(content, path)


def _decoded(content: bytes, path: Path) -> _Read:
    unreadable = _Read(Progress(), Told("progress.unreadable", {"path": str(path)}), broken=True)
    if len(content) > MAX_BYTES:
        return unreadable
    try:
        if msgspec.json.decode(content, type=_Format).format > FORMAT:
            return _Read(Progress(), Told("progress.newer", {"path": str(path)}), keep=True)
        return _Read(msgspec.json.decode(content, type=Progress))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return unreadable


def _set_aside(path: Path, why: Told | None) -> Told | None:
    """Rename what is there out of the way, under the first name that is free."""
    number = 1
    while os.path.lexists(aside := path.with_name(f"{path.name}.aside-{number}")):
        number += 1
    try:
        os.rename(path, aside)
    except FileNotFoundError:
        return None  # another nslab was quicker
    except OSError as error:
        return _told(error, path)
    return Told("progress.aside", {"why": why or Told("progress.unreadable", {"path": str(path)}), "aside": aside.name})


def _replace(path: Path, content: bytes) -> None:
    """The file becomes `content` whole or stays as it was. Call it under the lock: the partial file has one name."""
    partial = path.with_name(f"{path.name}.new")
    fd = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        with open(fd, "wb", buffering=0) as file:
            left = memoryview(content)
            while left:
                left = left[file.write(left) :]
            os.fsync(fd)
        os.rename(partial, path)
    except OSError:
        partial.unlink(missing_ok=True)  # ours, and of no use: the progress itself is still in memory
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Whether we are alone. Never waits long: a stopped nslab must not stop another. Raises OSError."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        deadline = time.monotonic() + LOCK_PATIENCE_S
        got = _try_lock(fd)
        while not got and time.monotonic() < deadline:
            time.sleep(0.01)
            got = _try_lock(fd)
        yield got
    finally:
        os.close(fd)


def _try_lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # a file system without locks: the rename still keeps the file whole
    return True


def _told(error: OSError, path: Path) -> Told:
    """Why the file can't be used, and whose it is if that is the reason."""
    problem = os.strerror(error.errno or 0)
    if isinstance(error, PermissionError) and (owner := _owner(path)) is not None:
        return Told("progress.owned", {"path": str(path), "problem": problem, "owner": owner})
    return Told("progress.unwritable", {"path": str(path), "problem": problem})


def _owner(path: Path) -> str | None:
    """Whose the file is, or the nearest folder above it that exists; None if that is us."""
    for place in (path, *path.parents):
        try:
            uid = place.lstat().st_uid
        except FileNotFoundError:
            continue
        except OSError:
            return None
        if uid == os.geteuid():
            return None
        try:
            return pwd.getpwuid(uid).pw_name
        except KeyError:
            return str(uid)
    return None
