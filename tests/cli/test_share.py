"""`nslab run --name` and, in another terminal, `--share` and `--pod`: who shares what, and who ends with whom."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nslab.engine.rundir import base
from nslab.engine.visit import NobodyCalled, NobodyNumbered, Visit
from nslab.words import words_for
from tests.cli.runs import NSLAB, SECONDS, first_line, on_terminal, run, running
from tests.processes import command_line, descendants

LINKS = "cd /proc/self/ns; readlink pid uts mnt net ipc user cgroup time"
KINDS = ("pid", "uts", "mnt", "net", "ipc", "user", "cgroup", "time")
IDLE = f"{LINKS}; echo ready; exec sleep 1000"


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("NSLAB_LANG", "en")


@pytest.fixture
def pause() -> str:
    """A name that no other test on this machine has: root's labs are all in one place."""
    return f"pause-{os.getpid()}"


def links(process: subprocess.Popen[bytes]) -> dict[str, bytes]:
    found = dict(zip(KINDS, (first_line(process) for _ in KINDS), strict=True))
    assert first_line(process) == b"ready\n"
    return found


def shared(one: dict[str, bytes], other: dict[str, bytes]) -> set[str]:
    return {kind for kind in KINDS if one[kind] == other[kind]}


@contextlib.contextmanager
def named(name: str, *arguments: str, **options: Any) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, bytes]]]:
    with running("--name", name, "--ns", "all", *arguments, "--", "sh", "-c", IDLE, **options) as process:
        yield process, links(process)


def told(done: subprocess.CompletedProcess[bytes]) -> tuple[int, str]:
    return done.returncode, done.stderr.decode().partition("\n")[0]


# --- sharing ------------------------------------------------------------------------------------------------------------


def test_a_pod_shares_network_queues_and_name_and_has_all_else_of_its_own(pause: str) -> None:
    with (
        named(pause, "--hostname", "pod") as (_, first),
        running("--pod", pause, "--ns", "all", "--", "sh", "-c", f"{LINKS}; echo ready; hostname") as web,
    ):
        assert shared(links(web), first) == {"net", "ipc", "uts"}
        assert first_line(web) == b"pod\n"
        assert web.wait(SECONDS) == 0


def test_one_kind_is_shared_and_the_rest_is_the_labs(pause: str) -> None:
    with named(pause) as (_, first), running("--share", f"net={pause}", "--", "sh", "-c", IDLE) as web:
        assert shared(links(web), first) == {"net"}


def test_a_third_shares_with_both_and_a_name_is_found_for_those_that_have_none(pause: str) -> None:
    net, uts = ("--share", f"net={pause}"), ("--share", "uts=web")
    with named(pause) as (_, first), running("--name", "web", *net, "--ns", "uts", "--", "sh", "-c", IDLE) as web:
        second = links(web)
        for _ in range(2):
            done = run(*net, *uts, "--", "sh", "-c", IDLE.replace("exec sleep 1000", "true"))
            third = dict(zip(KINDS, (line + b"\n" for line in done.stdout.split()), strict=False))
            assert shared(third, first) == {"net"}
            assert "uts" in shared(third, second)


def test_streams_and_status_are_the_commands_as_in_a_lab_of_ones_own(pause: str) -> None:
    data = os.urandom(300_000)
    with named(pause):
        done = run("--share", f"net={pause}", "--", "sh", "-c", "cat; echo said >&2; exit 7", stdin=data)
        assert (done.returncode, done.stdout, done.stderr) == (7, data, b"said\n")
        assert run("--share", f"net={pause}", "--", "nosuch").returncode == 127


def test_a_person_gets_a_terminal_in_the_others_lab(pause: str) -> None:
    with (
        named(pause),
        on_terminal("--share", f"net={pause}", "--ns", "pid,mnt", "--", "bash", "--norc", "-i") as terminal,
    ):
        terminal.type("tty; echo re''ady; sleep 77\r")
        terminal.expect("/dev/pts/0")
        terminal.expect("\nready")
        time.sleep(0.2)
        terminal.type("\x03")
        terminal.type("echo st=$?\r")
        terminal.expect("st=130")
        terminal.expect("# ")  # before its prompt, readline writes back the size that it has read
        terminal.resize(11, 44)
        terminal.type("stty size; exit 5\r")
        terminal.expect("11 44")
        assert terminal.wait() == 5
        assert terminal.restored


