"""Amounts as people read them."""

from __future__ import annotations

import pytest

from nslab.tui.graph.figures import ago, duration, percent, size, speed


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 KiB"),
        (28_672, "28 KiB"),
        (33_554_432, "32 MiB"),
        (32_963_379, "31.4 MiB"),
        (1023 * 1024 * 1024, "1 GiB"),
        (2**63, "8 EiB"),
        (2**80, "1048576 EiB"),
    ],
)
def test_a_size_has_three_digits_and_the_unit_that_suits_it(amount: int, said: str) -> None:
    assert size(amount) == said


def test_the_rest() -> None:
    assert (percent(19.6), speed(2**20), ago(14.2)) == ("20 %", "1 MiB/s", "−14 s")
    assert (duration(180_400), duration(2_140_000), duration(12)) == ("180 ms", "2.1 s", "0 ms")
