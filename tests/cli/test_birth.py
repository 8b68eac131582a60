"""`nslab birth`: the whole account as JSON; wrong usage and a missing terminal told in a line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nslab.cli.main import main
from nslab.engine.spec import DOCKER_NAMESPACES
from nslab.kernel.namespaces import Kind

pytestmark = pytest.mark.needs("lab")


def account(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main(["birth", "--json", *arguments]) == 0
    told: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return told


def step(told: list[dict[str, Any]], id_: str) -> dict[str, Any]:
    return next(one for one in told if one["step"] == id_)


def test_by_default_it_makes_what_docker_makes(capsys: pytest.CaptureFixture[str]) -> None:
    told = account(capsys)
    flags = step(told, "clone")["call"]
    assert Kind.USER not in DOCKER_NAMESPACES
    assert "CLONE_NEWUSER" not in flags
    assert all(f"CLONE_NEW{'NS' if kind is Kind.MNT else kind.upper()}" in flags for kind in DOCKER_NAMESPACES)


def test_each_call_tells_what_it_changed(capsys: pytest.CaptureFixture[str]) -> None:
    told = account(capsys, "--ns", "mnt,uts", "--hostname", "boxed")
    assert step(told, "hostname")["changed"] == {"hostname": {"before": ["lab"], "after": ["boxed"]}}
    assert step(told, "exec")["outcome"]["errno"] == 0
    assert "path" in step(told, "room")["changed"]


def test_a_kind_that_is_none_is_told_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["birth", "--lang", "en", "--ns", "nosuch"])
    assert ended.value.code == 2
    assert "nosuch" in (line := capsys.readouterr().err)
    assert "docker" in line


def test_explained_it_is_the_same_plan_in_other_tongues(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["birth", "--explain", "docker", "--ns", "uts", "--lang", "en"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "# nslab birth --ns uts --hostname box"
    assert lines[-1].split() == ["debian", "sh"]


def test_without_a_terminal_it_says_so_before_anything_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["birth", "--lang", "en"]) == 1
    assert "terminal" in capsys.readouterr().err
