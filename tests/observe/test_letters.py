"""One letter an inode, for as long as the lab lives."""

from __future__ import annotations

import errno
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nslab.kernel.namespaces import Kind
from nslab.observe.letters import Letters, letter
from nslab.observe.namespaces import NamespaceId, Namespaces, Unread
from nslab.observe.scan import Process
from nslab.observe.views import Tag


def test_the_reference_is_a_and_others_follow_within_their_kind(process: Callable[..., Process]) -> None:
    letters = Letters(process(1).namespaces)
    letters.meet([process(8, in_pid=2).namespaces, process(9, in_pid=3, in_uts=9).namespaces])
    assert [letters.of(Kind.PID, NamespaceId(4, inode)) for inode in (1, 2, 3)] == ["A", "B", "C"]
    assert letters.of(Kind.UTS, NamespaceId(4, 9)) == "B"


def test_a_letter_stays_when_the_namespace_is_gone_and_its_inode_comes_again(process: Callable[..., Process]) -> None:
    letters = Letters(process(1).namespaces)
    for inode in (2, 3, 2):
        letters.meet([process(8, in_pid=inode).namespaces])
    assert letters.of(Kind.PID, NamespaceId(4, 2)) == "B"
    assert letters.of(Kind.PID, NamespaceId(4, 3)) == "C"


def test_what_was_met_is_known_with_its_letter_after_it_is_gone(process: Callable[..., Process]) -> None:
    letters = Letters(process(1).namespaces)
    letters.meet([process(8, in_pid=2).namespaces])
    letters.meet([process(9).namespaces])
    assert (Kind.PID, NamespaceId(4, 2), "B") in set(letters.known())
    assert len(list(letters.known())) == len(Kind) + 1


@given(order=st.lists(st.integers(1, 60)))
def test_no_letter_is_ever_changed_or_given_twice(order: list[int]) -> None:
    letters = Letters(_all_in(1))
    seen: dict[int, str | None] = {}
    for inode in order:
        letters.meet([_all_in(inode)])
        given_now = letters.of(Kind.NET, NamespaceId(4, inode))
        assert seen.setdefault(inode, given_now) == given_now
    assert len(set(seen.values())) == len(seen)


def _all_in(inode: int) -> Namespaces:
    return Namespaces(*(NamespaceId(4, inode) for _ in Kind))


@pytest.mark.parametrize(
    ("ordinal", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (27, "AB"), (51, "AZ"), (52, "BA"), (702, "AAA")]
)
def test_letters_go_on_past_z(ordinal: int, name: str) -> None:
    assert letter(ordinal) == name


def test_what_could_not_be_read_has_no_letter(process: Callable[..., Process]) -> None:
    letters = Letters(process(1).namespaces)
    letters.meet([process(8, in_uts=Unread(errno.EACCES)).namespaces])
    assert letters.of(Kind.UTS, Unread(errno.EACCES)) is None
    assert letters.of(Kind.UTS, NamespaceId(4, 77)) is None


def test_a_world_has_the_letter_of_its_first_foreign_namespace(process: Callable[..., Process]) -> None:
    letters = Letters(process(1).namespaces)
    first, second = process(8, in_pid=2, in_uts=2), process(9, in_uts=3, in_net=2)
    letters.meet([first.namespaces, second.namespaces])
    assert letters.world(process(5).namespaces) == "A"
    assert letters.world(first.namespaces) == "B"
    assert letters.world(second.namespaces) == "C"
    assert letters.foreign(second.namespaces) == (Tag(Kind.UTS, "C"), Tag(Kind.NET, "B"))
