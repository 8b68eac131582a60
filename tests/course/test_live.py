"""Every question that the course asks of the machine, answered by a real lab; and what can't be observed, with its reason."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nslab.course import live
from nslab.course.live_inside import unified_path
from nslab.course.look import Look
from nslab.course.measured import Memory
from nslab.course.model import Container
from nslab.course.opened import TEXT_BYTES
from nslab.course.probes import Call, ClockSettime, Clone, Fork, Fsopen, Kill, MqOpen, Open, Sethostname, Setns
from nslab.course.told import Absent, Namespace
from nslab.course.world import FileFacts, Holders, Life, Propagated
from nslab.kernel import procfs
from nslab.kernel.capabilities import full_set
from nslab.kernel.cgroups import parse_cgroup, read_cgroup, unified
from nslab.kernel.clocks import Clock
from nslab.kernel.namespaces import Kind
from nslab.kernel.procfs import Stat
from nslab.kernel.sysvipc import Facility, SysvObject
from nslab.observe.credentials import Credentials
from nslab.observe.holders import Hidden, Holds, MountHold
from nslab.observe.namespaces import NamespaceId
from tests.stage import Stage, staged

WEB = Container("web", (Kind.PID, Kind.UTS, Kind.MNT), "shop")


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """One lab for all: a learner's container in `box`, the engine's `web`."""
    with staged(WEB, files={"note": b"read me\n"}) as stage:
        stage.box()
        stage.run("box", "hostname container")
        yield stage


def reason(answer: object) -> str:
    assert isinstance(answer, Absent), answer
    return answer.reason.id


def id_of(path: str) -> tuple[int, int]:
    facts = os.stat(path)
    return facts.st_dev, facts.st_ino


def test_a_number_is_told_as_each_side_counts(stage: Stage) -> None:
    outside, inside = stage.world.pid("box:bash", "host"), stage.world.pid("box:bash", "box")
    assert inside == 1
    assert isinstance(outside, int)
    assert outside > 1
    assert reason(stage.world.pid("host", "box")) == "absent.no-number"


def test_names_of_programs_and_machines(stage: Stage) -> None:
    assert (stage.world.comm("host"), stage.world.comm("box"), stage.world.comm("web")) == ("lab", "bash", "sleep")
    assert (stage.world.hostname("host"), stage.world.hostname("box")) == ("lab", "container")
    assert stage.world.hostname("web") == "shop"
    assert stage.world.hostnames() == {"lab", "container", "shop"}
    stage.run("box", "domainname example")
    assert (stage.world.domainname("box"), stage.world.domainname("host")) == ("example", "(none)")


def test_a_namespace_is_the_one_that_the_kernels_link_names(stage: Stage) -> None:
    own = stage.world.namespace("host", Kind.UTS)
    assert isinstance(own, Namespace)
    assert (own.id.device, own.id.inode) == id_of(f"/proc/{stage.session.lab.pid}/ns/uts")
    assert stage.world.namespace("box", Kind.UTS) != own
    assert stage.world.namespace("box", Kind.NET) == stage.world.namespace("host", Kind.NET)


def test_a_namespace_bound_to_a_file_is_known_by_it_and_the_mount_holds_it(stage: Stage) -> None:
    stage.run("host", "touch /tmp/kept && unshare --uts=/tmp/kept true")
    kept = stage.world.namespace_at("/tmp/kept", Kind.UTS)
    assert isinstance(kept, Namespace)
    assert kept not in (stage.world.namespace("host", Kind.UTS), stage.world.namespace("box", Kind.UTS))
    assert reason(stage.world.namespace_at("/tmp/kept", Kind.NET)) == "absent.other-kind"
    assert stage.world.holders(kept) == Holders(processes=0, fds=0, mounts=1)
    stage.run("host", "exec 7</tmp/kept")
    assert stage.world.holders(kept) == Holders(processes=0, fds=1, mounts=1)
    stage.run("host", "umount -l /tmp/kept")
    assert stage.world.holders(kept) == Holders(processes=0, fds=1, mounts=0)
    stage.run("host", "exec 7<&-")
    assert reason(stage.world.namespace_at("/tmp/kept", Kind.UTS)) == "absent.not-a-namespace"
    assert reason(stage.world.namespace_at("/tmp/none", Kind.UTS)) == "absent.no-file"


def test_where_a_process_could_not_be_looked_into_no_holder_is_counted() -> None:
    namespace = Namespace(Kind.UTS, NamespaceId(4, 1))
    mount = MountHold(Kind.UTS, namespace.id, "/tmp/kept", 1)
    assert live.counted(namespace, 2, Holds((mount,), ())) == Holders(processes=2, fds=0, mounts=1)
    assert reason(live.counted(namespace, 2, Holds((mount,), (Hidden(7, errno.EACCES),)))) == "absent.refused"


def test_system_v_objects_are_those_of_the_process_s_own_namespace() -> None:
    with staged() as stage:
        stage.box("unshare --ipc bash")
        stage.run("host", "ipcmk --queue; ipcmk --shmem 4096; ipcmk --semaphore 1")
        for facility in Facility:
            (made,) = stage.world.sysv_objects(facility, "host")
            assert isinstance(made, SysvObject)
            assert made.messages == (0 if facility is Facility.MESSAGES else None)
            assert stage.world.sysv_objects(facility, "box") == ()
        assert reason(stage.world.sysv_objects(Facility.MEMORY, "nobody")) == "absent.never-seen"


def test_a_clock_is_read_where_its_time_namespace_shifts_it() -> None:
    with staged() as stage:
        stage.box("unshare --time --fork --boottime 864000 --monotonic 500 bash")
        ahead = {}
        for clock in Clock:
            there, here = stage.world.clock(clock, "box"), stage.world.clock(clock, "host")
            assert isinstance(there, int)
            assert isinstance(here, int)
            ahead[clock] = round((there - here) / 1e9)
        assert ahead == {Clock.REALTIME: 0, Clock.MONOTONIC: 500, Clock.BOOTTIME: 864000}
        assert reason(stage.world.clock(Clock.BOOTTIME, "nobody")) == "absent.never-seen"


def test_a_cgroup_is_told_from_the_root_of_the_reader_s_namespace(stage: Stage) -> None:
    """Nobody in this lab has moved, so every namespace's root is the group that we are in ourselves."""
    with procfs.own_process() as process:
        ours = unified(read_cgroup(process))
    assert ours is not None
    assert stage.world.outer_cgroup("box") == stage.world.outer_cgroup("host") == ours.path
    assert stage.world.cgroup("box", "host") == stage.world.cgroup("host", "box") == "/"
    assert reason(stage.world.cgroup("nobody", "host")) == "absent.never-seen"
    assert reason(stage.world.cgroup("host", "nobody")) == "absent.never-seen"
    assert reason(stage.world.outer_cgroup("nobody")) == "absent.never-seen"


