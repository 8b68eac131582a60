"""POSIX message queues of this kernel."""

from __future__ import annotations

import errno
import os

import pytest

from nslab.kernel import mqueue
from nslab.kernel.mqueue import mq_open
from nslab.kernel.syscalls import SyscallError


@pytest.mark.parametrize(("name", "number"), [("/no-such-queue", errno.ENOENT), ("no-slash", errno.EINVAL)])
def test_a_queue_that_is_not_there_is_told_by_the_kernel(name: str, number: int) -> None:
    with pytest.raises(SyscallError) as refused:
        mq_open(name, os.O_RDONLY)
    assert refused.value.errno == number


def test_a_c_library_without_the_call_is_told_as_a_kernel_without_it_would_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqueue, "LIBC", object())
    with pytest.raises(SyscallError) as refused:
        mq_open("/any", os.O_RDONLY)
    assert refused.value.errno == errno.ENOSYS
