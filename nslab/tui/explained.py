"""A process explained in words: sections of lines, each with the file that it came from. Pure; `nslab explain` prints it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from nslab.kernel import capabilities
from nslab.kernel.rlimits import ResourceLimit
from nslab.observe.explanation import Explanation, Powers, Share, User
from nslab.observe.limits import CgroupLimit, Limits
from nslab.observe.namespaces import NamespaceId, Unread
from nslab.words import Words

INIT = 1
JOINT = " · "
FEW = 5  # capabilities that are named for not being there
UNITS = ("B", "KiB", "MiB", "GiB", "TiB")

# What getrlimit(2) says has no effect on Linux, and two levels that mean a permission, not a limit.
UNSAID = {"RLIMIT_RSS", "RLIMIT_LOCKS", "RLIMIT_NICE", "RLIMIT_RTPRIO"}


class Line(Struct, frozen=True):
    """One fact: a kernel's name for it, what it means, and where it was read. `letter` is that of a namespace."""

    label: str
    text: str
    source: str = ""
    letter: str | None = None


class Section(Struct, frozen=True):
    """Facts of one sort under their title."""

    title: str
    lines: tuple[Line, ...]


def headline(told: Explanation, words: Words) -> tuple[str, ...]:
    """Who it is: its command, whose container or service it is in, whom it is compared with."""
    lines = [f"{told.command}  {told.pid}"]
    if told.container is not None:
        name = told.container_name or told.container.short
        lines.append(words("explain.container", manager=told.container.manager.value, name=name))
    elif told.service is not None:
        lines.append(words("explain.service", service=told.service))
    compared = "explain.compared" if told.host.pid == INIT else "explain.compared-else"
    lines.append(words(compared, comm=told.host.comm, pid=told.host.pid))
    return tuple(lines)


def sections(told: Explanation, words: Words) -> tuple[Section, ...]:
    """Everything else; a section without lines is left out."""
    found = (
        Section(words("explain.shares"), tuple(_shared(share, words) for share in told.of(True))),
        Section(words("explain.own"), tuple(_own(share, told, words) for share in told.of(False))),
        Section(words("explain.untold"), tuple(_untold(share, words) for share in told.of(None))),
        Section(words("explain.may"), tuple(_may(told, words))),
        Section(words("explain.limited"), tuple(_limited(told.limits, told.pid, words))),
    )
    return tuple(section for section in found if section.lines)


def amount(count: float, unit: str = "bytes") -> str:
    """Bytes in the largest binary unit that leaves a short number; any other amount as it is."""
    if unit != "bytes":
        return f"{count:g}"
    for name in UNITS:
        if count < 1024 or name == UNITS[-1]:
            return f"{count:.4g} {name}"
        count /= 1024
    return ""


def _namespace(share: Share) -> str:
    return str(share.namespace.inode) if isinstance(share.namespace, NamespaceId) else ""


def _shared(share: Share, words: Words) -> Line:
    told = words(f"explain.shared.{share.kind.value}")
    return Line(share.kind.value, f"{_namespace(share)}  {told}", share.source, share.letter)


def _own(share: Share, told: Explanation, words: Words) -> Line:
    said = [words(f"explain.owned.{share.kind.value}")]
    if share.kind.value == "pid" and told.pid_inside is not None:
        said.append(words("explain.number", pid=told.pid_inside))
    if share.oldest is not None:
        said.append(words("explain.members", count=share.members, comm=share.oldest.comm, pid=share.oldest.pid))
    return Line(share.kind.value, f"{_namespace(share)}  {JOINT.join(said)}", share.source, share.letter)


def _untold(share: Share, words: Words) -> Line:
    errno = share.namespace.name if isinstance(share.namespace, Unread) else ""
    text = words("explain.refused", errno=errno) if errno else words("explain.host-refused", inode=_namespace(share))
    return Line(share.kind.value, text, share.source)


