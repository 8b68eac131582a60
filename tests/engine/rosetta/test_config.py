"""A plan as config.json: crun and runc make of it the container that the engine makes.

Root's runtimes are started in a mount namespace of their own, with cgroup v2 in its usual place, which crun insists on and a
hybrid host has not; whatever goes wrong in there is not the machine's.
"""

from __future__ import annotations

import json
import os
import secrets
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs

from nslab.engine.changes import Change, Without, changed
from nslab.engine.client import Lab
from nslab.engine.ids import own_maps
from nslab.engine.inventory import take_inventory
from nslab.engine.plan import plan
from nslab.engine.rosetta.config import NoMountNamespace, config
from nslab.engine.rosetta.json_text import laid_out
from nslab.engine.rosetta.runtime_spec import Config
from nslab.engine.spec import OCI_NAMES, Process, Spec
from nslab.engine.stages import Found, ground
from nslab.kernel.namespaces import Kind

ROOT = os.geteuid() == 0
PURE_CGROUP2 = Path("/sys/fs/cgroup/cgroup.controllers").exists()
DOCKERS = (Kind.PID, Kind.UTS, Kind.MNT, Kind.NET, Kind.IPC, Kind.CGROUP)
SETS = (DOCKERS, (Kind.PID, Kind.MNT), (Kind.MNT,), (Kind.USER, *DOCKERS), (Kind.USER, Kind.MNT, Kind.PID))

# crun can't do without cgroup v2 for a user, nor without CAP_SYS_RESOURCE where it must limit devices by a program of its own.
CASES = [
    pytest.param(name, kinds, marks=pytest.mark.program(name), id=f"{name}-{','.join(kinds)}")
    for kinds in SETS
    for name in ("runc", "crun")
    if name == "runc" or (PURE_CGROUP2 if not ROOT else Kind.USER in kinds)
]

LOOK = """
hostname
echo ==; grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status
echo ==; for kind in pid uts mnt net ipc user cgroup time; do readlink /proc/self/ns/$kind; done
echo ==; cat /proc/kcore /proc/keys /proc/timer_list /proc/acpi/* 2>/dev/null | head -c 1 | wc -c
for name in bus fs irq sys; do grep -o " /proc/$name r[ow]" /proc/self/mountinfo; done
for path in /usr /opt /dev /dev/pts /dev/shm; do grep -o " $path r[ow]" /proc/self/mountinfo; done
echo ==; ls /dev
"""


def configured(spec: Spec, *changes: Change) -> Config:
    """As `nslab run --explain oci` makes it."""
    inventory = take_inventory()
    steps = changed(plan(spec, ground(Found(inventory, own_maps().count))), changes)
    return config(steps, inventory, own_maps() if not ROOT or spec.has(Kind.USER) else None)


def spec_of(kinds: tuple[Kind, ...], **changes: Any) -> Spec:
    return Spec("box", Process(("sh", "-c", LOOK), **changes), kinds, "boxed" if Kind.UTS in kinds else None)


def devices() -> dict[str, tuple[int, ...]]:
    """Modes, owners, and numbers in /dev: a runtime hands its standard streams to the container's root, whatever they are."""
    found = {entry.name: entry.stat(follow_symlinks=False) for entry in os.scandir("/dev")}
    return {name: (it.st_mode, it.st_uid, it.st_gid, it.st_rdev) for name, it in found.items()}


@pytest.fixture(autouse=True)
def the_machine_is_as_it_was() -> Iterator[None]:
    before = devices()
    yield
    assert devices() == before


@pytest.fixture
def bundle() -> Iterator[Path]:
    """An empty bundle in a place that the container's root may enter, whoever that is outside."""
    folder = Path(tempfile.mkdtemp(prefix="nslab-bundle-"))
    folder.chmod(0o755)
    (folder / "rootfs").mkdir()
    yield folder
    shutil.rmtree(folder)


