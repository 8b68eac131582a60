"""What SGR sequences make of a pen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from nslab.tui.terminal.cells import Pen
from nslab.tui.terminal.sgr import repen


@pytest.mark.parametrize(
    ("parameters", "pen"),
    [
        ("", Pen()),
        ("1", Pen(bold=True)),
        (
            "1;2;3;4;7;8;9",
            Pen(bold=True, dim=True, italic=True, underline=True, reverse=True, conceal=True, strike=True),
        ),
        ("1;2;22", Pen()),
        ("4:3", Pen(underline=True)),
        ("4;4:0", Pen()),
        ("31;42", Pen(foreground=1, background=2)),
        ("95;105", Pen(foreground=13, background=13)),
        ("31;39", Pen()),
        ("38;5;196;1", Pen(foreground=196, bold=True)),
        ("48;2;1;2;3", Pen(background=(1, 2, 3))),
        ("38:2::1:2:3", Pen(foreground=(1, 2, 3))),
        ("38:2:1:2:3", Pen(foreground=(1, 2, 3))),
        ("38:5:7", Pen(foreground=7)),
        ("58;5;9;1", Pen(bold=True)),  # the underline's colour is read over, not taken for blinking and more
        ("38;5", Pen(foreground=0)),
        ("38;2;300;0;0", Pen()),
        ("38;7;1", Pen(bold=True)),
        ("5", Pen()),  # blinking
        ("1;;4", Pen(underline=True)),
        ("999", Pen()),
    ],
)
def test_parameters_and_their_pen(parameters: str, pen: Pen) -> None:
    assert repen(Pen(), parameters) == pen


def test_a_reset_keeps_the_prompt() -> None:
    style = Style(bold=True)
    assert repen(Pen(italic=True, prompt=style), "0") == Pen(prompt=style)


@given(st.text("0123456789;:", max_size=40))
def test_no_parameters_raise(parameters: str) -> None:
    repen(Pen(), parameters)
