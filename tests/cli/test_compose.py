"""`nslab compose`, as JSON and on a terminal that it has not."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.runs import NSLAB, SECONDS


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("NSLAB_LANG", "en")


def nslab(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*NSLAB, *arguments], capture_output=True, text=True, check=False, timeout=SECONDS)


@pytest.mark.needs("lab", "overlay")
def test_json_tells_who_shares_what_and_by_which_calls() -> None:
    host, pause, web, log = json.loads(nslab("compose", "pod", "--json").stdout)
    assert [one["name"] for one in (host, pause, web, log)] == ["host", "pause", "web", "log"]
    assert pause["namespaces"]["net"] == web["namespaces"]["net"] == log["namespaces"]["net"]
    assert len({one["namespaces"]["pid"]["inode"] for one in (host, pause, web, log)}) == 4
    assert [call.partition("(")[0] for call in web["calls"]] == ["clone3", "setns", "clone3"]


def test_without_a_terminal_there_is_no_board() -> None:
    done = nslab("compose")
    assert (done.returncode, done.stderr.count("\n")) == (1, 3)


def test_an_unknown_preset_is_wrong_usage() -> None:
    assert nslab("compose", "kubernetes").returncode == 2
