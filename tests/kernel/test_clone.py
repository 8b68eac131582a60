"""clone3 makes children in new namespaces, and hands out close-on-exec pidfds of them."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from nslab.kernel.capabilities import capset
from nslab.kernel.clone import CLONE_PARENT, OUT_OF_THE_ROW, clone3, clone3_aside
from nslab.kernel.namespaces import Kind
from nslab.kernel.syscalls import SyscallError


def link(kind: Kind) -> str:
    return os.readlink(f"/proc/self/ns/{kind.value}")


def test_the_child_gets_zero_and_the_parent_a_pidfd_that_ends_with_it(inside: Callable[..., Any]) -> None:
    def parent() -> list[Any]:
        pid, pidfd = clone3(0)
        if pid == 0:
            os._exit(7)
        signal.pidfd_send_signal(pidfd, 0)
        return [os.get_inheritable(pidfd), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])]

    assert inside(parent) == [False, 7]


@pytest.mark.parametrize("kind", Kind)
def test_the_child_is_in_a_new_namespace_of_the_kind_asked_for_and_no_other(
    kind: Kind, inside: Callable[..., Any]
) -> None:
    before = {one.value: link(one) for one in Kind}
    after = inside(lambda: {one.value: link(one) for one in Kind}, kind)
    assert {name for name in before if before[name] != after[name]} == {"user", kind.value}


def test_a_sibling_is_waited_for_by_its_callers_parent(inside: Callable[..., Any]) -> None:
    def grandparent() -> int:
        read, write = os.pipe()
        pid, _ = clone3(0)
        if pid == 0:
            sibling, _ = clone3(CLONE_PARENT)
            if sibling == 0:
                os._exit(9)
            os.write(write, str(sibling).encode())
            os._exit(0)
        os.waitpid(pid, 0)
        return os.waitstatus_to_exitcode(os.waitpid(int(os.read(read, 16)), 0)[1])

    assert inside(grandparent) == 9


def born(make: Callable[[int], tuple[int, int]], flags: int = 0) -> int:
    """The number of a child that ends at once."""
    pid, _ = make(flags)
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return pid


def test_a_child_aside_takes_no_number_from_those_who_come_after_it(inside: Callable[..., Any]) -> None:
    def family() -> list[int]:
        return [born(clone3), born(clone3_aside), born(clone3_aside), born(clone3)]

    first, aside, again, after = inside(family, Kind.PID)
    assert after == first + 1
    assert aside == again == OUT_OF_THE_ROW[0]


def test_a_child_aside_takes_the_next_number_where_one_is_taken(inside: Callable[..., Any]) -> None:
    def two() -> list[int]:
        pid, pidfd = clone3_aside(0)
        if pid == 0:
            signal.pause()
        other = born(clone3_aside)
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        return [pid, other]

    assert inside(two, Kind.PID) == [OUT_OF_THE_ROW[0], OUT_OF_THE_ROW[1]]


def test_where_nobody_may_choose_a_child_aside_is_an_ordinary_one(inside: Callable[..., Any]) -> None:
    def weak() -> list[int]:
        capset()
        return [born(clone3), born(clone3_aside), born(clone3)]

    first, aside, after = inside(weak, Kind.PID)
    assert [aside, after] == [first + 1, first + 2]


def test_namespaces_without_the_right_to_them_are_refused_by_name(inside: Callable[..., Any]) -> None:
    def unprivileged() -> list[Any]:
        if os.geteuid() == 0:
            os.setresuid(65534, 65534, 65534)
        try:
            pid, _ = clone3(Kind.NET.clone_flag)
            if pid == 0:
                os._exit(0)
        except SyscallError as error:
            return [error.name, error.errno]
        return []

    assert inside(unprivileged) == ["clone3", errno.EPERM]
