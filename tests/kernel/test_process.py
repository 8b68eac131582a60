"""One process's own state: names, ids, signals, descriptors."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nslab.kernel import process
from nslab.kernel.namespaces import Kind


def test_comm_is_what_was_set(inside: Callable[..., Any]) -> None:
    def action() -> str:
        process.set_name("lab")
        return Path("/proc/self/comm").read_text()

    assert inside(action) == "lab\n"


def test_every_signal_is_default_and_none_is_blocked_whoever_changed_it(inside: Callable[..., Any]) -> None:
    def action() -> list[int]:
        for number in (signal.SIGHUP, signal.SIGQUIT, signal.SIGINT, signal.SIGUSR1, signal.SIGRTMAX):
            signal.signal(number, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda _number, _frame: None)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGALRM})
        process.default_signals()
        status = Path("/proc/self/status").read_text()
        return [int(status.partition(f"{name}:")[2].split()[0], 16) for name in ("SigIgn", "SigCgt", "SigBlk")]

    ignored, caught, blocked = inside(action)
    glibc_own = 0x3 << 31  # 32 and 33: nobody else can set them; its posix_spawn, which make uses, leaves them ignored
    assert (ignored & ~glibc_own, caught & ~glibc_own, blocked) == (0, 0, 0)


def test_a_program_after_close_range_has_its_three_streams_only(inside: Callable[..., Any]) -> None:
    def action() -> list[str]:
        leaked = os.open("/", os.O_RDONLY)
        os.set_inheritable(leaked, True)
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.dup2(write, 1)
            process.close_on_exec_from(3)
            os.execv("/bin/ls", ["ls", "/proc/self/fd"])
        os.close(write)
        os.waitpid(pid, 0)
        return os.read(read, 4096).decode().split()

    assert inside(action) == ["0", "1", "2", "3"]  # 3 is ls's own look at the directory


def test_ids_that_are_not_mapped_are_einval(inside: Callable[..., Any]) -> None:
    assert inside(lambda: process.set_ids(4_000_000_000, 0), Kind.UTS) == f"errno {errno.EINVAL}"


def test_the_command_line_is_replaced_and_the_environment_not_shown(inside: Callable[..., Any]) -> None:
    def action() -> list[str]:
        process.overwrite_arguments("lab")
        return [Path("/proc/self/cmdline").read_text(), Path("/proc/self/environ").read_text().strip("\0")]

    assert inside(action) == ["lab\0", ""]


def test_a_title_longer_than_the_command_line_is_cut_off(inside: Callable[..., Any]) -> None:
    def action() -> list[int]:
        length = len(Path("/proc/self/cmdline").read_bytes())
        process.overwrite_arguments("x" * 100_000)
        return [length, len(Path("/proc/self/cmdline").read_bytes())]

    before, after = inside(action)
    assert after <= before
