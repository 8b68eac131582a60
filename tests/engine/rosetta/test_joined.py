"""A container that shares namespaces with others, in other tongues."""

from __future__ import annotations

import re
import shlex

import pytest

from nslab.engine.ground import Ground
from nslab.engine.inventory import Inventory
from nslab.engine.plan import plan
from nslab.engine.rosetta import listing
from nslab.engine.rosetta.config import config
from nslab.engine.rosetta.docker_run import docker_run
from nslab.engine.rosetta.elsewhere import Elsewhere, elsewhere
from nslab.engine.rosetta.runtime_spec import Namespace
from nslab.engine.rosetta.views import Machine, ScriptOfOne, text_of
from nslab.engine.spec import Join, Process, Spec
from nslab.engine.steps import Plan
from nslab.kernel.idmap import Extent, IdMaps
from nslab.kernel.namespaces import Kind
from nslab.words import LANGS, words_for

POD = (Join(Kind.NET, "pause"), Join(Kind.IPC, "pause"), Join(Kind.UTS, "pause"))
OWN = (Kind.PID, Kind.MNT)


def joined(joins: tuple[Join, ...] = POD, own: tuple[Kind, ...] = OWN) -> Plan:
    return plan(Spec("web", Process(("sh",)), own, joins=joins), Ground(("usr",), 65536))


def said(steps: Plan, id_: str) -> Elsewhere:
    return next(elsewhere(step) for step in steps if step.id == id_)


def docker(steps: Plan) -> str:
    return docker_run(steps, "a test", words_for("en"))


def flags(steps: Plan) -> set[str]:
    words = shlex.split(docker(steps).replace("\\\n", ""), comments=True)
    return {word for word in words if any(kind in word for kind in ("network", "--ipc", "--pid", "--uts", "cgroupns"))}


def test_a_joining_is_nsenter_and_container_and_a_path() -> None:
    assert said(joined(), "join_pause") == Elsewhere(
        "nsenter --target $pause --uts --net --ipc",
        "run --network=container:pause --ipc=container:pause",
        "linux.namespaces, path: uts /proc/<pause>/ns/uts, network /proc/<pause>/ns/net, ipc /proc/<pause>/ns/ipc",
    )


def test_the_joiner_itself_is_nowhere_else() -> None:
    assert said(joined(), "joiner") == Elsewhere()


def test_what_is_new_comes_after_what_is_joined() -> None:
    assert said(joined(), "clone") == Elsewhere(
        "unshare --fork --pid --mount --propagation unchanged", "run", "linux.namespaces: pid, mount"
    )


def test_a_joiner_that_has_nothing_new_to_make_is_nsenter_alone() -> None:
    assert said(joined(own=()), "clone").shell == ""


def test_a_name_that_no_shell_variable_may_have_is_made_one() -> None:
    assert said(joined((Join(Kind.NET, "web-1.a"),)), "join_web-1.a").shell == "nsenter --target $web_1_a --net"


def test_docker_is_asked_for_what_it_can_share_and_for_the_hosts_where_nothing_else_was_said() -> None:
    assert flags(joined()) == {"--network=container:pause", "--ipc=container:pause", "--cgroupns=host"}
    assert flags(joined((Join(Kind.PID, "a"), Join(Kind.NET, "b")), (Kind.MNT,))) == {
        "--network=container:b",
        "--pid=container:a",
        "--uts=host",
        "--ipc=host",
        "--cgroupns=host",
    }


def test_docker_is_said_to_have_no_flag_for_the_rest() -> None:
    assert "# uts can't be shared with another container there" in docker(joined())
    assert "# net can't" not in docker(joined())


def test_in_config_json_a_path_stands_beside_the_type() -> None:
    found = config(joined(), Inventory(("usr",), ()), None).linux.namespaces
    assert found == (
        Namespace("pid"),
        Namespace("mount"),
        Namespace("uts", "/proc/<pause>/ns/uts"),
        Namespace("network", "/proc/<pause>/ns/net"),
        Namespace("ipc", "/proc/<pause>/ns/ipc"),
    )


def test_the_process_that_joins_stands_apart_from_what_it_does() -> None:
    words = words_for("en")
    assert "\njoiner  join_pause  nsenter --target $pause --uts --net --ipc\n" in re.sub(
        r"  +", "  ", listing.steps(joined(), words)
    )
    assert "\njoiner  setns(" in listing.calls(joined(), words)


def test_a_script_of_one_that_shares_with_another_is_refused_in_words() -> None:
    shared = Spec("web", Process(("sh",)), (Kind.UTS,), joins=(Join(Kind.NET, "pause"),))
    machine = Machine(
        Inventory(("usr",), ()), IdMaps((Extent(0, 0, 65536),), (Extent(0, 0, 65536),), setgroups=True), root=True
    )
    with pytest.raises(ScriptOfOne) as refused:
        text_of("shell", shared, machine, "run", words_for("en"), width=None)
    for lang in LANGS:
        for part in ("what", "why", "next"):
            assert words_for(lang)(f"error.script-of-one.{part}", **refused.value.facts)
    assert "nsenter --target $pause" in text_of("plan", shared, machine, "run", words_for("en"), width=None)
