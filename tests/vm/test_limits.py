"""Containers with limits on a stock 6.1 kernel with all controllers: for root, and for a user with a part of the tree."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

from nslab.course.limits import Limits
from nslab.course.model import Container
from nslab.course.session import Session
from nslab.engine.client import Lab, Task, Told
from nslab.engine.resources import Resources
from nslab.engine.spec import Process, Spec
from nslab.kernel.cgroup2.cpu import CpuMax
from nslab.kernel.cgroup2.io import IoMax
from nslab.kernel.namespaces import Kind
from tests.delegated import delegated, nslab_in
from tests.vm.test_smoke import DEADLINE_SECONDS, NOBODY, USERS, home_of, left_on_the_machine, nslab

pytestmark = [pytest.mark.guest, pytest.mark.as_root]

GROUPS = Path("/sys/fs/cgroup")
BOMB = "f() { f | f & }; f; sleep 60"
BURN = "while :; do :; done"
HUNGRY = Resources(memory_max=32 << 20, swap_max=0)
BOX = Spec("box", Process(("sleep", "60")), (Kind.PID, Kind.MNT), resources=Resources())
PATIENCE_SECONDS = 60.0  # emulated


@contextmanager
def nothing_left() -> Iterator[None]:
    before = left_on_the_machine()
    yield
    assert left_on_the_machine() == before


@pytest.fixture
def lab() -> Iterator[Lab]:
    with nothing_left(), Lab.start(limits=True) as lab:
        yield lab


def limited(user: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`nslab run`, by root anywhere, and by a user in a group that was handed over, as systemd does it."""
    if user == 0:
        return nslab(user, "run", *arguments)
    with delegated(user) as group:
        done = nslab_in(group, user, home_of(user), "run", *arguments, seconds=DEADLINE_SECONDS)
        assert [path.name for path in group.iterdir() if path.is_dir()] == []
        return done


def run(lab: Lab, spec: Spec, script: str) -> Task:
    null = os.open(os.devnull, os.O_RDWR)
    try:
        task = lab.run(replace(spec, process=Process(("sh", "-c", script))), (null, null, null))
    finally:
        os.close(null)
    os.close(task.pidfd)
    return task


def group_of(lab: Lab, name: str) -> Path:
    """A container's group as the machine has it."""
    (group,) = GROUPS.glob(f"nslab-{Path(lab.directory).name}/{name}")
    return group


@pytest.mark.parametrize("user", USERS)
def test_who_wants_more_than_memory_max_is_killed_and_the_reason_is_named(user: int) -> None:
    with nothing_left():
        done = limited(user, "--memory", "32m", "--swap", "0", "--ns", "pid,mnt", "--", "tail", "/dev/zero")
    assert (done.returncode, done.stderr) == (137, "killed by the kernel: memory.max 32 MiB\n")


LOOK = "cd /sys/fs/cgroup; cat /proc/self/cgroup memory.max memory.swap.max cpu.max cpu.weight pids.max cpuset.cpus"
ASKED = "--memory 64m --swap 0 --cpus 0.2 --cpu-weight 50 --pids 20 --cpuset 0"


@pytest.mark.parametrize("user", USERS)
def test_the_limits_are_there_before_the_program_runs_in_the_group_that_it_is_the_root_of(user: int) -> None:
    done = limited(user, *ASKED.split(), "--ns", "mnt,net,cgroup", "--", "sh", "-c", LOOK)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["0::/", "67108864", "0", "20000 100000", "50", "20", "0"]


@pytest.mark.parametrize("kinds", ["mnt", "mnt,net,cgroup"])
def test_a_container_with_files_of_its_own_can_not_lift_its_limits(kinds: str) -> None:
    lift = "cd /sys/fs/cgroup; [ -e box ] && cd box; echo max > pids.max"
    done = limited(0, "--pids", "9", "--ns", kinds, "--", "bash", "-c", lift)
    assert done.returncode == 1
    assert "Read-only file system" in done.stderr


def test_a_container_with_a_sysfs_of_its_own_that_shows_no_control_groups_is_made_all_the_same() -> None:
    look = "cat /proc/self/cgroup; ls /sys/fs/cgroup"
    done = limited(0, "--pids", "9", "--ns", "mnt,net", "--", "sh", "-c", look)
    assert (done.returncode, done.stdout, done.stderr) == (0, "0::/box\n", "")


