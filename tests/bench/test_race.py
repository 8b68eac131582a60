"""The race itself: who runs when, and what becomes of the times."""

from __future__ import annotations

from tests.bench.race import Contender, Result, race, table


def test_every_contender_runs_once_a_round_and_the_first_round_is_not_counted() -> None:
    runs: list[str] = []

    def runner(name: str) -> Contender:
        return Contender(name, lambda: runs.append(name) or float(len(runs)))

    results = race([runner("a"), runner("b")], rounds=3)
    assert [sorted(runs[at : at + 2]) for at in range(0, 8, 2)] == [["a", "b"]] * 4
    assert [len(result.times_s) for result in results] == [3, 3]
    assert min(min(result.times_s) for result in results) > 2


def test_the_table_shows_milliseconds_and_ratios_to_the_first() -> None:
    told = table("title", [Result("ours", (0.002, 0.002, 0.002)), Result("theirs", (0.004, 0.005, 0.006))])
    assert "2.00 ms" in told
    assert "5.00 ms" in told
    assert "2.50×" in told
