"""What this machine can do, found out by trying. `nslab doctor` prints it; lessons name in `needs` and `programs` what they need.

Trials clone this process: call from one that has no threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from nslab.engine.delegation.place import CONTROLLERS
from nslab.engine.doctor import cgroups, controllers, filesystems, identity, lab, machine, namespaces, network, terminal
from nslab.engine.doctor.findings import Finding, State
from nslab.engine.doctor.programs import PROGRAMS, program
from nslab.kernel.namespaces import Kind

__all__ = ["PROBES", "PROGRAMS", "REQUIRED", "Finding", "State", "examine", "examine_all"]

# In the order of the report: what comes first explains what fails later.
PROBES: dict[str, Callable[[str], Finding]] = {
    "kernel": machine.kernel,
    "user-namespaces": namespaces.user_namespaces,
    **{f"{kind}-namespaces": partial(namespaces.kind_namespaces, kind=kind) for kind in Kind if kind is not Kind.USER},
    "proc-mount": filesystems.proc_mount,
    "mqueue-mount": filesystems.mqueue_mount,
    "overlay": filesystems.overlay,
    "subordinate-ids": identity.subordinate_ids,
    "veth": network.veth,
    "pyroute2": network.pyroute2,
    "cgroup2": filesystems.cgroup2,
    "own-cgroup": cgroups.own_cgroup,
    **{f"{name}{controllers.SUFFIX}": controllers.controller for name in CONTROLLERS},
    "lab": lab.lab,
    "terminal": terminal.terminal,
    "space": machine.space,
    "open-files": machine.open_files,
    "leftovers": machine.leftovers,
    **dict.fromkeys(PROGRAMS, program),
}

# Without these there is no lab, and no lesson can run.
REQUIRED = (
    "kernel",
    "user-namespaces",
    *(f"{kind}-namespaces" for kind in Kind if kind is not Kind.USER),
    "proc-mount",
    "overlay",
    "lab",
)


def examine(probe: str) -> Finding:
    """One probe's finding. Raises KeyError for a probe that does not exist."""
    return PROBES[probe](probe)


def examine_all(probes: Iterable[str] = PROBES) -> tuple[Finding, ...]:
    """The findings of several probes, in the order asked."""
    return tuple(map(examine, probes))
