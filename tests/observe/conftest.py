"""Processes to observe: made up for pure functions, real ones in real namespaces, and a recorded tree."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from nslab.kernel.namespaces import Kind
from nslab.observe.namespaces import Membership, NamespaceId, Namespaces
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process, Scan, read_process

RECORDED = Path(__file__).parent / "recorded"


@pytest.fixture
def recorded_lab() -> Iterator[ProcRoot]:
    """The lab of recorded/pid: its bash 181 is 1 in a PID and a UTS namespace of its own."""
    with ProcRoot.recorded(RECORDED / "pid") as root:
        yield root


@pytest.fixture
def machine() -> Iterator[ProcRoot]:
    with ProcRoot("/proc") as root:
        yield root


def made_up(pid: int, ppid: int = 0, start: int | None = None, comm: str = "bash", **own: Membership | int) -> Process:
    """All namespaces are 1, but for those given by kind: `pid=2`."""
    members = {kind.value: _member(own.get(f"in_{kind.value}", 1)) for kind in Kind}
    return Process(pid, ppid, pid if start is None else start, comm, "S", Namespaces(**members))


def _member(given: Membership | int) -> Membership:
    return NamespaceId(4, given) if isinstance(given, int) else given


@pytest.fixture
def process() -> Callable[..., Process]:
    return made_up


@pytest.fixture
def scan() -> Callable[..., Scan]:
    """A scan of made-up processes."""
    return lambda *processes: Scan(tuple(sorted(processes, key=lambda one: one.pid)), (), 0.0)


@contextmanager
def spawned(*command: str) -> Iterator[subprocess.Popen[str]]:
    """A program that prints a line once it is ready, and is killed at the end."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        child.stdout.readline()
        try:
            yield child
        finally:
            child.kill()


@pytest.fixture
def boxed() -> Callable[..., AbstractContextManager[int]]:
    """`boxed("--uts", run="...")`: pid of a process in new namespaces, its own user namespace among them."""

    @contextmanager
    def box(*flags: str, run: str = "echo; exec sleep 60") -> Iterator[int]:
        with spawned("unshare", "--user", "--map-root-user", *flags, "sh", "-c", run) as child:
            yield child.pid

    return box


@pytest.fixture
def small_lab_init() -> Iterator[int]:
    """Pid of a sh that is 1 in its own PID namespace; its child `unshare` is 2, that one's child a sh that is 3 and 1."""
    flags = ("--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--uts")
    inner = "unshare --uts --pid --fork sh -c 'echo; exec sleep 60'; :"
    with spawned("unshare", *flags, "sh", "-c", inner) as outer:
        (init,) = map(int, Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text().split())
        opened = os.pidfd_open(init)
        yield init
        with contextlib.suppress(ProcessLookupError):  # a test may have killed it
            signal.pidfd_send_signal(opened, signal.SIGKILL)
        os.close(opened)


@pytest.fixture
def small_lab(small_lab_init: int) -> Iterator[ProcRoot]:
    """The procfs of that PID namespace, held by descriptor."""
    handed_over = os.open(f"/proc/{small_lab_init}/root/proc", os.O_PATH)
    with ProcRoot(handed_over) as root:
        os.close(handed_over)
        while (inner := read_process(root, 3)) is None or inner.comm != "sleep":
            time.sleep(0.001)  # it printed its line just before exec
        yield root
