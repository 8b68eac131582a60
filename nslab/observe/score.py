"""A container's birth as a score: one line a fact, and since which call it is so. Pure: moments in, lines out.

A line's values are what a person would say of a moment: a namespace's letter, "root", whose processes ps(1) shows.
What two moments don't share is told by `compare`, in more words.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from msgspec import Struct

from nslab.errors import Because
from nslab.kernel.idmap import Extent
from nslab.kernel.namespaces import Kind
from nslab.observe.details import id_inside
from nslab.observe.letters import Letters
from nslab.observe.moment import Moment
from nslab.observe.namespaces import Unread
from nslab.observe.views import Tag
from nslab.words import printable

Value = Tag | str | Because

NOBODY = 65534  # overflowuid, user_namespaces(7): how an id that no map knows is shown


class Stretch(Struct, frozen=True):
    """A value that held from moment `since` on, up to the next stretch. Moment N is the world before call N, from 0."""

    since: int
    value: Value


class Line(Struct, frozen=True):
    """One fact through all moments. `name` is the kind of a namespace, or a catalogue id below `score.line.`."""

    name: str
    stretches: tuple[Stretch, ...]


class Part(Struct, frozen=True):
    """A piece of what is shown of a moment, and whether the other moment lacks it."""

    text: str | Because
    differs: bool


class Difference(Struct, frozen=True):
    """One fact of two moments side by side. `name` is a catalogue id below `score.fact.`."""

    name: str
    before: tuple[Part, ...]
    after: tuple[Part, ...]

    @property
    def differs(self) -> bool:
        """Whether the two moments tell different things here."""
        return any(part.differs for part in (*self.before, *self.after))


def score(moments: Sequence[Moment], letters: Letters, kinds: Iterable[Kind]) -> tuple[Line, ...]:
    """The lines of a birth, those of `kinds` first. The first moment is the host's: nobody is born yet."""
    host = moments[0]
    tags = [Line(kind, _stretches(moments, _tag_of(kind, letters))) for kind in kinds]
    return (*tags, *(Line(name, _stretches(moments, partial(say, host))) for name, say in FACTS))


def _stretches(moments: Sequence[Moment], say: Callable[[Moment], Value]) -> tuple[Stretch, ...]:
    stretches: list[Stretch] = []
    for since, moment in enumerate(moments):
        value = say(moment)
        if not stretches or stretches[-1].value != value:
            stretches.append(Stretch(since, value))
    return tuple(stretches)


def _tag_of(kind: Kind, letters: Letters) -> Callable[[Moment], Value]:
    def tag(moment: Moment) -> Value:
        namespace = moment.namespaces.of(kind)
        letters.meet([moment.namespaces])
        letter = letters.of(kind, namespace)
        return Tag(kind, letter) if letter is not None else _unread(namespace)

    return tag


def _unread(value: object) -> str:
    return f"? {value.name}" if isinstance(value, Unread) else "?"


def _who(_host: Moment, moment: Moment) -> Value:
    if isinstance(moment.status, Unread):
        return _unread(moment.status)
    uid = moment.uid
    return {0: "root", None: "nobody", NOBODY: "nobody"}.get(uid, f"uid {uid}")


def _leak(_host: Moment, moment: Moment) -> Value:
    mount = moment.root_mount
    if mount is None:
        return _unread(moment.mounts)
    shared = any(field.startswith("shared:") for field in mount.optional)
    return Because("score.value.leak" if shared else "score.value.stay")


def _root(host: Moment, moment: Moment) -> Value:
    same = moment.has_root_of(host)
    if same is None:
        return _unread(moment.mounts)
    return Because("score.value.hosts" if same else "score.value.own")


def _ps(host: Moment, moment: Moment) -> Value:
    if isinstance(moment.procfs, Unread):
        return _unread(moment.procfs)
    if moment.procfs == host.procfs:
        return Because("score.value.everyone")
    return Because("score.value.own" if moment.shown else "score.value.nobody")


def _hostname(_host: Moment, moment: Moment) -> Value:
    return printable(moment.hostname) if moment.hostname is not None else "?"


def _rights(_host: Moment, moment: Moment) -> Value:
    return _unread(moment.rights) if isinstance(moment.rights, Unread) else str(moment.rights)


def _locks(host: Moment, moment: Moment) -> Value:
    """How many that can't be undone: no_new_privs, and seccomp filters beyond those that the lab itself is under."""
    filters = moment.filters_beyond(host)
    if isinstance(moment.status, Unread) or filters is None:
        return _unread(moment.status)
    return str(int(bool(moment.status.no_new_privs)) + filters)


def _program(_host: Moment, moment: Moment) -> Value:
    return printable(_text(moment.program_name))


FACTS: tuple[tuple[str, Callable[[Moment, Moment], Value]], ...] = (
    ("who", _who),
    ("leak", _leak),
    ("root", _root),
    ("ps", _ps),
    ("hostname", _hostname),
    ("rights", _rights),
    ("locks", _locks),
    ("program", _program),
)
"""The lines below the namespaces, in the order in which a creation changes them."""


def compare(host: Moment, before: Moment, after: Moment) -> tuple[Difference, ...]:
    """Two moments side by side: what is worth seeing always, and whatever else differs. `host` tells ids as they are in the lab.

    The files of two different processes are not compared: which of them the lab has open tells nothing of a container.
    """
    always = (
        _listed("ls", before.root, after.root),
        _counted("mounts", _mounts(before), _mounts(after)),
        _worded("hostname", before.hostname or "?", after.hostname or "?"),
        _worded("ps", _numbers(before), _numbers(after)),
    )
    maps = (
        _worded("uid_map", _map(host.uid_map, before.uid_map), _map(host.uid_map, after.uid_map)),
        _worded("gid_map", _map(host.gid_map, before.gid_map), _map(host.gid_map, after.gid_map)),
    )
    others = (_worded(name, say(before), say(after)) for name, say in OTHERS)
    opened = (_counted("files", _files(before), _files(after)),) if before.pid == after.pid else ()
    return (*always, *(one for one in (*maps, *others, *opened) if one.differs))


