"""Bringing a link up, in a network namespace made for the test."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nslab.kernel import links
from nslab.kernel.namespaces import Kind


def test_lo_comes_up_and_has_its_address(inside: Callable[..., Any]) -> None:
    def action() -> list[bool]:
        before = "127.0.0.1" in Path("/proc/self/net/fib_trie").read_text()
        links.link_up("lo")
        return [before, "127.0.0.1" in Path("/proc/self/net/fib_trie").read_text()]

    assert inside(action, Kind.NET) == [False, True]


@pytest.mark.parametrize("name", ["nosuch", "lo" * 9, "lo\0eth0" * 3])
def test_a_link_that_is_not_there_is_enodev_and_no_name_is_cut_off(name: str, inside: Callable[..., Any]) -> None:
    assert inside(lambda: links.link_up(name), Kind.NET) == f"errno {errno.ENODEV}"


def test_the_machines_links_are_not_ours_to_change(inside: Callable[..., Any]) -> None:
    assert inside(lambda: links.link_up("lo"), Kind.UTS) == f"errno {errno.EPERM}"
