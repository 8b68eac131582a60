"""What an order of the puzzle's cards came to, judged: what its container lacks, and why a call ended the run.

Nothing is held against the engine's own order: the world tells, looked at from outside, and the kernel's errno.
"""

from __future__ import annotations

import errno
import os

from nslab.course.ordering import SPEC, Played
from nslab.engine.ground import RUN, place
from nslab.engine.spec import DEFAULT_CAPABILITIES
from nslab.engine.steps import Done
from nslab.observe.moment import Moment
from nslab.observe.namespaces import Unread

PROOFS = {"old-root": RUN, "devices": "/dev/null", "masks": "/proc/keys"}
"""Paths in the container that tell whether the old root is out of sight, /dev is there, and /proc is masked."""

IN_THE_OLD_TREE = ("tree", "kernel", "dev", "masks")
"""Cards whose calls name places by paths of the lab."""

NEED_A_RIGHT = ("private", *IN_THE_OLD_TREE, "pivot", "umount", "names")
"""Cards whose calls ask for CAP_SYS_ADMIN; those that mount or unmount the container's filter refuses besides."""


def missing(host: Moment, host_now: Moment, box: Moment, paths: dict[str, str | Unread]) -> tuple[str, ...]:
    """What a container has and this one lacks, looked at from outside. `host` is the lab before, `host_now` after the birth.

    `paths` are what the container finds at PROOFS.
    """
    status, filters = box.status, box.filters_beyond(host)
    if isinstance(status, Unread) or filters is None:
        return ("unread",)
    leaked = not isinstance(host_now.mounts, Unread) and any(
        mount.point.startswith(place(SPEC, "root")) for mount in host_now.mounts
    )
    # After pivot_root(".", ".") the old root lies on "/", where no path of the container's leads to it, but chroot(2) may.
    covered = not isinstance(box.roots, Unread) and box.roots > 1
    facts = {
        "host-renamed": host_now.hostname != host.hostname,
        "leak": leaked,
        "root": box.has_root_of(host) is not False,
        "old-root": paths[PROOFS["old-root"]] != Unread(errno.ENOENT) or covered,
        "ps": box.shown != (1,),
        "devices": paths[PROOFS["devices"]] != "device 1:3",
        "masks": paths[PROOFS["masks"]] == "file",
        "hostname": box.hostname != SPEC.hostname,
        "rights": box.rights != len(DEFAULT_CAPABILITIES),
        "nnp": not status.no_new_privs,
        "filter": filters < 1,
        "program": box.program_name != os.path.basename(SPEC.process.args[0]),
    }
    return tuple(name for name, lacks in facts.items() if lacks)


def reason(order: tuple[str, ...], ended: Played) -> str:
    """Why a card ended the run, an id below `order.reason.`; "other" where only the errno's own meaning is known."""
    if ended.state != "refused" or not isinstance(ended.outcome, Done):
        return str(ended.state)
    before = set(order[: order.index(ended.card)])
    match ended.card, ended.outcome.errno:
        case card, errno.ENOENT if card in IN_THE_OLD_TREE:
            return "path" if "pivot" in before else "no-tree"
        case card, errno.EPERM if card in NEED_A_RIGHT and before & {"rights", "seccomp"}:
            return "no-right" if "rights" in before else "filter"
        case "kernel", errno.EPERM:
            return "no-proc"
        case "pivot", errno.EINVAL:
            return "no-mount" if "private" in before else "shared"
        case "umount", errno.EINVAL:
            return "no-old-root"
        case "seccomp", errno.EACCES:
            return "needs-nnp"
    return "other"
