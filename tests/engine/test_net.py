"""Containers with a network, made by the net helper: what they reach, how it is told, and that nothing outlives its lab."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from nslab.engine import protocol
from nslab.engine.calls import Actor
from nslab.engine.client import Lab, Told
from nslab.engine.errands import ANSWERS, NET, VERBS, Errand, run
from nslab.engine.failures import NoNetHelper
from nslab.engine.net_owner import NetHelper
from nslab.engine.spec import Network, NetworkWithoutNet, Process, Spec, checked
from nslab.engine.steps import Done
from nslab.kernel.namespaces import Kind

pytestmark = [pytest.mark.needs("net-namespaces", "veth", "pyroute2"), pytest.mark.program("ip")]

HUNG_UP = Process(("sleep", "60"), pipes=(), terminal=True)
WIRED = (Kind.NET, Kind.UTS)
SLEEP = Process(("sleep", "60"))


def network(last: int) -> Network:
    return Network(f"10.88.0.{last}/24", "10.88.0.1")


def start(lab: Lab, name: str, last: int, kinds: tuple[Kind, ...] = WIRED) -> int:
    with open(os.devnull, "r+") as null:
        task = lab.run(Spec(name, SLEEP, kinds, network=network(last)), (null.fileno(),) * 3)
    os.close(task.pidfd)
    return task.pid


def helper_of(owner: int) -> int:
    """The only net helper that this process started. Not by its namespaces: it lets nobody but root look into it."""
    found = set()
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and b"nslab.engine.net\0" in (entry / "cmdline").read_bytes():
                found |= {int(entry.name)} if f"PPid:\t{owner}\n" in (entry / "status").read_text() else set()
    (helper,) = found
    return helper


def mine(lab: Lab) -> int:
    assert lab._net is not None
    return lab._net._process.pid


def gone(pid: int, seconds: float = 1.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.01)
    return False


@pytest.fixture(scope="module")
def wired() -> Iterator[Lab]:
    """A lab with the containers c1 and c2 at its bridge; c2 has every namespace, a user namespace too."""
    with Lab.start() as lab:
        start(lab, "c1", 2)
        start(lab, "c2", 3, tuple(Kind))
        yield lab


REACHES = """
import socket, sys
for address in sys.argv[1:]:
    try:
        socket.create_connection((address, 9), 2)
    except OSError as error:
        print(type(error).__name__)
"""


@pytest.mark.program("python3")
def test_containers_reach_the_bridge_and_each_other_and_the_host_reaches_them(
    wired: Lab, in_lab: Callable[..., Any], attached: Callable[..., Any]
) -> None:
    wired.put("/root/reaches.py", REACHES.encode())
    refused = ["ConnectionRefusedError"] * 2  # somebody is there, and has no such server
    assert in_lab(wired, "python3 /root/reaches.py 10.88.0.2 10.88.0.3").lines == refused
    pid = int(in_lab(wired, "pgrep -o -x sleep").out)
    assert attached(wired, pid, "python3 /root/reaches.py 10.88.0.1 10.88.0.3").lines == refused
    assert attached(wired, pid, "ip -br -4 addr show eth0 | tr -s ' '").out.endswith(" UP 10.88.0.2/24 \n")
    assert attached(wired, pid, "ip route show default").out.startswith("default via 10.88.0.1 dev eth0")


def test_the_bridge_keeps_its_hardware_address_when_containers_come(lab: Lab, in_lab: Callable[..., Any]) -> None:
    told = set()
    for last in range(2, 7):
        start(lab, f"c{last}", last)
        told.add(in_lab(lab, "cat /sys/class/net/nslab0/address").out)
    assert len(told) == 1


def test_every_step_is_recorded_like_any_other_with_who_made_it(wired: Lab) -> None:
    pid = start(wired, "c3", 4)
    account = wired.account(pid)
    made = [
        (step.id, outcome) for step, outcome in zip(account.plan, account.outcomes, strict=True) if step.who == "net"
    ]
    assert [id_ for id_, _ in made] == ["bridge", "veth", "port", "address", "up", "route"]
    assert all(isinstance(outcome, Done) and outcome.errno == 0 and outcome.microseconds > 0 for _, outcome in made)
    wired.delete("c3")


def test_the_helper_is_in_nobodys_list_of_processes_in_the_lab(wired: Lab, in_lab: Callable[..., Any]) -> None:
    names = in_lab(wired, "cat /proc/[0-9]*/comm").lines
    assert "nslab-net" not in names
    assert Path(f"/proc/{mine(wired)}/comm").read_text() == "nslab-net\n"


def test_the_helper_has_given_up_what_it_was_outside(wired: Lab) -> None:
    helper, lab = mine(wired), wired.pid
    if os.geteuid() == 0:
        for kind in ("user", "net"):
            assert os.readlink(f"/proc/{helper}/ns/{kind}") == os.readlink(f"/proc/{lab}/ns/{kind}")
    uids = {pid: Path(f"/proc/{pid}/status").read_text().partition("Uid:")[2].split()[:4] for pid in (helper, lab)}
    assert uids[helper] == uids[lab]


def test_the_helper_may_not_be_looked_into(wired: Lab) -> None:
    """Whoever takes its answers can have a pidfd of it (SO_PASSPIDFD, Linux 6.5), and the lab's root is the same user."""
    assert (
        os.stat(f"/proc/{mine(wired)}/environ").st_uid == os.stat("/proc/1").st_uid
    )  # the real root's, as none in there is


