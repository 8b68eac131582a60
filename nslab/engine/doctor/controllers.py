"""Which limits this machine lets us set: the controllers of cgroup v2 in a group that is ours, or that systemd would give."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache

import msgspec
from msgspec import structs

from nslab.engine.delegation import systemd
from nslab.engine.delegation.failures import reasons
from nslab.engine.delegation.place import Ask, Facts, Lack, Place, decide, find, look
from nslab.engine.doctor.findings import Finding, missing, ok

SUFFIX = "-controller"
ANSWER_SECONDS = 20


def controller(probe: str) -> Finding:
    """One of them, by the probe's name."""
    name, place = probe.removesuffix(SUFFIX), where()
    if isinstance(place, Ask):
        place = Lack("cgroup-not-given")
    if isinstance(place, Lack):
        why = reasons(place)
        return missing(probe, "no-place", why=why.pop("why"), remedy=why.pop("remedy"), **why)
    if name not in place.controllers:
        return missing(probe, "controller-not-given", controller=name, path=str(place.directory))
    return ok(probe)


@cache
def where() -> Place:
    """The place that a lab would get, asked for where it must be: systemd gives a scope for a moment."""
    place = find()
    return decide(in_a_scope()) if isinstance(place, Ask) else place


def in_a_scope() -> Facts:
    """What a process finds that systemd has given a scope; where it gives none, what we find, who have asked in vain."""
    uid, unit = os.geteuid(), f"nslab-{os.urandom(4).hex()}.scope"
    environment = os.environ | {
        systemd.UNIT: unit,
        "XDG_RUNTIME_DIR": systemd.runtime_directory(os.environ, uid),
    }
    program = [sys.executable, "-P", "-m", "nslab.engine.delegation"]
    try:
        done = subprocess.run(
            systemd.command(uid, unit, program),
            env=environment,
            capture_output=True,
            check=True,
            timeout=ANSWER_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return structs.replace(look(), asked=True)
    return told(done.stdout)


def told(facts: bytes) -> Facts:
    """What such a process says."""
    return msgspec.json.decode(facts, type=Facts, dec_hook=lambda kind, text: kind(text))
