"""Which group is ours to divide: decided from facts, and looked for on this machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from nslab.engine.delegation.place import OUTSIDE, Ask, Facts, Here, Lack, Place, decide, look, own_group
from tests.delegated import delegated, top

G = Path("/sys/fs/cgroup/here")
ALL = frozenset({"cpu", "memory", "pids"})
MINE = Facts(path="/here", directory=G, writable=True, owner=1000, controllers=ALL, given=ALL, uid=1000)
ROOTS = replace(MINE, owner=0, uid=0)
HERE = Here(G, ("cpu", "memory", "pids"))

CASES: list[tuple[str, Facts, Place]] = [
    ("no cgroup v2", Facts(), Lack("cgroup1-only")),
    ("not mounted", Facts(path="/here"), Lack("cgroup-out-of-sight", "/here")),
    (
        "hybrid",
        replace(MINE, given=frozenset(), controllers=frozenset()),
        Lack("cgroup-without-controllers", "/here", str(G)),
    ),
    ("handed to a user, no systemd", MINE, HERE),
    ("handed to a lab's root", replace(ROOTS, owner=2_000_000_000), HERE),
    ("a container's top", replace(ROOTS, path="/", top=True), HERE),
    ("root somewhere in a tree of others", ROOTS, Lack("cgroup-anothers", "/here", str(G))),
    (
        "an unprivileged container",
        replace(ROOTS, writable=False, read_only=True),
        Lack("cgroup-read-only", "/here", str(G)),
    ),
    ("a scope with Delegate=yes", replace(MINE, systemd=True, reachable=True, marked=True), HERE),
    ("a session's scope", replace(MINE, systemd=True, reachable=True, writable=False), Ask()),
    ("a scope of the user's manager", replace(MINE, systemd=True, reachable=True), Ask()),
    ("root's session", replace(ROOTS, systemd=True, reachable=True), Ask()),
    ("root in a user's terminal", replace(ROOTS, owner=1000, systemd=True, reachable=True), Ask()),
    ("the machine's top under systemd", replace(ROOTS, path="/", top=True, systemd=True, reachable=True), Ask()),
    ("root's scope, asked for", replace(ROOTS, systemd=True, reachable=True, asked=True, marked=True), HERE),
    (
        "asked for in vain",
        replace(ROOTS, systemd=True, reachable=True, asked=True),
        Lack("cgroup-not-given", "/here", str(G)),
    ),
    ("a user's own, nobody to ask", replace(MINE, systemd=True), HERE),
    ("su without a session", replace(MINE, systemd=True, writable=False), Lack("cgroup-no-manager", "/here", str(G))),
    (
        "marked, without any controller",
        replace(MINE, systemd=True, reachable=True, marked=True, controllers=frozenset()),
        Ask(),
    ),
]


@pytest.mark.parametrize(("facts", "place"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_found_decides_where_a_lab_s_groups_are(facts: Facts, place: Place) -> None:
    assert decide(facts) == place


def test_root_never_divides_what_systemd_keeps() -> None:
    """A directory that is made by hand there loses its controllers at the next daemon-reload."""
    for facts in (ROOTS, replace(ROOTS, top=True, path="/"), replace(ROOTS, owner=1000)):
        for reachable in (True, False):
            for asked in (True, False):
                found = decide(replace(facts, systemd=True, reachable=reachable, asked=asked))
                assert not isinstance(found, Here)


def test_one_s_own_group_is_found_where_the_machine_has_it() -> None:
    path, directory, root = own_group()
    assert directory == top()
    assert path is not None
    assert root in (directory, *directory.parents)
    assert str(os.getpid()) in (directory / "cgroup.procs").read_text().split()


def test_looking_tells_whose_it_is() -> None:
    facts = look()
    assert facts.directory == top()
    assert facts.uid == os.geteuid()
    assert facts.writable == os.access(top() / "cgroup.procs", os.W_OK)


@pytest.mark.as_root
def test_who_was_moved_aside_is_still_at_home_above() -> None:
    home = top()
    with delegated(1) as group:
        aside = group / OUTSIDE
        aside.mkdir()
        try:
            (aside / "cgroup.procs").write_text(str(os.getpid()))
            assert look().directory == group
            assert look().owner == 1
        finally:
            (home / "cgroup.procs").write_text(str(os.getpid()))
