"""What need not be parsed when text floods: lines that come in and leave the history again within one read.

A program in an endless loop prints some hundred times what can be parsed. Of its text, the last lines alone decide what the screen
and its history hold in the end, and what the pen is then; so the rest is skipped, with the same final state.
"""

import re

from msgspec import Struct

_ACTS = re.compile(rb"\x1b(?!\[[0-9;]*m)|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]")
"""Bytes that do more than print, end a line, or change the pen."""
_SGR = re.compile(rb"\x1b\[[0-9;]*m")
_RESETS = (b"\x1b[m", b"\x1b[0m")
_NEWLINE = b"\r\n"


class Kept(Struct, frozen=True):
    """What is left to parse, and how many line ends were skipped."""

    data: bytes
    lost_lines: int = 0


def without_lost_lines(data: bytes, lines_kept: int) -> Kept:
    """`data` without its lines before the last `lines_kept`, if skipping them changes nothing in the end.

    The cut is at CR LF, where the column is known. The pen's sequences are kept from the last one that resets it.
    """
    if data.count(b"\n") <= lines_kept:
        return Kept(data)
    cut = len(data)
    for _ in range(lines_kept + 1):
        if (cut := data.rfind(_NEWLINE, 0, cut)) < 0:
            return Kept(data)
    cut += len(_NEWLINE)
    if _ACTS.search(data, 0, cut):
        return Kept(data)
    reset = max(data.rfind(sequence, 0, cut) for sequence in _RESETS)
    pen = b"".join(_SGR.findall(data, max(0, reset), cut))
    return Kept(pen + data[cut:], data.count(b"\n", 0, cut))
