"""A procfs's files as values: against the real kernel, and for any bytes a process or a mount may be named by."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nslab.kernel import procfs

_RENAME_AND_WAIT = (
    "import sys; open('/proc/self/comm', 'wb').write(bytes.fromhex(sys.argv[1])); print(flush=True); input()"
)
_MOUNT_ESCAPES = {octet: b"\\%03o" % octet for octet in b" \t\n\\#"}
_NAMES = st.binary(max_size=64).filter(lambda name: b"\0" not in name)


@contextmanager
def opened(pid: int) -> Iterator[int]:
    root = procfs.open_root("/proc")
    process = procfs.open_process(root, pid)
    try:
        yield process
    finally:
        os.close(process)
        os.close(root)


def mangled(path: bytes) -> bytes:
    """As the kernel's mangle() writes mount fields."""
    return b"".join(_MOUNT_ESCAPES.get(octet, bytes([octet])) for octet in path)


@given(comm=_NAMES, ppid=st.integers(0, 2**22))
def test_a_stat_line_is_read_whatever_bytes_the_name_holds(comm: bytes, ppid: int) -> None:
    line = b"8 (%b) S %d 8 8 34816 12 4194304 100 0 0 0 1 2 0 0 30 10 1 0 998877 1000 200 18446744073709551615\n"
    stat = procfs.parse_stat(line % (comm, ppid))
    assert os.fsencode(stat.comm) == comm
    assert (stat.pid, stat.state, stat.ppid, stat.tpgid) == (8, "S", ppid, 12)
    assert (stat.nice, stat.start_ticks) == (10, 998877)


@given(comm=_NAMES)
def test_the_name_in_status_comes_back_from_the_kernels_escapes(comm: bytes) -> None:
    escaped = comm.replace(b"\\", b"\\\\").replace(b"\n", b"\\n")
    real = Path("/proc/self/status").read_bytes()
    content = b"Name:\t" + escaped + real[real.index(b"\n") :]
    assert os.fsencode(procfs.parse_status(content).name) == comm