def test_a_value_that_the_kernel_refuses_is_told_with_file_and_errno() -> None:
    with nothing_left():
        done = limited(0, "--cpu-weight", "20000", "--", "true")
    assert done.returncode == 1
    assert 'write(/sys/fs/cgroup/box/cpu.weight, "20000") = ERANGE' in done.stderr


def test_who_has_no_part_of_the_tree_is_told_what_to_do() -> None:
    done = nslab(NOBODY, "run", "--memory", "64m", "--", "true")
    assert done.returncode == 1
    assert f"open({GROUPS}/memory.max, O_WRONLY) = ENOENT" in done.stderr
    assert f"chown {NOBODY} {GROUPS}/nslab" in done.stderr


FOLLOW = """
echo $$ >"$1/cgroup.procs" || exit 9
shift
. "$1" || exit 8
shift
exec "$@"
"""


@contextmanager
def elsewhere() -> Iterator[Path]:
    """A group below the top that is nobody's but root's, as a service's; and without what a remedy makes afterwards."""
    group, made = GROUPS / "elsewhere", GROUPS / "nslab"
    handed_on = (GROUPS / "cgroup.subtree_control").read_text().split()
    group.mkdir()
    try:
        yield group
    finally:
        for path in (made, group):
            if path.exists():
                path.rmdir()
        for name in set((GROUPS / "cgroup.subtree_control").read_text().split()) - set(handed_on):
            (GROUPS / "cgroup.subtree_control").write_text(f"-{name}")


@pytest.mark.parametrize("user", USERS)
def test_who_has_no_part_of_the_tree_has_one_after_what_the_remedy_says(user: int) -> None:
    """Word for word, in a shell of root's that then starts nslab as that user."""
    run = ["run", "--memory", "64m", "--pids", "20", "--ns", "pid", "--", "echo", "limited"]
    with nothing_left(), elsewhere() as group:
        told = nslab_in(group, user, home_of(user), *run, seconds=DEADLINE_SECONDS)
        lines = [line.strip() for line in told.stderr.splitlines()]
        (first,) = (at for at, line in enumerate(lines) if "in the shell that starts nslab" in line.lower())
        remedy = home_of(user) / "remedy.sh"
        remedy.write_text("set -e\n" + "\n".join(lines[first + 1 :]) + "\n")
        become = ("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups")
        done = subprocess.run(
            ["sh", "-c", FOLLOW, "sh", group, remedy, *become, sys.executable, "-P", "-m", "nslab", *run],
            env=os.environ | {"HOME": str(home_of(user)), "NSLAB_LANG": "en"},
            capture_output=True,
            text=True,
            check=False,
            timeout=DEADLINE_SECONDS,
        )
    assert (told.returncode, told.stdout) == (1, "")
    assert (done.returncode, done.stdout, done.stderr) == (0, "limited\n", "")


def test_a_child_that_is_killed_leaves_its_container_and_the_others_alive(lab: Lab) -> None:
    other = run(lab, replace(BOX, name="other", resources=HUNGRY), "sleep 60")
    hungry = replace(BOX, resources=HUNGRY)
    box = run(lab, hungry, "tail /dev/zero; [ $? = 137 ] && exit 7")
    status = lab.wait(box.pid, PATIENCE_SECONDS)
    assert status is not None
    assert os.waitstatus_to_exitcode(status) == 7
    end = lab.known_end(box.pid)
    assert end is not None
    assert end.memory_max_bytes == 32 << 20
    assert lab.ended(other.pid) is None


def test_who_is_killed_by_somebody_else_after_a_child_was_killed_for_memory_was_not_killed_for_it(lab: Lab) -> None:
    box = run(lab, replace(BOX, resources=HUNGRY), "tail /dev/zero; exec sleep 60")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while "sleep" not in comms_in(group_of(lab, "box")) and time.monotonic() < deadline:
        time.sleep(0.1)
    lab.signal("box", signal.SIGKILL)
    assert lab.wait(box.pid, PATIENCE_SECONDS) == signal.SIGKILL
    end = lab.known_end(box.pid)
    assert end is not None
    assert end.memory_max_bytes is None


def test_pids_max_stops_a_fork_bomb_and_the_lab_answers(lab: Lab) -> None:
    run(lab, replace(BOX, resources=Resources(pids_max=20)), BOMB)
    events = group_of(lab, "box") / "pids.events"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while events.read_text() == "max 0\n" and time.monotonic() < deadline:
        time.sleep(0.1)
    assert events.read_text() != "max 0\n"
    assert int((group_of(lab, "box") / "pids.current").read_text()) <= 20
    second = run(lab, replace(BOX, name="second"), "exit 3")
    status = lab.wait(second.pid, PATIENCE_SECONDS)
    assert status is not None
    assert os.waitstatus_to_exitcode(status) == 3
    lab.delete("box")
    assert not list(GROUPS.glob(f"nslab-{Path(lab.directory).name}/box"))


