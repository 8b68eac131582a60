"""What the machine's root holds for a lab."""

from __future__ import annotations

from pathlib import Path

from nslab.engine.inventory import take_inventory


def test_directories_and_links_of_the_systems_are_found_and_nothing_else(tmp_path: Path) -> None:
    for name in ("usr", "etc", "home", "root", "srv", "work"):
        (tmp_path / name).mkdir()
    (tmp_path / "bin").symlink_to("usr/bin")
    (tmp_path / "opt").write_text("a file")
    found = take_inventory(str(tmp_path))
    assert (found.directories, found.links) == (("usr", "etc"), (("bin", "usr/bin"),))


def test_this_machines_root_has_programs() -> None:
    assert {"usr", "etc"} <= set(take_inventory().directories)