def _listed(name: str, before: tuple[str, ...] | Unread, after: tuple[str, ...] | Unread) -> Difference:
    if isinstance(before, Unread) or isinstance(after, Unread):
        return _worded(name, _text(before), _text(after))
    return Difference(
        name,
        tuple(_part(item, item not in after) for item in before),
        tuple(_part(item, item not in before) for item in after),
    )


def _counted(name: str, before: Sequence[str], after: Sequence[str]) -> Difference:
    """How many there are, and which of them the other moment lacks."""
    gone, new = _beyond(before, after), _beyond(after, before)
    return Difference(
        name,
        (_part(str(len(before)), len(before) != len(after)), *(_part(item, True) for item in gone)),
        (_part(str(len(after)), len(before) != len(after)), *(_part(item, True) for item in new)),
    )


def _beyond(items: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """Those of `items` that `others` has not, or has fewer of."""
    left = list(others)
    beyond = []
    for item in items:
        if item in left:
            left.remove(item)
        else:
            beyond.append(item)
    return tuple(beyond)


def _part(text: str, differs: bool) -> Part:
    """Files, mounts, and hosts are called what whoever made them liked."""
    return Part(printable(text), differs)


def _worded(name: str, before: str, after: str) -> Difference:
    return Difference(name, (_part(before, before != after),), (_part(after, before != after),))


def _text(value: object) -> str:
    if isinstance(value, Unread):
        return _unread(value)
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _mounts(moment: Moment) -> tuple[str, ...]:
    """Each mount as `point (type, how)`: what is at a path, whether it may be written, and where new ones travel."""
    if isinstance(moment.mounts, Unread):
        return (_unread(moment.mounts),)
    return tuple(
        f"{mount.point} ({', '.join((mount.fstype, mount.options.partition(',')[0], *map(_propagation, mount.optional)))})"
        for mount in moment.mounts
    )


def _propagation(field: str) -> str:
    """`shared:12` without the number, which tells a reader nothing."""
    return field.partition(":")[0]


def _numbers(moment: Moment) -> str:
    return _text(moment.shown)


def _files(moment: Moment) -> tuple[str, ...]:
    return (_unread(moment.descriptors),) if isinstance(moment.descriptors, Unread) else moment.descriptors


def _ids(moment: Moment) -> str:
    if isinstance(moment.status, Unread):
        return _unread(moment.status)
    return str(NOBODY if moment.uid is None else moment.uid)


def _map(host: tuple[Extent, ...] | Unread, extents: tuple[Extent, ...] | Unread) -> str:
    """An id map as it reads in the lab. Read from outside, its second numbers are the real machine's."""
    if isinstance(extents, Unread) or isinstance(host, Unread):
        return _unread(extents)
    told = [(one.inside, id_inside(one.outside, host), one.count) for one in extents]
    return "; ".join(f"{inside} {'?' if there is None else there} {count}" for inside, there, count in told) or "–"


def _root_is(moment: Moment) -> str:
    return "?" if moment.root_mount is None else moment.root_mount.fstype


def _session(moment: Moment) -> str:
    return _unread(moment.stat) if isinstance(moment.stat, Unread) else str(moment.stat.session)


def _terminal(moment: Moment) -> str:
    """proc_pid_stat(5): the foreground group of its controlling terminal, -1 where it has none."""
    if isinstance(moment.stat, Unread):
        return _unread(moment.stat)
    return "–" if moment.stat.tpgid == -1 else str(moment.stat.tpgid)


def _status(field: str) -> Callable[[Moment], str]:
    def read(moment: Moment) -> str:
        if isinstance(moment.status, Unread):
            return _unread(moment.status)
        value = getattr(moment.status, field)
        return f"{value:016x}" if field.startswith("cap_") else _plain(value)

    return read


def _plain(value: object) -> str:
    return "?" if value is None else str(int(value) if isinstance(value, bool) else value)


OTHERS: tuple[tuple[str, Callable[[Moment], str]], ...] = (
    ("pid", lambda moment: str(moment.pid)),
    ("root", _root_is),
    ("uid", _ids),
    ("setgroups", lambda moment: _text(moment.setgroups)),
    ("comm", _status("name")),
    ("session", _session),
    ("terminal", _terminal),
    ("cwd", lambda moment: _text(moment.directory)),
    ("cgroup", lambda moment: _text(moment.cgroups)),
    ("links", lambda moment: _text(moment.links)),
    ("addresses", lambda moment: _text(moment.addresses) or "–"),
    ("cap_bounding", _status("cap_bounding")),
    ("cap_effective", _status("cap_effective")),
    ("cap_inheritable", _status("cap_inheritable")),
    ("no_new_privs", _status("no_new_privs")),
    ("seccomp_filters", _status("seccomp_filters")),
    ("program", lambda moment: _text(moment.program)),
)


def at_path(path: str, before: str | Unread, after: str | Unread) -> Difference:
    """What a call's own path led to before and after it."""
    texts = tuple("–" if found == Unread(errno.ENOENT) else _text(found) for found in (before, after))
    return Difference(
        "path",
        (Part(path, False), Part(texts[0], texts[0] != texts[1])),
        (Part(path, False), Part(texts[1], texts[0] != texts[1])),
    )
