"""Capability sets, as /proc/self/status tells of them."""

from __future__ import annotations

import errno
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nslab.kernel import capabilities
from nslab.kernel.capabilities import Capability, drop_bounding, names, words
from nslab.kernel.namespaces import Kind
from nslab.kernel.process import prctl

KEPT = (Capability.CHOWN, Capability.SETPCAP, Capability.CHECKPOINT_RESTORE)
MASK = sum(1 << number for number in KEPT)


def status(name: str) -> int:
    return int(Path("/proc/self/status").read_text().partition(f"{name}:")[2].split()[0], 16)


@given(st.sets(st.integers(0, 63)))
@settings(database=None)
def test_the_words_hold_each_number_once_low_word_first(numbers: set[int]) -> None:
    low, high = words([*numbers, *numbers])
    whole = struct.unpack("=Q", struct.pack("=II", low, high))[0]
    assert {number for number in range(64) if whole >> number & 1} == numbers


def test_a_set_is_told_by_the_names_of_its_members() -> None:
    assert names(MASK) == ("CAP_CHOWN", "CAP_SETPCAP", "CAP_CHECKPOINT_RESTORE")
    assert names(0) == ()


def test_a_capability_newer_than_the_table_is_told_by_its_number() -> None:
    assert names(1 << 63 | 1) == ("CAP_CHOWN", "CAP_63")


def test_the_table_knows_every_capability_of_this_kernel() -> None:
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    assert set(range(last + 1)) <= set(Capability)


def test_names_are_those_of_the_man_page_and_a_newer_one_keeps_its_number() -> None:
    assert capabilities.names(1 << Capability.SYS_ADMIN | 1) == ("CAP_CHOWN", "CAP_SYS_ADMIN")
    assert capabilities.names(1 << 63) == ("CAP_63",)
    assert capabilities.names(0) == ()


def test_the_full_set_is_what_the_first_process_of_a_new_user_namespace_holds(inside: Callable[..., Any]) -> None:
    assert inside(lambda: status("CapEff"), Kind.USER) == capabilities.full_set()


def test_capset_keeps_what_was_named_and_empties_the_inheritable_and_ambient_sets(inside: Callable[..., Any]) -> None:
    def action() -> list[int]:
        capabilities.capset(*KEPT)
        return [status(name) for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")]

    assert inside(action, Kind.UTS) == [MASK, MASK, 0, 0]


def test_a_capability_that_was_given_up_can_not_be_taken_back(inside: Callable[..., Any]) -> None:
    def action() -> int:
        capabilities.capset(*KEPT)
        return capabilities.capset(*KEPT, Capability.SYS_ADMIN)

    assert inside(action, Kind.UTS) == f"errno {errno.EPERM}"


def test_the_bounding_set_loses_all_but_what_is_kept_also_what_was_dropped_before(inside: Callable[..., Any]) -> None:
    def action() -> int:
        prctl(capabilities.PR_CAPBSET_DROP, Capability.KILL)
        drop_bounding(*KEPT)
        drop_bounding(*KEPT)
        return status("CapBnd")

    assert inside(action, Kind.UTS) == MASK


def test_the_bounding_set_can_not_be_changed_without_setpcap(inside: Callable[..., Any]) -> None:
    def action() -> None:
        capabilities.capset(Capability.CHOWN)
        drop_bounding(Capability.CHOWN)

    assert inside(action, Kind.UTS) == f"errno {errno.EPERM}"