def _may(told: Explanation, words: Words) -> Iterator[Line]:
    source = f"/proc/{told.pid}/status"
    if told.user is not None:
        yield Line("uid", _user(told.user, words), f"{source} Uid")
    if told.powers is None:
        yield Line("status", words("explain.status-refused"), source)
        return
    yield Line("CapEff", _effective(told.powers, words), f"{source} CapEff")
    raised = tuple(name for name in told.powers.permitted if name not in told.powers.effective)
    if raised:
        yield Line("CapPrm", words("explain.caps.could-raise", names=" ".join(raised)), f"{source} CapPrm")
    yield from _gains(told.powers, source, words)
    if told.powers.seccomp is not None:
        yield Line("seccomp", words(f"explain.seccomp.{told.powers.seccomp}"), f"{source} Seccomp")


def _gains(powers: Powers, source: str, words: Words) -> Iterator[Line]:
    """What an execve(2) could bring it that it has not."""
    gained = tuple(name for name in powers.bounding if name not in powers.permitted)
    if powers.no_new_privs:
        yield Line("NoNewPrivs", words("explain.no-new-privs"), f"{source} NoNewPrivs")
    elif gained:
        yield Line("CapBnd", words("explain.caps.could-gain", names=_names(gained, powers, words)), f"{source} CapBnd")


def _user(user: User, words: Words) -> str:
    if user.inside == user.outside and user.maker is None:
        return words("explain.user.root" if user.outside == 0 else "explain.user.plain", uid=user.outside)
    if user.inside is None:
        return words("explain.user.unmapped", outside=user.outside)
    maker = "?" if user.maker is None else user.maker
    return words("explain.user.mapped", inside=user.inside, outside=user.outside, maker=maker)


def _effective(powers: Powers, words: Words) -> str:
    if not powers.effective:
        return words("explain.caps.none", known=powers.known)
    names = _names(powers.effective, powers, words)
    if powers.on_host is None:
        return words("explain.caps.somewhere", names=names)
    if powers.on_host:
        return words("explain.caps.on-host", names=names)
    if not powers.over:
        return words("explain.caps.over-nothing", names=names)
    return words("explain.caps.inside", names=names, kinds=" ".join(kind.value for kind in powers.over))


def _names(names: tuple[str, ...], powers: Powers, words: Words) -> str:
    if len(names) == powers.known:
        return words("explain.caps.all", known=powers.known)
    absent = [name for name in capabilities.names((1 << powers.known) - 1) if name not in names]
    if len(absent) <= FEW:
        return words("explain.caps.all-but", known=powers.known, names=" ".join(absent))
    return words("explain.caps.some", count=len(names), known=powers.known, names=" ".join(names))


def _limited(limits: Limits, pid: int, words: Words) -> Iterator[Line]:
    yield from (_by_cgroup(limit, words) for limit in limits.by_cgroup)
    source = f"/proc/{pid}/cgroup"
    if limits.unseen is not None:
        yield Line("cgroup", words(f"explain.cgroup.{limits.unseen}", cgroup=limits.cgroup or ""), source)
    elif not limits.by_cgroup:
        yield Line("cgroup", words("explain.cgroup.unlimited", cgroup=limits.cgroup or ""), source)
    if limits.v1:
        yield Line("cgroup", words("explain.cgroup.v1", controllers=" ".join(limits.v1)), source)
    if isinstance(limits.by_process, Unread):
        yield Line("limits", words("explain.refused", errno=limits.by_process.name), f"/proc/{pid}/limits")
        return
    for limit in limits.by_process:
        if limit.soft is not None and limit.name not in UNSAID:
            yield Line(limit.name, _by_process(limit, words), f"/proc/{pid}/limits")


def _by_cgroup(limit: CgroupLimit, words: Words) -> Line:
    bytes_ = limit.file.startswith("memory.")
    said = words(f"explain.limit.{limit.file}", amount=amount(limit.amount, "bytes" if bytes_ else ""))
    return Line(limit.file, said, f"{limit.cgroup.rstrip('/')}/{limit.file}: {limit.text}")


def _by_process(limit: ResourceLimit, words: Words) -> str:
    known = words(f"explain.rlimit.{limit.name}") if limit.name.startswith("RLIMIT_") else limit.name
    soft = amount(limit.soft or 0, limit.unit)
    if limit.hard == limit.soft:
        return words("explain.rlimit.hard", what=known, soft=soft)
    if limit.hard is None:
        return words("explain.rlimit.unlimited", what=known, soft=soft)
    return words("explain.rlimit.soft", what=known, soft=soft, hard=amount(limit.hard, limit.unit))
