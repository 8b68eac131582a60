"""Processes by descriptor."""

from __future__ import annotations

import errno
import os
import signal

import pytest

from nslab.kernel import pidfd
from nslab.kernel.syscalls import SyscallError


def test_a_pidfd_is_close_on_exec_and_a_process_that_is_gone_is_esrch() -> None:
    child = os.posix_spawn("/bin/true", ["true"], {})
    opened = pidfd.pidfd_open(child)
    assert os.get_inheritable(opened) is False
    os.waitpid(child, 0)
    with pytest.raises(SyscallError) as refused:
        pidfd.pidfd_send_signal(opened, signal.SIGKILL)
    os.close(opened)
    assert refused.value.errno == errno.ESRCH


def test_a_process_is_told_by_its_numbers_while_it_is_there() -> None:
    child = os.posix_spawn(
        "/bin/cat",
        ["cat"],
        {},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, "/dev/zero", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0),
        ],
    )
    opened = pidfd.pidfd_open(child)
    assert pidfd.pidfd_numbers(opened)[0] == child
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert pidfd.pidfd_numbers(opened) == ()
    os.close(opened)
