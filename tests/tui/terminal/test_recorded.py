"""Real programs look as they do in tmux. The recordings are made by record.py."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from nslab.tui.terminal.screen import Screen
from nslab.tui.terminal.stream import Stream

RECORDINGS = sorted((Path(__file__).parent / "recorded").glob("*.json"))


def replayed(steps: list[dict[str, Any]], feed: Callable[[Stream, bytes], None]) -> Screen:
    screen = Screen(steps[0]["columns"], steps[0]["lines"])
    stream = Stream(screen)
    for step in steps:
        screen.resize(step["lines"], step["columns"])
        feed(stream, msgspec.convert(step["output"], bytes, strict=False))
    return screen


def rows(screen: Screen) -> list[str]:
    return [unicodedata.normalize("NFC", "".join(cell.text for cell in line).rstrip()) for line in screen.rows]


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_program_looks_as_in_tmux(path: Path) -> None:
    recording = msgspec.json.decode(path.read_bytes())
    screen = replayed(recording["steps"], Stream.feed)
    assert rows(screen) == [unicodedata.normalize("NFC", row) for row in recording["rows"]]
    assert [screen.cursor.x, screen.cursor.y] == recording["cursor"]


def test_there_are_recordings() -> None:
    assert {"vim", "less", "htop", "top", "bash", "man", "vim-resize"} <= {path.stem for path in RECORDINGS}
