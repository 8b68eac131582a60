"""Network links: can a pair, and a bridge, be made in a network namespace of ours, and have we the means to?"""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys

from nslab.engine.doctor.findings import Finding, limited, missing, ok
from nslab.engine.doctor.namespaces import nothing
from nslab.engine.doctor.programs import PROGRAMS, install_command
from nslab.engine.doctor.trial import attempt
from nslab.kernel.namespaces import Kind


def veth(probe: str) -> Finding:
    """A veth pair and a bridge, made by the machine's own ip(8). The kernel loads their modules when asked, if it has them."""
    if not shutil.which("ip"):
        return limited(probe, "no-ip", install=install_command(PROGRAMS["ip"]))
    if attempt(nothing, Kind.NET):
        return limited(probe, "needs-user-namespaces")
    return missing(probe, "no-veth") if attempt(_make_links, Kind.NET) else ok(probe)


def pyroute2(probe: str) -> Finding:
    """Whether the net helper could import what it makes links with, tried in a process of its own: it brings much along."""
    command = sys.executable, "-c", "import pyroute2"
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        return missing(probe, "no-pyroute2", problem=(done.stderr.strip().splitlines() or ["?"])[-1])
    return ok(probe)


def _make_links() -> None:
    _ip("link", "add", "trial0", "type", "veth", "peer", "name", "trial1")
    _ip("link", "add", "trial2", "type", "bridge")


def _ip(*words: str) -> None:
    command = "ip", *words
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(errno.EOPNOTSUPP, done.stderr.strip())
