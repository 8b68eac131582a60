"""The chapters of a creation: which steps of a plan belong together, for a score that has no room for eighty names."""

from __future__ import annotations

from itertools import groupby

from msgspec import Struct

from nslab.engine.steps import Plan, Step


class Scene(Struct, frozen=True):
    """Neighbouring steps of a plan, from index `first` to before `end`. `id` is a catalogue id below `scene.`."""

    id: str
    first: int
    end: int


SCENES: dict[str, tuple[str, ...]] = {
    "room": ("room", "space", "upper", "work", "root"),
    "group": ("group", "limit_*", "group_fd"),
    "join": ("joiner", "undumpable", "join_*", "user_join"),
    "clone": ("clone", "comm", "session"),
    "ids": ("setgroups", "uid_map", "gid_map", "ids", "dumpable"),
    "private": ("private",),
    "kernel": ("proc", "sys", "cgroup", "cgroup_read_only"),
    "dev": ("dev", "make_*", "dev_*", "link_*", "devpts", "shm", "mqueue"),
    "masks": ("null", "mask_*", "hold_*", "freeze_*"),
    "tty": ("master", "slave", "size", "send_master"),
    "pivot": ("chdir_root", "pivot", "drop_old", "chdir_new"),
    "names": ("hostname", "lo"),
    "wire": ("bridge", "veth", "port", "address", "up", "route"),
    "rights": ("bounding", "capset"),
    "locks": ("nnp", "seccomp"),
    "program": ("ctty", "stdin", "stdout", "stderr", "cwd", "close", "cloexec", "exec"),
}
"""Ids of steps, or how they begin. The overlay and the system's directories, which differ from machine to machine, are the rest."""

REST = "tree"

_EXACT = {step: scene for scene, steps in SCENES.items() for step in steps if not step.endswith("*")}
_PREFIXES = {step[:-1]: scene for scene, steps in SCENES.items() for step in steps if step.endswith("*")}


def scene_of(step: Step) -> str:
    """The scene that a step belongs to, wherever it stands."""
    prefix = next((prefix for prefix in _PREFIXES if step.id.startswith(prefix)), "")
    return _EXACT.get(step.id) or _PREFIXES.get(prefix, REST)


def scenes(plan: Plan) -> tuple[Scene, ...]:
    """The scenes of a plan in its order. A changed plan may come back to one: then it is there twice."""
    found: list[Scene] = []
    for id_, steps in groupby(plan, key=scene_of):
        first = found[-1].end if found else 0
        found.append(Scene(id_, first, first + len(list(steps))))
    return tuple(found)


TOPICS: dict[str, str] = {
    "limit_": "limit",
    "join_": "join",
    "user_join": "join",
    "make_": "make",
    "dev_": "dev_",
    "link_": "link",
    "mask_": "mask",
    "hold_": "hold",
    "freeze_": "freeze",
    "std": "stdio",
}
"""Steps that differ only in what they are made for have words in common: how their ids begin, and the id of the words."""


def topic(step: Step) -> str:
    """Under which id the catalogues say what a step does, and why it stands where it does."""
    prefix = next((prefix for prefix in TOPICS if step.id.startswith(prefix)), None)
    if prefix is not None:
        return TOPICS[prefix]
    return step.id if step.id in _EXACT or step.id == "overlay" else "system"
