"""The nsfs ioctls, asked of this process's own namespaces and of ones made for the test."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nslab.kernel import nsfs
from nslab.kernel.namespaces import Kind


@contextmanager
def namespace(kind: Kind, pid: int | str = "self") -> Iterator[int]:
    file = os.open(f"/proc/{pid}/ns/{kind.value}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield file
    finally:
        os.close(file)


@contextmanager
def boxed(*flags: str) -> Iterator[int]:
    """The pid of a process in new namespaces."""
    command = ["unshare", "--user", "--map-root-user", *flags, "sh", "-c", "echo $$; exec sleep 60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as made:
        assert made.stdout is not None
        made.stdout.readline()
        try:
            yield made.pid
        finally:
            made.kill()


@pytest.mark.parametrize("kind", Kind)
def test_the_kernel_names_each_kind_as_its_link_does(kind: Kind) -> None:
    with namespace(kind) as file:
        assert nsfs.kind(file) is kind


def test_a_namespace_made_in_a_new_user_namespace_is_owned_by_it() -> None:
    with boxed("--uts") as pid, namespace(Kind.UTS, pid) as uts:
        owner = nsfs.open_owner(uts)
        try:
            assert os.fstat(owner).st_ino == os.stat(f"/proc/{pid}/ns/user").st_ino
            assert os.get_inheritable(owner) is False
        finally:
            os.close(owner)


def test_the_parent_of_a_new_user_namespace_is_the_one_it_was_made_in_and_its_maker_owns_it() -> None:
    with boxed() as pid, namespace(Kind.USER, pid) as user:
        parent = nsfs.open_parent(user)
        try:
            assert os.fstat(parent).st_ino == os.stat("/proc/self/ns/user").st_ino
        finally:
            os.close(parent)
        assert nsfs.owner_uid(user) == os.getuid()


def test_a_kind_without_parents_says_so() -> None:
    with namespace(Kind.UTS) as uts, pytest.raises(nsfs.NotHierarchical):
        nsfs.open_parent(uts)


def test_the_parent_of_ones_own_pid_namespace_is_out_of_view() -> None:
    with namespace(Kind.PID) as pid, pytest.raises(nsfs.OutsideView):
        nsfs.open_parent(pid)


def test_a_file_that_is_no_namespace_is_refused_by_the_kernel(tmp_path: Path) -> None:
    file = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(OSError):
            nsfs.kind(file)
    finally:
        os.close(file)
