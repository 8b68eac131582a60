"""Labs for tests, and after each test the proof that nothing of them is left.

This process is made the reaper of its orphans (PR_SET_CHILD_SUBREAPER), so whatever a test brings to life, and however its
parents die, stays our descendant and is counted.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import re
import select
import subprocess
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from nslab.engine import rundir
from nslab.engine.client import Lab, Task
from nslab.engine.failures import LabError
from nslab.engine.spec import Process, Spec
from nslab.kernel.namespaces import Kind
from tests.delegated import TEST_GROUP

PR_SET_CHILD_SUBREAPER = 36
GONE_SECONDS = 1.0
PATIENCE_SECONDS = 15.0

ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


@contextlib.contextmanager
def may_tell(*codes: str) -> Iterator[None]:
    """Where a failure may come or not: if one does, it is told as one of these."""
    try:
        yield
    except LabError as error:
        if error.code not in codes:
            raise


class Trace(Struct, frozen=True):
    """What a lab could leave: processes, mounts, links, control groups, run directories, and our own descriptors."""

    processes: frozenset[str]
    mounts: frozenset[str]
    links: frozenset[str]
    groups: frozenset[str]
    directories: frozenset[str]
    descriptors: frozenset[str]


def stat_fields(pid: str) -> list[str] | None:
    """comm, state, parent; None where the process is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    comm, _, rest = text.partition("(")[2].rpartition(")")
    return [comm, *rest.split()[:2]]


def descendants() -> dict[str, list[str]]:
    """All that came from this process, dead ones that nobody waited for among them."""
    table = {pid: fields for pid in os.listdir("/proc") if pid.isdigit() and (fields := stat_fields(pid))}
    found, ours = {}, {str(os.getpid())}
    while new := {pid: fields for pid, fields in table.items() if fields[2] in ours and pid not in found}:
        found |= new
        ours = set(new)
    return found


def run_directories() -> frozenset[str]:
    """All but those of labs that somebody else on this machine has at the moment, or is just beginning."""
    base = rundir.base(dict(os.environ), os.geteuid())
    try:
        names = os.listdir(base)
    except FileNotFoundError:  # whoever left last took it along
        names = []
    begun = (name for name in names if not name.startswith(rundir.NEW))
    return frozenset(name for name in begun if not another_owner(base / name / rundir.LOCK))


def another_owner(lock: Path) -> bool:
    try:
        owner = str(json.loads(lock.read_bytes())["pid"])
    except (OSError, ValueError):
        return False
    return owner != str(os.getpid()) and stat_fields(owner) is not None and owner not in descendants()


def control_groups() -> frozenset[str]:
    """All of nslab's, but those that tests beside this one have handed over."""
    others = re.compile(rf"/{TEST_GROUP}(?!{os.getpid()}(/|$))")
    paths = (
        os.path.join(parent, name)
        for parent, names, _ in os.walk("/sys/fs/cgroup")
        for name in names
        if "nslab" in name
    )
    return frozenset(path for path in paths if "bench" not in path and not others.search(path))


def trace() -> Trace:
    return Trace(
        frozenset(f"{pid} {fields[0]}" for pid, fields in descendants().items() if fields[1] != "Z"),
        frozenset(Path("/proc/self/mountinfo").read_text().splitlines()),
        frozenset(line.partition(":")[0].strip() for line in Path("/proc/net/dev").read_text().splitlines()),
        control_groups(),
        run_directories(),
        frozenset(f"{fd} {os.readlink(f'/proc/self/fd/{fd}')}" for fd in open_fds()),
    )


def open_fds() -> list[str]:
    return [fd for fd in os.listdir("/proc/self/fd") if os.path.lexists(f"/proc/self/fd/{fd}")]


def reap(before: set[str]) -> None:
    """Wait for orphans that were ours to wait for."""
    for pid, fields in descendants().items():
        if fields[1] == "Z" and fields[2] == str(os.getpid()) and pid not in before:
            os.waitpid(int(pid), os.WNOHANG)


def new_since(before: Trace) -> dict[str, frozenset[str]]:
    now = trace()
    return {name: left for name in Trace.__struct_fields__ if (left := getattr(now, name) - getattr(before, name))}


