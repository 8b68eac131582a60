"""The run directory: where a lab's mount point lies while it lives, and how leftovers are told from what is in use.

    $XDG_RUNTIME_DIR/nslab/<id>/lock    held by flock(2) as long as the lab's keeper lives; never judged by a pid
                               /root    an empty directory; the lab's file tree is mounted on it, in the lab's own namespace
                               /door    where other processes of the user ask to be let in, if the owner made it: see door.py
                               /group   the directory of the lab's control group, if it has one: see delegation/subtree.py

For root the base is /run/nslab; for a user without a runtime directory it lies below the state home, and where that can't be
written, as in many a container, in /tmp. A run directory appears under its final name with its lock already held, so a sweep
that runs at that moment can't take it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from nslab.engine.delegation import subtree

LOCK = "lock"
ROOT = "root"
DOOR = "door"
GROUP = "group"
NEW = ".new-"
ATTEMPTS = 20
LOOK_AGAIN_SECONDS = 0.01


class RunDirectory(Struct, frozen=True):
    """A run directory in use. The lock is held by `lock_fd`."""

    path: Path
    lock_fd: int

    @property
    def root(self) -> Path:
        """The mount point."""
        return self.path / ROOT

    @property
    def id(self) -> str:
        """What tells it from others."""
        return self.path.name

    def note_group(self, group: Path) -> None:
        """Write down which control group goes with it, before there is one. Raises OSError."""
        (self.path / GROUP).write_text(str(group))


class Occupant(Struct, frozen=True):
    """A run directory that is in use: who said so when it was made."""

    path: Path
    pid: int | None
    command: str


class Swept(Struct, frozen=True):
    """What a sweep found: run directories removed, in use, and those that could not be removed."""

    removed: tuple[Path, ...]
    in_use: tuple[Occupant, ...]
    kept: tuple[Path, ...]


def base(environ: dict[str, str], uid: int) -> Path:
    """Where the run directories of this user are."""
    if uid == 0:
        return Path("/run/nslab")
    runtime = environ.get("XDG_RUNTIME_DIR")
    if runtime and Path(runtime).is_dir() and os.access(runtime, os.W_OK | os.X_OK):
        return Path(runtime) / "nslab"
    state = environ.get("XDG_STATE_HOME") or str(Path(environ.get("HOME", "/")) / ".local/state")
    below_state = Path(state) / "nslab" / "run"
    return below_state if _can_be_made(below_state) else Path("/tmp") / f"nslab-{uid}"


def _can_be_made(path: Path) -> bool:
    there = next(above for above in (path, *path.parents) if above.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def make(parent: Path, owner_pid: int, command: str) -> RunDirectory:
    """A run directory of our own, locked. Raises OSError; then nothing of it stays."""
    name = os.urandom(4).hex()
    young = parent / (NEW + name)
    _make_below(parent, young)
    lock = -1
    try:
        os.chmod(young, 0o711)  # past any umask: the lab's root, a stranger here, must find its mount point
        (young / ROOT).mkdir(mode=0o755)
        lock = os.open(young / LOCK, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.write(lock, json.dumps({"pid": owner_pid, "command": command}).encode())
        young.rename(parent / name)
    except OSError:
        if lock >= 0:
            os.close(lock)
        remove(young)
        raise
    return RunDirectory(parent / name, lock)


def _make_below(parent: Path, young: Path) -> None:
    """Make the directory, and its parent where there is none, which whoever leaves as the last removes: it may go in between."""
    for _ in range(ATTEMPTS):
        with contextlib.suppress(FileNotFoundError, FileExistsError):  # the latter where it went as mkdir looked at it
            parent.mkdir(mode=0o711, parents=True, exist_ok=True)
            if parent.lstat().st_uid != os.geteuid():  # in /tmp anybody may have been there first
                raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), str(parent))
            young.mkdir(mode=0o711)
            return
    young.mkdir(mode=0o711)


def leave(path: Path) -> None:
    """Remove a run directory, and the base when it is the last one there. Raises OSError, as `remove`."""
    remove(path)
    with contextlib.suppress(OSError):  # ENOTEMPTY: there are others
        path.parent.rmdir()


def leave_for(keeper: str) -> None:
    """Remove the run directory of a keeper that has ended and was perhaps killed; "" is none. What stays, the next sweep tells."""
    if keeper:
        with contextlib.suppress(OSError):
            leave(Path(keeper))


def remove(path: Path) -> None:
    """Remove a run directory by the names it may hold, never a tree. Raises OSError (ENOTEMPTY: somebody put things there).

    The control group that goes with it goes first, or nobody would know of it any more (EBUSY: somebody is in it still).
    """
    remove_group(path)
    for name, take in ((ROOT, Path.rmdir), (DOOR, Path.unlink), (LOCK, Path.unlink)):
        with contextlib.suppress(FileNotFoundError):
            take(path / name)
    with contextlib.suppress(FileNotFoundError):
        path.rmdir()


def group_of(path: Path) -> Path | None:
    """The directory of the control group that goes with a run directory; None where the lab has none of its own. Raises OSError."""
    if not os.path.lexists(path / GROUP):  # asked first, for a keeper that has no descriptor left must still leave
        return None
    try:
        return Path((path / GROUP).read_text())
    except FileNotFoundError:  # another sweep is at it
        return None


def remove_group(path: Path) -> None:
    """Remove the control group of a run directory, if it has one, and let its place be as it was. Raises OSError."""
    group = group_of(path)
    if group is None:
        return
    if group.name == subtree.PREFIX + path.name:  # else nobody of ours wrote that
        subtree.remove(group)
        subtree.leave(group.parent)
    (path / GROUP).unlink(missing_ok=True)


def sweep(parent: Path) -> Swept:
    """Remove what dead keepers left. What can't be removed, as where somebody put things there (ENOTEMPTY), stays and is told."""
    swept: list[Path] = []
    in_use: list[Occupant] = []
    kept: list[Path] = []
    for path in entries(parent):
        try:
            lock = os.open(path / LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            lock = -1  # its keeper died between mkdir and open, or another sweep is at it
        except OSError:
            kept.append(path)
            continue
        try:
            if lock >= 0 and not free(lock):
                in_use.append(occupant(path, lock))
                continue
            remove(path)
            swept.append(path)
        except OSError:
            kept.append(path)
        finally:
            if lock >= 0:
                os.close(lock)
    return Swept(tuple(swept), tuple(in_use), tuple(kept))


def occupants(parent: Path) -> tuple[Occupant, ...]:
    """The run directories that are in use, and who says so. Nothing is removed."""
    found: list[Occupant] = []
    for path in entries(parent):
        with contextlib.suppress(OSError):  # it goes as we look
            lock = os.open(path / LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                if not free(lock):
                    found.append(occupant(path, lock))
            finally:
                os.close(lock)
    return tuple(found)


def entries(parent: Path) -> tuple[Path, ...]:
    """Our own directories below the base, no links. Young ones count only when locked or abandoned."""
    try:
        with os.scandir(parent) as found:
            return tuple(
                Path(entry.path)
                for entry in sorted(found, key=lambda entry: entry.name)
                if stat.S_ISDIR((facts := entry.stat(follow_symlinks=False)).st_mode) and facts.st_uid == os.geteuid()
                if not entry.name.startswith(NEW) or abandoned(facts.st_mtime)
            )
    except FileNotFoundError:
        return ()


def abandoned(changed: float) -> bool:
    """A directory still under its first name after a minute was left by a keeper that died while making it.

    By the wall clock, for no other clock outlives a boot as files do. Set forward by a minute in the millisecond in which another
    keeper makes its directory, it costs that one start; set back, the directory stays until the clock has caught up.
    """
    return time.time() - changed > 60


@contextlib.contextmanager
def alone(parent: Path, seconds: float) -> Iterator[None]:
    """One at a time among those who use this base, in which there must be a run directory of the caller's lab.

    Whoever has been stopped in here holds the others up for so many seconds. Where the base takes no lock, nobody waits.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(
            OSError
        ):  # it is gone, and the lab with it; or NFS, which locks only what is open for writing
            lock = os.open(parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            stack.callback(os.close, lock)
            deadline = time.monotonic() + seconds
            while not free(lock) and time.monotonic() < deadline:
                time.sleep(LOOK_AGAIN_SECONDS)
        yield


def free(lock: int) -> bool:
    """Whether nobody holds the lock; if so, we do now."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def occupant(path: Path, lock: int) -> Occupant:
    """Who holds a run directory, as far as it says."""
    try:
        told = json.loads(os.pread(lock, 4096, 0))
        return Occupant(path, int(told["pid"]), str(told["command"]))
    except (ValueError, KeyError, TypeError):
        return Occupant(path, None, "")
