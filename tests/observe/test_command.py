"""How a process is called on screen."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nslab.observe.command import command_line
from nslab.words import printable


@pytest.mark.parametrize(
    ("comm", "cmdline", "shown"),
    [
        ("sleep", ("/bin/sleep", "100"), "sleep 100"),
        ("bash", ("-bash",), "bash"),
        ("ns_pid", ("./ns_pid",), "ns_pid"),
        ("lab", ("/usr/bin/python3", "-m", "nslab.engine"), "lab"),
        ("sleep", ("myapp", "90"), "sleep"),
        ("a-program-with-", ("a-program-with-a-long-name", "-v"), "a-program-with-a-long-name -v"),
        ("kthreadd", (), "kthreadd"),
        ("sh", ("sh", "-c", "echo a\necho b"), r"sh -c echo a\necho b"),
        ("bash", ("bash", "容器"), "bash 容器"),
    ],
)
def test_the_kernels_name_leads_and_its_own_arguments_follow(comm: str, cmdline: tuple[str, ...], shown: str) -> None:
    assert command_line(comm, cmdline) == shown


@given(st.binary())
def test_whatever_a_process_calls_itself_can_be_drawn_and_sent(name: bytes) -> None:
    shown = printable(os.fsdecode(name))
    assert shown.isprintable()
    assert shown.encode().decode() == shown


def test_an_escape_sequence_is_shown_not_sent_to_the_terminal() -> None:
    assert printable("a\x1b[31mb\udcff") == r"a\x1b[31mb\xff"