def test_a_machine_without_cgroup_v2_has_no_path_to_tell() -> None:
    assert reason(unified_path(parse_cgroup(b"4:memory:/\n1:name=systemd:/init\n"))) == "absent.no-cgroup2"
    assert unified_path(parse_cgroup(b"4:memory:/\n0::/box\n")) == "/box"


def test_a_posix_queue_is_opened_in_the_namespace_whatever_the_mount_shows() -> None:
    with staged() as stage:
        stage.run("host", "touch /dev/mqueue/post")
        stage.box("unshare --ipc bash")
        assert isinstance(stage.world.text("/dev/mqueue/post", "box"), str)
        assert stage.world.probe(MqOpen("/post"), "host", ()) == 0
        assert stage.world.probe(MqOpen("/post"), "box", ()) == errno.ENOENT


def test_how_long_a_container_took_to_be_is_told_of_what_the_engine_made_and_of_nothing_else() -> None:
    with staged(Container("web", (Kind.PID, Kind.NET))) as stage:
        took = stage.world.start_us("web")
        assert isinstance(took, int)
        assert 0 < took < 10_000_000
        stage.box("unshare --ipc bash")
        assert reason(stage.world.start_us("box")) == "absent.lab"
        assert reason(stage.world.start_us("nobody")) == "absent.never-seen"


