"""The lab and its containers, asked of the kernel from inside and from outside."""

from __future__ import annotations

import errno
import hashlib
import os
import resource
import select
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from nslab.engine.client import Lab, LabGone, Told
from nslab.engine.spec import Process, Spec
from nslab.kernel.capabilities import Capability
from nslab.kernel.clocks import Clock
from nslab.kernel.idmap import parse_map
from nslab.kernel.namespaces import Kind
from nslab.kernel.uts import UtsNames

Run = Callable[..., Any]  # in_lab, in_box, attached of conftest.py: they return a Finished
Changed = Callable[..., Lab]
ALL = tuple(Kind)
SUBSETS = [kinds for count in range(len(Kind) + 1) for kinds in combinations(Kind, count)]
LINKS = tuple(f"/proc/self/ns/{kind.value}" for kind in Kind)
ROOT = os.geteuid() == 0
PIDFD = "weird file"  # as stat(1) calls it: of the very process that looks, until its owner has it


def read(lab: Lab, path: str) -> str:
    """A file of the lab's proc, read from outside."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=lab.proc)
    try:
        return os.read(fd, 1 << 16).decode()
    finally:
        os.close(fd)


@contextmanager
def resident(lab: Lab, kinds: tuple[Kind, ...] = ALL, name: str = "resident") -> Iterator[int]:
    """A container that stays, by its number in the lab."""
    task = lab.run(Spec(name, Process(("sleep", "1000"), pipes=(), terminal=True), kinds))
    try:
        yield task.pid
    finally:
        lab.delete(name)
        os.close(task.pidfd)
        os.close(task.master)


def test_each_subset_of_namespaces_runs_and_differs_from_the_lab_in_exactly_those(
    shared_lab: Lab, in_box: Run, in_lab: Run
) -> None:
    look = "readlink " + " ".join(LINKS)
    home = dict(zip(Kind, in_lab(shared_lab, look).lines, strict=True))
    for kinds in SUBSETS:
        told = in_box(shared_lab, look, kinds)
        assert (told.status, len(told.lines)) == (0, 8), (kinds, told.out)
        differing = tuple(kind for kind, line in zip(Kind, told.lines, strict=True) if home[kind] != line)
        assert differing == kinds


def test_no_map_inside_holds_the_machines_root(shared_lab: Lab) -> None:
    """CVE-2019-5736: whoever is root inside is nobody outside, also where a process came from a later namespace."""
    with resident(shared_lab):
        for pid in [name for name in os.listdir(shared_lab.proc) if name.isdigit()]:
            for map_ in ("uid_map", "gid_map"):
                extents = parse_map(read(shared_lab, f"{pid}/{map_}").encode())
                assert extents
                assert all(extent.outside > 0 for extent in extents)


def test_root_inside_is_a_shifted_id_or_the_user_itself_outside(shared_lab: Lab) -> None:
    (uid,) = {line.split()[1] for line in read(shared_lab, "1/status").splitlines() if line.startswith("Uid:")}
    assert int(uid) >= 1 << 30 if ROOT else int(uid) == os.geteuid()


def test_the_lab_is_called_lab_and_the_machine_keeps_its_name(shared_lab: Lab, in_lab: Run, in_box: Run) -> None:
    before = os.uname().nodename
    assert in_lab(shared_lab, "hostname").out == "lab\n"
    assert in_box(shared_lab, "hostname", (Kind.UTS,), hostname="boxed").out == "boxed\n"
    assert in_lab(shared_lab, "hostname").out == "lab\n"
    assert os.uname().nodename == before


def test_uts_names_are_told_for_living_and_gone_processes(shared_lab: Lab) -> None:
    with resident(shared_lab) as pid:
        assert shared_lab.names((1, 9999, pid)) == (UtsNames("lab", "(none)"), None, UtsNames("lab", "(none)"))


def test_nothing_of_the_machine_is_in_the_labs_root_but_its_programs(shared_lab: Lab, in_lab: Run) -> None:
    there = set(in_lab(shared_lab, "ls -A /").lines)
    programs = {"usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "etc", "opt", "nix", "gnu"}
    assert there <= programs | {"proc", "sys", "dev", "tmp", "root", "run", "var", "mnt", "home"}
    assert in_lab(shared_lab, "ls -A /root /home /tmp /mnt /var | grep -v : | grep .").out == ""


def test_the_labs_devices_work(shared_lab: Lab, in_lab: Run, in_box: Run) -> None:
    script = (
        "set -e; head -c2 /dev/zero | od -An -tx1; head -c9 /dev/urandom | wc -c; echo x >/dev/null; "
        "ls -l /dev/null | cut -c1-10; ls /dev"
    )
    wanted = ["00", "00", "9", "crw-rw-rw-", *["fd", "full", "mqueue", "null", "ptmx", "pts", "random", "shm"]]
    wanted += ["stderr", "stdin", "stdout", "tty", "urandom", "zero"]
    for told in (in_lab(shared_lab, script), in_box(shared_lab, script)):
        assert (told.status, told.out.split()) == (0, wanted)


def test_the_full_device_is_full(shared_lab: Lab, in_box: Run) -> None:
    assert "No space left" in in_box(shared_lab, "dd if=/dev/zero of=/dev/full count=1").out


def test_lo_is_up_in_the_lab(shared_lab: Lab, in_lab: Run) -> None:
    assert "127.0.0.1" in in_lab(shared_lab, "cat /proc/net/fib_trie").out


def test_the_labs_root_is_shared_so_that_propagation_can_be_seen(shared_lab: Lab, in_lab: Run) -> None:
    root = next(line for line in in_lab(shared_lab, "cat /proc/self/mountinfo").lines if line.split()[4] == "/")
    assert "shared:" in root


def test_a_second_sysfs_lets_ip_netns_exec_work(shared_lab: Lab, in_lab: Run) -> None:
    told = in_lab(shared_lab, "ip netns add n && ip netns exec n cat /proc/net/dev | grep -c :; ip netns del n")
    assert (told.status, told.out.strip()) == (0, "1")


def test_nsenter_into_a_container_with_all_namespaces_works(shared_lab: Lab, in_lab: Run) -> None:
    """It needs a time namespace of the lab's own: the initial one belongs to nobody here."""
    with resident(shared_lab, tuple(kind for kind in Kind if kind is not Kind.USER)) as pid:
        assert in_lab(shared_lab, f"nsenter -a -t {pid} sh -c 'echo $$'").status == 0


