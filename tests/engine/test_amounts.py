"""Limits as a person writes them."""

from __future__ import annotations

import pytest

from nslab.engine.amounts import BadLimit, amount, count, cpu_max, number
from nslab.kernel.cgroup2.cpu import CpuMax


@pytest.mark.parametrize(
    ("text", "found"),
    [("64m", 64 << 20), ("1G", 1 << 30), ("4k", 4096), ("0", 0), ("12", 12), ("2t", 2 << 40), ("max", "max")],
)
def test_an_amount_is_bytes_by_powers_of_1024(text: str, found: object) -> None:
    assert amount(text) == found


@pytest.mark.parametrize(
    ("text", "found"), [("0.2", 20_000), ("2", 200_000), (".5", 50_000), ("1.25", 125_000), ("max", None)]
)
def test_processors_are_a_quota_in_the_usual_period(text: str, found: int | None) -> None:
    assert cpu_max(text) == CpuMax(found, 100_000)


@pytest.mark.parametrize("text", ["", "-1", "1.5m", "64mb", "m", "1e3", "٣", "max ", " 1"])
@pytest.mark.parametrize("parse", [amount, count, number])
def test_what_is_no_amount_is_refused(text: str, parse: object) -> None:
    assert callable(parse)
    with pytest.raises(BadLimit):
        parse(text)


@pytest.mark.parametrize("text", ["", "-1", "20%", "nan", "inf", "1e1", ".", "9" * 400, "65537"])
def test_what_is_no_number_of_processors_is_refused(text: str) -> None:
    with pytest.raises(BadLimit):
        cpu_max(text)
