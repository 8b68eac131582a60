"""`nslab ns` against readlink, stat, and lsns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nslab.cli.main import main
from nslab.kernel.namespaces import Kind
from tests.lsns import lsns

pytestmark = pytest.mark.alone


@pytest.fixture
def box() -> Iterator[int]:
    """A process that left its user and UTS namespaces, and whose children will be in another PID namespace."""
    flags = ["--user", "--map-root-user", "--uts", "--pid"]
    with subprocess.Popen(["unshare", *flags, "sleep", "60"]) as made:
        while b"sleep" not in (cmdline := Path(f"/proc/{made.pid}/cmdline").read_bytes()) or b"unshare" in cmdline:
            pass
        yield made.pid
        made.kill()


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["ns", "--lang", "en", *arguments]) == 0
    return capsys.readouterr().out


def test_json_agrees_with_readlink_and_stat_on_every_kind(capsys: pytest.CaptureFixture[str]) -> None:
    (process,) = json.loads(told(capsys, str(os.getpid()), "--json"))
    assert list(process["namespaces"]) == [kind.value for kind in Kind]
    for name, namespace in process["namespaces"].items():
        link = f"/proc/{os.getpid()}/ns/{name}"
        assert os.readlink(link) == f"{name}:[{namespace['inode']}]"
        assert os.stat(link).st_dev == namespace["device"]
    for name in ("pid", "time"):
        inode = process["for_children"][name]["inode"]
        assert os.readlink(f"/proc/self/ns/{name}_for_children") == f"{name}:[{inode}]"


@pytest.mark.program("lsns")
def test_json_agrees_with_lsns(capsys: pytest.CaptureFixture[str], box: int) -> None:
    (process,) = json.loads(told(capsys, str(box), "--json"))
    expected = {row["type"]: int(row["ns"]) for row in _lsns_rows(lsns("--task", str(box)))}
    assert {name: namespace["inode"] for name, namespace in process["namespaces"].items()} == expected


def _lsns_rows(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """With those that lsns hangs below their owner or parent."""
    for row in rows:
        yield row
        yield from _lsns_rows(row.get("children", []))


def test_processes_stand_side_by_side_with_letters_by_kind(capsys: pytest.CaptureFixture[str], box: int) -> None:
    head, _, *lines = told(capsys, str(os.getpid()), str(box)).splitlines()
    assert head.split() == [*Path("/proc/self/comm").read_text().split(), str(os.getpid()), "sleep", str(box)]
    by_kind = {line.split()[0]: line.split()[1::2] for line in lines}
    assert by_kind["mnt"] == ["A", "A"]
    assert by_kind["uts"] == ["A", "B"]
    assert by_kind["user"] == ["A", "B"]


def test_the_owner_of_a_namespace_is_told(capsys: pytest.CaptureFixture[str], box: int) -> None:
    (process,) = json.loads(told(capsys, str(box), "--json"))
    assert process["relatives"]["uts"]["owner"] == process["namespaces"]["user"]
    assert process["relatives"]["user"]["owner_uid"] == os.getuid()


def test_where_children_will_be_born_is_told_if_it_is_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    assert "for_children" not in told(capsys, str(os.getpid()))
    command = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "sh", "-c", "echo; exec sleep 60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as maker:
        assert maker.stdout is not None
        maker.stdout.readline()
        (child,) = Path(f"/proc/{maker.pid}/task/{maker.pid}/children").read_text().split()
        inner = os.readlink(f"/proc/{child}/ns/pid")
        lines = told(capsys, str(maker.pid)).splitlines()
        os.kill(int(child), 9)
    assert lines[-1].split() == ["pid_for_children", inner.removeprefix("pid:[").removesuffix("]")]


@pytest.mark.parametrize("pid", ["4194305", "0", "-1x", "bash", "²"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_number_that_is_no_process_is_one_error_in_the_readers_language(
    capsys: pytest.CaptureFixture[str], pid: str, lang: str
) -> None:
    assert main(["ns", "--lang", lang, "--", pid]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert pid in err.splitlines()[0]
    assert len(err.splitlines()) == 3


@pytest.mark.as_user
def test_a_process_that_may_not_be_read_is_one_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ns", "--lang", "en", "1"]) == 1
    err = capsys.readouterr().err
    assert "process 1" in err
    assert "EACCES" in err


@pytest.mark.as_root
def test_root_who_may_not_look_is_not_sent_to_sudo() -> None:
    command = ["setpriv", "--bounding-set=-sys_ptrace", sys.executable, "-m", "nslab", "ns", "--lang", "en", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "not even by root" in done.stderr
    assert "EACCES" in done.stderr
    assert "sudo" not in done.stderr