def test_a_run_directory_too_deep_for_a_sockets_address_is_no_trouble(
    pause: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    with named(pause):
        assert run("--share", f"net={pause}", "--", "true").returncode == 0


# --- who ends with whom -------------------------------------------------------------------------------------------------


def test_what_they_share_outlives_the_one_it_was_made_for(pause: str) -> None:
    """And through who is left another comes in: that is how a pod is mended."""
    with named(pause, stderr=subprocess.PIPE) as (owner, first):
        with running("--name", "web", "--pod", pause, "--", "sh", "-c", IDLE) as web:
            links(web)
            os.kill(min(commands_of(owner)), signal.SIGKILL)
            assert owner.stderr is not None
            assert owner.stderr.readline() == f"{pause} has ended; its lab stays for web. Ctrl-C ends it.\n".encode()
            with running("--pod", "web", "--", "sh", "-c", IDLE) as again:
                assert shared(links(again), first) >= {"net", "ipc", "uts"}
            assert told(run("--pod", pause, "--", "true")) == (
                1,
                f"{pause} has ended: nothing can be shared with it any more.",
            )
            web.send_signal(signal.SIGTERM)
            assert web.wait(SECONDS) == 143
        assert owner.wait(SECONDS) == 137


def commands_of(owner: subprocess.Popen[bytes]) -> list[int]:
    """What was asked to be run in its lab, by the machine's numbers."""
    return [pid for pid in descendants(owner.pid) if b"sleep\0" in command_line(pid)]


def test_when_the_owner_is_killed_the_lab_goes_and_its_guests_say_so(pause: str) -> None:
    with (
        named(pause) as (owner, _),
        running("--share", f"net={pause}", "--", "sh", "-c", IDLE, stderr=subprocess.PIPE) as web,
    ):
        links(web)
        owner.kill()
        assert web.wait(SECONDS) == 1
        assert web.stderr is not None
        assert web.stderr.readline() == b"The lab has ended.\n"


def test_when_a_guest_is_killed_its_container_goes_and_its_name_is_free_again(pause: str) -> None:
    guest = ("--name", "web", "--share", f"pid={pause}", "--ns", "mnt", "--", "sh", "-c")
    with named(pause) as (owner, _):
        with running(*guest, IDLE) as web:
            links(web)
            deadline = time.monotonic() + SECONDS  # the shell may not have started its sleep yet
            while len(commands_of(owner)) < 2 and time.monotonic() < deadline:
                time.sleep(0.02)
            assert len(commands_of(owner)) == 2
            web.kill()
            web.wait()
            deadline = time.monotonic() + SECONDS
            while len(commands_of(owner)) > 1 and time.monotonic() < deadline:
                time.sleep(0.02)
        assert len(commands_of(owner)) == 1
        assert run(*guest, "exit 4").returncode == 4


def test_an_owner_that_waits_for_its_guests_ends_by_ctrl_c(pause: str) -> None:
    with on_terminal("--name", pause, "--ns", "all", "--", "sh", "-c", "echo ready; read x") as terminal:
        terminal.expect("ready")
        with running("--share", f"net={pause}", "--", "sh", "-c", IDLE, stderr=subprocess.DEVNULL) as web:
            links(web)
            terminal.type("\r")
            terminal.expect("Ctrl-C ends it.")
            assert terminal.restored
            terminal.type("\x03")  # a signal, now that nobody has the terminal raw
            assert terminal.wait() == 130
            assert web.wait(SECONDS) == 1


def test_nothing_is_left_of_a_door(pause: str) -> None:
    with named(pause) as (owner, _):
        directory = own_directory(owner)
        assert (directory / "door").is_socket()
        owner.send_signal(signal.SIGKILL)
        owner.wait()
        deadline = time.monotonic() + SECONDS
        while directory.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not directory.exists()


def own_directory(owner: subprocess.Popen[bytes]) -> Path:
    parent = base(dict(os.environ), os.geteuid())
    return next(path for path in parent.iterdir() if f'"pid": {owner.pid},' in (path / "lock").read_text())


# --- refusals -----------------------------------------------------------------------------------------------------------


def test_whoever_has_no_name_is_not_to_be_shared_with(pause: str) -> None:
    with running("--ns", "all", "--", "sh", "-c", IDLE) as alone:
        links(alone)
        assert not (own_directory(alone) / "door").exists()
        status, line = told(run("--share", f"net={pause}", "--", "true"))
        assert (status, line) == (1, f"No container called {pause} is there to share with.")


def test_two_labs_can_not_be_shared_with_at_once(pause: str) -> None:
    other = f"{pause}-b"
    with named(pause), named(other):
        status, line = told(run("--share", f"net={pause}", "--share", f"uts={other}", "--", "true"))
        assert (status, line) == (1, f"These containers are in different labs: {pause}, {other}.")


def test_a_name_that_is_in_use_is_refused_in_its_lab_and_in_any_other_and_who_has_it_is_told(pause: str) -> None:
    with named(pause) as (owner, _):
        for share in (("--share", f"net={pause}"), ()):
            done = run("--name", pause, *share, "--", "true")
            assert told(done) == (1, f"A container called {pause} runs already.")
            assert f"process {owner.pid}." in done.stderr.decode()
    assert run("--name", pause, "--", "true").returncode == 0


def test_of_those_who_take_a_name_in_the_same_instant_one_gets_it(pause: str) -> None:
    script = ("--name", pause, "--ns", "uts", "--", "sh", "-c", "echo in; read line")
    with contextlib.ExitStack() as stack:
        runs = [stack.enter_context(running(*script, stdin=subprocess.PIPE, stderr=subprocess.PIPE)) for _ in range(3)]
        deadline = time.monotonic() + SECONDS
        while sum(run.poll() is None for run in runs) > 1 and time.monotonic() < deadline:
            time.sleep(0.02)
        (first,) = (run for run in runs if run.poll() is None)
        assert first_line(first) == b"in\n"
        for other in set(runs) - {first}:
            out, err = other.communicate()
            assert (other.returncode, out, b"runs already" in err) == (1, b"", True)


def test_who_has_no_name_gets_one_that_nobody_has_in_any_lab(pause: str) -> None:
    with named(pause) as (owner, _), named(f"{pause}-b") as (other, _), contextlib.ExitStack() as stack:
        for name in (pause, f"{pause}-b"):
            guest = stack.enter_context(running("--share", f"net={name}", "--", "sh", "-c", IDLE))
            links(guest)
        assert len(names_in(owner) | names_in(other)) == 4


def test_a_lab_that_was_stopped_keeps_nobody_from_a_name_for_long(pause: str) -> None:
    with named(f"{pause}-b") as (stopped, _):
        stopped.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        assert run("--name", pause, "--", "true").returncode == 0
        assert time.monotonic() - began < 8
        stopped.send_signal(signal.SIGCONT)


def names_in(owner: subprocess.Popen[bytes]) -> set[str]:
    with knock(own_directory(owner)) as line:
        line.send(b'{"type":"Roll"}')
        return set(json.loads(line.recv(1 << 16))["names"])


@pytest.mark.needs("veth", "pyroute2")
def test_an_address_is_given_once_on_a_bridge(pause: str) -> None:
    with named(pause, "--network", "10.88.0.2/24"):
        beside = ("--share", f"uts={pause}", "--ns", "net", "--network")
        done = run(*beside, "10.88.0.2/24", "--", "true")
        assert told(done) == (1, "The address 10.88.0.2 is taken.")
        assert f"container {pause} has it" in done.stderr.decode()
        assert run(*beside, "10.88.0.3/24", "--", "true").returncode == 0


def test_what_is_shared_can_not_be_asked_for_besides(pause: str) -> None:
    for wanted in (("--network", "10.88.0.2/24"), ("--hostname", "web"), ("--ns", "all", "--network", "10.88.0.2/24")):
        done = run("--pod", pause, *wanted, "--", "true")
        assert done.returncode == 1
        assert f"Leave {wanted[-2]} out here, and give it where {pause} is started." in done.stderr.decode()


def test_where_nothing_runs_that_is_said_and_a_number_is_said_to_be_no_name(
    tmp_path: Path,
) -> None:
    with pytest.raises(NobodyCalled) as nobody:
        Visit.to(["pause"], tmp_path)
    assert words_for("en")("error.nobody-called.why", **nobody.value.facts).endswith("Running now: none.")
    with pytest.raises(NobodyNumbered):
        Visit.to(["734"], tmp_path)


@pytest.mark.parametrize("share", ["net", "nett=pause", "net=", "=pause"])
def test_what_is_no_kind_and_name_is_wrong_usage(share: str) -> None:
    done = run("--share", share, "--", "true")
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 3)


