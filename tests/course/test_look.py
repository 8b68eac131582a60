"""A step's values, read off the machine."""

from __future__ import annotations

from typing import Any

import pytest

from nslab.course.look import ATTRIBUTES, Look
from nslab.course.told import Absent, Namespace, equal
from nslab.course.values import (
    CommOf,
    Count,
    DomainnameOf,
    ExitStatus,
    FileText,
    HostnameOf,
    NamespaceOf,
    PidOf,
    StatusField,
    Value,
)
from nslab.kernel.namespaces import Kind
from nslab.observe.namespaces import NamespaceId

VALUES: dict[str, Value] = {
    "inner": PidOf("box:bash", "box"),
    "outer": PidOf("box:bash", "host"),
    "first": FileText("/proc/1/comm", "box"),
    "nspid": FileText("/proc/{outer}/status", field_="NSpid"),
    "no_field": FileText("/proc/{outer}/status", field_="Nothing"),
    "no_file": FileText("/proc/{ghost}/status"),
    "deep": StatusField("NSpid", "deep:sleep"),
    "numbers": Count(StatusField("NSpid", "deep:sleep")),
    "ghost": PidOf("nobody", "host"),
    "comm": CommOf("host"),
    "name": HostnameOf("box"),
    "domain": DomainnameOf("box"),
    "uts": NamespaceOf(Kind.UTS, "box"),
    "status": ExitStatus("~/x", "host"),
}


@pytest.fixture
def look(world: Any) -> Look:
    world.domains["box"] = "(none)"
    world.exits["~/x", "host"] = 0
    return Look(world, VALUES)


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("inner", 1),
        ("outer", 8),
        ("first", "lab"),
        ("nspid", "8 1"),
        ("deep", "78 7 4 1"),
        ("numbers", 4),
        ("comm", "lab"),
        ("name", "container"),
        ("domain", "(none)"),
        ("uts", Namespace(Kind.UTS, NamespaceId(4, 200))),
        ("status", 0),
        ("box.pid", 8),
        ("box.hostname", "container"),
        ("host.comm", "lab"),
        ("host.pid_ns", Namespace(Kind.PID, NamespaceId(4, 100))),
    ],
)
def test_a_value_is_what_the_machine_says(look: Look, name: str, reading: Any) -> None:
    assert look.value(name) == reading


@pytest.mark.parametrize("name", ["ghost", "no_field", "no_file", "nobody.pid", "nobody.comm", "nobody.uts_ns"])
def test_what_is_not_there_is_absent_with_its_reason(look: Look, name: str) -> None:
    reading = look.value(name)
    assert isinstance(reading, Absent)
    assert reading.reason.id.startswith("absent.")


def test_every_attribute_that_the_loader_accepts_can_be_read(look: Look) -> None:
    for attribute in ATTRIBUTES:
        look.value(f"host.{attribute}")


def test_a_text_is_filled_and_absent_where_a_value_is(look: Look) -> None:
    assert look.text("kill {outer}; echo {{x}} {box.uts_ns}") == "kill 8; echo {x} 200"
    assert isinstance(look.text("kill {outer} {ghost}"), Absent)


def test_an_operand_that_is_one_name_keeps_its_type(look: Look) -> None:
    assert look.operand("{outer}") == 8
    assert look.operand("{outer} ") == "8 "
    assert look.operand("{uts}") == Namespace(Kind.UTS, NamespaceId(4, 200))
    assert look.operand(PidOf("box:bash", "box")) == 1
    assert look.operand(3) == 3


def test_one_look_reads_each_value_once(world: Any) -> None:
    look = Look(world, VALUES)
    assert look.value("outer") == 8
    world.pids["box:bash", "host"] = 9
    assert look.text("{outer}") == "8"
    assert Look(world, VALUES).text("{outer}") == "9"


def test_frozen_values_are_told_as_they_were(world: Any) -> None:
    look = Look(world, {}, {"outer": 5, "host.pid_ns": 7})
    assert look.text("{outer} {host.pid_ns} {host.comm}") == "5 7 lab"


def test_readings_are_all_values_and_what_else_was_asked_for(look: Look) -> None:
    look.value("host.comm")
    assert look.readings().keys() == {*VALUES, "host.comm"}


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [(1, "1", True), ("a\n", "a", True), ("1", "01", False), (Namespace(Kind.PID, NamespaceId(4, 7)), "7", True)],
)
def test_readings_are_compared_as_a_person_reads_them(left: Any, right: Any, same: bool) -> None:
    assert equal(left, right) is same
    assert equal(right, left) is same


def test_what_is_absent_equals_nothing_not_even_itself(look: Look) -> None:
    assert not equal(look.value("ghost"), look.value("ghost"))
