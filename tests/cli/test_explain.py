"""`nslab explain` against lsns and /proc: on this machine, on a lab, and as whoever runs the tests."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from nslab.cli.main import main
from tests.lsns import lsns

pytestmark = pytest.mark.alone


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["explain", *arguments]) == 0
    return capsys.readouterr().out


def as_json(capsys: pytest.CaptureFixture[str], pid: int) -> Any:
    return json.loads(told(capsys, str(pid), "--json"))


@pytest.fixture
def box() -> Iterator[int]:
    """A sleep in user, UTS, and network namespaces of its own."""
    flags = ["--user", "--map-root-user", "--uts", "--net"]
    with subprocess.Popen(["unshare", *flags, "sh", "-c", "echo; exec sleep 60"], stdout=subprocess.PIPE) as made:
        assert made.stdout is not None
        made.stdout.readline()
        yield made.pid
        made.kill()


@pytest.mark.program("lsns")
def test_json_agrees_with_lsns_on_every_namespace_and_on_how_many_are_in_it(
    capsys: pytest.CaptureFixture[str], box: int
) -> None:
    shares = {share["kind"]: share for share in as_json(capsys, box)["shares"]}
    by_inode = {(row["type"], int(row["ns"])): row for row in lsns("--list", "--output", "ns,type,nprocs,pid")}
    for kind, share in shares.items():
        row = by_inode[kind, share["namespace"]["inode"]]
        if not share["shared"]:  # in the others, processes come and go
            assert (int(row["nprocs"]), int(row["pid"])) == (share["members"], share["oldest"]["pid"])


def test_a_box_is_said_to_share_some_and_to_have_some_of_its_own(capsys: pytest.CaptureFixture[str], box: int) -> None:
    lines = told(capsys, str(box), "--lang", "en").splitlines()
    own = lines[lines.index("Has of its own") :]
    assert [line.split()[0] for line in own[1:4]] == ["uts", "net", "user"]
    assert f"← readlink /proc/{box}/ns/uts" in own[1]


def test_it_speaks_chinese(capsys: pytest.CaptureFixture[str], box: int) -> None:
    out = told(capsys, str(box), "--lang", "zh")
    assert "和宿主机共用" in out
    assert "自己的主机名" in out


@pytest.mark.as_user
def test_of_another_user_s_process_it_says_what_it_may_and_what_it_may_not(capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, "1", "--lang", "en")
    assert "Can't be told" in out
    assert "RLIMIT_NOFILE" in out


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("pid", ["4194305", "bash"])
def test_a_number_that_is_no_process_is_one_error(capsys: pytest.CaptureFixture[str], lang: str, pid: str) -> None:
    assert main(["explain", "--lang", lang, pid]) == 1
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 3)


def test_lines_keep_within_the_cells_there_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nslab.cli.explain.width", lambda: 80)
    lines = told(capsys, str(os.getpid()), "--lang", "en").splitlines()
    assert max(map(len, lines)) <= 80