def test_who_joins_a_container_is_in_its_group_and_a_shell_of_the_lab_is_not(lab: Lab) -> None:
    box = run(lab, replace(BOX, namespaces=tuple(Kind)), "exec sleep 60")
    null = os.open(os.devnull, os.O_RDWR)
    joined = lab.attach(box.pid, Process(("sleep", "60")), (null, null, null))
    beside = lab.spawn(Process(("sleep", "60")), (null, null, null))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(numbers_in(group_of(lab, "box"))) > 2 and time.monotonic() < deadline:
        time.sleep(0.1)  # whoever did the joining has not ended yet
    assert numbers_in(group_of(lab, "box")) == {box.pid, joined.pid}
    assert numbers_in(group_of(lab, "init.scope")) == {1}
    assert numbers_in(group_of(lab, "host.scope")) == {beside.pid}
    for fd in (null, joined.pidfd, beside.pidfd):
        os.close(fd)


def numbers_in(group: Path) -> set[int]:
    """Who is in a group, by the lab's numbers: the second of each process's."""
    found = set()
    for pid in (group / "cgroup.procs").read_text().split():
        status = Path(f"/proc/{pid}/status").read_text().splitlines()
        numbers = next(line for line in status if line.startswith("NSpid:")).split()[1:]
        found.add(int(numbers[1]))
    return found


def spawned(lab: Lab, script: str) -> Task:
    """A shell of the lab's that does something."""
    null = os.open(os.devnull, os.O_RDWR)
    try:
        task = lab.spawn(Process(("sh", "-c", script)), (null, null, null))
    finally:
        os.close(null)
    os.close(task.pidfd)
    return task


def test_who_joins_a_shell_or_the_lab_s_init_is_in_the_shells_group_and_not_beside_pid_1(lab: Lab) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    shell = spawned(lab, "exec sleep 60")
    joined = {lab.attach(pid, Process(("sleep", "60")), (null, null, null)) for pid in (shell.pid, 1)}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(numbers_in(group_of(lab, "host.scope"))) > 3 and time.monotonic() < deadline:
        time.sleep(0.1)  # whoever did the joining has not ended yet
    assert numbers_in(group_of(lab, "host.scope")) == {shell.pid, *(one.pid for one in joined)}
    assert numbers_in(group_of(lab, "init.scope")) == {1}
    for fd in (null, *(one.pidfd for one in joined)):
        os.close(fd)


def test_a_refused_creation_leaves_the_group_that_somebody_in_the_lab_made(lab: Lab) -> None:
    """Once all in it were killed, though the container was never made."""
    learner = spawned(lab, "cd /sys/fs/cgroup; mkdir box; echo $$ > box/cgroup.procs; exec sleep 60")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not list(GROUPS.glob(f"nslab-{Path(lab.directory).name}/box")) and time.monotonic() < deadline:
        time.sleep(0.1)
    while numbers_in(group_of(lab, "box")) != {learner.pid} and time.monotonic() < deadline:
        time.sleep(0.1)
    with pytest.raises(Told) as refused:
        run(lab, BOX, "sleep 60")
    lab.conceive(BOX)
    lab.delete("box")
    assert refused.value.code == "group-taken"
    assert numbers_in(group_of(lab, "box")) == {learner.pid}
    assert lab.ended(learner.pid) is None


@pytest.mark.parametrize("name", ["host.scope", "init.scope"])
def test_no_container_is_called_as_a_group_that_the_lab_keeps_for_itself(lab: Lab, name: str) -> None:
    shell = spawned(lab, "exec sleep 60")
    with pytest.raises(Told) as refused:
        run(lab, replace(BOX, name=name, resources=None), "sleep 60")
    assert refused.value.code == "name-kept"
    assert lab.ended(shell.pid) is None


def test_a_container_without_limits_beside_limited_ones_can_not_lift_theirs(lab: Lab) -> None:
    """In a lab that divides its group each has one, and sees the others' read-only."""
    run(lab, replace(BOX, resources=Resources(pids_max=9)), "exec sleep 60")
    plain = replace(BOX, name="plain", resources=None)
    lift = run(lab, plain, "echo max > /sys/fs/cgroup/box/pids.max || exec sleep 60")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (
        "sleep" not in comms_in(group_of(lab, "plain")) and lab.ended(lift.pid) is None and time.monotonic() < deadline
    ):
        time.sleep(0.1)
    assert (group_of(lab, "box") / "pids.max").read_text() == "9\n"
    assert numbers_in(group_of(lab, "plain")) == {lift.pid}
    lab.update("plain", Resources(pids_max=7))
    assert (group_of(lab, "plain") / "pids.max").read_text() == "7\n"


