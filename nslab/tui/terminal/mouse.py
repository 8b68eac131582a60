"""From the mouse to the bytes a program asked for (xterm's ctlseqs, "Mouse Tracking")."""

from collections.abc import Callable
from enum import Enum
from typing import Final

from msgspec import Struct

from nslab.tui.terminal.screen import Mode

_X10_LIMIT: Final = 223  # a coordinate is one byte, 32 higher
_SHIFT, _ALT, _CTRL, _MOTION, _WHEEL = 4, 8, 16, 32, 64
_NO_BUTTON: Final = 3


class Action(Enum):
    """What the mouse did."""

    PRESS = "press"
    RELEASE = "release"
    MOVE = "move"
    WHEEL_UP = "wheel up"
    WHEEL_DOWN = "wheel down"


_WHEELS: Final = {Action.WHEEL_UP: _WHEEL, Action.WHEEL_DOWN: _WHEEL + 1}
_ANY_TRACKING: Final = (Mode.MOUSE_PRESS, Mode.MOUSE_CLICK, Mode.MOUSE_DRAG, Mode.MOUSE_MOVE)


class MouseReport(Struct, frozen=True):
    """One thing the mouse did, in a cell counted from 0. `button` is Textual's: 1 left, 2 middle, 3 right, 0 none."""

    action: Action
    button: int
    x: int
    y: int
    shift: bool = False
    alt: bool = False
    ctrl: bool = False


def wants_mouse(has_mode: Callable[[int], bool]) -> bool:
    """Whether the program asked for the mouse at all."""
    return any(map(has_mode, _ANY_TRACKING))


def mouse_bytes(report: MouseReport, has_mode: Callable[[int], bool]) -> bytes:
    """What the program is sent; nothing where it did not ask for such an event, or its encoding can't say it."""
    if not _wanted(report, has_mode):
        return b""
    code = _code(report)
    if has_mode(Mode.MOUSE_SGR):
        final = "m" if report.action is Action.RELEASE else "M"
        return f"\x1b[<{code};{report.x + 1};{report.y + 1}{final}".encode()
    if max(report.x, report.y) >= _X10_LIMIT:
        return b""
    if report.action is Action.RELEASE:
        code |= _NO_BUTTON
    return b"\x1b[M" + bytes([code + 32, report.x + 33, report.y + 33])


def _wanted(report: MouseReport, has_mode: Callable[[int], bool]) -> bool:
    if report.action is Action.MOVE:
        return has_mode(Mode.MOUSE_MOVE) or (has_mode(Mode.MOUSE_DRAG) and report.button != 0)
    clicks = any(map(has_mode, _ANY_TRACKING[1:]))
    return clicks or (report.action is Action.PRESS and has_mode(Mode.MOUSE_PRESS))


def _code(report: MouseReport) -> int:
    held = report.shift * _SHIFT + report.alt * _ALT + report.ctrl * _CTRL
    if report.action in _WHEELS:
        return _WHEELS[report.action] + held
    button = report.button - 1 if report.button else _NO_BUTTON
    return button + held + (_MOTION if report.action is Action.MOVE else 0)