def test_the_environment_is_the_specs_and_nothing_of_the_owners(
    shared_lab: Lab, in_lab: Run, in_box: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = ["HOME=/root", "LANG=C.UTF-8", "PATH=", "PWD=/", "TERM=xterm-256color"]
    for told in (in_lab(shared_lab, "env | sort"), in_box(shared_lab, "env | sort")):
        assert [line for line in told.lines if not line.startswith("PATH=")] == [
            line for line in wanted if line != "PATH="
        ]


def test_pid_1_shows_no_variable_and_no_path_of_the_machine(in_lab: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/secret-name")
    monkeypatch.setenv("PATH", os.environ["PATH"] + ":/home/secret-name/bin")
    with Lab.start() as lab:
        told = in_lab(lab, "cat /proc/1/cmdline /proc/1/comm | tr '\\0' '\\n'; tr -d '\\0' </proc/1/environ")
        assert told.lines == ["lab", "lab"]


def test_pid_1_holds_no_descriptor_that_leads_to_the_machine(shared_lab: Lab, in_lab: Run) -> None:
    """Sockets, the lab's own proc and its own /dev/null; seen from outside and from inside."""
    links = os.listdir(fd := os.open("1/fd", os.O_RDONLY, dir_fd=shared_lab.proc))
    targets = {os.readlink(link, dir_fd=fd) for link in links}
    os.close(fd)
    assert {target.partition(":")[0] for target in targets} <= {"socket", "/proc", "/dev/null"}
    inside = in_lab(shared_lab, "for f in /proc/1/fd/*; do stat -L -c '%d %F' $f; done").lines
    lab_devices = in_lab(shared_lab, "stat -c %d / /proc").lines
    assert [
        line
        for line in inside
        if line.partition(" ")[2] not in ("socket", "character special file", PIDFD)
        and line.split()[0] not in lab_devices
        and "No such file" not in line  # closed between the listing and the look
    ] == []


def test_pid_1_lets_go_of_files_that_a_library_holds(changed_lab: Changed) -> None:
    """libffi 3.5 keeps its own file open. A user's own copy of it could be rewritten through /proc/1/fd."""
    with changed_lab("import os; held = os.open('/etc/hostname', os.O_RDONLY); os.dup2(held, 77)") as lab:
        assert os.readlink("1/fd/77", dir_fd=lab.proc) == "/dev/null"
        links = os.listdir(fd := os.open("1/fd", os.O_RDONLY, dir_fd=lab.proc))
        assert "/etc/hostname" not in {os.readlink(link, dir_fd=fd) for link in links}
        os.close(fd)


def test_pid_1s_null_is_not_the_owners(shared_lab: Lab, in_lab: Run) -> None:
    assert len(in_lab(shared_lab, "ls /proc/1/fd").lines) < 16


def test_what_wakes_the_labs_first_process_can_neither_be_read_nor_written_by_others(
    shared_lab: Lab, in_lab: Run
) -> None:
    links = in_lab(shared_lab, "for f in /proc/1/fd/*; do readlink $f; done").lines
    assert [link for link in links if link.startswith("pipe:")] == []
    junk = 'for f in /proc/1/fd/*; do timeout 1 sh -c "echo junk >$f; timeout .1 head -c 20 $f"; done 2>/dev/null; true'
    in_lab(shared_lab, junk)
    assert in_lab(shared_lab, "echo alive").lines == ["alive"]


@pytest.mark.parametrize("kinds", [(), ALL, (Kind.MNT,), (Kind.PID,)])
def test_a_started_program_has_its_three_streams_and_no_other_descriptor(
    kinds: tuple[Kind, ...], shared_lab: Lab, in_box: Run, in_lab: Run, attached: Run
) -> None:
    """CVE-2024-21626. Descriptor 3 is the shell's or ls's own look at the directory."""
    look = "ls -l /proc/self/fd | tail -n +2 | sed 's/.* \\([0-9]*\\) -> \\([a-z/]*\\).*/\\1 \\2/'"
    with resident(shared_lab, kinds) as pid:
        for told in (in_box(shared_lab, look, kinds), in_lab(shared_lab, look), attached(shared_lab, pid, look)):
            assert [line for line in told.lines if line.split()[1] != "/proc/"] == ["0 pipe", "1 pipe", "2 pipe"]


def test_other_containers_that_wait_to_start_are_not_held_by_a_later_one(shared_lab: Lab, in_box: Run) -> None:
    """A descriptor of the first one's channel in the second would keep it from seeing its end."""
    first = shared_lab.create(Spec("waits", Process(("true",), pipes=(), terminal=True), ALL))
    told = in_box(shared_lab, "ls /proc/self/fd")
    started = shared_lab.start_container("waits")
    assert shared_lab.wait(first.pid, 5) == 0
    assert told.lines == ["0", "1", "2", "3"]
    shared_lab.delete("waits")
    for fd in (first.pidfd, first.master, started.pidfd):
        os.close(fd)


GLIBC_OWN = 0x3 << 31  # 32 and 33: nobody else can set them; its posix_spawn, which make uses, leaves them ignored


def masks(lines: list[str]) -> list[int]:
    """The signal sets among the lines of a status file."""
    return [int(line.split()[1], 16) & ~GLIBC_OWN for line in lines]


def test_signals_are_default_and_none_is_blocked(shared_lab: Lab, in_lab: Run, in_box: Run) -> None:
    look = "grep -E 'Sig(Ign|Blk)|ShdPnd' /proc/self/status"
    for told in (in_lab(shared_lab, look), in_box(shared_lab, look)):
        assert set(masks(told.lines)) == {0}


def test_an_owner_that_ignores_signals_does_not_hand_that_on(in_lab: Run) -> None:
    """As under nohup(1), or in a shell's background."""
    former = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGHUP, signal.SIGUSR2)}
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        with Lab.start() as lab:
            told = in_lab(lab, "grep -E 'Sig(Ign|Blk)' /proc/self/status")
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        for number, handler in former.items():
            signal.signal(number, handler)
    assert set(masks(told.lines)) == {0}


