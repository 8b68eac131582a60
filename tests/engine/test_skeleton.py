"""The tree that a container without an image stands on."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from nslab.engine import skeleton
from nslab.engine.inventory import Inventory

INVENTORY = Inventory(("usr", "etc", "opt"), (("bin", "usr/bin"), ("lib", "usr/lib")))


def build(tmp_path: Path) -> Path:
    machine, root = tmp_path / "machine", tmp_path / "root"
    (machine / "etc" / "alternatives").mkdir(parents=True)
    (machine / "etc" / "alternatives" / "awk").symlink_to("/usr/bin/mawk")
    (machine / "etc" / "ld.so.cache").write_bytes(b"cache")
    (machine / "etc" / "shadow").write_text("secret")
    skeleton.build(root, INVENTORY, machine)
    return root


def test_it_has_the_directories_to_bind_and_the_links_of_the_machines_root(tmp_path: Path) -> None:
    root = build(tmp_path)
    assert {"usr", "opt", "proc", "sys", "dev", "tmp", "root"} <= set(os.listdir(root))
    assert os.readlink(root / "bin") == "usr/bin"


def test_names_of_users_are_its_own_and_nothing_secret_is_taken(tmp_path: Path) -> None:
    root = build(tmp_path)
    assert (root / "etc" / "passwd").read_text().startswith("root:x:0:0:")
    assert not (root / "etc" / "shadow").exists()


def test_what_programs_need_to_start_is_taken(tmp_path: Path) -> None:
    root = build(tmp_path)
    assert (root / "etc" / "ld.so.cache").read_bytes() == b"cache"
    assert os.readlink(root / "etc" / "alternatives" / "awk") == "/usr/bin/mawk"


def test_tmp_is_everybodys_and_root_is_roots(tmp_path: Path) -> None:
    root = build(tmp_path)
    assert stat.S_IMODE((root / "tmp").stat().st_mode) == 0o1777
    assert stat.S_IMODE((root / "var/tmp").stat().st_mode) == 0o1777
    assert stat.S_IMODE((root / "root").stat().st_mode) == 0o700


def test_what_may_not_be_read_is_left_out_whole(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    (source / "good").write_text("x")
    (source / "pipe").symlink_to("nowhere")
    os.mkfifo(source / "fifo")
    skeleton.take(source, target)
    assert not target.exists()
    skeleton.take(tmp_path / "nosuch", target)
    assert not target.exists()
