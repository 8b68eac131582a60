"""`nslab explore` against lsns, /proc, and ip netns: on this machine, and on processes that unshare, bwrap, and a lab made."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from nslab.cli.main import main
from nslab.engine.client import Lab
from nslab.kernel.namespaces import Kind
from tests.lsns import lsns

pytestmark = pytest.mark.alone

Known = dict[tuple[str, int], Any]
TRIES = 5


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["explore", *arguments]) == 0
    return capsys.readouterr().out


def explored(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(printed(capsys, "--json"))


def known() -> Known:
    """What lsns lists, by kind and number: only namespaces of processes."""
    return {(row["type"], int(row["ns"])): row for row in lsns("--list", "--output", "ns,type,nprocs,pid,pns,ons")}


@contextmanager
def started(*command: str) -> Iterator[int]:
    """The innermost process of a command that prints a line once it stands."""
    with subprocess.Popen([*command, "sh", "-c", "echo; exec sleep 60"], stdout=subprocess.PIPE) as made:
        assert made.stdout is not None
        made.stdout.readline()
        pid = made.pid
        while children := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            pid = int(children[0])
        try:
            yield pid
        finally:
            made.kill()


@contextmanager
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with Lab.start() as running:
        yield running.pid


@pytest.fixture(params=["unshare", "bwrap", "lab"])
def made(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A process in namespaces of its own, by its number on this machine."""
    makers: dict[str, AbstractContextManager[int]] = {
        "unshare": started(
            *["unshare", "--user", "--map-root-user", "--uts", "--net", "--pid", "--fork", "--kill-child"]
        ),
        "bwrap": started(*["bwrap", "--unshare-all", "--die-with-parent", "--dev-bind", "/", "/"]),
        "lab": lab(tmp_path, monkeypatch),
    }
    with makers[request.param] as pid:
        yield pid


@pytest.mark.program("lsns", "bwrap", "unshare")
def test_what_lsns_lists_before_and_after_is_told_alike(capsys: pytest.CaptureFixture[str], made: int) -> None:
    before = known()
    told = {(one["type"], one["ns"]): one for one in explored(capsys)["namespaces"]}
    after = known()
    stayed = {key: row for key, row in before.items() if after.get(key) == row}
    its_own = {(kind.value, os.stat(f"/proc/{made}/ns/{kind.value}").st_ino) for kind in Kind}
    assert its_own <= stayed.keys() | {(kind.value, os.stat(f"/proc/self/ns/{kind.value}").st_ino) for kind in Kind}
    assert stayed.keys() <= told.keys()
    for key, row in stayed.items():
        if row["ons"]:
            assert told[key]["owner"] == int(row["ons"])
        if row["pns"]:
            assert told[key]["parent"] == int(row["pns"])
        if os.getpid() not in told[key]["processes"]:  # there, lsns counted itself
            assert told[key]["processes"][0] == int(row["pid"])
        if key in its_own and int(row["pid"]) == made:  # in the others, processes come and go
            assert len(told[key]["processes"]) == int(row["nprocs"])


def test_every_link_in_proc_is_a_namespace_that_is_told_with_its_process(
    capsys: pytest.CaptureFixture[str], made: int
) -> None:
    told = {(one["type"], one["ns"]): one["processes"] for one in explored(capsys)["namespaces"]}
    for kind in Kind:
        for pid in (made, os.getpid()):
            link = os.readlink(f"/proc/{pid}/ns/{kind.value}")
            inode = int(link.removeprefix(f"{kind.value}:[").removesuffix("]"))
            assert pid in told[kind.value, inode]


def test_a_process_is_in_one_world_and_that_says_what_begins_there(
    capsys: pytest.CaptureFixture[str], made: int
) -> None:
    worlds = explored(capsys)["worlds"]
    (world,) = (one for one in worlds if made in one["processes"])
    assert world["namespaces"] == {kind.value: os.stat(f"/proc/{made}/ns/{kind.value}").st_ino for kind in Kind}
    host = next(one for one in worlds if os.getpid() in one["processes"])
    apart = {kind for kind, inode in world["namespaces"].items() if inode != host["namespaces"][kind]}
    assert set(world["begins"]) <= apart
    assert world["above"] is not None


@pytest.mark.as_root
@pytest.mark.program("ip")
def test_what_ip_netns_adds_is_a_row_of_its_name_that_a_mount_keeps(capsys: pytest.CaptureFixture[str]) -> None:
    name = f"nslab-blue-{os.getpid()}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        out, machine = printed(capsys, "--lang", "en"), explored(capsys)
        inode = os.stat(f"/run/netns/{name}").st_ino
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)
    (line,) = (line for line in out.splitlines() if name in line and "ip netns" in line)
    assert line.rstrip().endswith("a mount")
    (world,) = (one for one in machine["worlds"] if one["namespaces"] == {"net": inode})
    assert world["kept_by"] == ["mount"]


def test_the_tables_are_in_both_languages_and_hang_together(capsys: pytest.CaptureFixture[str], made: int) -> None:
    english, chinese = (printed(capsys, "--lang", lang) for lang in ("en", "zh"))
    assert "held by" in english
    assert "靠什么存在" in chinese
    uts = os.stat(f"/proc/{made}/ns/uts").st_ino
    (line,) = (line for line in english.splitlines() if line.startswith("uts:") and f" {uts} " in line)
    assert f"readlink /proc/{made}/ns/uts" in line or "readlink" in line


def test_by_process_a_row_hangs_from_the_world_of_its_maker(capsys: pytest.CaptureFixture[str], made: int) -> None:
    assert main(["explore", "--json", "--by", "process"]) == 0
    worlds = json.loads(capsys.readouterr().out)["worlds"]
    at = next(at for at, one in enumerate(worlds) if made in one["processes"])
    leader = worlds[at]["leader"]["pid"]
    parent = int(Path(f"/proc/{leader}/stat").read_text().rpartition(")")[2].split()[1])
    above = worlds[at]["above"]
    assert parent in worlds[above]["processes"] or above == 0


@pytest.mark.as_user
def test_without_root_it_says_how_much_it_may_not_see(capsys: pytest.CaptureFixture[str]) -> None:
    said: list[bool] = []
    while not any(said) and len(said) < TRIES:  # processes come and go between two looks
        machine = explored(capsys)
        assert 1 in machine["unread"]
        said.append(f"{len(machine['unread'])} of" in printed(capsys, "--lang", "en").splitlines()[-1])
    assert any(said)