@pytest.mark.parametrize(
    ("script", "status"), [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137), ("kill -15 $$", 143), ("nosuch", 127)]
)
def test_a_programs_end_is_told_as_it_was(script: str, status: int, shared_lab: Lab, in_lab: Run, in_box: Run) -> None:
    assert in_lab(shared_lab, script).status == status
    assert in_box(shared_lab, script, (Kind.MNT,)).status == status


@pytest.mark.parametrize(
    ("program", "code"),
    [("/nosuch", "program-missing"), ("nosuch", "program-missing"), ("", "program-missing")],
)
def test_a_program_that_is_not_there_is_told_and_leaves_nothing(
    program: str, code: str, shared_lab: Lab, in_lab: Run
) -> None:
    before = in_lab(shared_lab, "ls /run/nslab; ps -e | wc -l").out
    with pytest.raises(Told) as refused:
        shared_lab.run(Spec("box", Process((program,), pipes=(), terminal=True), ALL))
    assert refused.value.code == code
    assert in_lab(shared_lab, "ls /run/nslab; ps -e | wc -l").out == before


@pytest.mark.parametrize("program", ["/etc/passwd", "/usr"])
def test_what_is_no_program_is_told(program: str, shared_lab: Lab) -> None:
    with pytest.raises(Told) as refused:
        shared_lab.run(Spec("box", Process((program,)), (Kind.PID,)))
    assert refused.value.code == "step-refused"  # stdin was not handed in
    with pytest.raises(Told) as refused:
        shared_lab.run(Spec("box", Process((program,), pipes=(), terminal=True), (Kind.PID,)))
    assert refused.value.code == "program-not-executable"


