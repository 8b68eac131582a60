"""`nslab order`: one order run as JSON, card by card, and wrong usage told in a line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nslab.cli.main import main
from nslab.course.ordering import CARDS
from tests.orders import before

pytestmark = pytest.mark.needs("lab", "overlay")


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main(["order", "--json", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_engines_own_order_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    engines = told(capsys)
    assert (engines["right"], engines["missing"]) == (True, [])
    assert [(one["card"], one["state"]) for one in engines["cards"]] == [(card, "agreed") for card in CARDS]


def test_a_refused_card_is_told_with_its_call_and_errno(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = told(capsys, "--cards", ",".join(before("seccomp", "nnp")))
    assert not wrong["right"]
    (refused,) = [one for one in wrong["cards"] if one["state"] == "refused"]
    assert (refused["card"], refused["errno"]) == ("seccomp", "EACCES")
    assert refused["call"].startswith("prctl(PR_SET_SECCOMP")
    assert wrong["cards"][-1]["state"] == "not-tried"


def test_a_silent_failure_is_told_by_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    leaking = told(capsys, "--cards", ",".join(before("private", "pivot")))
    assert (leaking["right"], leaking["missing"]) == (False, ["leak"])
    assert {one["errno"] for one in leaking["cards"]} == {None}


@pytest.mark.parametrize("cards", ["", "clone", "nosuch," + ",".join(CARDS), ",".join((*CARDS, "clone"))])
def test_an_order_has_every_card_once(capsys: pytest.CaptureFixture[str], cards: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["order", "--lang", "en", "--cards", cards])
    assert ended.value.code == 2
    assert "each of these cards once" in capsys.readouterr().err
