"""Command lines for whatever namespaces a container has."""

from __future__ import annotations

from itertools import product

import pytest

from nslab.engine.rosetta.composed import docker_line, nslab_line, podman_line
from nslab.engine.spec import DOCKER_NAMESPACES, POD_NAMESPACES, PODMAN_NAMESPACES, Join, Process, Spec
from nslab.kernel.namespaces import Kind


def spec(own: tuple[Kind, ...], *joins: Join) -> Spec:
    return Spec("web", Process(("sh",)), own, joins=joins)


def joined(*kinds: Kind, of: str = "pause") -> tuple[Join, ...]:
    return tuple(Join(kind, of) for kind in kinds)


def test_what_each_sets_by_default_needs_no_flag() -> None:
    assert docker_line(spec(DOCKER_NAMESPACES)).text == "run -it --name web debian"
    assert docker_line(spec(DOCKER_NAMESPACES)).cannot == ()
    assert podman_line(spec(PODMAN_NAMESPACES)).text == "run -it --name web debian"
    assert podman_line(spec(PODMAN_NAMESPACES)).cannot == ()


def test_a_pod_is_a_word_of_its_own_for_nslab_and_three_flags_for_podman() -> None:
    web = spec((Kind.PID, Kind.MNT, Kind.CGROUP), *joined(*POD_NAMESPACES))
    assert nslab_line(web).text == "run --name web --pod pause --ns pid,mnt,cgroup -- sh"
    assert podman_line(web).text == (
        "run -it --name web --uts=container:pause --network=container:pause --ipc=container:pause debian"
    )
    assert docker_line(web).text == "run -it --name web --network=container:pause --ipc=container:pause debian"
    assert docker_line(web).cannot == (Kind.UTS, Kind.TIME)


def test_half_a_pod_is_not_one() -> None:
    web = spec((), *joined(Kind.NET, Kind.IPC), Join(Kind.UTS, "log"))
    assert nslab_line(web).text == "run --name web --share net=pause --share ipc=pause --share uts=log -- sh"


def test_more_than_a_pod_is_said_besides() -> None:
    web = spec((), *joined(*POD_NAMESPACES, Kind.PID))
    assert nslab_line(web).text == "run --name web --pod pause --share pid=pause -- sh"


@pytest.mark.parametrize("kind", Kind)
def test_the_hosts_is_asked_for_or_it_is_said_that_it_can_not_be(kind: Kind) -> None:
    others = tuple(other for other in DOCKER_NAMESPACES if other is not kind)
    line = docker_line(spec(others))
    flags = line.text.removeprefix("run -it --name web").removesuffix("debian").split()
    assert (len(flags), line.cannot) == {
        Kind.MNT: (0, (Kind.MNT,)),
        Kind.TIME: (0, (Kind.TIME,)),
        Kind.USER: (0, ()),
    }.get(kind, (1, ()))


def test_a_user_namespace_of_its_own_is_podmans_to_give_and_not_dockers() -> None:
    own = (*PODMAN_NAMESPACES, Kind.USER)
    assert podman_line(spec(own)).text == "run -it --name web --userns=auto debian"
    assert Kind.USER in docker_line(spec(own)).cannot


def test_whatever_is_wanted_each_kind_is_said_or_unsaid_and_never_both() -> None:
    for states in product(("own", "host", "joined"), repeat=len(Kind)):
        wanted = dict(zip(Kind, states, strict=True))
        web = spec(
            tuple(kind for kind in Kind if wanted[kind] == "own"),
            *joined(*(kind for kind in Kind if wanted[kind] == "joined")),
        )
        for line, default in ((docker_line(web), DOCKER_NAMESPACES), (podman_line(web), PODMAN_NAMESPACES)):
            usual = {kind for kind in Kind if wanted[kind] == ("own" if kind in default else "host")}
            flags = line.text.removeprefix("run -it --name web").removesuffix("debian").split()
            assert len(flags) + len(line.cannot) + len(usual) == len(Kind)
