"""Containers that a script of ours made, beside those that the engine made, seen in the same way: from outside and from inside."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from nslab.engine.changes import Change, changed
from nslab.engine.client import Lab
from nslab.engine.inventory import take_inventory
from nslab.engine.plan import plan
from nslab.engine.rosetta.frame import script_ground
from nslab.engine.rosetta.script import script
from nslab.engine.spec import Process, Spec
from nslab.kernel.namespaces import Kind
from nslab.words import Lang, words_for
from tests.processes import children

PATIENCE_SECONDS = 20.0
END = "that is all"

# Whoever runs this tells what it sees, then waits until its input ends. The kernel tells of a carrier when it comes to that.
LOOK = f"""
hostname; umask; pwd; id
echo ==; ls -A /; ls -A /dev; ls -A /etc
echo ==; grep -E '^(Cap|NoNewPrivs|Uid|Gid)' /proc/self/status
echo ==; cut -d' ' -f4- /proc/self/mountinfo
echo ==; env | sort
echo ==; for _ in 1 2 3 4 5 6 7 8 9; do if ip -br link | grep -q '^eth0.* DOWN '; then sleep 0.3; fi; done
ip -br link; ip -4 -br addr; ip -4 route | sed 's/ proto static//'
echo {END}; read -r _
"""


class Inside(Struct, frozen=True):
    """What a program says of its container: its own state, names, rights, mounts, environment, and network devices."""

    state: tuple[str, ...]
    names: tuple[str, ...]
    rights: tuple[str, ...]
    mounts: tuple[str, ...]
    environment: tuple[str, ...]
    links: tuple[str, ...]


class Seen(Struct, frozen=True):
    """A container: the kinds of namespace that differ from those of the machine it stands on, and what it says itself."""

    own: frozenset[Kind]
    inside: Inside


def parts(said: str) -> Inside:
    """Without what must differ: devices, ids outside, sizes, link numbers."""
    state, names, rights, mounts, environment, links = (
        tuple(part.strip().splitlines()) for part in said.removesuffix(f"{END}\n").split("==\n")
    )
    return Inside(state, names, rights, tuple(map(mount, mounts)), environment, tuple(map(link, links)))


def mount(line: str) -> str:
    """Root, mount point, options, whether it is shared, and type."""
    root, point, options, *others = line.split()
    fstype = others[others.index("-") + 1]
    shared = "shared" if any(word.startswith("shared:") for word in others) else ""
    return " ".join((root, point, options, shared, fstype))


def link(line: str) -> str:
    """A device, address, or route without numbers of links and hardware."""
    name, *words = line.split()
    return " ".join((name.partition("@")[0], *(word for word in words if word.count(":") != 5)))


def links_of(proc: int | None, pid: int) -> dict[Kind, str]:
    """The namespaces of a process, by a directory fd of a procfs, or the machine's."""
    place = "/proc/" if proc is None else ""
    return {kind: os.readlink(f"{place}{pid}/ns/{kind}", dir_fd=proc) for kind in Kind}


def different(a: dict[Kind, str], b: dict[Kind, str]) -> frozenset[Kind]:
    return frozenset(kind for kind in Kind if a[kind] != b[kind])


def read_until_end(fd: int) -> str:
    said = b""
    while not said.endswith(f"{END}\n".encode()):
        data = os.read(fd, 1 << 16)
        assert data, f"it ended too early and said {said.decode()}"
        said += data
    return said.decode()


def spec_of(kinds: tuple[Kind, ...], *args: str, **changes: Any) -> Spec:
    """A container that looks at itself, or runs `args`; "boxed" where it may have a name."""
    return Spec("box", Process(args or ("sh", "-c", LOOK), **changes), kinds, "boxed" if Kind.UTS in kinds else None)


def script_for(spec: Spec, *changes: Change, lang: Lang = "en") -> str:
    """The script that makes it, or that makes it by a changed plan."""
    inventory = take_inventory()
    return script(changed(plan(spec, script_ground(inventory)), changes), inventory, "a test", words_for(lang))


@contextlib.contextmanager
def running(text: str, shell: str = "sh") -> Iterator[subprocess.Popen[bytes]]:
    """A script that is being run."""
    command = [shell, "-c", text]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/") as process:
        try:
            yield process
        finally:
            process.kill()


def chain(pid: int) -> list[int]:
    """The script's processes, each the child of the one before: shell, unshare, lab, unshare, the container's first."""
    found = [pid]
    while len(found) < 5:
        found.append(children(found[-1])[0])
    return found


def by_script(text: str, shell: str = "sh") -> Seen:
    """The container that a script makes."""
    with running(text, shell) as process:
        assert process.stdout is not None
        said = read_until_end(process.stdout.fileno())
        *_, lab, _, box = chain(process.pid)
        own = different(links_of(None, lab), links_of(None, box))
        process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 1  # read(1p) met the end of its input
    return Seen(own, parts(said))


def by_engine(lab: Lab, spec: Spec) -> Seen:
    """The container that the engine makes."""
    stdin, ours = os.pipe2(os.O_CLOEXEC)
    out, stdout = os.pipe2(os.O_CLOEXEC)
    task = lab.run(spec, (stdin, stdout, stdout))
    for fd in (stdin, stdout):
        os.close(fd)
    said = read_until_end(out)
    own = different(links_of(lab.proc, 1), links_of(lab.proc, task.pid))
    for fd in (ours, out, task.pidfd):
        os.close(fd)
    lab.delete(spec.name)
    return Seen(own, parts(said))
