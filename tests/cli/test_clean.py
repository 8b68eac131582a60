"""`nslab clean`: what dead labs left goes, what is in use stays."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from nslab.cli.main import main
from nslab.engine import rundir


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(rundir, "base", lambda environ, uid: tmp_path)
    return tmp_path


def test_what_a_dead_lab_left_is_removed_and_named(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left = rundir.make(base, os.getpid(), "nslab run")
    os.close(left.lock_fd)
    assert main(["clean"]) == 0
    assert str(left.path) in capsys.readouterr().out
    assert list(base.iterdir()) == []


def test_what_a_living_lab_uses_stays(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    living = rundir.make(base, os.getpid(), "nslab run")
    assert main(["clean", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    os.close(living.lock_fd)
    assert told["removed"] == []
    assert told["in_use"] == [{"path": str(living.path), "pid": os.getpid(), "command": "nslab run"}]
    assert living.path.is_dir()


def test_what_can_not_be_removed_is_named_and_nothing_is_called_clean(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    left = rundir.make(base, os.getpid(), "nslab run")
    os.close(left.lock_fd)
    (left.root / "mine").write_text("x")
    assert main(["clean", "--lang", "en"]) == 0
    told = capsys.readouterr().out
    assert str(left.path) in told
    assert "Nothing was left" not in told
    assert (left.root / "mine").exists()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_clean_machine_is_told_so(base: Path, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clean", "--lang", lang]) == 0
    assert capsys.readouterr().out.strip() in ("Nothing was left behind.", "没有任何残留。")
