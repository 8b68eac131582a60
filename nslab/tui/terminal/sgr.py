"""Select Graphic Rendition: from a pen and a sequence's parameters to the next pen.

Source: ECMA-48, 8.3.117; xterm's ctlseqs, "CSI Pm m"; ISO 8613-6 for the forms with colons.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from nslab.tui.terminal.cells import Colour, Pen

_CHANGES: Final[dict[int, dict[str, Any]]] = {
    1: {"bold": True},
    2: {"dim": True},
    3: {"italic": True},
    4: {"underline": True},
    7: {"reverse": True},
    8: {"conceal": True},
    9: {"strike": True},
    21: {"underline": True},
    22: {"bold": False, "dim": False},
    23: {"italic": False},
    24: {"underline": False},
    27: {"reverse": False},
    28: {"conceal": False},
    29: {"strike": False},
    39: {"foreground": None},
    49: {"background": None},
    **{30 + index: {"foreground": index} for index in range(8)},
    **{40 + index: {"background": index} for index in range(8)},
    **{90 + index: {"foreground": index + 8} for index in range(8)},
    **{100 + index: {"background": index + 8} for index in range(8)},
}
_EXTENDED: Final = {
    38: "foreground",
    48: "background",
    58: None,
}  # 58 colours the underline, which we draw in the text's colour
_INDEXED, _DIRECT = 5, 2


def repen(pen: Pen, parameters: str) -> Pen:
    """The pen after `CSI parameters m`; what is not understood changes nothing.

    `parameters` holds digits, semicolons, and colons only. The prompt a pen belongs to is not SGR's to change.
    """
    changes: dict[str, Any] = {}
    items = iter(parameters.split(";"))
    for item in items:
        code, *parts = [int(number or 0) for number in item.split(":")]
        if code == 0:
            pen, changes = Pen(prompt=pen.prompt), {}
        elif code in _EXTENDED:
            colour = _extended(parts or _following(items))
            if (field := _EXTENDED[code]) is not None and colour is not None:
                changes[field] = colour
        elif code == 4 and parts:
            changes["underline"] = parts[0] != 0
        else:
            changes.update(_CHANGES.get(code, {}))
    return msgspec.structs.replace(pen, **changes) if changes else pen


def _following(items: Iterator[str]) -> list[int]:
    """The parts of an extended colour that stand in parameters of their own: `38;5;196`, `38;2;255;0;0`."""
    kind = _number(items)
    return [kind, *(_number(items) for _ in range({_INDEXED: 1, _DIRECT: 3}.get(kind, 0)))]


def _number(items: Iterator[str]) -> int:
    digits = next(items, "")
    return int(digits) if digits.isdigit() else 0


def _extended(parts: list[int]) -> Colour:
    """The colour of `5, index` or `2, [colour space,] red, green, blue`; None where it is neither or out of range."""
    kind, *numbers = parts
    if any(number > 255 for number in numbers[-3:]):
        return None
    if kind == _INDEXED and numbers:
        return numbers[0]
    if kind == _DIRECT and len(numbers) >= 3:
        red, green, blue = numbers[1:4] if len(numbers) > 3 else numbers
        return red, green, blue
    return None
