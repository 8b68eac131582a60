"""Plans for processes that no container is made for: a shell of the lab, an attach (docker exec), a probe.

setns(2) brings a process into namespaces and nothing else: not the container's capabilities, not no_new_privs, not its seccomp
filter. So an attach repeats the hardening steps of a creation. And from before setns until execve it is not dumpable: it still
holds the lab's fds while the container's processes can already see it (CVE-2016-9962).
"""

from __future__ import annotations

from msgspec import structs

from nslab.engine.calls import ASIDE, SIBLING
from nslab.engine.handover import hand_over, harden, open_terminal
from nslab.engine.resources import HANDLE, OPEN
from nslab.engine.spec import Process
from nslab.engine.steps import Fd, Plan, Step
from nslab.kernel.namespaces import Kind
from nslab.kernel.process import PR_SET_DUMPABLE


def spawn_plan(process: Process, group: str | None = None) -> Plan:
    """A program in the lab's own namespaces, with the lab's own rights; in this control group, if there is one for it."""
    return (
        *open_group(group),
        Step("clone", "lab", "clone3", (Fd(HANDLE),) if group else ()),
        Step("session", "init", "setsid"),
        *open_terminal(process, "/dev/pts"),
        *hand_over(process),
    )


def attach_plan(process: Process, kinds: tuple[Kind, ...], group: str | None = None) -> Plan:
    """A program in the namespaces `kinds` of the process behind the fd `target`, hardened as `process` says.

    `group` is that process's control group, where the lab has any: whoever joins a container has its limits too.
    """
    return (
        *open_group(group),
        *join(kinds, limited=group is not None),
        Step("session", "init", "setsid"),
        *open_terminal(process, "/dev/pts"),
        *harden(process),
        *hand_over(process),
    )


def open_group(group: str | None) -> Plan:
    """A handle to be born into a control group by."""
    return (Step(OPEN, "lab", "open_group", (HANDLE, group)),) if group else ()


def probe_plan(step: Step, kinds: tuple[Kind, ...], capabilities: tuple[int, ...]) -> Plan:
    """One call, made in the namespaces of `target` and with these capabilities. Its errno is the answer."""
    return (*join(kinds, ASIDE), Step("capset", "init", "capset", capabilities), step)


def read_plan(kinds: tuple[Kind, ...], path: str) -> Plan:
    """A file of /proc, copied to the fd `text` by a reader in these namespaces of `target`."""
    return (*join(kinds, ASIDE), Step("read", "init", "copy_proc", (Fd("text"), path)))


def children_probe_plan(step: Step, kinds: tuple[Kind, ...], capabilities: tuple[int, ...]) -> Plan:
    """One call, made by a process whose children go where those of `target` would: into the namespace behind `children`."""
    others = tuple(kind for kind in kinds if kind is not Kind.PID)
    return (
        Step("clone", "lab", "clone3", (ASIDE,)),
        Step("undumpable", "joiner", "prctl", (PR_SET_DUMPABLE, 0)),
        *((Step("setns", "joiner", "setns", (Fd("target"), *others)),) if others else ()),
        Step("setns_children", "joiner", "setns", (Fd("children"), Kind.PID)),
        Step("capset", "joiner", "capset", capabilities),
        structs.replace(step, who="joiner"),
    )


def join(kinds: tuple[Kind, ...], *words: str, limited: bool = False) -> Plan:
    """Two processes, for setns(2) puts only a later child into a PID namespace. The child is the lab's to wait for.

    `words` are said to both calls of clone3(2). `limited`: both are in the control group that was opened. The first is born
    into it, for the second may be in a cgroup namespace by then, outside of which nobody comes from.
    """
    return (
        Step("clone", "lab", "clone3", (*words, *((Fd(HANDLE),) if limited else ()))),
        Step("undumpable", "joiner", "prctl", (PR_SET_DUMPABLE, 0)),
        *((Step("setns", "joiner", "setns", (Fd("target"), *kinds)),) if kinds else ()),
        Step("fork", "joiner", "clone3", (SIBLING, *words)),
    )