def test_one_kind_from_two_places_is_refused_before_anybody_is_asked() -> None:
    assert (
        told(run("--ns", "net", "--share", "net=a", "--", "true"))[1]
        == "The container can't have two namespaces of the kind net."
    )
    both = run("--pod", "a", "--share", "net=b", "--", "true")
    assert "that of a and that of b" in both.stderr.decode()
    assert told(run("--pod", "a", "--share", "net=a", "--", "true"))[1].startswith("No container called a ")
    assert told(run("--share", "net=../x", "--", "true"))[0] == 1


# --- at the door --------------------------------------------------------------------------------------------------------


def knock(directory: Path) -> socket.socket:
    line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    line.settimeout(SECONDS)
    line.connect(str(directory / "door"))
    return line


@pytest.mark.parametrize(
    "packet", [b" ", b"\xff", b"{}", b'{"type":"Delete","name":"x"}', b"[" * 10_000, b'{"type":"Ended"}']
)
def test_who_says_what_no_nslab_would_is_seen_off_and_disturbs_nobody(pause: str, packet: bytes) -> None:
    with named(pause) as (owner, _), knock(own_directory(owner)) as line:
        read, write = os.pipe()
        socket.send_fds(line, [packet], [write] * 8)
        os.close(write)
        assert line.recv(10) == b""
        assert os.read(read, 1) == b""  # nobody keeps what came with it
        os.close(read)
        assert run("--share", f"net={pause}", "--", "true").returncode == 0