def test_a_real_process_with_a_hostile_name_reads_the_same_in_stat_and_status() -> None:
    name = b"a) S 1\n(\\n\x1b\xff"
    command = [sys.executable, "-c", _RENAME_AND_WAIT, name.hex()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        with opened(child.pid) as process:
            stat, status = procfs.read_stat(process), procfs.read_status(process)
        child.kill()
    assert os.fsencode(stat.comm) == os.fsencode(status.name) == name
    assert (stat.ppid, status.ppid) == (os.getpid(), os.getpid())
    assert stat.nice == os.getpriority(os.PRIO_PROCESS, 0)


def test_the_status_of_this_process_agrees_with_its_own_system_calls() -> None:
    with opened(os.getpid()) as process:
        status = procfs.read_status(process)
    assert (status.uids.real, status.uids.effective, status.uids.saved) == os.getresuid()
    assert (status.gids.real, status.gids.effective, status.gids.saved) == os.getresgid()
    assert status.groups == tuple(sorted(os.getgroups()))
    assert status.nspid[-1] == os.getpid()
    assert status.cap_effective & ~status.cap_permitted == 0


def test_a_status_without_nspid_reads_as_unknown_not_as_one_number() -> None:
    lines = Path("/proc/self/status").read_bytes().splitlines(keepends=True)
    assert procfs.parse_status(b"".join(line for line in lines if not line.startswith(b"NSpid"))).nspid == ()


def test_a_status_without_a_line_that_every_kernel_writes_is_refused_by_name() -> None:
    with pytest.raises(procfs.MalformedProcfs, match="PPid"):
        procfs.parse_status(b"Name:\tx\nState:\tS (sleeping)\n")


@given(root=_NAMES, point=_NAMES, source=_NAMES, optional=st.lists(st.sampled_from(["shared:1", "master:22"])))
def test_any_mount_path_comes_back_from_mountinfo(
    root: bytes, point: bytes, source: bytes, optional: list[str]
) -> None:
    tags = "".join(f"{tag} " for tag in optional).encode()
    fields = (mangled(root), mangled(point), tags, mangled(source))
    (mount,) = procfs.parse_mountinfo(b"36 35 98:0 %b %b rw,noatime %b- ext4 %b rw,errors=continue\n" % fields)
    assert (os.fsencode(mount.root), os.fsencode(mount.point), os.fsencode(mount.source)) == (root, point, source)
    assert (mount.id, mount.parent, mount.device, mount.fstype) == (36, 35, "98:0", "ext4")
    assert mount.optional == tuple(optional)


def test_every_mount_of_this_machine_is_read() -> None:
    with opened(os.getpid()) as process:
        mounts = procfs.read_mountinfo(process)
    assert len(mounts) == len(Path("/proc/self/mountinfo").read_bytes().splitlines())
    assert any(mount.point == "/proc" and mount.fstype == "proc" for mount in mounts)


def test_a_line_that_is_no_mount_is_refused_with_the_line() -> None:
    with pytest.raises(procfs.MalformedProcfs, match="36 35"):
        procfs.parse_mountinfo(b"36 35 98:0 / /mnt rw\n")


@given(arguments=st.lists(_NAMES, min_size=1))
def test_any_arguments_come_back_from_cmdline(arguments: list[bytes]) -> None:
    content = b"".join(argument + b"\0" for argument in arguments)
    assert [os.fsencode(argument) for argument in procfs.parse_cmdline(content)] == arguments


def test_a_kernel_thread_or_zombie_has_no_arguments() -> None:
    assert procfs.parse_cmdline(b"") == ()


@pytest.mark.parametrize("line", [b"NoNewPrivs:", b"Seccomp:"])
def test_what_this_kernel_does_not_say_of_a_process_is_unknown_and_not_false(line: bytes) -> None:
    """NoNewPrivs is from Linux 4.10 on, Seccomp with CONFIG_SECCOMP only."""
    real = Path("/proc/self/status").read_bytes()
    without = b"".join(one for one in real.splitlines(keepends=True) if not one.startswith(line))
    status = procfs.parse_status(without)
    assert (status.no_new_privs is None, status.seccomp is None) == (line == b"NoNewPrivs:", line == b"Seccomp:")


def test_ones_own_maps_are_read_by_the_same_reader() -> None:
    with procfs.own_process() as process:
        maps = procfs.read_uid_map(process), procfs.read_gid_map(process)
    assert all(
        any(e.inside <= id_ < e.inside + e.count for e in m)
        for m, id_ in zip(maps, (os.geteuid(), os.getegid()), strict=True)
    )


def test_listing_works_through_a_descriptor_that_cannot_be_read_itself() -> None:
    handed_over = os.open("/proc", os.O_PATH)
    root = procfs.open_root(handed_over)
    try:
        listed = procfs.pids(root)
        assert os.getpid() in listed
        assert listed == sorted(listed)
    finally:
        os.close(root)
        os.close(handed_over)


def test_an_opened_process_that_has_ended_is_told_from_one_that_may_not_be_read() -> None:
    with subprocess.Popen(["sleep", "60"]) as child, opened(child.pid) as process:
        child.kill()
        child.wait()
        with pytest.raises(OSError) as caught:
            procfs.read_stat(process)
    assert procfs.is_gone(caught.value)
    assert not procfs.is_gone(OSError(errno.EACCES, "denied"))


def test_a_file_longer_than_one_read_is_whole_and_a_limited_one_is_not(tmp_path: Path) -> None:
    (tmp_path / "long").write_bytes(b"x" * 40000)
    directory = os.open(tmp_path, os.O_RDONLY)
    try:
        assert len(procfs.read_file(directory, "long")) == 40000
        assert len(procfs.read_file(directory, "long", 4096)) == 4096
    finally:
        os.close(directory)