@pytest.fixture(scope="module", autouse=True)
def runtime_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A user's labs go where nobody else's are. Root's are always in /run/nslab."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        yield


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Compare the machine before and after; processes get GONE_SECONDS to go."""
    before, zombies = trace(), set(descendants())
    yield
    deadline = time.monotonic() + GONE_SECONDS
    while (left := new_since(before)) and time.monotonic() < deadline:
        gc.collect()  # a descriptor may hang on a traceback
        time.sleep(0.02)
    reap(zombies)
    assert left == {}


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab of the test's own, to be wrecked at will."""
    with Lab.start() as started:
        yield started


@pytest.fixture(scope="module")
def shared_lab() -> Iterator[Lab]:
    """One lab for a file's tests that leave it as it was."""
    with Lab.start() as started:
        yield started


class Finished(Struct, frozen=True):
    """How a program ended: its status as a shell has it, and what it said."""

    status: int
    out: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def read_all(fd: int, seconds: float = PATIENCE_SECONDS) -> str:
    """Until the end of file."""
    said, deadline = b"", time.monotonic() + seconds
    while select.select([fd], [], [], max(0.0, deadline - time.monotonic()))[0]:
        data = os.read(fd, 1 << 16)
        if not data:
            return said.decode(errors="replace")
        said += data
    raise AssertionError(f"no end of output after {seconds} s; so far: {said[-2000:]!r}")


def shell_status(status: int) -> int:
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def run_piped(lab: Lab, start: Callable[[tuple[int, int, int]], Task]) -> Finished:
    """Start a program whose input is empty and whose output is ours to read; wait for its end."""
    stdin, nothing = os.pipe2(os.O_CLOEXEC)
    out, stdout = os.pipe2(os.O_CLOEXEC)
    os.close(nothing)
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, out)
        try:
            task = start((stdin, stdout, stdout))
        finally:
            os.close(stdin)
            os.close(stdout)
        stack.callback(os.close, task.pidfd)
        said = read_all(out)
        status = lab.wait(task.pid, PATIENCE_SECONDS)
    assert status is not None
    return Finished(shell_status(status), said)


@pytest.fixture
def in_lab() -> Callable[..., Finished]:
    """`in_lab(lab, script)`: a shell in the lab itself, as the host terminal's is."""

    def run(lab: Lab, script: str, *args: str, **changes: Any) -> Finished:
        process = Process(("sh", "-c", script, "sh", *args), **changes)
        return run_piped(lab, lambda pipes: lab.spawn(process, pipes))

    return run


@pytest.fixture
def in_box() -> Callable[..., Finished]:
    """`in_box(lab, script, kinds)`: a shell as a container's first process. The container is deleted afterwards."""

    def run(lab: Lab, script: str, kinds: tuple[Kind, ...] = tuple(Kind), *args: str, **changes: Any) -> Finished:
        hostname = changes.pop("hostname", None)
        spec = Spec("box", Process(("sh", "-c", script, "sh", *args), **changes), kinds, hostname)
        told = run_piped(lab, lambda pipes: lab.run(spec, pipes))
        lab.delete("box")
        return told

    return run


@pytest.fixture
def attached() -> Callable[..., Finished]:
    """`attached(lab, pid, script)`: a shell that joins a process."""

    def run(lab: Lab, pid: int, script: str, **changes: Any) -> Finished:
        process = Process(("sh", "-c", script), **changes)
        return run_piped(lab, lambda pipes: lab.attach(pid, process, pipes))

    return run


DRIVER = """
import sys
from nslab.engine import calls, execute, inquiry, keeper, lab, runtime, stages
{patch}
sys.exit(keeper.main(sys.argv[1:]))
"""


# A setuid program that is traced has no power, and newuidmap(1) is one.
UNTRACED = """
from nslab.engine import ids
ids.subordinate_ranges = lambda: "no-newuidmap"
"""


@pytest.fixture(scope="session")
def changed_lab(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Lab]:
    """`changed_lab(patch)`: a lab whose keeper ran some lines of Python before it began. The caller closes it."""

    def start(patch: str, *prefix: str) -> Lab:
        program = tmp_path_factory.mktemp("driver") / "keeper.py"
        program.write_text(DRIVER.format(patch=textwrap.dedent(patch) + (UNTRACED if prefix else "")))
        plain = subprocess.Popen

        def popen(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
            module = command.index("-m")
            options |= {"executable": prefix[0]} if prefix else {}
            return plain([*prefix, *command[:module], str(program), *command[module + 2 :]], **options)

        with pytest.MonkeyPatch.context() as context:
            context.setattr(subprocess, "Popen", popen)
            return Lab.start()

    return start