def test_who_only_stands_there_or_goes_again_disturbs_nobody(pause: str) -> None:
    with named(pause) as (owner, _), knock(own_directory(owner)), knock(own_directory(owner)) as other:
        other.close()
        assert run("--share", f"net={pause}", "--", "true").returncode == 0


@pytest.mark.as_root
def test_another_user_is_not_let_in_even_where_the_socket_can_be_reached(pause: str) -> None:
    """Not by the file's mode alone: by the kernel's word for who connected."""
    with named(pause) as (owner, _):
        directory = own_directory(owner)
        program = f"""
import socket
line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
try:
    line.connect({str(directory / "door")!r})
    line.send(b'{{"type":"Roll"}}')
    print(line.recv(100))
except OSError as error:
    print(error.strerror)
"""
        as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", NSLAB[0], "-I", "-c", program]
        said = subprocess.run(as_nobody, capture_output=True, text=True, check=False, timeout=SECONDS)
        assert said.stdout == "Permission denied\n"
        os.chmod(directory / "door", 0o666)
        said = subprocess.run(as_nobody, capture_output=True, text=True, check=False, timeout=SECONDS)
        assert said.stdout in ("b''\n", "Connection reset by peer\n", "Broken pipe\n")
        assert run("--share", f"net={pause}", "--", "true").returncode == 0


def test_nobody_in_the_lab_can_reach_the_door(pause: str) -> None:
    """With a single id, whoever is in there has the owner's own uid outside."""
    look = "find / -xdev -name door -type s 2>/dev/null; grep -c door /proc/net/unix; exit 0"
    with named(pause):
        done = run("--share", f"mnt={pause}", "--share", f"pid={pause}", "--", "sh", "-c", look)
        assert done.stdout.split() == [b"0"]
