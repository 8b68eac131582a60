"""The ablation board on a stock 6.1 kernel: what holds, what gets through, and what is refused, as on newer ones."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nslab.course.attacks import ATTACKS
from tests.vm.test_smoke import NOBODY, USERS, nslab

pytestmark = pytest.mark.guest

ALONE = {
    "pid": "kill,list",
    "mnt": "lost",
    "ipc": "shm",
    "net": "tcp,abstract",
    "uts": "rename",
    "pivot": "escape",
    "umnt": "escape",
    "overlay": "image",
    "fds": "leak",
    "tty": "tty",
    "secc": "nest",
    "nnp": "regain",
    "caps,secc": "mount",
    "caps,masks": "forward",
    "caps,pid": "enter",
    "bset,nnp": "widen",
}
"""By what is left out, who gets through."""

REFUSED = {
    "private": ("pivot", "EINVAL"),
    "hostuser,pid": ("proc", "EPERM"),
    "hostuser,mnt": ("private", "EPERM"),
    "hostuser,net": ("sys", "EPERM"),
    "hostuser,uts": ("hostname", "EPERM"),
}


def tried(user: int, off: str, attacks: str) -> list[dict[str, Any]]:
    done = nslab(user, "without", "--json", "--off", off, "--attack", attacks)
    assert done.stderr == ""
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("user", USERS)
def test_a_whole_container_holds_every_attack(user: int) -> None:
    assert {one["attack"] for one in tried(user, "", "") if one["held"]} == {attack.id for attack in ATTACKS}


@pytest.mark.parametrize(("off", "attacks"), ALONE.items())
def test_who_gets_through_where_something_is_left_out(off: str, attacks: str) -> None:
    assert {one["attack"]: one["through"] for one in tried(NOBODY, off, attacks)} == dict.fromkeys(
        attacks.split(","), True
    )


@pytest.mark.parametrize(("off", "refused"), REFUSED.items())
def test_where_a_plan_is_refused(off: str, refused: tuple[str, str]) -> None:
    (kill,) = tried(NOBODY, off, "kill")
    assert kill["refused"] == {"step": refused[0], "answer": refused[1]}


def test_hiding_is_not_isolating() -> None:
    found = {one["attack"]: one for one in tried(NOBODY, "pid,proc", "kill,list")}
    assert found["list"]["seen"] == 0
    assert found["kill"]["through"]