@pytest.mark.parametrize(
    "process",
    [Process(("a\0b",), pipes=(), terminal=True), Process(("sh",), cwd="/a\0", pipes=(), terminal=True)],
)
def test_a_nul_is_refused_by_a_step_and_not_by_a_dead_process(process: Process, shared_lab: Lab) -> None:
    with pytest.raises(Told) as refused:
        shared_lab.run(Spec("box", process, (Kind.PID,)))
    assert (refused.value.code, refused.value.facts["errno"]) == ("step-refused", "EINVAL")


def test_a_working_directory_that_is_not_there_is_told(shared_lab: Lab) -> None:
    with pytest.raises(Told) as refused:
        shared_lab.run(Spec("box", Process(("true",), cwd="/nosuch", pipes=(), terminal=True), ALL))
    assert (refused.value.facts["step"], refused.value.facts["errno"]) == ("cwd", "ENOENT")


def test_a_container_name_is_checked_by_the_lab_too(shared_lab: Lab) -> None:
    for name in ("../x", "a\nb", "x" * 300):
        with pytest.raises(Told) as refused:
            shared_lab.create(Spec(name, Process(("true",)), ALL))
        assert refused.value.code == "bad-name"


def test_a_name_is_taken_until_its_container_is_deleted(shared_lab: Lab) -> None:
    with resident(shared_lab), pytest.raises(Told) as refused:
        shared_lab.create(Spec("resident", Process(("true",)), ALL))
    assert refused.value.code == "name-taken"
    with resident(shared_lab):
        pass


def test_an_unknown_container_is_told(shared_lab: Lab) -> None:
    for ask in (shared_lab.delete, shared_lab.start_container, lambda name: shared_lab.signal(name, 9)):
        with pytest.raises(Told) as refused:
            ask("nosuch")
        assert refused.value.code == "no-such-container"


def test_a_signal_reaches_the_first_process(shared_lab: Lab) -> None:
    task = shared_lab.run(Spec("box", Process(("sleep", "100"), pipes=(), terminal=True), (Kind.MNT,)))
    shared_lab.signal("box", signal.SIGTERM)
    assert shared_lab.wait(task.pid, 5) == signal.SIGTERM
    shared_lab.delete("box")
    os.close(task.pidfd)
    os.close(task.master)


def test_deleting_kills_all_of_a_container_and_gives_its_room_back(shared_lab: Lab, in_lab: Run) -> None:
    before = in_lab(shared_lab, "ls -A /run/nslab; cat /proc/mounts; ps -e -o comm").out
    with resident(shared_lab):
        assert in_lab(shared_lab, "ls /run/nslab").lines == ["resident"]
    assert in_lab(shared_lab, "ls -A /run/nslab; cat /proc/mounts; ps -e -o comm").out == before


