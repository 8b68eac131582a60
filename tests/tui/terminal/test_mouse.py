"""A program gets the mouse events it asked for, in the encoding it asked for."""

from __future__ import annotations

import pytest

from nslab.tui.terminal.mouse import Action, MouseReport, mouse_bytes, wants_mouse
from nslab.tui.terminal.screen import Mode

PRESS = MouseReport(Action.PRESS, 1, 4, 2)
RELEASE = MouseReport(Action.RELEASE, 1, 4, 2)
DRAG = MouseReport(Action.MOVE, 1, 5, 2)
HOVER = MouseReport(Action.MOVE, 0, 5, 2)
WHEEL = MouseReport(Action.WHEEL_DOWN, 0, 4, 2)


def sent(report: MouseReport, *modes: int) -> bytes:
    return mouse_bytes(report, lambda mode: mode in modes)


@pytest.mark.parametrize(
    ("mode", "wanted"),
    [
        (Mode.MOUSE_PRESS, [PRESS]),
        (Mode.MOUSE_CLICK, [PRESS, RELEASE, WHEEL]),
        (Mode.MOUSE_DRAG, [PRESS, RELEASE, DRAG, WHEEL]),
        (Mode.MOUSE_MOVE, [PRESS, RELEASE, DRAG, HOVER, WHEEL]),
        (Mode.MOUSE_SGR, []),
    ],
)
def test_each_mode_and_the_events_it_asks_for(mode: Mode, wanted: list[MouseReport]) -> None:
    assert [report for report in (PRESS, RELEASE, DRAG, HOVER, WHEEL) if sent(report, mode)] == wanted
    assert wants_mouse(lambda asked: asked == mode) == bool(wanted)


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (PRESS, b"\x1b[<0;5;3M"),
        (RELEASE, b"\x1b[<0;5;3m"),
        (DRAG, b"\x1b[<32;6;3M"),
        (HOVER, b"\x1b[<35;6;3M"),
        (WHEEL, b"\x1b[<65;5;3M"),
        (MouseReport(Action.PRESS, 3, 0, 0, ctrl=True, alt=True), b"\x1b[<26;1;1M"),
        (MouseReport(Action.PRESS, 2, 300, 300, shift=True), b"\x1b[<5;301;301M"),
    ],
)
def test_sgr_encoding(report: MouseReport, expected: bytes) -> None:
    assert sent(report, Mode.MOUSE_MOVE, Mode.MOUSE_SGR) == expected


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (PRESS, b"\x1b[M %#"),
        (RELEASE, b"\x1b[M#%#"),
        (DRAG, b"\x1b[M@&#"),
        (WHEEL, b"\x1b[Ma%#"),
        (MouseReport(Action.PRESS, 1, 223, 0), b""),  # no byte for it
    ],
)
def test_the_old_encoding(report: MouseReport, expected: bytes) -> None:
    assert sent(report, Mode.MOUSE_MOVE) == expected
