"""From Textual's keys to the bytes a terminal sends: xterm's table (ctlseqs, "PC-Style Function Keys"), terminfo xterm-256color."""

from __future__ import annotations

import re
from typing import Final

from textual.keys import REPLACED_KEYS, key_to_character

_ESC: Final = b"\x1b"
_BITS: Final = {"shift": 1, "alt": 2, "ctrl": 4, "meta": 8}

_BY_LETTER: Final = {"up": "A", "down": "B", "right": "C", "left": "D", "home": "H", "end": "F"}
_BY_LETTER_SS3: Final = {"f1": "P", "f2": "Q", "f3": "R", "f4": "S"}
_BY_NUMBER: Final = {
    **{"insert": 2, "delete": 3, "pageup": 5, "pagedown": 6},
    **{"f5": 15, "f6": 17, "f7": 18, "f8": 19, "f9": 20, "f10": 21, "f11": 23, "f12": 24},
}
_SHIFTED_FUNCTION: Final = {f"f{number + 12}": f"f{number}" for number in range(1, 13)}  # as terminfo counts them
_PLAIN: Final = {"enter": b"\r", "return": b"\r", "tab": b"\t", "escape": _ESC, "backspace": b"\x7f", "newline": b"\n"}

# Keys that make a control character with ctrl, besides the letters.
_CONTROL: Final = {
    **{"@": 0, " ": 0, "2": 0, "[": 27, "3": 27, "\\": 28, "4": 28, "]": 29, "5": 29},
    **{"^": 30, "6": 30, "~": 30, "_": 31, "/": 31, "-": 31, "7": 31, "?": 127, "8": 127},
}
_PASTE_START: Final = b"\x1b[200~"
_PASTE_END: Final = b"\x1b[201~"
_NOT_PASTED: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def key_bytes(key: str, character: str | None, *, application_cursor: bool = False) -> bytes:
    """What the key with Textual's name `key` sends; nothing for a key that terminals don't send.

    `character` is what it prints, if it does. `application_cursor` is DECCKM.
    """
    *modifiers, base = key.split("+") if len(key) > 1 else [key]
    if base in _SHIFTED_FUNCTION:
        modifiers, base = [*modifiers, "shift"], _SHIFTED_FUNCTION[base]
    held = sum(_BITS.get(modifier, 0) for modifier in set(modifiers))
    if sequence := _function(base, held, application_cursor):
        return sequence
    prefix = _ESC if held & (_BITS["alt"] | _BITS["meta"]) else b""
    if base in _PLAIN:
        return _edited(base, held, prefix)
    return _printed(base, character, held, prefix)


def _function(base: str, held: int, application_cursor: bool) -> bytes:
    """The sequence of a cursor or function key; nothing for others."""
    parameter = f";{held + 1}" if held else ""
    if base in _BY_NUMBER:
        return f"\x1b[{_BY_NUMBER[base]}{parameter}~".encode()
    letter = _BY_LETTER.get(base) or _BY_LETTER_SS3.get(base)
    if letter is None:
        return b""
    if held:
        return f"\x1b[1{parameter}{letter}".encode()
    return f"\x1b{'O' if application_cursor or base in _BY_LETTER_SS3 else '['}{letter}".encode()


def _edited(base: str, held: int, prefix: bytes) -> bytes:
    """Keys with a control character of their own."""
    if base == "tab" and held & _BITS["shift"]:
        return prefix + b"\x1b[Z"
    if base == "backspace" and held & _BITS["ctrl"]:
        return prefix + b"\b"
    return prefix + _PLAIN[base]


def _printed(base: str, character: str | None, held: int, prefix: bytes) -> bytes:
    named = base if len(base) == 1 else key_to_character(REPLACED_KEYS.get(base, base))
    if held & _BITS["ctrl"]:
        code = _control_code(named)
        return b"" if code is None else prefix + bytes([code])
    if character is not None and character.isprintable():
        return prefix + character.encode()
    if named is None:
        return b""
    return prefix + (named.upper() if held & _BITS["shift"] else named).encode()


def _control_code(character: str | None) -> int | None:
    if character is not None and "a" <= character.lower() <= "z":
        return ord(character.lower()) & 0x1F
    return _CONTROL.get(character or "")


def paste_bytes(text: str, *, bracketed: bool) -> bytes:
    """What pasting `text` sends: line ends as Enter, and no other control character but Tab.

    Without ESC, no text can end a bracketed paste early and have the rest taken for typing (CVE-2021-31701 in mintty, and others).
    """
    clean = _NOT_PASTED.sub("", re.sub(r"\r\n?|\n", "\n", text)).replace("\n", "\r").encode()
    return _PASTE_START + clean + _PASTE_END if bracketed else clean