def test_a_created_container_that_is_never_started_can_be_deleted(shared_lab: Lab, in_lab: Run) -> None:
    before = in_lab(shared_lab, "ls -A /run/nslab; ps -e -o comm").out
    task = shared_lab.create(Spec("idle", Process(("true",), pipes=(), terminal=True), ALL))
    shared_lab.delete("idle")
    assert in_lab(shared_lab, "ls -A /run/nslab; ps -e -o comm").out == before
    assert select.select([task.pidfd], [], [], 5)[0]
    os.close(task.pidfd)
    os.close(task.master)


def test_orphans_are_reaped_by_pid_1(shared_lab: Lab, in_lab: Run) -> None:
    in_lab(shared_lab, "for i in 1 2 3; do (sleep 0.05 &) ; done")
    time.sleep(0.3)
    assert in_lab(shared_lab, "ps -e -o stat= | grep -c Z").out == "0\n"


def test_an_owner_that_reads_no_events_does_not_stop_the_lab(lab: Lab) -> None:
    """The socket's buffer takes about 200 of them."""
    ends = os.pipe()
    tasks = []
    for _ in range(400):
        task = lab.spawn(Process(("true",)), (ends[0], ends[1], ends[1]))
        os.close(task.pidfd)
        tasks.append(task.pid)
    assert [lab.wait(pid, 5) for pid in tasks] == [0] * 400
    for end in ends:
        os.close(end)


def test_files_are_put_with_their_mode_and_replace_what_was_there(shared_lab: Lab, in_lab: Run) -> None:
    data = os.urandom(300_000)
    shared_lab.put("/root/deep/down/file", b"before", 0o600)
    shared_lab.put("/root/deep/down/file", data, 0o751)
    told = in_lab(shared_lab, "stat -c '%a %s' /root/deep/down/file; sha256sum </root/deep/down/file")
    assert told.lines == ["751 300000", f"{hashlib.sha256(data).hexdigest()}  -"]


@pytest.mark.parametrize(
    ("prepare", "path"),
    [
        ("", "/usr/x"),
        ("", "/a\0b"),
        ("", "relative"),
        ("", "/proc/sys/kernel/hostname"),
        ("mkfifo /tmp/fifo", "/tmp/fifo"),
        ("ln -s /tmp/elsewhere /tmp/link", "/tmp/link"),
        ("mkdir -p /tmp/directory", "/tmp/directory"),
    ],
)
def test_a_file_that_can_not_be_put_is_an_error_and_the_lab_goes_on(
    prepare: str, path: str, shared_lab: Lab, in_lab: Run
) -> None:
    in_lab(shared_lab, prepare)
    with pytest.raises(Told):
        shared_lab.put(path, b"x")
    assert in_lab(shared_lab, "ls /tmp/elsewhere").status != 0
    assert in_lab(shared_lab, "echo alive").out == "alive\n"


def test_a_probe_brings_the_kernels_own_answer_from_where_it_was_made(shared_lab: Lab) -> None:
    with resident(shared_lab) as pid:
        assert shared_lab.probe(pid, "sethostname", ("x",)) == errno.EPERM
        assert shared_lab.probe(1, "sethostname", ("lab",)) == 0
        assert shared_lab.probe(pid, "kill", (1, 0)) == 0
        assert shared_lab.probe(pid, "kill", (4000, 0)) == errno.ESRCH
        assert shared_lab.probe(pid, "mount", ("tmpfs", "/tmp", "tmpfs", 0, None)) == errno.EPERM
        assert shared_lab.probe(1, "chdir", ("/nosuch",)) == errno.ENOENT
        assert shared_lab.probe(pid, "chdir", ("/run/nslab",)) == errno.ENOENT


def test_a_probe_can_be_made_with_fewer_rights(shared_lab: Lab) -> None:
    assert shared_lab.probe(1, "sethostname", ("lab",), (Capability.SYS_ADMIN,)) == errno.EPERM


