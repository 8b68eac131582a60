"""What a container without an image stands on: a directory tree made by the lab at its start, the overlay's lower layer."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from nslab.engine.inventory import Inventory
from nslab.engine.stages import COMPILER, EMPTY

PASSWD = "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
GROUP = "root:x:0:\ntty:x:5:\nnogroup:x:65534:\n"
HOSTS = "127.0.0.1 localhost\n::1 localhost\n"
NSSWITCH = "passwd: files\ngroup: files\nhosts: files dns\n"

WITHIN = ("var/tmp", "var/log", "var/lib")
STICKY = ("tmp", "var/tmp")
FILES = {"passwd": PASSWD, "group": GROUP, "hosts": HOSTS, "nsswitch.conf": NSSWITCH, "resolv.conf": "", "hostname": ""}

# The dynamic loader's cache, and Debian's links from /usr/bin through /etc to the chosen program: without them some don't start.
TAKEN_FROM_ETC = ("ld.so.cache", "ld.so.conf", "ld-musl-x86_64.path", "alternatives", "terminfo", "inputrc")


def build(root: Path, inventory: Inventory, machine: Path = Path("/")) -> None:
    """Make the tree at `root`. `machine` is the root directory that the links and the few files come from. Raises OSError."""
    for name in (*EMPTY, "etc", *(name for name in inventory.directories if name != "etc")):
        (root / name).mkdir(parents=True, exist_ok=True)
    for name, target in inventory.links:
        (root / name).symlink_to(target)
    for name in WITHIN:
        (root / name).mkdir(parents=True)
    for sticky in STICKY:
        os.chmod(root / sticky, 0o1777)
    os.chmod(root / "root", 0o700)
    for name, text in FILES.items():
        (root / "etc" / name).write_text(text)
    for name in TAKEN_FROM_ETC:
        take(machine / "etc" / name, root / "etc" / name)


def name_compiler(directory: Path) -> None:
    """Give the compiler that was brought along the names by which compilers are called. Raises OSError."""
    directory.mkdir()
    for name in ("cc", "gcc"):
        (directory / name).write_text(f'#!/bin/sh\nexec {COMPILER}/zig cc "$@"\n')
        (directory / name).chmod(0o755)


def take(source: Path, target: Path) -> None:
    """Copy a file, or a directory of links, if it is there and may be read; its owner becomes ours."""
    try:
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True, copy_function=shutil.copyfile)
        elif source.is_file():
            shutil.copyfile(source, target)
    except (OSError, shutil.Error):
        shutil.rmtree(target, ignore_errors=True)  # a program or two will be missing: less than no container at all
