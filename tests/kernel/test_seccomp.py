"""Seccomp filters, proved by making the calls behind them, and their program by running it on made-up calls."""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import signal
import struct
import termios
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nslab.engine.profiles import ALL_NAMESPACES, CONTAINER_RULES, LAB, TIOCLINUX
from nslab.kernel import bpf, seccomp
from nslab.kernel.namespaces import Kind
from nslab.kernel.process import PR_SET_NO_NEW_PRIVS, prctl
from nslab.kernel.seccomp import MACHINES, Deny
from nslab.kernel.syscalls import LIBC

HERE = MACHINES[os.uname().machine]
PROFILES = {"lab": LAB, "container": CONTAINER_RULES}


def call(number: int, *args: int) -> int:
    """The errno of a raw system call, 0 where it worked."""
    ctypes.set_errno(0)
    returned = LIBC.syscall(ctypes.c_long(number), *(ctypes.c_long(arg) for arg in args))
    return ctypes.get_errno() if returned == -1 else 0


def restrict(rules: tuple[Deny, ...]) -> None:
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    seccomp.install(seccomp.build(rules))


def run_program(program: bytes, nr: int, arch: int, *args: int) -> int:
    """What the kernel's interpreter would return; only the instructions that we use."""
    data = struct.pack("=iIQ6Q", nr - (1 << 32) if nr >= 1 << 31 else nr, arch, 0, *(*args, *[0] * (6 - len(args))))
    lines = list(bpf.INSTRUCTION.iter_unpack(program))
    at = accumulator = 0
    while True:
        code, true, false, k = lines[at]
        if code == bpf.RETURN:
            return int(k)
        if code == bpf.LOAD_WORD:
            accumulator = struct.unpack_from("=I", data, k)[0]
            at += 1
            continue
        holds = {
            bpf.JUMP_EQUAL: accumulator == k,
            bpf.JUMP_GREATER_EQUAL: accumulator >= k,
            bpf.JUMP_SET: bool(accumulator & k),
        }[code]
        at += 1 + (true if holds else false)


@pytest.mark.parametrize("profile", PROFILES)
def test_each_denied_call_answers_its_errno(profile: str, inside: Callable[..., Any]) -> None:
    whole = [rule for rule in PROFILES[profile] if rule.argument is None]

    def action() -> dict[str, int]:
        restrict(PROFILES[profile])
        return {rule.call: call(HERE.numbers[rule.call], -1, -1, -1, -1, -1, -1) for rule in whole}

    assert inside(action, Kind.UTS) == {rule.call: rule.errno for rule in whole}


def test_without_a_filter_the_same_calls_answer_something_else(inside: Callable[..., Any]) -> None:
    """Or the test above would prove nothing."""
    names = [rule.call for rule in CONTAINER_RULES if rule.argument is None]
    told = inside(lambda: {name: call(HERE.numbers[name], -1, -1, -1, -1, -1, -1) for name in names}, *Kind)
    assert {
        name for name in ("unshare", "setns", "clone3", "mount", "move_mount") if told[name] == errno.EPERM
    } == set()


@pytest.mark.parametrize("request_", [int(termios.TIOCSTI), TIOCLINUX])
@pytest.mark.parametrize("high_bits", [0, 1 << 32, 0xFFFF_FFFF << 32])
def test_keys_can_not_be_typed_into_a_terminal_whatever_the_high_bits_say(
    request_: int, high_bits: int, inside: Callable[..., Any]
) -> None:
    """CVE-2019-10063: the kernel looks at 32 bits of the request, and so must the filter."""

    def action() -> list[int]:
        before = call(HERE.numbers["ioctl"], -1, request_ | high_bits, 0)
        restrict(LAB)
        return [before, call(HERE.numbers["ioctl"], -1, request_ | high_bits, 0)]

    assert inside(action) == [errno.EBADF, errno.EPERM]


