"""`nslab run`, by the real command line: as in a script, and as a person sees it on a terminal."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.runs import NSLAB, SECONDS, first_line, on_terminal, run, running
from tests.processes import children, descendants


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("NSLAB_LANG", "en")


# --- as it is shown -------------------------------------------------------------------------------------------------


def test_the_first_process_of_a_pid_namespace_is_1() -> None:
    done = run("--ns", "pid,mnt", "--", "sh", "-c", "echo $$")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"1\n", b"")


def test_a_container_has_its_own_name_and_the_host_keeps_its() -> None:
    before = os.uname().nodename
    assert run("--ns", "uts", "--hostname", "boxed", "--", "hostname").stdout == b"boxed\n"
    assert os.uname().nodename == before


@pytest.mark.parametrize(
    ("script", "status"), [("exit 0", 0), ("exit 7", 7), ("exit 255", 255), ("kill -9 $$", 137), ("kill -TERM $$", 143)]
)
def test_the_status_is_the_shells(script: str, status: int) -> None:
    assert run("--", "sh", "-c", script).returncode == status


def test_an_unknown_namespace_is_told_with_those_there_are() -> None:
    done = run("--ns", "nosuch", "--", "true")
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 3)
    assert b"nosuch" in done.stderr
    assert b"cgroup" in done.stderr


def test_no_map_inside_holds_the_machines_root() -> None:
    script = "cat /proc/self/uid_map /proc/self/gid_map"
    done = run("--ns", "none", "--", "sh", "-c", f"echo ready; {script}; grep ^Uid /proc/self/status")
    assert done.returncode == 0
    with running("--", "sh", "-c", "echo $$; sleep 100") as process:
        first_line(process)
        (keeper,) = children(process.pid)
        for pid in descendants(keeper):
            for line in Path(f"/proc/{pid}/uid_map").read_text().splitlines():
                assert int(line.split()[1]) > 0


# --- streams ----------------------------------------------------------------------------------------------------------


def test_ten_megabytes_go_through_unharmed() -> None:
    data = os.urandom(10_000_000)
    done = run("--", "cat", stdin=data)
    assert done.returncode == 0
    assert hashlib.sha256(done.stdout).digest() == hashlib.sha256(data).digest()


def test_both_outputs_stay_apart_and_nothing_of_either_is_lost() -> None:
    script = "i=0; while [ $i -lt 20000 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done"
    done = run("--ns", "pid", "--", "sh", "-c", script)
    assert done.stdout == b"".join(b"out %d\n" % i for i in range(20000))
    assert done.stderr == b"".join(b"err %d\n" % i for i in range(20000))


def test_input_that_ends_ends_the_programs() -> None:
    assert run("--", "wc", "-c", stdin=b"x" * 12345).stdout.strip() == b"12345"


def test_a_program_that_does_not_read_its_input_is_no_trouble() -> None:
    assert run("--", "true", stdin=b"x" * 1_000_000).returncode == 0


def test_a_reader_that_leaves_ends_it_quietly() -> None:
    command = f"{sys.executable} -m nslab run -- yes | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=SECONDS, check=False)
    assert (done.stdout, done.stderr) == (b"y\n141\n", b"")


def test_a_child_that_goes_on_talking_does_not_keep_it() -> None:
    started = time.monotonic()
    done = run("--", "sh", "-c", "yes & sleep 0.1; exit 3")
    assert done.returncode == 3
    assert time.monotonic() - started < 5


def test_closed_streams_are_no_trouble() -> None:
    command = f"{sys.executable} -m nslab run -- sh -c 'cat; echo hi >&2; exit 5' <&- 2>&-; echo $?"
    done = subprocess.run(["sh", "-c", command], capture_output=True, timeout=SECONDS, check=False)
    assert done.stdout == b"5\n"


@pytest.mark.parametrize("command", ["run -- sh -c 'echo hi; exit 5'", "ps --json", "clean"])
def test_a_closed_standard_output_is_no_trouble(command: str) -> None:
    """Python has None for its stream then."""
    shell = f"{sys.executable} -m nslab {command} >&-; echo $? >&2"
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.stderr == ("5\n" if command.startswith("run") else "0\n")


def test_no_descriptor_of_ours_is_the_programs() -> None:
    """A file could be opened again with more rights; and CVE-2024-21626."""
    with open("/etc/passwd") as file:
        os.set_inheritable(file.fileno(), True)
        done = subprocess.run(
            [*NSLAB, "run", "--", "sh", "-c", "ls -l /proc/self/fd"],
            stdin=file,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            pass_fds=[file.fileno()],
        )
    assert b"passwd" not in done.stdout
    assert done.stdout.count(b"pipe:") == 3
    assert len(done.stdout.splitlines()) == 5  # "total", three streams, and the directory that is listed


# --- signals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1])
def test_a_signal_is_the_programs(number: signal.Signals) -> None:
    with running("--", "sh", "-c", "echo ready; exec sleep 100") as process:
        assert first_line(process) == b"ready\n"
        process.send_signal(number)
        assert process.wait(SECONDS) == 128 + number


def test_a_program_may_answer_a_signal() -> None:
    with running("--", "sh", "-c", "trap 'echo got; exit 4' TERM; echo ready; while :; do sleep 0.1; done") as process:
        assert first_line(process) == b"ready\n"
        process.send_signal(signal.SIGTERM)
        assert first_line(process) == b"got\n"
        assert process.wait(SECONDS) == 4


def test_a_signal_comes_through_while_nobody_reads_the_output() -> None:
    with running("--", "yes") as process:
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        assert process.stdout is not None
        while os.read(process.stdout.fileno(), 1 << 16):
            pass
        assert process.wait(SECONDS) == 143


def test_a_signal_during_the_start_leaves_nothing(tmp_path: Path) -> None:
    for delay in (0.02, 0.06, 0.1, 0.14):
        with running("--", "sleep", "100", stderr=subprocess.PIPE) as process:
            time.sleep(delay)
            process.send_signal(signal.SIGTERM)
            assert process.wait(SECONDS) in (-15, 143)
    deadline = time.monotonic() + 2
    while list(tmp_path.glob("nslab/*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(tmp_path.glob("nslab/*")) == []


def test_when_it_is_killed_the_container_goes_within_a_second() -> None:
    with running("--ns", "all", "--", "sh", "-c", "echo ready; sleep 1000") as process:
        first_line(process)
        (keeper,) = children(process.pid)
        everything = [os.pidfd_open(pid) for pid in (keeper, *descendants(keeper))]
        assert len(everything) >= 4
        process.kill()
        process.wait()
        deadline = time.monotonic() + 1
        for pidfd in everything:
            assert select.select([pidfd], [], [], max(0.0, deadline - time.monotonic()))[0]
            os.close(pidfd)


# --- failures ---------------------------------------------------------------------------------------------------------


@pytest.mark.needs("veth", "pyroute2")
@pytest.mark.program("ip")
def test_a_network_is_an_address_on_eth0_and_a_way_to_everywhere_else() -> None:
    done = run("--ns", "net,uts", "--network", "10.88.0.2/24", "--", "sh", "-c", "ip -br -4 addr show eth0; ip route")
    link, default, *_ = done.stdout.decode().splitlines()
    assert link.split()[1:] == ["UP", "10.88.0.2/24"]
    assert default.startswith("default via 10.88.0.1 dev eth0")


@pytest.mark.parametrize(
    "address", ["10.88.0.1/24", "10.88.0.0/24", "10.88.0.255/24", "10.88.0.2", "box/24", "10.88.0.2/33"]
)
def test_an_address_that_no_container_can_have_is_wrong_usage(address: str) -> None:
    done = run("--ns", "net", "--network", address, "--", "true")
    assert (done.returncode, done.stdout) == (2, b"")
    assert address in done.stderr.decode()


def test_a_network_without_its_namespace_is_one_clear_error() -> None:
    done = run("--ns", "pid", "--network", "10.88.0.2/24", "--", "true")
    assert done.returncode == 1
    assert "needs a network namespace" in done.stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "status", "lines"),
    [
        ((), 2, 3),
        (("--",), 2, 3),
        (("--ns", "pid"), 2, 3),
        (("--ns", "pid,x,y", "--", "true"), 2, 3),
        (("--explain", "nosuch", "--", "true"), 2, 3),
        (("--nosuch", "--", "true"), 2, 3),
        (("--", "/nosuch"), 127, 3),
        (("--", "nosuch"), 127, 3),
        (("--", ""), 127, 3),
        (("--", "/etc/passwd"), 126, 3),
        (("--", "/usr"), 126, 3),
        (("--hostname", "x", "--", "true"), 1, 3),
        (("--ns", "uts", "--hostname", "x" * 65, "--", "true"), 1, 3),
        (("--", "echo", "x" * 200_000), 1, 3),
        (("--", "echo", os.fsdecode(b"\xff")), 1, 3),
    ],
)
def test_a_failure_is_told_once_with_the_right_status_and_no_traceback(
    arguments: tuple[str, ...], status: int, lines: int
) -> None:
    if any(len(argument) > 130_000 for argument in arguments):
        arguments = ("--", "echo", *["x" * 60_000] * 4)  # a single one of more than 128 KiB is refused by the kernel
    done = run(*arguments)
    told = done.stderr.decode()
    assert (done.returncode, done.stdout, len(told.splitlines())) == (status, b"", lines), told
    assert "Traceback" not in told


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_failure_has_its_words(lang: str) -> None:
    for arguments in ((), ("--ns", "x", "--", "true"), ("--", "/nosuch"), ("--", os.fsdecode(b"\xff"))):
        done = subprocess.run(
            [*NSLAB, "--lang", lang, "run", *arguments], capture_output=True, check=False, timeout=SECONDS
        )
        assert b"error." not in done.stderr
        assert b"cli." not in done.stderr


# --- explaining ---------------------------------------------------------------------------------------------------------


def test_explaining_runs_nothing(tmp_path: Path) -> None:
    for form in ("plan", "calls", "shell", "docker", "oci"):
        done = run("--explain", form, "--ns", "all", "--", "touch", str(tmp_path / "ran"))
        assert done.returncode == 0
        assert done.stderr == b""
    assert not (tmp_path / "ran").exists()


def test_calls_are_what_the_kernel_is_asked_in_order() -> None:
    lines = run("--explain", "calls", "--ns", "pid,mnt", "--", "sh").stdout.decode().splitlines()
    lines = [line for line in lines if line and not line.startswith("#")]
    clone = next(line for line in lines if "clone3" in line)
    assert "CLONE_NEWPID|CLONE_NEWNS" in clone
    order = [next(i for i, line in enumerate(lines) if word in line) for word in ("clone3", "pivot_root", "execve")]
    assert order == sorted(order)
    assert all(line.split()[0] in ("lab", "init") for line in lines)


def test_the_plan_says_what_a_step_is_elsewhere() -> None:
    told = run("--explain", "plan", "--ns", "uts", "--hostname", "boxed", "--", "sh").stdout.decode()
    for word in ("hostname boxed", "docker run --hostname=boxed", "linux.seccomp", "unshare --fork --uts"):
        assert word in told


def test_json_is_the_same_plan_as_data() -> None:
    plan = json.loads(run("--explain", "calls", "--json", "--ns", "all", "--", "sh").stdout)
    text = run("--explain", "calls", "--ns", "all", "--", "sh").stdout.decode().splitlines()
    lines = [line for line in text if line and not line.startswith("#")]
    assert [f"{step['who']:4}  {step['decoded']}" for step in plan] == lines
    assert len({step["id"] for step in plan}) == len(plan)


def test_the_script_that_is_printed_runs_by_itself() -> None:
    """With nothing of ours in its PATH, and told nothing but the text."""
    script = run(
        "--explain", "shell", "--ns", "pid,mnt,uts", "--hostname", "boxed", "--", "sh", "-c", "hostname; echo $$"
    )
    done = subprocess.run(
        ["sh"],
        input=script.stdout,
        env={"PATH": "/usr/bin:/bin"},
        cwd="/",
        capture_output=True,
        timeout=SECONDS,
        check=True,
    )
    assert (done.stdout, done.stderr) == (b"boxed\n1\n", b"")


def test_dockers_command_is_headed_by_ours() -> None:
    lines = run("--explain", "docker", "--ns", "mnt", "--", "echo", "a b").stdout.decode().splitlines()
    assert lines[0] == "# nslab run --ns mnt -- echo 'a b'"
    assert lines[-1] == "  debian echo 'a b'"


def test_ocis_configuration_is_json_by_itself() -> None:
    config = json.loads(run("--explain", "oci", "--ns", "mnt,uts", "--hostname", "boxed", "--", "true").stdout)
    assert (config["hostname"], config["process"]["args"]) == ("boxed", ["true"])


def test_a_bundle_without_a_mount_namespace_is_refused_in_words() -> None:
    done = run("--explain", "oci", "--ns", "pid", "--", "true")
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (1, b"", 3)


# --- on a terminal ------------------------------------------------------------------------------------------------------


def test_a_terminal_of_the_containers_own_is_given_and_has_our_size() -> None:
    with on_terminal(
        "--ns", "all", "--", "sh", "-c", "tty; stty size; test -t 0 && test -t 1 && test -t 2 && echo all"
    ) as terminal:
        assert terminal.wait() == 0
        assert terminal.said == b"/dev/pts/0\r\n30 100\r\nall\r\n"
        assert terminal.restored


def test_a_window_that_is_resized_is_told() -> None:
    with on_terminal(
        "--", "bash", "-c", "trap 'stty size' WINCH; echo ready; while :; do sleep 0.05; done"
    ) as terminal:
        terminal.expect("ready")
        terminal.resize(11, 44)
        terminal.expect("11 44")
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.wait() == 143
        assert terminal.restored


def test_what_is_typed_after_a_resize_finds_the_new_size() -> None:
    # no readline: before a prompt it reads the size and writes it back, over one that came in between
    with on_terminal("--", "sh", "-c", "stty -echo; echo ready; while read line; do stty size; done") as terminal:
        terminal.expect("ready\r\n")
        for columns in range(20, 220):
            terminal.resize(11, columns)
            terminal.type("\r")
            terminal.expect(f"11 {columns}\r\n")


def test_ctrl_c_goes_to_the_foreground_job_inside() -> None:
    with on_terminal("--", "bash", "--norc", "-i") as terminal:
        terminal.type("echo typed ahead; echo slee''p; sleep 100\r")
        terminal.expect("\nsleep")
        time.sleep(0.2)
        terminal.type("\x03")
        terminal.type("echo st=$?\r")
        terminal.expect("st=130")
        terminal.type("exit 5\r")
        assert terminal.wait() == 5
        assert terminal.restored


def test_ctrl_c_ends_a_plain_command_with_130() -> None:
    with on_terminal("--", "sh", "-c", "echo ready; exec sleep 100") as terminal:
        terminal.expect("ready")
        terminal.type("\x03")
        assert terminal.wait() == 130
        assert terminal.restored


def test_jobs_can_be_stopped_and_taken_up_again_inside() -> None:
    with on_terminal("--ns", "all", "--", "bash", "--norc", "-i") as terminal:
        terminal.type("echo re''ady; sleep 77\r")
        terminal.expect("ready\r\n")
        time.sleep(0.2)
        terminal.type("\x1a")
        terminal.expect("Stopped")
        terminal.type("bg; jobs\r")
        terminal.expect("Running")
        terminal.type("kill %1; wait; echo gone\r")
        terminal.expect("gone")
        terminal.type("exit\r")
        assert terminal.wait() == 0


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("--", "sh", "-c", "exit 7"), 7),
        (("--", "sh", "-c", "kill -9 $$"), 137),
        (("--", "nosuch"), 127),
        (("--ns", "nosuch", "--", "true"), 2),
        (("--", "sh", "-c", "stty -echo -icanon; exit 1"), 1),
        (("--", "sh", "-c", "kill -9 -1; kill -9 $$"), 137),
    ],
)
def test_the_terminals_settings_are_as_they_were_after_every_end(arguments: tuple[str, ...], status: int) -> None:
    """But for SIGKILL of nslab itself, after which nobody is left to put them back."""
    with on_terminal(*arguments) as terminal:
        assert terminal.wait() == status
        assert terminal.restored


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT])
def test_the_terminals_settings_are_as_they_were_after_a_signal(number: signal.Signals) -> None:
    with on_terminal("--", "sh", "-c", "echo ready; exec sleep 100") as terminal:
        terminal.expect("ready")
        terminal.process.send_signal(number)
        assert terminal.wait() == 128 + number
        assert terminal.restored


def test_the_terminals_settings_are_as_they_were_when_the_lab_is_killed() -> None:
    with on_terminal("--", "sh", "-c", "echo ready; exec sleep 100") as terminal:
        terminal.expect("ready")
        (keeper,) = children(terminal.process.pid)
        os.kill(keeper, signal.SIGKILL)
        assert terminal.wait() == 1
        assert terminal.restored
        assert b"Traceback" not in terminal.said


def test_a_terminal_that_hangs_up_ends_everything() -> None:
    """The command is PID 1 of its namespace and would ignore the SIGHUP."""
    with on_terminal("--ns", "pid", "--", "sh", "-c", "echo ready; sleep 1000; sleep 1000") as terminal:
        terminal.expect("ready")
        master = terminal.master
        os.close(master)
        os.close(terminal.slave)
        assert terminal.process.wait(5) in (129, -1)
        terminal.master, terminal.slave = pty.openpty()


def test_a_paste_that_nobody_reads_keeps_no_signal_waiting() -> None:
    with on_terminal("--", "sh", "-c", "stty raw -echo; echo ready; exec sleep 100") as terminal:
        terminal.expect("ready")
        os.set_blocking(terminal.master, False)
        with contextlib.suppress(BlockingIOError):
            for _ in range(100):
                os.write(terminal.master, b"x" * 4000)
                time.sleep(0.005)
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.wait() == 143


def test_output_goes_to_a_file_while_a_person_types() -> None:
    """Standard input is the terminal, standard output is not: that one is a pipe inside."""
    with on_terminal("--", "true") as plain:
        plain.wait()
        done = subprocess.run(
            [*NSLAB, "run", "--", "sh", "-c", "test -t 0 && test ! -t 1 && echo apart"],
            stdin=plain.slave,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        assert (done.returncode, done.stdout) == (0, b"apart\n")
        assert plain.restored
