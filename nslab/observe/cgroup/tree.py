"""The groups of a subtree, those that come and go included: each held open from when it is noticed until it is gone.

Learners make and remove groups by mkdir and rmdir, of which inotify(7) tells at once. Where there are no more inotify
instances or watches to be had, directories are listed at each look instead, and who asks is told late, not wrong.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator

from nslab.kernel.inotify import IN_CREATE, IN_DELETE, IN_Q_OVERFLOW, inotify_init, read_notices, watch_directory
from nslab.observe.cgroup.open_group import Allowance, GroupGone, Opened, OpenGroup
from nslab.words import printable

_NO_MORE = (errno.EMFILE, errno.ENOSPC)
_GONE = (errno.ENOENT, errno.ENODEV)


class GroupTree:
    """All groups from a root down, by path. Not for two threads at once."""

    def __init__(self, root: int, allowance: Allowance, opened: Opened, went: Callable[[OpenGroup], None]) -> None:
        """`root` is a directory's descriptor, which stays the caller's; `went` is told of each group that was removed.

        Raises OSError where it is no directory, GroupGone where it is no control group.
        """
        self.denied: set[str] = set()
        self._allowance = allowance
        self._opened = opened
        self._went = went
        self._groups = {"": OpenGroup(root, ".", "", allowance, opened)}
        self._watched: dict[int, OpenGroup] = {}
        self.inotify = _inotify()
        try:
            self._groups[""].begin()  # lest a mistaken root have us walk through all of a disk
            self._explore(self._groups[""])
        except BaseException:
            self.close()
            raise

    def __iter__(self) -> Iterator[OpenGroup]:
        """A parent before its children, siblings by name."""
        return iter(sorted(self._groups.values(), key=lambda group: group.path.split("/")))

    def refresh(self) -> None:
        """Take in what came and went since the last time."""
        if self.inotify is None:
            for group in list(self):
                self._list(group)
            return
        notices = read_notices(self.inotify)
        if any(notice.mask & IN_Q_OVERFLOW for notice in notices):
            changed = list(self)
        else:
            changed = [self._watched[watch] for watch in {one.watch for one in notices} if watch in self._watched]
        for group in changed:
            self._list(group)

    def forget(self, group: OpenGroup) -> None:
        """A group was found to be gone, and so are all below it."""
        if self._groups.get(group.path) is not group:
            return
        below = [one for path, one in self._groups.items() if _is_below(path, group.path)]
        for one in sorted(below, key=lambda gone: gone.path, reverse=True):
            del self._groups[one.path]
            self._went(one)
            one.close()
        self._watched = {watch: one for watch, one in self._watched.items() if one not in below}

    def close(self) -> None:
        """Let all groups go; nobody is told that they went."""
        for group in self._groups.values():
            group.close()
        if self.inotify is not None:
            os.close(self.inotify)

    def _explore(self, group: OpenGroup) -> None:
        """Watch first and list then, so that what is made meanwhile is not missed."""
        self._watch(group)
        self._list(group)

    def _list(self, group: OpenGroup) -> None:
        if self._groups.get(group.path) is not group:  # has gone with one above it, just now
            return
        try:
            names = group.children()
        except GroupGone:
            self.forget(group)
            return
        paths = {
            f"{group.path}/{printable(name)}".lstrip("/"): name for name in names
        }  # whoever shows or sends a path, can
        for path, known in list(self._groups.items()):
            if path and _parent(path) == group.path and not _still(group, paths.get(path), known):
                self.forget(known)
        for path, name in paths.items():
            if path not in self._groups:
                self._meet(group, name, path)

    def _meet(self, parent: OpenGroup, name: str, path: str) -> None:
        try:
            group = OpenGroup(parent.directory, name, path, self._allowance, self._opened)
        except OSError as error:
            if error.errno == errno.EACCES:
                self.denied.add(path)
            elif error.errno not in _GONE:
                raise
            return
        self._groups[path] = group
        self._explore(group)

    def _watch(self, group: OpenGroup) -> None:
        if self.inotify is None:
            return
        try:
            self._watched[watch_directory(self.inotify, group.directory, IN_CREATE | IN_DELETE)] = group
        except OSError as error:
            if error.errno not in _NO_MORE:
                raise
            os.close(self.inotify)
            self.inotify = None


def _inotify() -> int | None:
    try:
        return inotify_init()
    except OSError as error:
        if error.errno in _NO_MORE:
            return None
        raise


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _is_below(path: str, top: str) -> bool:
    """Whether it is `top` itself or lies below."""
    return not top or path == top or path.startswith(f"{top}/")


def _still(parent: OpenGroup, name: str | None, known: OpenGroup) -> bool:
    """Whether the group of this name is the one that we know: it may have been removed and made again."""
    if name is None:
        return False
    try:
        return os.stat(name, dir_fd=parent.directory, follow_symlinks=False).st_ino == known.id
    except FileNotFoundError:
        return False