def said_by(runtime: str, bundle: Path, container: Config) -> list[list[str]]:
    """What the program of the container says when the runtime runs it: its parts, as lines."""
    (bundle / "config.json").write_bytes(msgspec.json.encode(container))
    for mapping in container.linux.uid_mappings if ROOT else ():
        if mapping.containerID == 0:
            os.chown(bundle / "rootfs", mapping.hostID, mapping.hostID)
    options = ["--root", str(bundle / "state"), *(["--rootless", "true"] if runtime == "runc" and not ROOT else [])]
    command = [runtime, *options, "run", "--bundle", str(bundle), f"bundle-{secrets.token_hex(4)}"]
    if ROOT:
        apart = "mount -t cgroup2 cgroup2 /sys/fs/cgroup; exec " if not PURE_CGROUP2 and runtime == "crun" else "exec "
        command = ["unshare", "--mount", "sh", "-c", apart + shlex.join(command)]
    done = subprocess.run(command, input="", capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    return [part.strip().splitlines() for part in done.stdout.split("==\n")]


def ours() -> list[str]:
    return [os.readlink(f"/proc/self/ns/{kind}") for kind in Kind]


@pytest.mark.parametrize(("runtime", "kinds"), CASES)
def test_a_runtime_makes_the_container_that_the_engine_makes(
    runtime: str, kinds: tuple[Kind, ...], bundle: Path, shared_lab: Lab, in_box: Any
) -> None:
    spec = spec_of(kinds)
    hostname, rights, links, covers, devices = said_by(runtime, bundle, configured(spec))
    told = in_box(shared_lab, LOOK, kinds, hostname=spec.hostname)
    engines = [part.strip().splitlines() for part in told.out.split("==\n")]
    assert hostname == (engines[0] if spec.hostname else [os.uname().nodename])
    assert (rights, covers) == (engines[1], engines[3]) if Kind.PID in kinds else rights == engines[1]
    assert set(engines[4]) - set(devices) <= {"mqueue"}  # a mount point that nothing can be mounted on is not made
    differ = {kind for kind, theirs, here in zip(Kind, links, ours(), strict=True) if theirs != here}
    assert differ == set(kinds) | ({Kind.USER} if not ROOT else set())


@pytest.mark.as_root
@pytest.mark.program("runc")
def test_roots_own_container_reaches_no_device_but_the_usual_ones(bundle: Path) -> None:
    """It has CAP_MKNOD, and no user namespace takes the power out of that."""
    script = "mknod /disk b 254 0 && head -c 1 /disk; echo $?; head -c 1 /dev/zero | wc -c"
    spec = structs.replace(spec_of(DOCKERS), process=Process(("sh", "-c", script)))
    assert said_by("runc", bundle, configured(spec)) == [["1", "1"]]


def test_without_a_mount_namespace_there_is_no_bundle() -> None:
    with pytest.raises(NoMountNamespace):
        configured(spec_of((Kind.PID, Kind.UTS)))


def test_a_changed_plan_is_a_changed_configuration() -> None:
    whole = configured(spec_of(tuple(Kind)))
    less = configured(spec_of(tuple(Kind)), Without(("hostname", "nnp", "seccomp", "proc", "private", "capset")))
    assert (whole.hostname, less.hostname) == ("boxed", None)
    assert (whole.process.no_new_privileges, less.process.no_new_privileges) == (True, False)
    assert (whole.linux.seccomp is None, less.linux.seccomp is None) == (False, True)
    assert {mount.destination for mount in whole.mounts} - {mount.destination for mount in less.mounts} == {"/proc"}
    assert (whole.linux.rootfs_propagation, less.linux.rootfs_propagation) == ("private", None)
    assert "CAP_SYS_ADMIN" in less.process.capabilities.effective
    assert "CAP_SYS_ADMIN" not in whole.process.capabilities.effective


def test_a_terminal_and_its_size_are_asked_for() -> None:
    process = configured(spec_of((Kind.MNT,), terminal=True, pipes=())).process
    assert process.terminal
    assert process.console_size is not None
    assert (process.console_size.height, process.console_size.width) == (24, 80)


def test_namespaces_have_the_specifications_names() -> None:
    types = [namespace.type for namespace in configured(spec_of(tuple(Kind))).linux.namespaces]
    assert sorted(types) == sorted(OCI_NAMES.values())


def test_the_text_is_the_same_json_in_short_lines() -> None:
    value = json.loads(msgspec.json.encode(configured(spec_of(tuple(Kind)))))
    text = laid_out(value)
    assert json.loads(text) == value
    words = [line for line in text.splitlines() if not line.lstrip().startswith('"mount') and "echo ==" not in line]
    assert max(map(len, words)) <= 100


@pytest.mark.parametrize(
    "value", [{}, [], "x", 1, None, [["a" * 60], {"b": "c" * 60}], {"k": ["词" * 40] * 3}, [1] * 99]
)
def test_every_value_comes_back_from_its_text(value: object) -> None:
    assert json.loads(laid_out(value)) == value
