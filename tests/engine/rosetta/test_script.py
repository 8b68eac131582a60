"""A plan as a script: it runs by itself, makes the container that the engine makes, and leaves nothing."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from msgspec import Struct, structs

from nslab.engine.changes import Args, Change, Move, Without
from nslab.engine.client import Lab
from nslab.engine.spec import Network
from nslab.kernel.capabilities import Capability
from nslab.kernel.namespaces import Kind
from nslab.words import LANGS, Lang
from tests.engine.rosetta.compared import (
    PATIENCE_SECONDS,
    by_engine,
    by_script,
    chain,
    running,
    script_for,
    spec_of,
)

DOCKERS = (Kind.PID, Kind.UTS, Kind.MNT, Kind.NET, Kind.IPC, Kind.CGROUP)
SETS = ((), *((kind,) for kind in Kind), DOCKERS, tuple(Kind), (Kind.PID, Kind.MNT), (Kind.MNT, Kind.NET, Kind.USER))
SHELLS = ("bash", "dash")


def run(text: str, shell: str = "sh") -> subprocess.CompletedProcess[str]:
    command = [shell, "-c", text]
    return subprocess.run(command, capture_output=True, text=True, cwd="/", timeout=PATIENCE_SECONDS, check=False)


# --- the container ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("kinds", SETS, ids=lambda kinds: ",".join(kinds) or "none")
def test_the_script_makes_the_container_that_the_engine_makes(
    kinds: tuple[Kind, ...], shell: str, shared_lab: Lab
) -> None:
    """The same namespaces of its own, host name, root, mounts, rights, environment, and links, for whoever runs the tests."""
    spec = spec_of(kinds)
    engine, ours = by_engine(shared_lab, spec), by_script(script_for(spec), shell)
    assert ours == engine
    assert ours.own == frozenset(kinds)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_network_is_made_from_outside_before_the_program_is_there(shell: str, lab: Lab) -> None:
    network = Network("10.77.0.2/24", "10.77.0.1")
    spec = structs.replace(spec_of(DOCKERS), network=network)
    engine, ours = by_engine(lab, spec), by_script(script_for(spec), shell)
    assert ours == engine
    assert any("10.77.0.2/24" in line for line in ours.inside.links)


def test_a_network_that_can_not_be_made_is_told_and_there_is_no_container() -> None:
    spec = structs.replace(spec_of(DOCKERS, "echo", "alive"), network=Network("10.77.0.2/24", "10.77.0.1"))
    done = run(script_for(spec, Args("address", ("eth0", "nonsense"))))
    assert (done.returncode != 0, done.stdout) == (True, "")
    assert "nonsense" in done.stderr


@pytest.mark.parametrize(
    "change",
    [
        Without(("hostname",)),
        Without(("shm",)),
        Without(("link_fd",)),
        Without(("capset", "bounding")),
        Without(("nnp",)),
        Without(("lo",)),
        Without(("freeze_sys",)),
        Args("clone", tuple(kind for kind in DOCKERS if kind is not Kind.IPC)),
    ],
    ids=str,
)
def test_the_comparison_sees_what_a_script_leaves_out(change: Change, shared_lab: Lab) -> None:
    assert by_script(script_for(spec_of(DOCKERS), change)) != by_engine(shared_lab, spec_of(DOCKERS))


@pytest.mark.parametrize("capabilities", [(), (Capability.SYS_ADMIN, Capability.CHOWN), tuple(Capability)], ids=len)
def test_the_program_has_just_the_capabilities_of_the_spec(capabilities: tuple[int, ...], shared_lab: Lab) -> None:
    spec = spec_of((Kind.MNT,), capabilities=capabilities)
    assert by_script(script_for(spec)).inside.rights == by_engine(shared_lab, spec).inside.rights


def test_the_machines_programs_can_not_be_written_to_with_every_right() -> None:
    """The mounts are locked, for they come from the ground's user namespace."""
    tricks = "mount -o remount,bind,rw /usr; touch /usr/nslab-was-here"
    spec = spec_of(DOCKERS, "sh", "-c", tricks, capabilities=tuple(Capability))
    done = run(script_for(spec))
    assert "permission denied" in done.stderr
    assert "Read-only file system" in done.stderr


def test_what_the_kernel_refuses_ends_the_script_with_the_programs_own_words() -> None:
    done = run(script_for(spec_of(DOCKERS, "echo", "alive"), Move("pivot", "clone")))
    assert (done.returncode != 0, done.stdout) == (True, "")
    assert "pivot_root" in done.stderr


# --- its program ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("said", "status"), [("exit 7", 7), ("exit 0", 0)])
def test_the_programs_status_is_the_scripts(said: str, status: int) -> None:
    assert run(script_for(spec_of((Kind.MNT,), "sh", "-c", said))).returncode == status


