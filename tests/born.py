"""A birth as the time machine would see it, without a lab: what the widths and the pictures of its screen are tested on."""

from __future__ import annotations

from nslab.engine.ground import Ground
from nslab.engine.plan import plan
from nslab.engine.spec import DOCKER_NAMESPACES, Process, Spec
from nslab.engine.steps import Done, Outcome
from nslab.kernel.idmap import Extent
from nslab.kernel.namespaces import Kind
from nslab.kernel.procfs import Ids, Mount, Stat, Status
from nslab.observe.birth_view import BirthView, birth_view
from nslab.observe.moment import Moment
from nslab.observe.namespaces import NamespaceId, Namespaces
from nslab.observe.score import Difference

SPEC = Spec("box", Process(("sh",), pipes=(), terminal=True), DOCKER_NAMESPACES, "box")
BORN = plan(SPEC, Ground(("usr", "opt"), 65536))


def birth(made: int) -> BirthView:
    """A birth of which `made` calls were made, with moments as a lab of ours has them."""
    moments = [moment(at) for at in range(made + 1)]
    outcomes = tuple(Done(step.id, 0, 12.4, 0, 0) for step in BORN[:made])
    paths: list[Difference | None] = [None] * made
    return birth_view(SPEC, BORN, outcomes, moments, paths)


def ended_at(step: str, outcome: Outcome) -> BirthView:
    """A birth that this call ended."""
    at = [one.id for one in BORN].index(step)
    outcomes = (*(Done(one.id, 0, 12.4, 0, 0) for one in BORN[:at]), outcome)
    return birth_view(SPEC, BORN, outcomes, [moment(n) for n in range(at + 2)], [None] * (at + 1))


def moment(at: int) -> Moment:
    """The world before call `at` of BORN."""
    since = {step.id: place for place, step in enumerate(BORN)}
    after = {name: at > place for name, place in since.items()}
    shift = 100 if after["clone"] else 0
    own = {
        kind.value: NamespaceId(4, 4026531840 + n + shift * (kind in DOCKER_NAMESPACES)) for n, kind in enumerate(Kind)
    }
    rights = 0x0000_0000_A804_25FB if after["capset"] else 0x1FF_FFFF_FFFF
    ids = Ids(0, 0, 0, 0)
    status = Status(
        name="box" if after["comm"] else "lab",
        state="S",
        ppid=1,
        nspid=(2,),
        uids=ids,
        gids=ids,
        groups=(),
        cap_inheritable=0,
        cap_permitted=rights,
        cap_effective=rights,
        cap_bounding=rights,
        cap_ambient=0,
        no_new_privs=after["nnp"],
        seccomp=2,
        seccomp_filters=2 if after["seccomp"] else 1,
    )
    shared = () if after["private"] else ("shared:1",)
    root = "1:2" if after["pivot"] else "1:1"
    mounts = (Mount(1, 0, root, "/", "/", "rw", shared, "overlay" if after["pivot"] else "tmpfs", "none", ""),)
    return Moment(
        pid=2 if after["clone"] else 1,
        namespaces=Namespaces(**own),
        hostname="box" if after["hostname"] else "lab",
        stat=Stat(pid=2, comm="box", state="S", ppid=1, pgrp=2, session=2, tpgid=-1, nice=0, start_ticks=0),
        status=status,
        uid_map=(Extent(0, 0, 65536),),
        gid_map=(Extent(0, 0, 65536),),
        setgroups="allow",
        mounts=mounts,
        root=("bin", "etc", "lab", "usr") if not after["pivot"] else ("bin", "etc", "usr"),
        shown=(1,) if after["pivot"] or not after["clone"] else (1, 2),
        procfs=51 if after["pivot"] else 50,
        cgroups=("0::/",),
        links=("lo",),
        addresses=("127.0.0.1",) if after["lo"] or not after["clone"] else (),
        program="/usr/bin/sh" if after["exec"] else "/usr/bin/python3.11",
        directory="/",
        descriptors=("/dev/null",) * 3,
    )