def test_the_wall_clock_is_nobody_s_to_set_in_a_lab() -> None:
    with staged(Container("web", tuple(Kind))) as stage:
        assert stage.world.probe(ClockSettime(True), "host", ()) == errno.EPERM
        assert stage.world.probe(ClockSettime(True), "web", ()) == errno.EPERM


def test_a_process_s_memory_is_the_kernel_s_sum_over_its_maps() -> None:
    with staged(Container("web", (Kind.PID, Kind.MNT))) as stage:
        look = Look(stage.world, {})
        own, resident = Memory("Private_Dirty", "web").read(look), Memory("Rss", "web").read(look)
        assert isinstance(own, int)
        assert isinstance(resident, int)
        assert 0 < own < resident


def test_what_holds_a_namespace_is_counted() -> None:
    with staged() as stage:
        stage.type("box", "unshare --uts sleep 60")
        stage.until(lambda: stage.world.comm("box") == "sleep")
        own = stage.world.namespace("box", Kind.UTS)
        assert isinstance(own, Namespace)
        assert stage.world.holders(own) == Holders(processes=1, fds=0, mounts=0)
        stage.run("host", "exec 7</proc/$(pgrep -x sleep)/ns/uts; pkill -x sleep")
        stage.until(lambda: stage.world.life("box") is Life.GONE)
        assert stage.world.namespace("box", Kind.UTS) == own
        assert stage.world.holders(own) == Holders(processes=0, fds=1, mounts=0)


def test_a_status_is_told_as_the_asking_side_s_own_procfs_shows_it(stage: Stage) -> None:
    outside = stage.world.status("box:bash", "host")
    assert isinstance(outside, str)
    assert f"NSpid:\t{stage.world.pid('box', 'host')}\t1\n" in outside
    # The box shares the lab's /proc: process 1 there is the lab's.
    inside = stage.world.status("box:bash", "box")
    assert isinstance(inside, str)
    assert inside.startswith("Name:\tlab\n")
    assert "Name:\tsleep\n" in str(stage.world.status("web:sleep", "web"))


def test_credentials_are_those_of_the_user_namespace_that_a_process_is_in() -> None:
    with staged() as stage:
        stage.type("box", "unshare --user sleep 60")
        stage.until(lambda: stage.world.comm("box") == "sleep")
        host, box = stage.world.credentials("host"), stage.world.credentials("box")
        assert isinstance(host, Credentials)
        assert isinstance(box, Credentials)
        assert host.uid_in(box.uids.effective) == 0
        assert box.uid_in(box.uids.effective) is None
        assert (host.capabilities.effective, box.capabilities.effective) == (full_set(), 0)
        stage.run("host", f"echo 7 0 1 >/proc/{stage.world.pid('box', 'host')}/uid_map")
        mapped = stage.world.credentials("box")
        assert isinstance(mapped, Credentials)
        assert mapped.uid_in(box.uids.effective) == 7
        assert reason(stage.world.credentials("nobody")) == "absent.never-seen"


def test_a_file_of_the_lab_is_owned_by_the_user_behind_its_root_and_one_of_the_machine_by_none_of_the_labs(
    stage: Stage,
) -> None:
    host = stage.world.credentials("host")
    assert isinstance(host, Credentials)
    stage.run("host", "touch /tmp/owned")
    assert stage.world.owner("/tmp/owned", "host") == host.uids.effective
    machines = stage.world.owner("/usr", "host")
    assert isinstance(machines, int)
    assert host.uid_in(machines) is None
    assert reason(stage.world.owner("/tmp/none", "host")) == "absent.no-file"


@pytest.mark.parametrize(
    ("call", "own_uts", "expected"),
    [
        (Sethostname(True), False, errno.EPERM),
        (Sethostname(True), True, 0),
        (Fsopen("tmpfs"), True, errno.EPERM),
        (Clone((Kind.UTS,)), False, 0),
    ],
)
def test_a_probe_in_a_user_namespace_has_the_rights_that_its_root_has_there(
    call: Call, own_uts: bool, expected: int
) -> None:
    with staged() as stage:
        stage.type("box", f"unshare --user --map-root-user {'--uts' if own_uts else ''} sleep 60")
        stage.until(lambda: stage.world.comm("box") == "sleep")
        assert stage.world.probe(call, "box", ()) == expected


