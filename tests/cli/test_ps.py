"""`nslab ps` of real processes."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from nslab.cli import ps
from nslab.cli.main import main
from tests.processes import comm, descendants


@pytest.fixture
def box() -> Iterator[int]:
    """An unshare whose child, a sh, is 1 and root inside; that one has a sleep."""
    flags = ["--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--uts"]
    command = ["unshare", *flags, "sh", "-c", "sleep 61 & echo; wait"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as made:
        assert made.stdout is not None
        made.stdout.readline()
        while [comm(pid) for pid in descendants(made.pid)] != ["sh", "sleep"]:
            time.sleep(0.01)
        yield made.pid
        made.kill()


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main(["ps", "--json", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_subtree_tells_both_numbers_and_both_users(capsys: pytest.CaptureFixture[str], box: int) -> None:
    unshare, shell, sleep = as_json(capsys, str(box))["rows"]
    assert (unshare["pid"], unshare["comm"], unshare["nspid"]) == (box, "unshare", [box])
    assert shell["nspid"] == [shell["pid"], 1]
    assert (shell["uid_outside"], shell["uid_inside"]) == (os.getuid(), 0)
    assert (sleep["name"], sleep["parent"]) == ("sleep 61", shell["pid"])


def test_what_was_entered_stands_where_it_was_entered(capsys: pytest.CaptureFixture[str], box: int) -> None:
    unshare, shell, sleep = as_json(capsys, str(box))["rows"]
    assert [tag["kind"] for tag in unshare["entered"]] == ["uts", "user"]
    assert [tag["kind"] for tag in shell["entered"]] == ["pid"]
    assert sleep["entered"] == []
    assert [tag["kind"] for tag in sleep["inside"]] == ["pid", "uts", "user"]


def test_the_table_draws_the_tree_with_its_boundaries(capsys: pytest.CaptureFixture[str], box: int) -> None:
    assert main(["ps", "--lang", "en", str(box)]) == 0
    head, _, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["PID", "inside", "UID", "inside", "state", "process"]
    at = head.index("process")
    assert [line[at:].strip()[:2] for line in lines] == ["╘═", "╘═", "└─"]
    assert lines[1].split()[1] == "1"
    assert "sleep 61" in lines[2]


def test_all_processes_are_listed_once_without_a_pid(capsys: pytest.CaptureFixture[str], box: int) -> None:
    pids = [row["pid"] for row in as_json(capsys)["rows"]]
    assert {box, os.getpid(), 1} <= set(pids)
    assert len(pids) == len(set(pids))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_process_that_does_not_exist_is_one_error(capsys: pytest.CaptureFixture[str], lang: str) -> None:
    assert main(["ps", "--lang", lang, "4194305"]) == 1
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 3)


def test_what_could_not_be_read_is_counted(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    seen = ps.look_at
    monkeypatch.setattr(ps, "look_at", lambda root, pid: _with_unread(seen(root, pid)))
    assert main(["ps", "--lang", "en", str(os.getpid())]) == 0
    assert capsys.readouterr().out.endswith("7 not readable\n")


def _with_unread(view: Any) -> Any:
    return replace(view, unread=7)
