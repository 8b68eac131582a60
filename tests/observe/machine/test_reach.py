"""Opening a namespace's file where it was seen, and nothing else that may lie there by now."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from nslab.kernel.namespaces import Kind
from nslab.observe.holders import DescriptorHold, MountHold
from nslab.observe.machine.reach import BirthHold, MemberPlace, Place, Ref, path_of, reach, ref_of, source_of
from nslab.observe.namespaces import NamespaceId
from nslab.observe.roots import ProcRoot

UTS = Ref(Kind.UTS, NamespaceId(4, 77))


@pytest.mark.parametrize(
    ("place", "path", "source"),
    [
        (MemberPlace(8, 1), "8/ns/uts", "readlink /proc/8/ns/uts"),
        (BirthHold(Kind.UTS, UTS.id, 8), "8/ns/uts_for_children", "readlink /proc/8/ns/uts_for_children"),
        (DescriptorHold(Kind.UTS, UTS.id, 8, 3), "8/fd/3", "stat -L /proc/8/fd/3"),
        (MountHold(Kind.UTS, UTS.id, "/run/netns/blue", 8), "8/root/run/netns/blue", "stat /run/netns/blue"),
    ],
)
def test_each_place_has_its_path_and_the_command_that_shows_it(place: Place, path: str, source: str) -> None:
    assert path_of(UTS, place) == path
    assert source_of(UTS, place) == source


def test_what_is_reached_is_the_namespace_meant(
    machine: ProcRoot, boxed: Callable[..., AbstractContextManager[int]]
) -> None:
    with boxed("--uts") as pid:
        ref = Ref(Kind.UTS, machine.namespace(os.stat(f"/proc/{pid}/ns/uts").st_ino))
        file = reach(machine, ref, MemberPlace(pid, 0))
    assert ref_of(machine, file) == ref
    os.close(file)


def test_another_namespace_in_its_place_is_refused(machine: ProcRoot) -> None:
    other = Ref(Kind.UTS, NamespaceId(machine.nsfs_device, 1))
    with pytest.raises(OSError) as refused:
        reach(machine, other, MemberPlace(os.getpid(), 0))
    assert refused.value.errno == errno.ESTALE


def test_a_fifo_in_its_place_is_seen_and_not_waited_for(machine: ProcRoot, tmp_path: os.PathLike[str]) -> None:
    fifo = os.path.join(tmp_path, "was-mounted")
    os.mkfifo(fifo)
    with pytest.raises(OSError) as refused:
        reach(machine, UTS, MountHold(Kind.UTS, UTS.id, fifo, os.getpid()))
    assert refused.value.errno == errno.ESTALE


def test_a_process_that_has_gone_is_an_error(machine: ProcRoot) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    with pytest.raises(FileNotFoundError):
        reach(machine, UTS, MemberPlace(gone.pid, 0))
