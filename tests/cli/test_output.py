"""What commands print."""

from __future__ import annotations

import pytest

from nslab.cli.output import print_table


def test_no_cell_of_a_table_gives_orders_to_the_readers_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["name"], [["a\x1b]0;b\x07\u202e[bold]"], ["two\nlines"]])
    printed = capsys.readouterr().out
    assert r"a\x1b]0;b\x07\u202e[bold]" in printed
    assert all(line.isprintable() for line in printed.splitlines())
    assert "two" in printed.splitlines()[-2]