def test_a_stat_is_told_as_the_asking_side_s_own_procfs_shows_it(stage: Stage) -> None:
    outside, inside = stage.world.stat("web", "host"), stage.world.stat("web", "web")
    assert isinstance(outside, Stat)
    assert isinstance(inside, Stat)
    assert (outside.pid, outside.ppid) == (stage.world.pid("web", "host"), 1)
    assert (inside.pid, inside.ppid) == (1, 0)
    assert inside.start_ticks == outside.start_ticks
    stage.run("host", f"renice -n 7 -p {outside.pid}; kill -STOP {outside.pid}")
    for seen_from in ("host", "web"):
        stat = stage.world.stat("web", seen_from)
        assert isinstance(stat, Stat)
        assert (stat.nice, stat.state) == (7, "T")
    stage.run("host", f"kill -CONT {outside.pid}")
    assert reason(stage.world.stat("nobody", "host")) == "absent.never-seen"


def test_the_states_of_a_pid_namespace_are_those_of_all_in_it_zombies_too() -> None:
    """A PID 1 that never waits for its orphans keeps them as zombies; nobody is left once it has ended."""
    with staged() as stage:
        stage.type("box", "unshare --fork --pid sh -c '(sleep 0.5 &); (sleep 0.5 &); exec sleep 60'")
        stage.until(lambda: stage.world.comm("box") == "sleep")
        stage.until(lambda: stage.world.states("box") == ("S", "Z", "Z"))
        stage.run("host", f"kill -9 {stage.world.pid('box', 'host')}")
        stage.until(lambda: stage.world.states("box") == ())
        assert reason(stage.world.states("nobody")) == "absent.never-seen"


def test_a_file_is_read_as_its_reader_sees_it(stage: Stage) -> None:
    assert stage.world.text("~/note", "host") == "read me\n"
    assert stage.world.text("/proc/1/comm", "web") == "sleep\n"
    assert reason(stage.world.text("/root/note", "web")) == "absent.no-file"
    assert reason(stage.world.text("/etc/shadow-of-nobody", "host")) == "absent.no-file"


def test_a_long_file_of_the_kernel_is_read_to_its_end(stage: Stage) -> None:
    """Such a read returns a page at most."""
    text = stage.world.text("/proc/kallsyms", "host")
    assert isinstance(text, str)
    assert len(text) == TEXT_BYTES


def test_a_file_is_told_by_its_kind_and_its_bits(stage: Stage) -> None:
    stage.run("host", "cp /bin/true ~/program; ln -sf program ~/link")
    assert stage.world.file("~/program", "host") == FileFacts(regular=True, executable=True)
    assert stage.world.file("~/link", "host") == FileFacts(regular=True, executable=True)
    assert stage.world.file("~/note", "host") == FileFacts(regular=True, executable=False)
    assert stage.world.file("~", "host") == FileFacts(regular=False, executable=True)
    assert reason(stage.world.file("~/nothing", "host")) == "absent.no-file"


def test_no_link_of_the_learner_s_leads_out_of_the_lab(stage: Stage, tmp_path: Path) -> None:
    """The real machine's file is named by every way there is from inside; none may reach it."""
    secret = tmp_path / "secret"
    secret.write_text("of the real machine")
    outer = f"/proc/{os.getpid()}/root{secret}"
    up = "../" * 30
    for number, target in enumerate(
        (secret, f"{up}{secret}", f"/proc/1/root{secret}", f"/proc/self/root{secret}", outer)
    ):
        stage.run("host", f"ln -sfn {target} /tmp/way-{number}")
        assert isinstance(stage.world.text(f"/tmp/way-{number}", "host"), Absent), target
        assert isinstance(stage.world.file(f"/tmp/way-{number}", "host"), Absent), target
    assert isinstance(stage.world.text(f"/tmp/{up}{secret}", "web"), Absent)


def test_a_magic_link_is_refused_even_to_where_it_would_be_allowed(stage: Stage) -> None:
    stage.run("host", "ln -sfn /proc/1/root/etc/passwd /tmp/magic")
    answer = stage.world.text("/tmp/magic", "host")
    assert isinstance(answer, Absent)
    assert answer.reason.facts == {"what": "/tmp/magic", "errno": "ELOOP"}


