"""What the machine brings to a lab, found by looking: its programs' directories, its /proc, and an extra's compiler."""

from __future__ import annotations

import importlib.util
import os
import stat

from msgspec import Struct

from nslab.engine.ground import COVERED

# What a root directory may hold of the system's own programs, and nothing of anybody's data.
SYSTEM = ("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "etc", "opt", "nix", "gnu")


class Inventory(Struct, frozen=True):
    """What this machine's root holds of SYSTEM: directories to bind, and links (name, target) to make again."""

    directories: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    proc: tuple[str, ...] = COVERED
    """What of COVERED is in /proc; asking for what is not there would cost each container time."""
    compiler: str | None = None
    """The directory of the `cc` extra's compiler (ziglang), where it is installed beside nslab."""


def take_inventory(root: str = "/") -> Inventory:
    """Look at the machine's root directory."""
    directories, links = [], []
    for name in SYSTEM:
        path = os.path.join(root, name)
        try:
            mode = os.lstat(path).st_mode
        except FileNotFoundError:
            continue
        if stat.S_ISLNK(mode):
            links.append((name, os.readlink(path)))
        elif stat.S_ISDIR(mode):
            directories.append(name)
    proc = tuple(name for name in COVERED if os.path.lexists(os.path.join(root, "proc", name)))
    return Inventory(tuple(directories), tuple(links), proc, brought_compiler())


def brought_compiler() -> str | None:
    """Where the package of the extra `cc` lies; it is found without being imported."""
    found = importlib.util.find_spec("ziglang")
    places = found.submodule_search_locations if found else None
    return next(iter(places), None) if places else None
