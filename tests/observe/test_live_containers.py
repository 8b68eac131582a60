"""Containers that podman and systemd-nspawn really make here, recognised and called by the names they were given.

Both put their cgroups where a test's own mount of cgroup v2 is, so that it does not matter how this machine has mounted its
own, or whether systemd runs on it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nslab.kernel import procfs
from nslab.kernel.cgroups import read_cgroup
from nslab.observe.containers import Container, Manager, container_of
from nslab.observe.machine.explorer import Explorer
from nslab.observe.machine.labels import Label
from nslab.observe.roots import ProcRoot
from tests.processes import children, comm

PATIENCE_S = 20.0
OWN_CGROUPS = ("unshare", "--mount", "--propagation", "private", "sh", "-ec")
SEE_V2 = "mount -t cgroup2 none /sys/fs/cgroup"

pytestmark = [pytest.mark.alone, pytest.mark.as_root, pytest.mark.program("busybox")]


@pytest.fixture
def name() -> str:
    return f"nslab-test-{os.getpid()}"


@pytest.fixture
def rootfs(tmp_path: Path) -> Path:
    """A root with a sleep in it, enough of one for both managers."""
    root = tmp_path / "rootfs"
    for folder in ("bin", "dev", "etc", "proc", "run", "sys", "tmp", "usr", "var"):
        (root / folder).mkdir(parents=True)
    shutil.copy(str(shutil.which("busybox")), root / "bin" / "sleep")
    (root / "etc" / "os-release").write_text("ID=nslab\n")
    return root


def group_of(process: int) -> Container | None:
    with ProcRoot("/proc") as root:
        opened = procfs.open_process(root.fd, process)
        try:
            return container_of(read_cgroup(opened))
        finally:
            os.close(opened)


def label_of(process: int) -> Label:
    with ProcRoot("/proc") as root:
        machine = Explorer(root, os.getpid()).look()
    for world, label in zip(machine.worlds, machine.labels, strict=True):
        if any(one.pid == process for one in world.processes):
            return label
    raise LookupError(process)


def remove_groups(top: str) -> None:
    """The cgroups that a manager left behind, the innermost first; nspawn makes some in a v1 hierarchy too."""
    for folder in ("/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"):
        for group, _, _ in os.walk(f"{folder}/{top}", topdown=False):
            os.rmdir(group)


@pytest.fixture
def store() -> Iterator[str]:
    """Where podman keeps what it has: a short path, for it makes sockets in there.

    What conmon has clean up after a container still writes there when `podman rm` has returned.
    """
    folder = tempfile.mkdtemp(prefix="ns")
    yield folder
    deadline = time.monotonic() + PATIENCE_S
    while os.path.exists(folder):
        shutil.rmtree(folder, ignore_errors=time.monotonic() < deadline)
        time.sleep(0.1)


@pytest.fixture
def podman(name: str, rootfs: Path, store: str) -> Iterator[int]:
    """The first process of a container that podman calls by `name`. Its store and its cgroups are the test's own."""
    own = [f"--{option}={store}/{option}" for option in ("root", "runroot", "tmpdir")]
    command = [
        "podman",
        *own,
        "--storage-driver=vfs",
        "--runtime=runc",
        "--cgroup-manager=cgroupfs",
        "--events-backend=file",
    ]
    options = [f"--name={name}", f"--cgroup-parent=/{name}", "--network=none", "--pids-limit=-1"]
    limits = [
        "--ulimit=nofile=1024:1024",
        "--ulimit=nproc=1024:1024",
    ]  # podman's own may be more than this root may set
    run = [*command, "run", "--detach", *options, *limits, "--rootfs", str(rootfs), "/bin/sleep", "60"]
    inspect = [*command, "inspect", "--format={{.State.Pid}}", name]
    in_own_cgroups = [*OWN_CGROUPS, f'{SEE_V2}; exec "$@"', "sh"]
    subprocess.run([*in_own_cgroups, *run], check=True, capture_output=True, timeout=PATIENCE_S)
    try:
        yield int(subprocess.run(inspect, check=True, capture_output=True, text=True).stdout)
    finally:
        removal = [*in_own_cgroups, *command, "rm", "--force", "--time=0", name]
        subprocess.run(removal, check=True, capture_output=True, timeout=PATIENCE_S)
        remove_groups(name)


@pytest.fixture
def nspawn(name: str, rootfs: Path) -> Iterator[int]:
    """The first process of a machine that nspawn calls by `name`, in the scope that machined would have made for it."""
    scope = f"/{name}.slice/machine-{name.replace('-', chr(92) + 'x2d')}.scope"
    enter = f"mkdir -p '/sys/fs/cgroup{scope}'; echo $$ > '/sys/fs/cgroup{scope}/cgroup.procs'"
    options = ["--quiet", "--register=no", "--keep-unit", f"--machine={name}", f"--directory={rootfs}"]
    command = [*OWN_CGROUPS, f'{SEE_V2}; {enter}; exec "$@"', "sh", "systemd-nspawn", *options, "/bin/sleep", "60"]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as running:
        try:
            yield _first_child(running)
        finally:
            with contextlib.suppress(ProcessLookupError):
                running.terminate()
            running.communicate(timeout=PATIENCE_S)
            remove_groups(f"{name}.slice")


def _first_child(running: subprocess.Popen[bytes]) -> int:
    """nspawn's payload, once it has become the program asked for."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and running.poll() is None:
        for pid in children(running.pid):
            if comm(pid) == "sleep":
                return pid
        time.sleep(0.02)
    raise AssertionError("no payload" if running.poll() is None else running.communicate()[0].decode())


@pytest.mark.program("podman", "runc")
def test_a_container_of_podman_s_is_recognised_and_bears_its_name(podman: int, name: str) -> None:
    container = group_of(podman)
    assert container is not None
    assert container.manager is Manager.PODMAN
    assert container.cgroup == f"/{name}/libpod-{container.id}"
    assert label_of(podman) == Label(name, container, name)


@pytest.mark.program("podman", "runc")
def test_podman_s_monitor_is_in_no_container(podman: int) -> None:
    status = Path(f"/proc/{podman}/status").read_text()
    monitor = int(status.partition("PPid:")[2].split()[0])
    assert Path(f"/proc/{monitor}/comm").read_text() == "conmon\n"
    assert group_of(monitor) is None


@pytest.mark.program("systemd-nspawn")
def test_a_machine_of_nspawn_s_is_recognised_and_bears_its_name(nspawn: int, name: str) -> None:
    container = group_of(nspawn)
    assert container is not None
    assert (container.manager, container.id) == (Manager.NSPAWN, name)
    assert label_of(nspawn) == Label(name, container, name)


@pytest.mark.program("systemd-nspawn")
def test_nspawn_itself_is_in_no_container(nspawn: int) -> None:
    supervisor = int(Path(f"/proc/{nspawn}/status").read_text().partition("PPid:")[2].split()[0])
    assert group_of(supervisor) is None