@pytest.mark.parametrize(
    "made", ["mkfifo /tmp/odd", "mkdir /tmp/odd", "ln -s $(tty) /tmp/odd", "ln -s /dev/zero /tmp/odd"]
)
def test_what_is_no_regular_file_is_not_read(stage: Stage, made: str) -> None:
    """A terminal's keys and a pipe's bytes would be taken from whom they are for."""
    stage.run("host", made)
    assert reason(stage.world.text("/tmp/odd", "host")) == "absent.not-a-file"
    stage.run("host", "rm -r /tmp/odd")


def test_nothing_is_kept_open_that_would_keep_the_learner_from_unmounting(stage: Stage) -> None:
    stage.run("host", "mkdir -p /tmp/mine && mount -t tmpfs mine /tmp/mine && echo here > /tmp/mine/file")
    assert stage.world.text("/tmp/mine/file", "host") == "here\n"
    assert stage.world.file("/tmp/mine/file", "host") == FileFacts(regular=True, executable=False)
    assert stage.world.mounts_at("/tmp/mine", "host") == 1
    assert reason(stage.world.namespace_at("/tmp/mine/file", Kind.UTS)) == "absent.not-a-namespace"
    stage.run("host", "umount /tmp/mine")
    assert stage.world.mounts_at("/tmp/mine", "host") == 0


def test_mounts_are_counted_where_a_process_sees_them(stage: Stage) -> None:
    assert stage.world.mounts_at("/proc", "host") == 1
    stage.run("box", "unshare --mount sh -c 'mount -t tmpfs x /root; sleep 0.01'")
    assert stage.world.mounts_at("~", "host") == 0
    assert stage.world.mounts_at("/proc", "web") == 1


@pytest.mark.parametrize(
    ("propagation", "there", "back"), [("unchanged", True, True), ("slave", True, False), ("private", False, False)]
)
def test_whether_a_new_mount_passes_is_told_for_each_way(propagation: str, there: bool, back: bool) -> None:
    with staged() as stage:
        stage.box(f"unshare --mount --propagation {propagation} bash")
        passes = [stage.world.propagates("/", *pair) for pair in (("host", "box"), ("box", "host"))]
        assert [isinstance(one, Propagated) and one.reached for one in passes] == [there, back]
        assert reason(stage.world.propagates("/nowhere", "host", "box")) == "absent.no-mount"


def test_the_host_s_own_view_survives_a_learner_who_mounts_over_proc(stage: Stage) -> None:
    stage.run("host", "mount -t tmpfs hidden /proc")
    stage.session.look()
    assert stage.world.pid("box:bash", "box") == 1
    assert stage.world.mounts_at("/proc", "host") == 2
    assert isinstance(stage.world.status("box:bash", "host"), str)
    assert isinstance(stage.world.text("/proc/1/comm", "host"), Absent)
    stage.run("host", "umount /proc")


def test_life_tells_never_from_no_longer(stage: Stage) -> None:
    assert stage.world.life("box") is Life.ALIVE
    assert stage.world.life("box:no-such") is Life.NEVER_SEEN


def test_depth_counts_the_levels_between(stage: Stage) -> None:
    assert stage.world.pid_depth("box", "host") == 1
    assert stage.world.pid_depth("host", "host") == 0
    assert reason(stage.world.pid_depth("host", "box")) == "absent.not-below"
    assert reason(stage.world.pid_depth("deep:none", "host")) == "absent.never-seen"


@pytest.mark.parametrize(
    ("call", "where", "without", "expected"),
    [
        (Clone((Kind.UTS,)), "host", (), 0),
        (Clone((Kind.UTS,)), "host", ("CAP_SYS_ADMIN",), errno.EPERM),
        (Fork(True), "host", (), 0),
        (Kill("1"), "box", (), 0),
        (Kill("12345"), "box", (), errno.ESRCH),
        (Open("~/note"), "host", (), 0),
        (Open("~/note"), "web", (), errno.ENOENT),
        (Open("/proc/sys/kernel/hostname", write=True), "host", (), errno.EACCES),
        (Fsopen("tmpfs"), "host", (), 0),
        (Fsopen("tmpfs"), "host", ("CAP_SYS_ADMIN",), errno.EPERM),
        (Fsopen("nosuchfs"), "host", (), errno.ENODEV),
        (Sethostname(True), "host", (), 0),
        (Sethostname(True), "box", ("CAP_SYS_ADMIN",), errno.EPERM),
        (Setns("/proc/1/ns/uts", Kind.UTS), "box", (), 0),
        (Setns("/proc/1/ns/uts", Kind.NET), "box", (), errno.EINVAL),
    ],
)
def test_a_probe_tells_the_errno_of_that_very_call(
    stage: Stage, call: Call, where: str, without: tuple[str, ...], expected: int
) -> None:
    assert stage.world.probe(call, where, without) == expected


