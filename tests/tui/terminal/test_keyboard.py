"""Keys send what xterm sends, and pasted text can't act as keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nslab.tui.terminal.keyboard import key_bytes, paste_bytes


@pytest.mark.parametrize(
    ("key", "character", "sent"),
    [
        ("a", "a", b"a"),
        ("A", "A", b"A"),
        ("中", "中", "中".encode()),
        ("full_stop", ".", b"."),
        ("plus", "+", b"+"),
        ("+", "+", b"+"),
        ("space", " ", b" "),
        ("enter", "\r", b"\r"),
        ("tab", "\t", b"\t"),
        ("shift+tab", None, b"\x1b[Z"),
        ("escape", "\x1b", b"\x1b"),
        ("backspace", "\x7f", b"\x7f"),
        ("ctrl+backspace", None, b"\b"),
        ("alt+backspace", None, b"\x1b\x7f"),
        ("alt+enter", None, b"\x1b\r"),
        ("ctrl+c", "\x03", b"\x03"),
        ("ctrl+c", None, b"\x03"),  # as terminals with kitty's protocol say it
        ("ctrl+shift+a", None, b"\x01"),
        ("ctrl+at", "\x00", b"\x00"),
        ("ctrl+space", None, b"\x00"),
        ("ctrl+backslash", "\x1c", b"\x1c"),
        ("ctrl+right_square_bracket", "\x1d", b"\x1d"),
        ("ctrl+circumflex_accent", "\x1e", b"\x1e"),
        ("ctrl+underscore", "\x1f", b"\x1f"),
        ("ctrl+slash", None, b"\x1f"),
        ("ctrl+full_stop", None, b""),
        ("ctrl+alt+c", None, b"\x1b\x03"),
        ("alt+x", "x", b"\x1bx"),
        ("alt+shift+x", None, b"\x1bX"),
        ("alt+shift+x", "X", b"\x1bX"),
        ("alt+full_stop", None, b"\x1b."),
        ("up", None, b"\x1b[A"),
        ("shift+right", None, b"\x1b[1;2C"),
        ("ctrl+left", None, b"\x1b[1;5D"),
        ("alt+ctrl+shift+left", None, b"\x1b[1;8D"),
        ("home", None, b"\x1b[H"),
        ("ctrl+end", None, b"\x1b[1;5F"),
        ("insert", None, b"\x1b[2~"),
        ("delete", None, b"\x1b[3~"),
        ("ctrl+delete", None, b"\x1b[3;5~"),
        ("pageup", None, b"\x1b[5~"),
        ("f1", None, b"\x1bOP"),
        ("f5", None, b"\x1b[15~"),
        ("f12", None, b"\x1b[24~"),
        ("f13", None, b"\x1b[1;2P"),  # what Textual calls shift+F1
        ("f24", None, b"\x1b[24;2~"),
        ("ctrl+f3", None, b"\x1b[1;5R"),
        ("left_shift", None, b""),
        ("<scroll-up>", None, b""),
    ],
)
def test_a_key_and_what_it_sends(key: str, character: str | None, sent: bytes) -> None:
    assert key_bytes(key, character) == sent


def test_cursor_keys_follow_the_application_cursor_mode_only_without_modifiers() -> None:
    keys = [key_bytes(key, None, application_cursor=True) for key in ("up", "home", "ctrl+up", "delete")]
    assert keys == [b"\x1bOA", b"\x1bOH", b"\x1b[1;5A", b"\x1b[3~"]


def test_line_ends_are_pasted_as_enter() -> None:
    assert paste_bytes("a\nb\r\nc\rd\te", bracketed=False) == b"a\rb\rc\rd\te"


def test_a_bracketed_paste_is_marked() -> None:
    assert paste_bytes("中", bracketed=True) == b"\x1b[200~\xe4\xb8\xad\x1b[201~"


def test_a_paste_can_t_end_itself_and_go_on_as_typing() -> None:
    evil = "safe\x1b[201~\rrm -rf /\r\x1b\x1b[201~[201~\x9b201~"
    pasted = paste_bytes(evil, bracketed=True)
    assert pasted.count(b"\x1b") == 2
    assert pasted.endswith(b"\x1b[201~")


@given(st.text())
def test_nothing_that_is_pasted_is_a_control_character_but_tab_and_enter(text: str) -> None:
    assert all(
        (char >= " " and not "\x7f" <= char < "\xa0") or char in "\t\r"
        for char in paste_bytes(text, bracketed=False).decode()
    )
