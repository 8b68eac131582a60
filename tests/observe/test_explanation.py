"""One process explained: real ones of this machine, made by unshare and bwrap."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from nslab.kernel.capabilities import last_capability, names
from nslab.kernel.namespaces import Kind
from nslab.observe.container_names import Names
from nslab.observe.explanation import Explanation, Powers, User, explain
from nslab.observe.letters import Letters
from nslab.observe.namespaces import NamespaceId, Unread
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process, Scanner, read_process
from nslab.observe.views import Member

pytestmark = pytest.mark.alone

Boxed = Callable[..., AbstractContextManager[int]]


def explained(root: ProcRoot, pid: int, host_pid: int | None = None) -> Explanation:
    scan = Scanner(root).scan()
    process, host = scan.get(pid), scan.get(os.getpid() if host_pid is None else host_pid)
    assert process is not None
    assert host is not None
    letters = Letters(host.namespaces)
    letters.meet([process.namespaces])
    told = explain(root, scan, process, host, letters, Names(root))
    assert told is not None
    return told


def status(pid: int, name: str) -> str:
    return Path(f"/proc/{pid}/status").read_text().partition(f"\n{name}:\t")[2].splitlines()[0]


def powers(told: Explanation) -> Powers:
    assert told.powers is not None
    return told.powers


def test_oneself_shares_everything_with_oneself(machine: ProcRoot) -> None:
    told = explained(machine, os.getpid())
    assert [share.kind for share in told.of(True)] == list(Kind)
    assert (told.of(False), told.of(None)) == ((), ())
    assert {share.letter for share in told.shares} == {"A"}
    assert told.user == User(os.geteuid(), os.geteuid(), None)
    assert powers(told).on_host is True
    assert powers(told).effective == names(int(status(os.getpid(), "CapEff"), 16))
    assert powers(told).known == last_capability() + 1


def test_a_root_of_its_own_user_namespace_has_all_capabilities_over_just_what_that_one_owns(
    machine: ProcRoot, boxed: Boxed
) -> None:
    with boxed("--uts", "--net") as pid:
        told = explained(machine, pid)
    assert {share.kind for share in told.of(False)} == {Kind.USER, Kind.UTS, Kind.NET}
    assert told.user == User(outside=os.geteuid(), inside=0, maker=os.geteuid())
    assert powers(told).on_host is False
    assert set(powers(told).over) == {Kind.UTS, Kind.NET}
    assert len(powers(told).effective) == powers(told).known


def test_each_share_is_what_readlink_says_and_names_who_was_first(machine: ProcRoot, boxed: Boxed) -> None:
    with boxed("--uts", run="exec tail -f /proc/self/comm") as pid:  # says a line when it is tail, no sh any more
        told = explained(machine, pid)
        links = {kind: os.readlink(f"/proc/{pid}/ns/{kind}") for kind in Kind}
    for share in told.shares:
        assert isinstance(share.namespace, NamespaceId)
        assert links[share.kind] == f"{share.kind.value}:[{share.namespace.inode}]"
    uts = next(share for share in told.shares if share.kind is Kind.UTS)
    assert (uts.shared, uts.letter, uts.members, uts.oldest) == (False, "B", 1, Member(pid, "tail"))


@contextmanager
def bwrapped(*flags: str) -> Iterator[int]:
    """Pid of a sh that bwrap started; what it shares is bind-mounted."""
    command = ["bwrap", *flags, "--die-with-parent", "--dev-bind", "/", "/", "sh", "-c", "echo; exec sleep 60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as made:
        assert made.stdout is not None
        made.stdout.readline()
        pid = made.pid
        while children := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            pid = int(children[0])
        yield pid
        made.kill()


@pytest.mark.program("bwrap")
def test_what_bwrap_leaves_its_program_is_told(machine: ProcRoot) -> None:
    with bwrapped("--unshare-user", "--unshare-pid", "--unshare-ipc", "--cap-drop", "ALL") as pid:
        told = explained(machine, pid)
        assert powers(told).effective == names(int(status(pid, "CapEff"), 16))
    assert {share.kind for share in told.of(False)} >= {Kind.USER, Kind.PID, Kind.IPC, Kind.MNT}
    assert told.pid_inside not in (None, pid)
    assert powers(told).effective == ()
    assert powers(told).no_new_privs is True


@pytest.mark.as_user
def test_of_another_user_s_process_much_is_told_and_its_namespaces_are_refused(machine: ProcRoot) -> None:
    told = explained(machine, 1)
    assert {share.kind for share in told.of(None)} == set(Kind)
    assert all(isinstance(share.namespace, Unread) for share in told.shares)
    assert powers(told).effective == names(int(status(1, "CapEff"), 16))
    assert (powers(told).on_host, powers(told).over) == (None, ())
    assert not isinstance(told.limits.by_process, Unread)


def test_a_process_that_has_ended_has_no_explanation(machine: ProcRoot) -> None:
    scan = Scanner(machine).scan()
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        process = read_process(machine, sleeper.pid)
        assert process is not None
        sleeper.kill()
    host = scan.get(os.getpid())
    assert host is not None
    assert explain(machine, scan, process, host, Letters(host.namespaces), Names(machine)) is None


def test_a_number_that_belongs_to_another_by_now_has_none_either(machine: ProcRoot) -> None:
    scan = Scanner(machine).scan()
    own = scan.get(os.getpid())
    assert own is not None
    earlier = Process(own.pid, own.ppid, own.start_ticks - 1, own.comm, own.state, own.namespaces)
    assert explain(machine, scan, earlier, own, Letters(own.namespaces), Names(machine)) is None