def test_a_program_s_status_is_told_as_a_shell_counts(stage: Stage) -> None:
    for name, script in {"seven": "exit 7", "killed": "kill -9 $$", "slow": "sleep 5"}.items():
        stage.session.lab.put(f"/root/{name}", f"#!/bin/sh\n{script}\n".encode(), 0o755)
    assert stage.world.exit_status("~/seven", "box", ()) == 7
    assert stage.world.exit_status("~/killed", "box", ()) == 128 + signal.SIGKILL
    assert reason(stage.world.exit_status("~/slow", "box", ())) == "absent.too-slow"
    assert reason(stage.world.exit_status("~/none", "box", ())) == "absent.lab"
    stage.session.look()
    assert not [one for one in stage.world.seen.scan.processes if one.comm == "slow"]


def test_a_program_runs_without_what_it_is_denied(stage: Stage) -> None:
    stage.session.lab.put("/root/rename", b"#!/bin/sh\nhostname other\n", 0o755)
    assert stage.world.exit_status("~/rename", "box", ("CAP_SYS_ADMIN",)) != 0
    assert stage.world.hostname("box") == "container"


QUESTIONS: dict[str, Callable[[live.LiveWorld, str], object]] = {
    "pid": lambda world, who: world.pid(who, "host"),
    "pid seen from": lambda world, who: world.pid("host", who),
    "comm": lambda world, who: world.comm(who),
    "hostname": lambda world, who: world.hostname(who),
    "domainname": lambda world, who: world.domainname(who),
    "status": lambda world, who: world.status(who, "host"),
    "credentials": lambda world, who: world.credentials(who),
    "owner": lambda world, who: world.owner("/etc/passwd", who),
    "text": lambda world, who: world.text("/etc/passwd", who),
    "file": lambda world, who: world.file("/etc/passwd", who),
    "mounts": lambda world, who: world.mounts_at("/", who),
    "passing on": lambda world, who: world.propagates("/", who, "host"),
    "being reached": lambda world, who: world.propagates("/", "host", who),
    "depth": lambda world, who: world.pid_depth(who, "host"),
    "depth below": lambda world, who: world.pid_depth("host", who),
    "probe": lambda world, who: world.probe(Fork(True), who, ()),
    "exit status": lambda world, who: world.exit_status("/bin/true", who, ()),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_of_who_never_was_every_answer_says_so(stage: Stage, question: str) -> None:
    assert reason(QUESTIONS[question](stage.world, "nobody:init")) == "absent.never-seen"
    assert reason(stage.world.namespace("nobody", Kind.PID)) == "absent.never-seen"


@pytest.fixture(scope="module")
def ended() -> Iterator[Stage]:
    """A lab whose PID 1 was killed, container and all."""
    with staged(WEB) as stage:
        stage.box()
        os.kill(stage.session.lab.pid, signal.SIGKILL)
        stage.until(lambda: not stage.world.seen.host_alive)
        yield stage


@pytest.mark.parametrize("question", QUESTIONS)
def test_of_who_has_ended_every_answer_says_so(ended: Stage, question: str) -> None:
    assert reason(QUESTIONS[question](ended.world, "box:bash")) == "absent.ended"
    assert ended.world.life("box:bash") is Life.GONE


def test_of_a_lab_that_has_ended_the_last_namespaces_are_still_known(ended: Stage) -> None:
    assert isinstance(ended.world.namespace("box", Kind.PID), Namespace)
    assert ended.world.hostnames() == frozenset()
