"""`nslab list`: what runs, and whose it is."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from nslab.cli.list import labs
from nslab.engine import rundir
from tests.cli.runs import NSLAB, SECONDS, first_line, running


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("NSLAB_LANG", "en")


def told(*arguments: str) -> str:
    done = subprocess.run([*NSLAB, "list", *arguments], capture_output=True, text=True, check=True, timeout=SECONDS)
    return done.stdout


def test_a_named_container_is_listed_with_its_owner_and_an_unnamed_one_without(tmp_path: Path) -> None:
    """Root's labs are all in one place: others may run there meanwhile."""
    name = f"listed-{os.getpid()}"
    idle = ("sh", "-c", "echo ready; exec sleep 1000")
    with running("--name", name, "--", *idle) as named, running("--", *idle) as unnamed:
        assert first_line(named) == first_line(unnamed) == b"ready\n"
        found: dict[int, dict[str, Any]] = {one["pid"]: one for one in json.loads(told("--json"))}
        assert found[named.pid]["names"] == [name]
        assert found[unnamed.pid]["names"] == []
        assert Path(found[named.pid]["directory"]).is_dir()
        (line,) = (line for line in told().splitlines() if name in line)
        assert str(named.pid) in line


def test_where_nothing_runs_there_is_nothing_and_looking_leaves_nothing(tmp_path: Path) -> None:
    left = rundir.make(tmp_path, 4_000_000, "nslab run")
    os.close(left.lock_fd)
    assert labs(tmp_path) == ()
    assert labs(tmp_path / "none") == ()
    assert left.path.exists()  # that is for a sweep


def test_who_holds_a_run_directory_is_told_by_what_it_says(tmp_path: Path) -> None:
    held = rundir.make(tmp_path, 77, "nslab lesson")
    (one,) = labs(tmp_path)
    assert (one.directory, one.pid, one.command, one.names) == (str(held.path), 77, "nslab lesson", ())
    os.close(held.lock_fd)
