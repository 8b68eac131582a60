"""`nslab without`: every attack as JSON, and wrong usage told in a line."""

from __future__ import annotations

import json

import pytest

from nslab.cli.main import main
from nslab.course.attacks import ATTACKS

pytestmark = pytest.mark.needs("lab", "overlay")


def test_what_is_left_out_lets_its_attack_through_and_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["without", "--json", "--off", "net, fds"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["attack"] for one in told] == [attack.id for attack in ATTACKS]
    assert {one["attack"] for one in told if one["through"]} == {"tcp", "abstract", "leak"}
    kill = told[0]
    assert kill["calls"] == [{"who": "init", "call": kill["calls"][0]["call"], "answer": "ESRCH"}]


def test_only_the_attacks_that_are_asked_for_are_made(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["without", "--json", "--off", "umnt", "--attack", "escape, kill"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {one["attack"]: one["through"] for one in told} == {"escape": True, "kill": False}
    assert next(one for one in told if one["attack"] == "escape")["seen"] > 0


def test_a_refused_plan_is_told_with_its_step_and_neither_held_nor_through(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["without", "--json", "--off", "hostuser,pid", "--attack", "kill"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told["refused"] == {"step": "proc", "answer": "EPERM"}
    assert (told["held"], told["through"]) == (False, False)


def test_an_attack_that_is_none_is_told_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["without", "--lang", "en", "--attack", "nosuch"])
    assert ended.value.code == 2
    assert "escape" in capsys.readouterr().err


def test_a_primitive_that_is_none_is_told_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["without", "--lang", "en", "--off", "nosuch"])
    assert ended.value.code == 2
    assert "nosuch" in (line := capsys.readouterr().err)
    assert "pivot" in line


def test_without_a_terminal_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["without", "--lang", "en"]) == 1
    assert "terminal" in capsys.readouterr().err