def comms_in(group: Path) -> set[str]:
    """What those in a group are called."""
    return {Path(f"/proc/{pid}/comm").read_text().strip() for pid in (group / "cgroup.procs").read_text().split()}


def test_cpu_max_holds_and_a_change_while_it_runs_is_felt(lab: Lab) -> None:
    run(lab, replace(BOX, resources=Resources(cpu_max=CpuMax(20_000, 100_000))), BURN)
    assert 10 <= percent(group_of(lab, "box")) <= 30
    lab.update("box", Resources(cpu_max=CpuMax(60_000, 100_000)))
    assert percent(group_of(lab, "box")) >= 40
    with pytest.raises(Told) as caught:
        lab.update("box", Resources(cpu_weight=20_000))
    assert (caught.value.code, caught.value.facts["errno"]) == ("limit-refused", "ERANGE")


@contextmanager
def loop_device(file: Path) -> Iterator[str]:
    """A disk that is a file; its number."""
    with file.open("wb") as disk:
        disk.truncate(16 << 20)
    subprocess.run(["modprobe", "loop"], check=True)
    loop = subprocess.run(["losetup", "--find", "--show", file], check=True, capture_output=True, text=True)
    device = loop.stdout.strip()
    try:
        number = os.stat(device).st_rdev
        yield f"{os.major(number)}:{os.minor(number)}"
    finally:
        subprocess.run(["losetup", "--detach", device], check=True)


def test_a_change_of_one_limit_on_a_disk_leaves_the_others(lab: Lab, tmp_path: Path) -> None:
    with loop_device(tmp_path / "disk") as disk:
        run(lab, replace(BOX, resources=Resources(io_max=(IoMax(disk, rbps=1 << 20),))), "exec sleep 60")
        lab.update("box", Resources(io_max=(IoMax(disk, wbps=4 << 20),)))
        assert (
            group_of(lab, "box") / "io.max"
        ).read_text() == f"{disk} rbps=1048576 wbps=4194304 riops=max wiops=max\n"
        lab.update("box", Resources(io_max=(IoMax(disk, rbps="max"),)))
        assert (group_of(lab, "box") / "io.max").read_text() == f"{disk} rbps=max wbps=4194304 riops=max wiops=max\n"


def percent(group: Path) -> float:
    """Of one processor's time, over three seconds, after one to settle in."""
    time.sleep(1)
    before, begun = usage(group), time.monotonic()
    time.sleep(3)
    return (usage(group) - before) / (time.monotonic() - begun) / 10_000


def usage(group: Path) -> int:
    return int((group / "cpu.stat").read_text().split()[1])


def test_a_group_is_new_at_each_start_and_goes_with_its_container(lab: Lab) -> None:
    for _ in range(5):
        task = run(lab, BOX, "sleep 60 & exec sleep 60")
        lab.delete("box")
        assert lab.ended(task.pid) == signal.SIGKILL
        assert not list(GROUPS.glob(f"nslab-{Path(lab.directory).name}/box"))


def test_the_limits_of_a_container_in_another_s_lab_are_changed_by_its_name() -> None:
    """`nslab update` asks at the door of the lab that the container is in; `nslab list` does as well."""
    with nothing_left():
        box = start_named("box", "--pids", "20")
        try:
            (listed,) = (one for one in json.loads(nslab(0, "list", "--json").stdout) if one["names"])
            assert (listed["names"], listed["pid"]) == (["box"], box.pid)
            assert listed["group"] == str(GROUPS / f"nslab-{Path(listed['directory']).name}")
            told = nslab(0, "update", "box", "--pids", "33", "--memory", "64m")
            (group,) = GROUPS.glob(f"nslab-{Path(listed['directory']).name}/box")
            assert told.stdout.splitlines() == [f"33 > {group}/pids.max", f"67108864 > {group}/memory.max"]
            assert (group / "pids.max").read_text() == "33\n"
        finally:
            box.terminate()
            box.wait(PATIENCE_SECONDS)