def test_other_ioctls_pass(inside: Callable[..., Any]) -> None:
    def action() -> int:
        restrict(LAB)
        return call(HERE.numbers["ioctl"], -1, termios.TIOCGWINSZ, 0)

    assert inside(action) == errno.EBADF


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.TIME])
def test_clone_with_a_namespace_flag_is_denied_and_plain_clone_is_not(kind: Kind, inside: Callable[..., Any]) -> None:
    def action() -> list[int]:
        restrict(CONTAINER_RULES)
        denied = call(HERE.numbers["clone"], kind.clone_flag, 0, 0, 0, 0)
        pid = os.fork()
        if pid == 0:
            os._exit(3)
        return [denied, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])]

    assert inside(action, Kind.UTS) == [errno.EPERM, 3]


def test_a_thread_starts_under_the_containers_filter(inside: Callable[..., Any]) -> None:
    """glibc tries clone3 first and must find ENOSYS, not EPERM, to go on with clone."""

    def action() -> list[str]:
        from threading import Thread

        restrict(CONTAINER_RULES)
        said: list[str] = []
        thread = Thread(target=said.append, args=("ran",))
        thread.start()
        thread.join()
        return said

    assert inside(action) == ["ran"]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("profile", PROFILES)
@given(nr=st.integers(0, 0x3FFF_FFFF), arch=st.integers(0, 0xFFFF_FFFF), argument=st.integers(0, 2**64 - 1))
@settings(database=None, max_examples=50)
def test_a_foreign_architectures_calls_are_enosys(
    machine: str, profile: str, nr: int, arch: int, argument: int
) -> None:
    program = seccomp.build(PROFILES[profile], machine)
    if arch != MACHINES[machine].audit_arch:
        assert run_program(program, nr, arch, argument) == seccomp.RET_ERRNO | errno.ENOSYS


@pytest.mark.parametrize("profile", PROFILES)
def test_every_x32_call_is_enosys(profile: str) -> None:
    program = seccomp.build(PROFILES[profile], "x86_64")
    for number in (0, *MACHINES["x86_64"].numbers.values()):
        got = run_program(program, seccomp.X32_BIT | number, MACHINES["x86_64"].audit_arch)
        assert got == seccomp.RET_ERRNO | errno.ENOSYS


@pytest.mark.parametrize("machine", MACHINES)
@given(nr=st.integers(0, 600))
@settings(database=None)
def test_calls_without_a_rule_pass(machine: str, nr: int) -> None:
    table = MACHINES[machine]
    if nr not in {table.numbers[rule.call] for rule in CONTAINER_RULES}:
        assert run_program(seccomp.build(CONTAINER_RULES, machine), nr, table.audit_arch) == seccomp.RET_ALLOW


@pytest.mark.parametrize("machine", MACHINES)
def test_each_rule_holds_on_each_machine(machine: str) -> None:
    table = MACHINES[machine]
    program = seccomp.build(CONTAINER_RULES, machine)
    for rule in CONTAINER_RULES:
        args = [0] * 6
        if rule.argument is not None:
            args[rule.argument] = ALL_NAMESPACES if rule.mask else rule.equals or 0
        assert run_program(program, table.numbers[rule.call], table.audit_arch, *args) == seccomp.RET_ERRNO | rule.errno


def test_a_call_by_the_32_bit_gate_does_not_reach_the_kernels_table(inside: Callable[..., Any]) -> None:
    """`int 0x80` with getpid's number there. A kernel without that gate kills the process instead."""

    def action() -> int:
        code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # mov eax, 20; int 0x80; ret
        restrict(LAB)
        gate = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
        return int(gate())

    if os.uname().machine == "x86_64":
        assert inside(action) in (-errno.ENOSYS, *(f"status {signal.SIGSEGV | core}" for core in (0, 0x80)))


def test_a_filter_without_no_new_privileges_is_eacces(inside: Callable[..., Any]) -> None:
    def action() -> int:
        if os.geteuid() == 0:
            os.setresuid(65534, 65534, 65534)
        return seccomp.install(seccomp.build(LAB))

    assert inside(action) == f"errno {errno.EACCES}"


def test_a_machine_without_a_table_gets_no_filter_rather_than_a_wrong_one() -> None:
    with pytest.raises(seccomp.UnknownMachine):
        seccomp.build(LAB, "pdp11")
