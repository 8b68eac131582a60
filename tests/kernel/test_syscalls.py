"""Entering the kernel: errors hold the call as it was made, and nothing is cut off on the way."""

from __future__ import annotations

import errno
import os

import pytest

from nslab.errors import Because
from nslab.kernel import mounts, process
from nslab.kernel.pidfd import pidfd_open
from nslab.kernel.syscalls import SyscallError, errno_name, invoke, meaning, resolve, signal_name


def test_a_refused_call_is_an_oserror_that_holds_the_call() -> None:
    with pytest.raises(SyscallError) as refused:
        mounts.umount2("/no/such/place", 0)
    assert isinstance(refused.value, OSError)
    assert (refused.value.name, refused.value.call_args) == ("umount2", ("/no/such/place", 0))
    assert str(refused.value).startswith("umount2(/no/such/place, 0) = E")


def test_what_a_call_returns_is_returned() -> None:
    pidfd = pidfd_open(os.getpid())
    try:
        assert os.readlink(f"/proc/self/fd/{pidfd}") in ("anon_inode:[pidfd]", f"pidfd:[{os.fstat(pidfd).st_ino}]")
    finally:
        os.close(pidfd)


def test_an_integer_keeps_its_high_bits() -> None:
    """As varargs of C an int would be passed as 32 bits: the kernel would see option 1 here."""
    with pytest.raises(SyscallError) as refused:
        process.prctl((1 << 32) - 7 + (1 << 40))
    assert refused.value.errno == errno.EINVAL


def test_a_string_with_a_nul_is_refused_and_not_cut_off() -> None:
    with pytest.raises(SyscallError) as refused:
        mounts.mount("tmpfs", "/tmp\0/elsewhere", "tmpfs", 0, None)
    assert refused.value.errno == errno.EINVAL


def test_a_name_that_is_not_utf8_reaches_the_kernel_as_its_bytes() -> None:
    with pytest.raises(SyscallError) as refused:
        mounts.umount2(os.fsdecode(b"/\xff"), 0)
    assert refused.value.errno in (errno.ENOENT, errno.EPERM)


@pytest.mark.parametrize("call", ["clone3", "unshare"])
def test_enospc_of_a_clone_is_not_called_a_full_disk(call: str) -> None:
    assert meaning(call, errno.ENOSPC) == Because("error.meaning.namespace-limit")
    assert meaning("write", errno.ENOSPC) == os.strerror(errno.ENOSPC)


def test_numbers_have_names_where_there_are_some() -> None:
    assert (errno_name(1), errno_name(9999), signal_name(9), signal_name(250)) == (
        "EPERM",
        "9999",
        "SIGKILL",
        "signal 250",
    )


def test_a_symbol_that_libc_lacks_is_noticed_when_it_is_resolved() -> None:
    resolve("mount", "clone3")
    with pytest.raises(AttributeError):
        resolve("no_such_call")


def test_the_numbers_of_calls_are_the_running_kernels() -> None:
    """Each answers something else than ENOSYS: it exists."""
    for name in ("open_tree", "move_mount", "mount_setattr", "openat2"):
        with pytest.raises(SyscallError) as refused:
            invoke(name, -1, "", 0xFFFF, None, 0)
        assert refused.value.errno != errno.ENOSYS
