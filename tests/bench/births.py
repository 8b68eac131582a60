"""How long a container takes from the request to its program's first output, beside those who do the same work.

All contenders make the same namespaces, mounts, masks, capabilities, and seccomp filter (`bundle.py`) and run the same
program; unshare(1) is there as the floor, for it makes namespaces and /proc and nothing else. nslab asks a lab that is up,
and gives the container an overlay besides. Time ends at the program's first byte, so that every contender's execve and
dynamic linking count alike; what comes after is not timed.
"""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from nslab.engine.calls import container_profile
from nslab.engine.client import Lab
from nslab.engine.spec import DEFAULT_CAPABILITIES, Process, Spec
from nslab.kernel.capabilities import Capability
from nslab.kernel.mounts import MountFlag, mount
from nslab.kernel.namespaces import Kind
from nslab.kernel.syscalls import invoke
from tests.bench.bundle import LINKS, MASKED, READ_ONLY, SYSTEM, namespaces, write_bundle
from tests.bench.race import Contender

COMMAND = ("/usr/bin/echo", "born")
CGROUP_ROOT = "/sys/fs/cgroup"


def contenders(lab: Lab, scratch: Path, *, network: bool) -> tuple[Contender, ...]:
    """Those that this machine and this user have. `scratch` gets the bundles."""
    found = [Contender("nslab (warm lab)", lambda: born_in(lab, network=network))]
    if shutil.which("bwrap"):
        found.append(Contender("bwrap", lambda: bwrap(network=network)))
    found.append(Contender("unshare (less work)", lambda: spawned(unshare(network=network))))
    if os.geteuid() == 0:
        bundle = scratch / ("net" if network else "no-net")
        bundle.mkdir()
        write_bundle(bundle, COMMAND, network=network)
        found += [Contender(name, runtime(name, bundle)) for name in ("crun", "runc") if shutil.which(name)]
    return tuple(found)


def born_in(lab: Lab, *, network: bool) -> float:
    """Seconds for one container of the lab."""
    spec = Spec(f"b{secrets.token_hex(4)}", Process(COMMAND), namespaces(network=network))
    read, write = os.pipe()
    null = os.open(os.devnull, os.O_RDWR)
    begun = time.perf_counter()
    task = lab.run(spec, (null, write, null))
    os.close(write)
    seconds = first_byte(read, begun)
    os.close(null)
    lab.wait(task.pid, 5)
    lab.delete(spec.name)
    os.close(task.pidfd)
    return seconds


def spawned(command: Sequence[str], keep: tuple[int, ...] = ()) -> float:
    """Seconds for one program that makes its container and is gone with it."""
    read, write = os.pipe()
    streams = [(os.POSIX_SPAWN_DUP2, write, 1), *((os.POSIX_SPAWN_DUP2, fd, fd) for fd in keep)]
    begun = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=streams)
    os.close(write)
    seconds = first_byte(read, begun)
    if code := os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
        raise RuntimeError(f"{' '.join(command)} ended with {code}")
    return seconds


def first_byte(read: int, begun: float) -> float:
    """Wait for output, stop the clock, then drain."""
    if not os.read(read, 1):
        raise RuntimeError("no output: the container was not born")
    seconds = time.perf_counter() - begun
    while os.read(read, 4096):
        pass
    os.close(read)
    return seconds


def bwrap(*, network: bool) -> float:
    """bubblewrap with the same filter, handed in as the compiled program that it wants."""
    profile = os.memfd_create("profile", 0)
    os.write(profile, container_profile())
    os.lseek(profile, 0, os.SEEK_SET)
    own = ("--unshare-pid", "--unshare-uts", "--unshare-ipc", "--unshare-cgroup", *(["--unshare-net"] * network))
    command = (
        *("bwrap", *own, "--as-pid-1", "--new-session", "--hostname", "box", "--seccomp", str(profile)),
        *(*bwrap_root(), *bwrap_limits(), "--", *COMMAND),
    )
    try:
        return spawned(command, (profile,))
    finally:
        os.close(profile)


def bwrap_root() -> Iterator[str]:
    """The file tree, with masks; bwrap has no fresh sysfs, so it binds the machine's."""
    yield from ("--tmpfs", "/")
    for name in SYSTEM:
        yield from ("--ro-bind", f"/{name}", f"/{name}")
    for name in LINKS:
        yield from ("--symlink", f"usr/{name}", f"/{name}")
    yield from (
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "--mqueue",
        "/dev/mqueue",
        "--tmpfs",
        "/tmp",
        "--ro-bind",
        "/sys",
        "/sys",
    )
    for path in filter(os.path.exists, READ_ONLY):
        yield from ("--ro-bind", path, path)
    for path in filter(os.path.exists, MASKED):
        yield from ("--tmpfs", path) if os.path.isdir(path) else ("--ro-bind", "/dev/null", path)


def bwrap_limits() -> Iterator[str]:
    """The capabilities, which bwrap drops only for root: an ordinary user's sandbox has none anyway."""
    if os.geteuid() == 0:
        yield from ("--cap-drop", "ALL")
        for number in DEFAULT_CAPABILITIES:
            yield from ("--cap-add", f"CAP_{Capability(number).name}")


def unshare(*, network: bool) -> tuple[str, ...]:
    """util-linux's unshare(1): the namespaces and a /proc, no root of its own, no filter."""
    options = ("--user", "--map-root-user", "--fork", "--pid", "--mount", "--uts", "--ipc", "--cgroup", "--mount-proc")
    return ("unshare", *options, *(["--net"] * network), *COMMAND)


def runtime(name: str, bundle: Path) -> Callable[[], float]:
    """An OCI runtime's `run`."""

    def once() -> float:
        return spawned((name, "run", "--bundle", str(bundle), f"nslab-bench-{secrets.token_hex(4)}"))

    return once


@contextmanager
def pure_cgroup2() -> Iterator[None]:
    """For a root on a hybrid host, which crun refuses: a mount namespace of our own with cgroup v2 in its usual place."""
    if os.geteuid() == 0 and not Path(CGROUP_ROOT, "cgroup.controllers").exists():
        invoke("unshare", Kind.MNT.clone_flag)
        mount(None, "/", None, int(MountFlag.REC | MountFlag.PRIVATE), None)
        mount("cgroup2", CGROUP_ROOT, "cgroup2", 0, None)
    yield
