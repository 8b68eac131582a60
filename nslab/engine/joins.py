"""The namespaces that a container shares with another one: the steps by which its first process gets into them.

setns(2) moves whoever calls it, and into a PID namespace only the children to come. So a process of its own joins, and the
container's first process is its child: born into what was joined, and into what is new at the same time.
"""

from __future__ import annotations

from nslab.engine.calls import SIBLING
from nslab.engine.resources import HANDLE
from nslab.engine.spec import Spec
from nslab.engine.steps import Fd, Plan, Step
from nslab.kernel.namespaces import Kind
from nslab.kernel.process import PR_SET_DUMPABLE

PIDFD = "pidfd of "
JOINER = "joiner"
"""The step that bears the joiner: a means of ours, and no part of what the container is."""


def pidfd_of(container: str) -> Fd:
    """The pidfd of a container's first process. The lab hands it in: it holds one from the process's birth to its deletion."""
    return Fd(PIDFD + container)


def whose(handle: Fd) -> str | None:
    """The container behind such a descriptor; None for any other."""
    return handle.name.removeprefix(PIDFD) if handle.name.startswith(PIDFD) else None


def joined(plan: Plan) -> dict[Kind, str]:
    """The kinds that a plan's container shares with others, and with which."""
    steps = (step for step in plan if step.call == "setns" and isinstance(step.args[0], Fd))
    named = ((whose(step.args[0]), step.args[1:]) for step in steps if isinstance(step.args[0], Fd))
    return {Kind(str(kind)): name for name, kinds in named if name is not None for kind in kinds}


def born(spec: Spec, kinds: tuple[Kind, ...]) -> Plan:
    """The birth of a container's first process, with new namespaces of these kinds; by way of a joiner, if it joins any."""
    group = () if spec.resources is None else (Fd(HANDLE),)
    if not spec.joins:
        return (Step("clone", "lab", "clone3", (*kinds, *group)),)
    return (
        Step(JOINER, "lab", "clone3"),
        *((hide(),) if spec.joined(Kind.PID) else ()),
        *joinings(spec),
        Step("clone", "joiner", "clone3", (SIBLING, *kinds, *group)),
    )


def hide() -> Step:
    """In a new PID namespace nobody can see the first process; in another's everybody does from its birth on.

    It holds the lab's descriptors until execve(2), and once it has given up its rights a container's root has as many: then
    only a process that is not dumpable keeps its /proc/PID/fd closed (CVE-2016-9962). Its child inherits that.
    """
    return Step("undumpable", "joiner", "prctl", (PR_SET_DUMPABLE, 0))


def joinings(spec: Spec) -> Plan:
    """One call a container, and user namespaces last of all.

    From above, the lab's root may join whatever a namespace below it owns. Once it is in one below, it has no rights left over
    what the lab owns.
    """
    by_container: dict[str, list[Kind]] = {}
    for join in spec.joins:
        if join.kind is not Kind.USER:
            by_container.setdefault(join.of, []).append(join.kind)
    user = spec.joined(Kind.USER)
    return (
        *(
            Step(f"join_{name}", "joiner", "setns", (pidfd_of(name), *sorted(kinds, key=list(Kind).index)))
            for name, kinds in by_container.items()
        ),
        *((Step("user_join", "joiner", "setns", (pidfd_of(user), Kind.USER)),) if user else ()),
    )
