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
