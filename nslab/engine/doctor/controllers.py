"""Which limits this machine lets us set: the controllers of cgroup v2 in a group that is ours, or that systemd would give."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import msgspec
from msgspec import structs

from nslab.engine.delegation import systemd
from nslab.engine.delegation.failures import lack_of, reasons
from nslab.engine.delegation.place import Ask, Facts, Here, Place, controllers_of, decide, find, look, own_group
from nslab.engine.doctor.findings import Finding, missing, ok

SUFFIX = "-controller"
ANSWER_SECONDS = 20


def controller(probe: str) -> Finding:
    """One of them, by the probe's name."""
    name, place = probe.removesuffix(SUFFIX), where()
    if not isinstance(place, Here):
        why = reasons(lack_of(place))
        return missing(probe, "no-place", why=why.pop("why"), remedy=why.pop("remedy"), **why)
    return ok(probe) if name in place.controllers else withheld(probe, name, place.directory, own_group()[2])


def withheld(probe: str, name: str, group: Path, top: Path) -> Finding:
    """Why a group of ours has not this controller; `top` is the mount that shows it."""
    if name not in controllers_of(top):
        return missing(probe, "controller-absent", controller=name)
    if by_drop_in():
        return missing(probe, "controller-not-given", controller=name, path=str(group))
    above = [one for one in reversed(group.parents) if one.is_relative_to(top)]
    files = " ".join(f"{one}/cgroup.subtree_control" for one in above)
    return missing(probe, "controller-not-handed-on", controller=name, path=str(group), files=files)


def by_drop_in() -> bool:
    """Whether what we are given is for systemd to say, in a file for users' managers. Root's it gives all."""
    return systemd.booted() and os.geteuid() != 0


@cache
def where() -> Place:
    """The place that a lab would get, asked for where it must be: systemd gives a scope for a moment."""
    place = find()
    return decide(in_a_scope()) if isinstance(place, Ask) else place


def in_a_scope() -> Facts:
    """What a process finds that systemd has given a scope; where it gives none, what we find, who have asked in vain."""
    line, environment = systemd.in_new_scope([sys.executable, "-P", "-m", "nslab.engine.delegation"])
    try:
        done = subprocess.run(line, env=environment, capture_output=True, check=True, timeout=ANSWER_SECONDS)
    except (OSError, subprocess.SubprocessError):
        return structs.replace(look(), asked=True)
    return told(done.stdout)


def told(facts: bytes) -> Facts:
    """What such a process says."""
    return msgspec.json.decode(facts, type=Facts, dec_hook=lambda kind, text: kind(text))