def test_those_who_are_started_after_a_probe_have_the_numbers_that_they_would_have_had(
    shared_lab: Lab, in_lab: Run
) -> None:
    def number() -> int:
        return int(in_lab(shared_lab, "echo $$").out)

    with resident(shared_lab, tuple(kind for kind in Kind if kind is not Kind.USER)) as pid:
        first, second = number(), number()
        for _ in range(5):
            shared_lab.probe(1, "sethostname", ("lab",))
            shared_lab.probe(pid, "chdir", ("/",))
            shared_lab.probe(1, "try_clone", ("uts",))
            shared_lab.read(pid, Kind.IPC, "sysvipc/msg")
        assert number() == second + (second - first)


def test_a_probe_of_a_process_that_is_gone_is_an_error(shared_lab: Lab) -> None:
    with pytest.raises(Told):
        shared_lab.probe(9999, "chdir", ("/",))


def test_a_probe_that_dies_is_told_and_leaves_nothing(shared_lab: Lab, in_lab: Run) -> None:
    for call, args in (("nosuch", ()), ("chdir", (1, 2, 3)), ("kill", (0, 9))):
        with pytest.raises(Told) as refused:
            shared_lab.probe(1, call, args)
        assert refused.value.code == "step-lost"
    assert in_lab(shared_lab, "ps -e -o stat= | grep -c Z").out == "0\n"


def test_a_file_of_proc_is_read_as_one_in_the_namespace_finds_it(shared_lab: Lab, in_lab: Run) -> None:
    in_lab(shared_lab, "ipcmk -Q")
    with resident(shared_lab) as pid:
        heading, *queues = shared_lab.read(1, Kind.IPC, "sysvipc/msg").splitlines()
        assert heading.split()[:2] == ["key", "msqid"]
        assert len(queues) == 1
        assert shared_lab.read(pid, Kind.IPC, "sysvipc/msg").splitlines() == [heading]
        assert shared_lab.read(pid, Kind.UTS, "sysvipc/msg").splitlines() == [heading, *queues]
    in_lab(shared_lab, "ipcrm --all=msg")


def test_a_clock_is_read_where_the_process_is(shared_lab: Lab) -> None:
    before = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    with resident(shared_lab) as pid:
        told = shared_lab.clock(pid, Clock.BOOTTIME)
    assert before <= told <= time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def test_what_can_not_be_read_is_an_error_and_leaves_nothing(shared_lab: Lab, in_lab: Run) -> None:
    for pid, path in ((9999, "uptime"), (1, "nosuch"), (1, "1"), (1, "")):
        with pytest.raises(Told):
            shared_lab.read(pid, Kind.TIME, path)
    assert in_lab(shared_lab, "ps -e -o stat= | grep -c Z").out == "0\n"


def test_a_containers_upper_layer_is_its_own(shared_lab: Lab, in_box: Run) -> None:
    assert in_box(shared_lab, "echo changed >/etc/hosts; cat /etc/hosts").out == "changed\n"
    assert "localhost" in in_box(shared_lab, "cat /etc/hosts").out


def test_a_container_sees_its_own_processes_only(shared_lab: Lab, in_box: Run) -> None:
    assert in_box(shared_lab, "cd /proc; echo [0-9]*").out == "1\n"


def test_what_the_kernel_tells_too_much_of_is_masked(shared_lab: Lab, in_box: Run) -> None:
    assert in_box(shared_lab, "cat /proc/keys /proc/kcore 2>/dev/null | wc -c").out == "0\n"
    assert "Read-only file system" in in_box(shared_lab, "echo x >/proc/sys/kernel/hostname").out
    assert in_box(shared_lab, "echo b >/proc/sysrq-trigger").status != 0


def test_docker_s_capabilities_no_new_privileges_and_a_filter_are_a_containers_default(
    shared_lab: Lab, in_box: Run
) -> None:
    told = in_box(shared_lab, "grep -E 'Cap|NoNew|Seccomp:' /proc/self/status")
    words = {line.split()[0]: line.split()[1] for line in told.lines}
    assert words == {
        "CapInh:": "0" * 16,
        "CapPrm:": "00000000a80425fb",
        "CapEff:": "00000000a80425fb",
        "CapBnd:": "00000000a80425fb",
        "CapAmb:": "0" * 16,
        "NoNewPrivs:": "1",
        "Seccomp:": "2",
    }