def start_named(name: str, *limits: str) -> subprocess.Popen[str]:
    """A container that is there when this returns."""
    script = "echo here; exec sleep 600"
    command = [sys.executable, "-P", "-m", "nslab", "run", "--name", name, *limits, "--", "sh", "-c", script]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == "here\n"
    return started


OWNER = """
import os, signal, sys
from nslab.engine.client import Lab
lab = Lab.start(limits=True)
os.kill(lab._keeper.pid, signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_keeper_and_an_owner_left_who_were_killed_together_the_next_start_sweeps() -> None:
    with nothing_left():
        subprocess.run([sys.executable, "-P", "-c", OWNER], check=False, timeout=DEADLINE_SECONDS)
        assert list(GROUPS.glob("nslab-*"))
        nslab(0, "clean")


@pytest.mark.parametrize("whose", ["keeper", "lab"])
def test_whoever_is_killed_no_group_stays(whose: str) -> None:
    with nothing_left():
        lab = Lab.start(limits=True)
        try:
            run(lab, BOX, "sleep 60")
            os.kill({"keeper": lab._keeper.pid, "lab": lab.pid}[whose], signal.SIGKILL)
        finally:
            lab.close()


SCRIPTED = "cat /proc/self/cgroup /sys/fs/cgroup/memory.max; tail /dev/zero; echo $?"


@pytest.mark.parametrize("user", USERS)
def test_the_script_of_a_limited_container_limits_it_by_itself_and_puts_everything_back(user: int) -> None:
    told = nslab(
        user,
        *["run", "--memory", "32m", "--swap", "0", "--ns", "all", "--explain", "shell", "--", "sh", "-c"],
        SCRIPTED,
    )
    script = home_of(user) / "script.sh"
    script.write_text(told.stdout)
    with nothing_left(), delegated(NOBODY if user else 1) as group:
        done = in_group(group, user, "sh", str(script))
        assert [path.name for path in group.iterdir() if path.is_dir()] == []
        assert (group / "cgroup.subtree_control").read_text() == ""
    assert (done.returncode, done.stdout) == (0, "0::/\n33554432\n137\n"), done.stderr


@pytest.mark.parametrize(("shell", "number"), [("dash", signal.SIGTERM), ("bash", signal.SIGKILL)])
def test_a_script_that_is_killed_leaves_no_group_and_takes_back_only_what_it_handed_on(shell: str, number: int) -> None:
    """At the top, where others have groups as well."""
    told = nslab(
        0, "run", "--pids", "20", "--memory", "64m", "--explain", "shell", "--", "sh", "-c", "echo in; sleep 99"
    )
    control, script = GROUPS / "cgroup.subtree_control", home_of(0) / "script.sh"
    script.write_text(told.stdout)
    given, before = set(control.read_text().split()), left_on_the_machine()
    control.write_text("+pids")
    control.write_text("-memory")
    with subprocess.Popen([shell, script], stdout=subprocess.PIPE, text=True) as begun:
        assert begun.stdout is not None
        assert begun.stdout.readline() == "in\n"
        assert "memory" in control.read_text().split()
        begun.send_signal(number)
        begun.wait(PATIENCE_SECONDS)
    settle(before)
    handed_on = set(control.read_text().split())
    for name in given - handed_on:
        control.write_text(f"+{name}")
    assert left_on_the_machine() == before
    assert ("memory" in handed_on, "pids" in handed_on) == (False, True)


def settle(before: tuple[set[str], set[str], set[str]]) -> None:
    """Wait until the machine is as it was; for so long, whoever asserts it says what is left."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError):  # what goes while it is looked at
            if left_on_the_machine() == before:
                return
        time.sleep(0.1)


def in_group(group: Path, user: int, *command: str) -> subprocess.CompletedProcess[str]:
    """A command of a user's, started in a group."""
    become = ("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups")
    return subprocess.run(
        ["sh", "-c", 'echo $$ > "$0" && exec "$@"', group / "cgroup.procs", *become, *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE_SECONDS,
    )


def test_a_lesson_s_containers_have_groups_of_their_own_and_its_shells_another() -> None:
    web = Container("web", (Kind.PID,), limits=Limits(memory="64m", pids="20"))
    with nothing_left():
        session = Session({}, [web, Container("plain", (Kind.PID,))], ("host",), divided=True)
        try:
            lab = session.lab
            assert (group_of(lab, "web") / "pids.max").read_text() == "20\n"
            assert (group_of(lab, "plain") / "pids.max").read_text() == "max\n"
            assert numbers_in(group_of(lab, "host.scope")) == {session.shells["host"].pid}
        finally:
            session.close()
