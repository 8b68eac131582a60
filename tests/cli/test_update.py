"""`nslab update`: asked of whoever owns the lab, by a container's name. What it does where there are limits, the guest tells."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.runs import NSLAB, SECONDS, first_line, running


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("NSLAB_LANG", "en")


def update(*arguments: str) -> tuple[int, str]:
    done = subprocess.run([*NSLAB, "update", *arguments], capture_output=True, text=True, check=False, timeout=SECONDS)
    return done.returncode, done.stderr


def test_a_container_without_limits_has_no_group_to_change_and_lives_on() -> None:
    name = f"plain-{os.getpid()}"
    with running("--name", name, "--", "sh", "-c", "echo ready; read line; exit 7", stdin=subprocess.PIPE) as process:
        assert first_line(process) == b"ready\n"
        status, said = update(name, "--pids", "20")
        assert (status, said.splitlines()[0]) == (1, f"The limits of {name} can't be changed.")
        assert f"--name {name}" in said
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(SECONDS) == 7


def test_nobody_of_that_name_is_told() -> None:
    status, said = update(f"nobody-{os.getpid()}", "--pids", "20")
    assert (status, f"nobody-{os.getpid()}" in said) == (1, True)


def test_no_limit_is_wrong_usage() -> None:
    assert update("box")[0] == 2