def test_every_step_of_a_birth_is_recorded_with_its_time(shared_lab: Lab) -> None:
    task = shared_lab.run(Spec("box", Process(("true",), pipes=(), terminal=True), ALL))
    born = shared_lab.account(task.pid)
    assert [outcome.id for outcome in born.outcomes] == [step.id for step in born.plan]
    starts = [outcome.at_ns for outcome in born.outcomes]
    assert starts == sorted(starts)
    assert starts[0] > time.monotonic_ns() - 10**10
    assert all(0 <= outcome.microseconds < 10**6 for outcome in born.outcomes)
    refused = {step.id for step, outcome in zip(born.plan, born.outcomes, strict=True) if outcome.errno}
    assert refused <= {step.id for step in born.plan if step.tolerates}
    shared_lab.delete("box")
    os.close(task.pidfd)
    os.close(task.master)


def test_a_thousand_descriptors_in_the_owner_do_not_matter() -> None:
    """select(2) could not watch the sockets of this lab: their numbers are above 1023."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, limits[1]), limits[1]))
    held: list[int] = []
    try:
        while len(held) < 1100:
            held.append(os.open("/dev/null", os.O_RDONLY))
        with Lab.start() as lab:
            task = lab.spawn(Process(("true",), pipes=(), terminal=True))
            assert lab.wait(task.pid, 5) == 0
            os.close(task.pidfd)
            os.close(task.master)
            assert task.master > 1023
    finally:
        for fd in held:
            os.close(fd)
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_two_labs_know_nothing_of_each_other(shared_lab: Lab, in_lab: Run) -> None:
    with Lab.start() as other:
        in_lab(other, "touch /tmp/mine; hostname other")
        assert in_lab(shared_lab, "ls /tmp/mine; hostname").lines[-1] == "lab"


def test_a_directory_of_the_user_in_opt_is_visible_and_read_only(shared_lab: Lab, in_lab: Run) -> None:
    if Path("/opt").is_dir():
        assert "Read-only" in in_lab(shared_lab, "touch /opt/x").out


def test_the_lab_loads_nothing_of_pythons_once_it_has_left_the_machines_root(
    tmp_path: Path, changed_lab: Callable[..., Lab], in_lab: Run, in_box: Run
) -> None:
    """Where Python lies in the user's home there is nothing to load: each import would be an error of its own kind."""
    log = tmp_path / "opened"
    strace = ("/usr/bin/strace", "-f", "-qq", "-o", str(log), "-e", "trace=openat,pivot_root")
    with changed_lab("", *strace) as lab:
        in_lab(lab, "true")
        in_box(lab, "true")
        lab.probe(1, "chdir", ("/nosuch",))
        lab.names((1, 9999))
        lab.account(2)
        lab.put("/tmp/file", b"")
        for program, cwd in (("/nosuch", "/"), ("/etc/passwd", "/"), ("true", "/nosuch"), ("true", "/a\0")):
            with pytest.raises(Told):
                lab.run(Spec("box", Process((program,), cwd=cwd, pipes=(), terminal=True), ALL))
        with pytest.raises(Told):
            lab.delete("nosuch")
        with pytest.raises(Told):
            lab.put("/nosuch\0", b"")
        with pytest.raises(Told):
            lab.probe(1, "nosuch", ())
    behind = log.read_text().partition("pivot_root(")[2].splitlines()
    assert [line for line in behind if "/python" in line or ".py" in line] == []


def test_a_lab_that_can_not_come_back_from_a_look_at_names_ends(changed_lab: Callable[..., Lab]) -> None:
    patch = """
    original, calls_made = inquiry.setns, []
    def no_way_home(fd, flags):
        calls_made.append(fd)
        if len(calls_made) == 2:
            raise inquiry.SyscallError("setns", (fd, flags), 1)
        original(fd, flags)
    inquiry.setns = no_way_home
    """
    with changed_lab(patch) as lab:
        task = lab.run(Spec("box", Process(("sleep", "1000"), pipes=(), terminal=True), (Kind.UTS,)))
        with pytest.raises(LabGone):
            lab.names((task.pid,))
        os.close(task.pidfd)
        os.close(task.master)
