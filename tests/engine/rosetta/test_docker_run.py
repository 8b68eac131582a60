"""A plan as one docker run: what it asks for, and what it says about the rest."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from nslab.engine.ground import Ground
from nslab.engine.plan import plan
from nslab.engine.rosetta.docker_run import docker_run
from nslab.engine.spec import Network, Process, Spec
from nslab.kernel.capabilities import Capability
from nslab.kernel.namespaces import Kind
from nslab.words import LANGS, Lang, words_for

DOCKERS = (Kind.PID, Kind.UTS, Kind.MNT, Kind.NET, Kind.IPC, Kind.CGROUP)


def text(*kinds: Kind, lang: Lang = "en", **changes: Any) -> str:
    spec = Spec("web", Process(("sh", "-c", "echo 'a b'"), **changes), kinds, "boxed" if Kind.UTS in kinds else None)
    return docker_run(plan(spec, Ground(("usr",), 65536)), "a test", words_for(lang))


def command(*kinds: Kind, **changes: Any) -> list[str]:
    """The command line's words, as a shell takes them apart."""
    return shlex.split(text(*kinds, **changes).replace("\\\n", ""), comments=True)


def test_the_command_is_one_line_for_a_shell_and_ends_in_image_and_program() -> None:
    words = command(*DOCKERS)
    assert words[:5] == ["docker", "run", "--rm", "--interactive", "--name=web"]
    assert words[-4:] == ["debian", "sh", "-c", "echo 'a b'"]
    assert all(word.startswith("--") for word in words[5:-4])


def test_dockers_own_default_needs_no_flag_for_a_namespace_but_the_network_that_is_empty() -> None:
    assert {word for word in command(*DOCKERS) if "host" in word or "network" in word} == {
        "--hostname=boxed",
        "--network=none",
    }


def test_a_container_with_a_network_is_plugged_into_dockers_bridge_as_docker_does_by_itself() -> None:
    spec = Spec("web", Process(("sh",)), DOCKERS, network=Network("10.88.0.2/24", "10.88.0.1"))
    assert "--network" not in docker_run(plan(spec, Ground(("usr",), 65536)), "a test", words_for("en"))


@pytest.mark.parametrize(
    ("kind", "flag"),
    [
        (Kind.PID, "--pid=host"),
        (Kind.UTS, "--uts=host"),
        (Kind.NET, "--network=host"),
        (Kind.IPC, "--ipc=host"),
        (Kind.CGROUP, "--cgroupns=host"),
    ],
)
def test_each_namespace_that_is_left_out_has_a_flag(kind: Kind, flag: str) -> None:
    assert flag in command(*(other for other in DOCKERS if other is not kind))
    assert flag not in command(*DOCKERS)


def test_what_docker_does_and_the_plan_does_not_is_undone() -> None:
    assert "--security-opt=seccomp=unconfined" in command(*DOCKERS, seccomp=False)
    assert "--security-opt=seccomp=unconfined" not in command(*DOCKERS)
    assert "--security-opt=systempaths=unconfined" in command(Kind.UTS)
    assert "--security-opt=systempaths=unconfined" not in command(*DOCKERS)
    assert "--security-opt=no-new-privileges" not in command(*DOCKERS, no_new_privileges=False)


def test_what_the_plan_asks_for_is_asked_for() -> None:
    words = command(*DOCKERS, cwd="/tmp", capabilities=(Capability.NET_ADMIN,), terminal=True, pipes=(), env=("A=1 2",))
    for flag in (
        "--workdir=/tmp",
        "--cap-drop=ALL",
        "--cap-add=NET_ADMIN",
        "--tty",
        "--volume=/usr:/usr:ro",
        "--env=A=1 2",
    ):
        assert flag in words


@pytest.mark.parametrize("lang", LANGS)
def test_what_no_flag_says_stands_above_it(lang: Lang) -> None:
    words = words_for(lang)
    shared, own = text(Kind.PID, lang=lang), text(*Kind, lang=lang)
    for id_, there in (("mount", shared), ("root", shared), ("no-time", shared), ("user", own), ("time", own)):
        said = words(f"rosetta.docker.{id_}", image="debian")
        assert (said in shared, said in own) == (there is shared, there is own)