def test_a_name_can_be_used_again_at_once(lab: Lab) -> None:
    for _ in range(3):
        start(lab, "c1", 2)
        lab.delete("c1")


def test_a_step_that_the_kernel_refuses_the_helper_is_told_as_any_other_and_nothing_stays(
    lab: Lab, in_lab: Callable[..., Any]
) -> None:
    with pytest.raises(Told) as refused:
        lab.run(Spec("box", HUNG_UP, WIRED, network=Network("10.88.0.2/24", "10.99.0.1")))
    facts = refused.value.facts
    assert (refused.value.code, facts["step"], facts["errno"]) == ("step-refused", "route", "ENETUNREACH")
    assert facts["call"] == "RTM_NEWROUTE({default via 10.99.0.1}) in <child>"
    deadline = time.monotonic() + 1
    while "v-box" in in_lab(lab, "ip -br link").out:
        assert time.monotonic() < deadline


def test_an_address_that_is_none_is_refused(lab: Lab) -> None:
    for address in ("box/24", "10.88.0.2", "10.88.0.2/x"):
        with pytest.raises(Told) as refused:
            lab.run(Spec("box", HUNG_UP, WIRED, network=Network(address, "10.88.0.1")))
        assert refused.value.facts["errno"] == "EINVAL"


def test_a_network_needs_a_namespace_of_its_own() -> None:
    with pytest.raises(NetworkWithoutNet):
        checked(Spec("box", SLEEP, (Kind.UTS,), network=network(2)))


def test_a_helper_that_was_killed_is_replaced_with_the_next_container(lab: Lab) -> None:
    start(lab, "c1", 2)
    first = mine(lab)
    os.kill(first, signal.SIGKILL)
    assert gone(first)
    start(lab, "c2", 3)
    assert mine(lab) != first


def test_a_helper_that_stopped_is_given_up_and_the_lab_goes_on(
    lab: Lab, in_lab: Callable[..., Any], changed_lab: Callable[..., Lab]
) -> None:
    with changed_lab("from nslab.engine import errands; errands.ANSWER_SECONDS = 0.2") as impatient:
        start(impatient, "c1", 2)
        helper = mine(impatient)
        os.kill(helper, signal.SIGSTOP)
        with pytest.raises(Told) as refused:
            start(impatient, "c2", 3)
        assert refused.value.facts["errno"] == "ETIMEDOUT"
        assert in_lab(impatient, "echo here").out == "here\n"
        os.kill(helper, signal.SIGCONT)
        assert gone(helper)  # its socket was closed
        start(impatient, "c2", 3)


def test_without_a_lab_there_is_no_helper() -> None:
    with Lab.start() as lab:
        start(lab, "c1", 2)
        helper = mine(lab)
    assert gone(helper)


def test_a_lab_that_is_killed_takes_the_helper_with_it(lab: Lab) -> None:
    start(lab, "c1", 2)
    helper = mine(lab)
    os.kill(lab.pid, signal.SIGKILL)
    assert gone(helper)


