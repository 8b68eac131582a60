"""The lab and `nslab run` on a stock 6.1 kernel with nothing but cgroup v2. Run inside the guest: `make guest`."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from nslab.kernel.idmap import ROOT_RANGE
from tests.delegated import delegated, nslab_in

pytestmark = pytest.mark.guest

NOBODY = 65534
USERS = [pytest.param(0, id="root"), pytest.param(NOBODY, id="user")]
DEADLINE_SECONDS = 120  # emulated, twenty times slower than a machine


def nslab(user: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """nslab as a user of the guest."""
    return subprocess.run(
        [sys.executable, "-m", "nslab", *arguments],
        user=user,
        group=user,
        extra_groups=[],
        env=os.environ | {"HOME": str(home_of(user)), "NSLAB_LANG": "en"},
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE_SECONDS,
    )


OWNERS = [pytest.param(0, ROOT_RANGE.outside, id="root"), pytest.param(NOBODY, NOBODY, id="user")]


def home_of(user: int) -> Path:
    """A home in the guest's empty /tmp."""
    home = Path(f"/tmp/home-{user}")
    home.mkdir(exist_ok=True)
    os.chown(home, user, user)
    return home


def left_on_the_machine() -> tuple[set[str], set[str], set[str]]:
    """Processes but kernel threads, mounts, and cgroups."""
    # a kernel thread has no command line; neither has a zombie, which is its parent's to answer for
    processes = {path.parent.name for path in Path("/proc").glob("[0-9]*/cmdline") if path.read_bytes()}
    mounts = set(Path("/proc/self/mountinfo").read_text().splitlines())
    return processes, mounts, {str(path) for path in Path("/sys/fs/cgroup").rglob("*") if path.is_dir()}


def test_the_guest_is_the_stock_kernel_with_pure_cgroup_v2() -> None:
    assert os.uname().release.startswith("6.1.")
    assert {"cpu", "memory", "pids", "io"} <= set(Path("/sys/fs/cgroup/cgroup.controllers").read_text().split())


@pytest.mark.parametrize("user", USERS)
def test_a_container_is_a_process_with_two_numbers(user: int) -> None:
    done = nslab(user, "run", "--ns", "pid,mnt", "--", "sh", "-c", "echo $$")
    assert (done.stdout, done.stderr, done.returncode) == ("1\n", "", 0)


@pytest.mark.parametrize("user", USERS)
def test_a_container_has_its_own_host_name_and_the_machine_keeps_its_name(user: int) -> None:
    before = socket.gethostname()
    done = nslab(user, "run", "--ns", "uts", "--hostname", "boxed", "--", "hostname")
    assert (done.stdout, done.stderr) == ("boxed\n", "")
    assert socket.gethostname() == before


@pytest.mark.parametrize(("script", "status"), [("exit 7", 7), ("kill -9 $$", 137)])
def test_a_container_ends_as_its_command_did(script: str, status: int) -> None:
    assert nslab(NOBODY, "run", "--", "sh", "-c", script).returncode == status


@pytest.mark.parametrize("user", USERS)
def test_doctor_finds_all_that_lessons_require(user: int) -> None:
    told = json.loads(nslab(user, "doctor", "--json").stdout)
    states = {finding["probe"]: finding["state"] for finding in told["findings"]}
    assert told["able"] is True
    assert (states["lab"], states["cgroup2"], states["overlay"]) == ("ok", "ok", "limited")


@pytest.mark.parametrize(("user", "owner"), OWNERS)
def test_with_a_delegated_group_the_lesson_on_cgroup_namespaces_is_whole(user: int, owner: int) -> None:
    """This mount has nsdelegate, as systemd's: a process may not leave its namespace's part of the tree, and the lesson knows."""
    assert "nsdelegate" in Path("/proc/mounts").read_text()
    before = left_on_the_machine()
    with delegated(owner) as group:
        done = nslab_in(group, user, home_of(user), "author", "check", "cgroupns", "--json", seconds=DEADLINE_SECONDS)
    (report,) = json.loads(done.stdout)
    assert (report["problems"], report["left_out"]) == ([], ["not-yours"])
    assert left_on_the_machine() == before


@pytest.mark.parametrize("user", USERS)
def test_without_one_it_looks_and_says_what_it_leaves_out(user: int) -> None:
    done = nslab(user, "author", "check", "cgroupns", "--json")
    (report,) = json.loads(done.stdout)
    assert (report["problems"], done.returncode) == ([], 0)
    assert {"inside-first", "make"} <= set(report["left_out"])


@pytest.mark.parametrize("user", USERS)
def test_nothing_is_left(user: int) -> None:
    before = left_on_the_machine()
    assert nslab(user, "run", "--ns", "all", "--", "true").returncode == 0
    assert left_on_the_machine() == before
