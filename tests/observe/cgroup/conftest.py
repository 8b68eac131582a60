"""Real groups of the test's own, and groups that are mere files, for what this machine's hierarchy can't show."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nslab.observe.cgroup.sampler import GroupSampler
from tests.delegated import delegated

# as Linux 6.1 has them in a new group
FILES = {
    "cgroup.controllers": "cpuset cpu io memory pids\n",
    "cgroup.events": "populated 0\nfrozen 0\n",
    "cpu.stat": "usage_usec 0\nuser_usec 0\nsystem_usec 0\nnr_periods 0\nnr_throttled 0\nthrottled_usec 0\n",
    "cpu.weight": "100\n",
    "cpu.max": "max 100000\n",
    "memory.current": "0\n",
    "memory.high": "max\n",
    "memory.max": "max\n",
    "memory.peak": "0\n",
    "memory.swap.current": "0\n",
    "memory.swap.max": "max\n",
    "memory.events": "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n",
    "memory.stat": "anon 0\nfile 0\nkernel 0\nshmem 0\n",
    "pids.current": "0\n",
    "pids.max": "max\n",
    "pids.peak": "0\n",
    "pids.events": "max 0\n",
    "io.stat": "",
    "io.max": "",
} | {
    f"{kind}.pressure": "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
    for kind in ("cpu", "memory", "io")
}


@pytest.fixture
def group() -> Iterator[Path]:
    """A group of the machine, removed with all that was made in it."""
    with delegated(os.geteuid()) as folder:
        yield folder


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A group that is a directory of plain files, which a test may write as no kernel lets it."""
    lay_out(tmp_path)
    return tmp_path


def lay_out(folder: Path, **content: str) -> None:
    """Write a group's files; `memory_max="0\\n"` replaces one."""
    folder.mkdir(exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(content.get(name.replace(".", "_"), text))


@contextmanager
def sampled(folder: Path, most_kept: int | None = None) -> Iterator[GroupSampler]:
    """A sampler of the subtree there."""
    root = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with GroupSampler(root, most_kept) as sampler:
            yield sampler
    finally:
        os.close(root)