OWNER = """
import os, sys, time
from nslab.engine.client import Lab
from nslab.engine.spec import Network, Process, Spec
from nslab.kernel.namespaces import Kind
lab = Lab.start()
network = Network("10.88.0.2/24", "10.88.0.1")
box = lab.run(Spec("box", Process(("sleep", "60"), pipes=(), terminal=True), (Kind.NET,), network=network))
print(lab.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_an_owner_that_dies_takes_the_helper_with_it(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        lab = int(owner.stdout.readline())
        helper = helper_of(owner.pid)
        owner.send_signal(number)
    assert gone(helper)
    assert gone(lab)


@pytest.fixture
def spoken_to(lab: Lab) -> Iterator[socket.socket]:
    """The helper of `lab`, and the socket on which that would send it errands."""
    opened = os.pidfd_open(lab.pid)
    lab._net, errands = NetHelper.start(opened)
    os.close(opened)
    with errands:
        yield errands


def ask(errands: socket.socket, packet: bytes, *fds: int) -> int:
    socket.send_fds(errands, [packet], fds)
    return ANSWERS.decode(errands.recv(4096)).errno


def errand(verb: str, *words: str) -> bytes:
    return msgspec.json.encode(Errand(verb, words))


def test_what_is_no_errand_is_refused_and_the_helper_goes_on(spoken_to: socket.socket) -> None:
    for nonsense in (
        b"\xff",
        b"{}",
        errand("execve", "/bin/sh"),
        errand("up"),
        errand("up", "a", "b"),
        errand("do", "x"),
        errand("bridge", "br0", "10.88.0.1/9999"),
        b"[" * 4000,
    ):
        assert ask(spoken_to, nonsense) == errno.EINVAL
    assert ask(spoken_to, errand("port", "nosuch", "br0")) == errno.ENODEV


def test_who_reads_no_answer_and_hides_its_end_with_the_helper_does_not_keep_it(
    spoken_to: socket.socket, lab: Lab
) -> None:
    """The other end, on its way to the helper, is open as long as the helper does not take it."""
    spoken_to.setblocking(False)
    deadline = time.monotonic() + 10
    with contextlib.suppress(OSError):  # EAGAIN or EPIPE: it reads no more
        while time.monotonic() < deadline:
            socket.send_fds(spoken_to, [b"{}"], [spoken_to.fileno()])
            time.sleep(0.0001)
    spoken_to.close()
    assert gone(mine(lab))


def test_a_descriptor_that_is_no_network_namespace_is_refused(spoken_to: socket.socket) -> None:
    with open("/dev/null") as null, open("/proc/self/ns/uts") as uts:
        for file in (null, uts):
            assert ask(spoken_to, errand("up", "lo"), file.fileno()) == errno.EINVAL
    assert ask(spoken_to, errand("up", "lo")) == errno.EBADF
    assert ask(spoken_to, errand("veth", "v-box", "eth0")) == errno.EBADF


def test_the_machines_own_network_is_out_of_its_reach(spoken_to: socket.socket) -> None:
    with open("/proc/self/ns/net") as ours:
        assert ask(spoken_to, errand("up", "lo"), ours.fileno()) == errno.EPERM
        assert ask(spoken_to, errand("veth", "v-box", "eth0"), ours.fileno()) == errno.EPERM


def test_a_helper_without_pyroute2_says_so(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyroute2.py").write_text("raise ImportError('no ssl')")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}")
    with pytest.raises(NoNetHelper) as refused:
        start(lab, "box", 2)
    assert refused.value.facts == {"why": "no ssl"}
    monkeypatch.undo()
    start(lab, "box", 2)


def test_a_helper_that_says_nothing_is_given_up(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nslab.engine.net_owner.START_SECONDS", 0.2)
    monkeypatch.setattr("nslab.engine.net_owner.END_SECONDS", 0.2)
    monkeypatch.setattr(
        "nslab.engine.net_owner.spawn", lambda *_: subprocess.Popen(["sleep", "60"], start_new_session=True)
    )
    with pytest.raises(NoNetHelper):
        start(lab, "box", 2)


def test_errands_without_a_helper_or_to_a_dead_one_are_errors_of_the_step() -> None:
    actor = Actor(-1, {}, b"")
    with pytest.raises(OSError, match="not connected") as refused:
        run(actor, Errand("up", ("lo",)))
    assert refused.value.errno == errno.ENOTCONN
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    theirs.close()
    actor.helper = ours
    with ours, pytest.raises(OSError, match="pipe") as refused:
        run(actor, Errand("up", ("lo",)))
    assert refused.value.errno == errno.EPIPE


def test_the_lab_has_a_call_for_each_of_the_helpers_verbs() -> None:
    from nslab.engine.net import VERBS as KNOWN

    assert set(KNOWN) == set(VERBS) == {name.removeprefix("net_") for name in NET}


def test_neither_the_lab_nor_its_owner_imports_pyroute2() -> None:
    program = "import sys, nslab.engine.keeper, nslab.engine.client, nslab.engine.net; print('pyroute2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_lab_refuses_a_helper_without_its_socket(lab: Lab) -> None:
    with pytest.raises(Exception, match="lab-gone"):
        lab._requests.ask(protocol.Employ())
