"""Which limits there are here, as doctor finds them; and what a process of its own tells of its group."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nslab.engine.delegation.place import CONTROLLERS, Ask, Facts, Here, Lack, Place, find, look
from nslab.engine.doctor import controllers, examine


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    place: Place = Here(Path("/g"), ("cpu", "memory"))
    monkeypatch.setattr(controllers, "where", lambda: place)
    monkeypatch.setattr(controllers, "controllers_of", lambda top: frozenset(CONTROLLERS))
    monkeypatch.setattr(controllers, "by_drop_in", lambda: True)


@pytest.mark.usefixtures("here")
def test_a_controller_that_was_handed_over_is_there_and_another_is_named_with_its_group() -> None:
    assert examine("memory-controller").state == "ok"
    found = examine("io-controller")
    assert (found.state, found.cause) == ("missing", "controller-not-given")
    assert found.facts == {"controller": "io", "path": "/g"}


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A tree whose top has two controllers, and in which we are two groups further down."""
    (tmp_path / "cgroup.controllers").write_text("io memory\n")
    return tmp_path


def test_without_a_service_manager_the_groups_above_are_named_that_must_hand_it_on(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controllers, "by_drop_in", lambda: False)
    found = controllers.withheld("io-controller", "io", top / "a" / "b", top)
    assert (found.state, found.cause) == ("missing", "controller-not-handed-on")
    assert found.facts["files"] == f"{top}/cgroup.subtree_control {top}/a/cgroup.subtree_control"


@pytest.mark.parametrize("by_drop_in", [True, False])
def test_what_the_kernel_has_not_nobody_can_hand_on(
    top: Path, monkeypatch: pytest.MonkeyPatch, *, by_drop_in: bool
) -> None:
    monkeypatch.setattr(controllers, "by_drop_in", lambda: by_drop_in)
    found = controllers.withheld("pids-controller", "pids", top / "a", top)
    assert (found.state, found.cause) == ("missing", "controller-absent")


@pytest.mark.parametrize("place", [Ask(), Lack("cgroup1-only")])
def test_without_a_place_none_is_there(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controllers, "where", lambda: place)
    found = [examine(f"{name}-controller") for name in CONTROLLERS]
    assert {(one.state, one.cause) for one in found} == {("missing", "no-place")}
    assert {"why", "remedy"} <= found[0].facts.keys()


def test_what_a_process_of_its_own_says_is_what_it_finds() -> None:
    said = subprocess.run(
        [sys.executable, "-P", "-m", "nslab.engine.delegation"], capture_output=True, check=True, timeout=20
    )
    assert controllers.told(said.stdout) == look()


def test_where_systemd_gives_none_it_was_asked_for_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controllers.systemd, "PROGRAM", "false")
    found: Facts = controllers.in_a_scope()
    assert found.asked
    assert found.directory == look().directory


def test_this_machine_is_told_of_as_it_is() -> None:
    place = controllers.where()
    assert place == find() or isinstance(find(), Ask)
    given = place.controllers if isinstance(place, Here) else ()
    states = {name: examine(f"{name}-controller").state for name in CONTROLLERS}
    assert states == {name: "ok" if name in given else "missing" for name in CONTROLLERS}
