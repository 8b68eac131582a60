"""What a command line asks for: lists are read as people type them, and what is no address or no share is wrong usage."""

from __future__ import annotations

from argparse import Namespace
from typing import NoReturn

import pytest

from nslab.cli.asked import joins_of, listed, network_of, parse_namespaces, unknown_namespaces
from nslab.engine.spec import POD_NAMESPACES, Join, Network
from nslab.kernel.namespaces import Kind
from nslab.words import words_for

WORDS = words_for("en")


class Misused(Exception):
    pass


def misused(line: str) -> NoReturn:
    raise Misused(line)


def asked(**arguments: object) -> Namespace:
    return Namespace(**{"misused": misused, "share": [], "pod": None, "network": None, **arguments})


def test_blanks_and_empty_places_between_commas_are_no_words() -> None:
    assert listed(" pid , mnt,,") == ["pid", "mnt"]
    assert listed("") == []


def test_kinds_come_in_the_kernels_order_however_they_are_listed() -> None:
    assert parse_namespaces("uts,pid") == parse_namespaces("pid, uts") == tuple(k for k in Kind if k in ("pid", "uts"))
    assert parse_namespaces("all") == tuple(Kind)
    assert parse_namespaces("none") == ()


def test_words_that_are_no_kind_are_told_and_all_and_none_are_none_of_them() -> None:
    assert unknown_namespaces("pid,nosuch,uts,other") == ["nosuch", "other"]
    assert unknown_namespaces("all") == unknown_namespaces("none") == []


def test_a_pod_is_its_kinds_shared_and_what_is_said_twice_is_asked_once() -> None:
    pod = tuple(Join(kind, "pause") for kind in POD_NAMESPACES)
    wanted = asked(pod="pause", share=["net=pause", "pid=web"])
    assert Kind.NET in POD_NAMESPACES
    assert joins_of(wanted, WORDS) == (*pod, Join(Kind.PID, "web"))


@pytest.mark.parametrize("share", ["net", "net=", "nosuch=web", "=web"])
def test_what_does_not_say_a_kind_and_a_name_is_wrong_usage(share: str) -> None:
    with pytest.raises(Misused, match=share):
        joins_of(asked(share=[share]), WORDS)


def test_the_bridge_gets_the_networks_first_address() -> None:
    assert network_of(asked(network="10.88.0.2/24"), WORDS) == Network("10.88.0.2/24", "10.88.0.1")
    assert network_of(asked(), WORDS) is None


@pytest.mark.parametrize("address", ["10.88.0.0/24", "10.88.0.1/24", "10.88.0.255/24", "10.88.0.2", "nosuch"])
def test_an_address_that_is_the_networks_own_or_none_is_wrong_usage(address: str) -> None:
    with pytest.raises(Misused):
        network_of(asked(network=address), WORDS)
