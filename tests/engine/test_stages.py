"""The stages' plans, as values."""

from __future__ import annotations

from nslab.engine import stages
from nslab.engine.inventory import Inventory
from nslab.engine.stages import Found, stage_a, stage_b
from nslab.kernel.mounts import MOUNT_ATTR_NODEV, MOUNT_ATTR_NOSUID, MOUNT_ATTR_RDONLY

INVENTORY = Inventory(("usr", "etc", "opt"), (("bin", "usr/bin"),))


def test_every_bind_is_locked_recursively_before_the_second_stage() -> None:
    steps = stage_a("/base", INVENTORY)
    bound = {step.args[1] for step in steps if step.id.startswith("bind_")}
    locked = {step.args[0] for step in steps if step.call == "mount_setattr"}
    assert bound == locked == {"/base/usr", "/base/etc", "/base/opt"}
    assert MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV == stages.LOCKED_DOWN


def test_the_sockets_of_nixs_daemon_are_covered_for_a_read_only_mount_does_not_close_them() -> None:
    """connect(2) asks for the right to write the socket, not its mount."""
    steps = {step.id: step for step in stage_a("/base", Inventory(("usr", "nix"), ()))}
    assert steps["cover_nix"].args[1] == "/base/nix/var"
    assert list(steps).index("bind_nix") < list(steps).index("cover_nix") < list(steps).index("lock_nix")
    assert "cover_nix" not in {step.id for step in stage_a("/base", INVENTORY)}


def test_no_mount_of_ours_can_reach_the_machine() -> None:
    steps = stage_a("/base", INVENTORY)
    mounts = [step.id for step in steps if step.call == "mount"]
    assert mounts[0] == "slave"


def test_the_machines_root_is_gone_before_the_labs_is_shared() -> None:
    order = [step.id for step in stage_b("/base", 1)]
    assert order.index("pivot") < order.index("drop_old") < order.index("shared")


def test_the_lab_leaves_the_keepers_session_first_of_all() -> None:
    order = [step.id for step in stage_b("/base", 1)]
    assert order.index("session") < order.index("base")


def test_a_container_gets_the_labs_directories_but_has_its_own_etc() -> None:
    assert stages.ground(Found(INVENTORY, 7)).ids == 7
    assert "etc" not in stages.ground(Found(INVENTORY, 7)).system
