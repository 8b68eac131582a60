"""Joining namespaces."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from nslab.kernel.namespaces import Kind, setns
from nslab.kernel.pidfd import pidfd_open
from nslab.kernel.syscalls import invoke


def test_a_process_joins_the_namespace_of_another_by_its_pidfd(inside: Callable[..., Any]) -> None:
    def action() -> bool:
        home = pidfd_open(os.getpid())
        before = os.readlink("/proc/self/ns/uts")
        pid = os.fork()
        if pid == 0:
            invoke("unshare", Kind.UTS.clone_flag)
            setns(home, Kind.UTS.clone_flag)
            os._exit(os.readlink("/proc/self/ns/uts") == before)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1

    assert inside(action, Kind.UTS) is True