def test_a_program_that_was_killed_is_told_from_one_that_went_well() -> None:
    """By how much depends on unshare(1): that of util-linux 2.38 says 1 for every signal."""
    assert run(script_for(spec_of((Kind.MNT,), "sh", "-c", "kill -9 $$"))).returncode > 0


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "word", ["a b", "it's", "$HOME `id`", "BOX_SCRIPT", "a\nBOX_SCRIPT\n)\nb", "盒子", '"', "\\n", ""]
)
def test_the_programs_words_come_through_as_they_are(word: str, shell: str) -> None:
    assert run(script_for(spec_of((), "printf", "%s", word)), shell).stdout == word


def test_the_programs_streams_are_the_scripts() -> None:
    with running(script_for(spec_of((Kind.PID, Kind.MNT), "cat"))) as process:
        assert process.communicate(b"through\n", timeout=PATIENCE_SECONDS) == (b"through\n", None)


# --- its end ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("victim", [0, 1, 2, 3, 4])
def test_whichever_process_is_killed_all_end_and_nothing_is_left(victim: int, number: int, shell: str) -> None:
    """The script's own first; the lab's and the container's first process mind only SIGKILL. `nothing_is_left` looks."""
    with running(script_for(spec_of(DOCKERS, "sh", "-c", "sleep 1000 & echo; exec sleep 1000")), shell) as process:
        assert process.stdout is not None
        process.stdout.readline()
        os.kill(chain(process.pid)[victim], number if victim == 0 else signal.SIGKILL)
        process.wait(PATIENCE_SECONDS)
        assert process.stdout.read() == b""  # nobody holds its other end any more


# --- on a terminal ----------------------------------------------------------------------------------------------------


class Terminal(Struct):
    """A terminal with a script on it."""

    master: int
    pid: int
    said: bytes = b""

    def expect(self, wanted: str) -> None:
        """Read until it was said."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while wanted.encode() not in self.said:
            assert select.select([self.master], [], [], deadline - time.monotonic())[0], self.said.decode()
            self.said += os.read(self.master, 4096)
        self.said = self.said.partition(wanted.encode())[2]

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())


@contextmanager
def on_terminal(text: str) -> Iterator[Terminal]:
    """A script on a terminal of its own, which is taken away at the end."""
    pid, master = pty.fork()
    if pid == 0:
        os.execvp("sh", ["sh", "-c", text])
    try:
        yield Terminal(master, pid)
    finally:
        os.close(master)
        os.waitpid(pid, 0)


def test_ctrl_c_ends_a_program_on_a_terminal() -> None:
    spec = spec_of((Kind.MNT,), "sh", "-c", "echo ready; sleep 1000; echo not reached")
    with on_terminal(script_for(spec)) as terminal:
        terminal.expect("ready\r\n")
        time.sleep(0.2)  # the shell is at its sleep
        terminal.type("\x03")
        with pytest.raises(OSError, match="Input/output error"):  # nobody holds the other end any more
            terminal.expect("not reached")


def test_a_shell_on_a_terminal_has_job_control() -> None:
    with on_terminal(script_for(spec_of(DOCKERS, "bash", "--norc", "-i"))) as terminal:
        terminal.type("echo re''ady; sleep 77\r")
        terminal.expect("ready\r\n")
        time.sleep(0.2)
        terminal.type("\x1a")
        terminal.expect("Stopped")
        terminal.type("kill -9 %1; hostname; exit\r")
        terminal.expect("boxed")


# --- its text ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_can_read_every_script(shell: str, lang: Lang) -> None:
    for kinds in SETS:
        text = script_for(spec_of(kinds), lang=lang)
        assert subprocess.run([shell, "-n"], input=text, text=True, capture_output=True, check=True).stderr == ""


def test_only_the_comments_are_in_a_language() -> None:
    texts = [script_for(spec_of(tuple(Kind)), lang=lang).splitlines() for lang in LANGS]
    code = [[line for line in text if not line.startswith("#")] for text in texts]
    assert code[0] == code[1]


def test_what_a_shell_has_no_word_for_stands_in_a_comment() -> None:
    spoken = script_for(spec_of((Kind.MNT,)))
    silent = script_for(spec_of((Kind.MNT,), "true", seccomp=False))
    assert "#   prctl(PR_SET_SECCOMP" in spoken
    assert "PR_SET_SECCOMP" not in silent
    assert "close_range(3, ~0, 0)" in silent


def test_lines_are_short_enough_for_a_projector() -> None:
    for line in script_for(spec_of(tuple(Kind), "sh")).splitlines():
        assert len(line) <= 108, line
