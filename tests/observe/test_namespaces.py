"""What makes two namespaces the same, and what an unread one is compared as."""

from __future__ import annotations

import errno
from collections.abc import Callable

import msgspec

from nslab.kernel.namespaces import Kind
from nslab.observe.namespaces import Membership, NamespaceId, Unread
from nslab.observe.scan import Process


def test_differing_kinds_come_in_the_order_of_panes(process: Callable[..., Process]) -> None:
    host, box = process(1), process(8, in_net=2, in_pid=3)
    assert host.namespaces.differing(box.namespaces) == (Kind.PID, Kind.NET)


def test_an_unread_namespace_is_neither_the_same_nor_another(process: Callable[..., Process]) -> None:
    refused = process(8, in_uts=Unread(errno.EACCES)).namespaces
    assert process(1).namespaces.differing(refused) == ()
    assert refused.differing(process(1).namespaces) == ()


def test_the_same_inode_on_another_device_is_another_namespace(process: Callable[..., Process]) -> None:
    assert process(1).namespaces.differing(process(2, in_uts=NamespaceId(5, 1)).namespaces) == (Kind.UTS,)


def test_an_unread_value_says_its_errno_as_people_know_it() -> None:
    assert Unread(errno.EACCES).name == "EACCES"
    assert Unread(99999).name == "99999"


def test_a_membership_survives_json_as_what_it_was() -> None:
    for value in (NamespaceId(4, 4026531836), Unread(13)):
        assert msgspec.json.decode(msgspec.json.encode(value), type=Membership) == value
