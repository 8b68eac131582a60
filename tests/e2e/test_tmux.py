"""The real program in a real terminal, tmux's: opened, played, left, and killed, and each time nothing is left of it.

Textual's pilot knows no terminal: that modes are restored, that signals end it, and that what is drawn can be read is seen only
here.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from nslab.words import Lang, words_for
from tests.engine.conftest import Trace, new_since, reap, trace

pytestmark = pytest.mark.program("tmux")

PATIENCE_S = 15.0
GONE_S = 1.0
SANE = {"alternate_on": "0", "mouse_any_flag": "0", "cursor_flag": "1"}


class Outcome(Struct, frozen=True):
    """How the program ended, and the terminal's settings before and after it (stty -g)."""

    status: int
    before: str
    after: str


class Tmux:
    """A tmux server of its own with one window, in which a shell runs the program and notes what comes of it."""

    def __init__(self, folder: Path, size: tuple[int, int], environment: dict[str, str]) -> None:
        self.folder = folder
        self._socket = str(folder / "tmux.sock")
        self._size, self._environment = size, environment

    def run(self, *arguments: str) -> str:
        command = ("tmux", "-S", self._socket, "-f", "/dev/null", *arguments)
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE_S).stdout

    def start(self, command: str) -> None:
        columns, rows = self._size
        inherited = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "XDG_RUNTIME_DIR") if name in os.environ}
        environment = {**inherited, "LANG": "C.UTF-8", "NSLAB_DEBUG": "1", **self._environment}
        variables = shlex.join(f"{name}={value}" for name, value in environment.items())
        self.run("new-session", "-d", "-x", str(columns), "-y", str(rows), f"exec env -i {variables} {command}")

    def program(self, *arguments: str) -> None:
        """Run nslab, and stay open after it."""
        nslab = shlex.join((sys.executable, "-m", "nslab", *arguments))
        script = f"stty -g >before; sh -c 'echo $$ >pid; exec {nslab}'; echo $? >status; stty -g >after; exec cat"
        self.start(f"sh -c {shlex.quote(f'cd {shlex.quote(str(self.folder))}; {script}')}")

    def pid(self) -> int:
        self.until(lambda: self.noted("pid"))
        return int(self.noted("pid"))

    def noted(self, name: str) -> str:
        path = self.folder / name
        return path.read_text().strip() if path.exists() else ""

    def keys(self, *keys: str) -> None:
        self.run("send-keys", *keys)

    def type(self, line: str) -> None:
        self.run("send-keys", "-l", line)
        self.run("send-keys", "Enter")

    def screen(self, *, styled: bool = False) -> str:
        return self.run("capture-pane", "-p", *(["-e"] if styled else []))

    def modes(self) -> dict[str, str]:
        """What programs can have set in the terminal, of what a shell after them would suffer from."""
        told = self.run("display-message", "-p", " ".join(f"#{{{name}}}" for name in SANE)).split()
        return dict(zip(SANE, told, strict=False))

    def until(self, condition: Callable[[], object], seconds: float = PATIENCE_S) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"did not come about; on screen:\n{self.screen()}"
            time.sleep(0.03)

    def shows(self, *words: str) -> None:
        """Wait until all of it is on screen, whatever it is broken over lines."""
        self.until(lambda: all(squeezed(one) in squeezed(self.screen()) for one in words))

    def outcome(self) -> Outcome:
        self.until(lambda: self.noted("after"))
        return Outcome(int(self.noted("status")), self.noted("before"), self.noted("after"))

    def kill(self) -> None:
        subprocess.run(("tmux", "-S", self._socket, "kill-server"), capture_output=True, check=False)


def squeezed(text: str) -> str:
    """Without blanks, edges, and line ends."""
    return re.sub(r"[\s▌▏]", "", text)


def left(before: Trace) -> dict[str, frozenset[str]]:
    """What of the program is there that was not before, a second after it ended."""
    deadline = time.monotonic() + GONE_S
    while (new := without_tmux(new_since(before))) and time.monotonic() < deadline:
        time.sleep(0.02)
    return new


def without_tmux(new: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The server and the shell in its window are the test's own."""
    ours = {kind: frozenset(one for one in things if not own(one)) for kind, things in new.items()}
    return {kind: things for kind, things in ours.items() if things}


def own(thing: str) -> bool:
    return thing.partition(" ")[2] in ("tmux: server", "tmux: client", "cat", "sh", "bash", "stty")


@pytest.fixture
def before() -> Trace:
    return trace()


@pytest.fixture
def tmux(before: Trace, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Tmux]:
    """Parametrized indirectly with size and environment; after it nothing may be left, nor in its folder for temporary files."""
    size, environment = getattr(request, "param", ((120, 36), {}))
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    state = {"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path), "TMPDIR": str(temporary)}
    terminal = Tmux(tmp_path, size, {"TERM": "xterm-256color", **state, **environment})
    yield terminal
    terminal.kill()
    assert left(before) == {}
    assert list(temporary.iterdir()) == []
    reap(set())


def at(columns: int, rows: int, **environment: str) -> tuple[tuple[int, int], dict[str, str]]:
    return (columns, rows), environment


@pytest.mark.parametrize(
    ("tmux", "lang"),
    [(at(80, 24), "zh"), (at(120, 36), "en"), (at(200, 50, COLORTERM="truecolor"), "zh")],
    indirect=["tmux"],
)
def test_a_lesson_is_opened_played_to_its_first_pass_and_left(tmux: Tmux, before: Trace, lang: Lang) -> None:
    words = words_for(lang)
    tmux.program("lesson", "pid", "--lang", lang)
    tmux.shows(words("story.predict").upper(), words("keys.leave"))
    tmux.keys("1", "Enter")
    tmux.shows("lab:~#", "gcc -o ns_pid")  # the task: what is typed now goes to the terminal
    tmux.type("gcc -o ns_pid ns_pid.c && ./ns_pid")
    tmux.shows("inside the container!", "container:~#")
    tmux.type("echo $$")
    tmux.until(lambda: asked(tmux))
    tmux.keys("1", "Enter")
    tmux.shows(words("story.passed").upper())
    tmux.keys("F10")
    outcome = tmux.outcome()
    assert (outcome.status, outcome.after) == (0, outcome.before)
    assert tmux.modes() == SANE
    assert left(before) == {}


def asked(tmux: Tmux) -> bool:
    """The key that checks goes to the question, once that is the task at hand: a digit then appears where answers are typed."""
    tmux.keys("F5", "7")
    time.sleep(0.2)
    typed = "▸ 7" in tmux.screen()
    tmux.keys("BSpace")
    return typed


@pytest.mark.parametrize("tmux", [at(80, 24)], indirect=True)
def test_alone_it_opens_the_map_and_leaves_by_the_second_way(tmux: Tmux) -> None:
    tmux.program("--lang", "en")
    tmux.shows("process", "nslab", "leave")
    tmux.keys("C-g")
    tmux.shows(words_for("en")("keys.sheet"))
    tmux.keys("q")
    assert tmux.outcome().status == 0


@pytest.mark.parametrize(("tmux", "lang"), [(at(80, 24), "zh"), (at(120, 36, NO_COLOR="1"), "en")], indirect=["tmux"])
def test_this_machine_is_explored_a_world_of_it_explained_and_left_as_it_was(
    tmux: Tmux, before: Trace, lang: Lang
) -> None:
    words = words_for(lang)
    tmux.program("explore", "--lang", lang)
    tmux.shows(words("explore.this-machine"), words("explore.head.kept"), words("explore.bond.begins"))
    tmux.keys("Enter")
    tmux.shows(words("explain.shares"), "readlink /proc/")
    tmux.keys("Escape")
    tmux.shows(words("explore.title"))
    tmux.keys("F10")
    outcome = tmux.outcome()
    assert (outcome.status, outcome.after) == (0, outcome.before)
    assert left(before) == {}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_it_restores_the_terminal_and_its_lab_is_gone(
    tmux: Tmux, before: Trace, number: signal.Signals
) -> None:
    tmux.program("lesson", "pid")
    tmux.shows("lab:~#")
    os.kill(tmux.pid(), number)
    outcome = tmux.outcome()
    assert (outcome.status, outcome.after) == (128 + number, outcome.before)
    assert tmux.modes() == SANE
    assert left(before) == {}


def test_its_window_closed_it_ends_with_nobody_to_write_to(tmux: Tmux, before: Trace) -> None:
    tmux.program("lesson", "pid")
    tmux.shows("lab:~#")
    pid = tmux.pid()
    tmux.kill()
    deadline = time.monotonic() + 3
    while os.path.exists(f"/proc/{pid}") and time.monotonic() < deadline:
        reap(set())
        time.sleep(0.02)
    assert not os.path.exists(f"/proc/{pid}")
    assert left(before) == {}


def test_killed_its_lab_is_gone_within_a_second(tmux: Tmux, before: Trace) -> None:
    """The terminal stays as the program had set it: nobody can help that, `reset` does."""
    tmux.program("lesson", "pid")
    tmux.shows("lab:~#")
    os.kill(tmux.pid(), signal.SIGKILL)
    assert tmux.outcome().status == 128 + signal.SIGKILL
    assert left(before) == {}


def test_a_terminal_that_can_not_move_its_cursor_is_refused_with_advice(tmux: Tmux) -> None:
    tmux.start("true")
    tmux.kill()
    plain = Tmux(tmux.folder, (80, 24), {"TERM": "dumb", "HOME": str(tmux.folder)})
    plain._socket += "-dumb"
    plain.program("lesson", "pid", "--lang", "en")
    try:
        plain.shows("TERM is dumb", "export TERM=xterm-256color")
        assert plain.outcome().status == 1
    finally:
        plain.kill()


@pytest.mark.parametrize("tmux", [at(120, 36, NO_COLOR="1")], indirect=True)
def test_without_colours_nothing_is_coloured_and_all_is_said(tmux: Tmux) -> None:
    tmux.program("lesson", "pid")
    tmux.shows("lab:~#", "[A]")
    styles = re.findall(r"\x1b\[([\d;]*)m", tmux.screen(styled=True))
    colours = {code for style in styles for code in style.split(";") if re.fullmatch(r"3[0-8]|4[0-8]|9\d|10\d", code)}
    assert colours == set()
    tmux.keys("F10")
    assert tmux.outcome().status == 0


@pytest.mark.parametrize("tmux", [at(20, 5)], indirect=True)
def test_a_window_far_too_small_opens_grows_and_leaves(tmux: Tmux) -> None:
    tmux.program("lesson", "pid")
    tmux.shows("nslab")
    tmux.run("resize-window", "-x", "120", "-y", "36")
    tmux.shows("lab:~#", "namespaces")
    tmux.run("resize-window", "-x", "20", "-y", "5")
    tmux.keys("F10")
    outcome = tmux.outcome()
    assert (outcome.status, outcome.after) == (0, outcome.before)


def test_ctrl_c_and_ctrl_z_are_the_shell_s_and_never_end_or_stop_the_program(tmux: Tmux) -> None:
    tmux.program("lesson", "pid")
    tmux.shows("lab:~#")
    tmux.keys("C-c", "C-z")  # in the story they mean nothing
    tmux.keys("F6")
    tmux.type("sleep 60")
    tmux.shows("─sleep60")
    tmux.keys("C-z")
    tmux.shows("[1]+ Stopped")
    tmux.shows("─sleep60stopped")
    tmux.type("fg")
    tmux.until(lambda: "─sleep60stopped" not in squeezed(tmux.screen()))  # Ctrl-C before that would take the line away
    tmux.until(lambda: interrupted(tmux))
    tmux.type("echo back-$?")
    tmux.shows("back-130")
    tmux.keys("F10")
    assert tmux.outcome().status == 0


def interrupted(tmux: Tmux) -> bool:
    """Press Ctrl-C; whether the program in the shell has ended. A key may come before the shell has brought it back."""
    tmux.keys("C-c")
    time.sleep(0.4)  # the panes look four times a second
    return "─sleep60" not in squeezed(tmux.screen())


def test_stopped_again_and_again_while_a_terminal_floods_it_never_waits_for_itself(tmux: Tmux) -> None:
    tmux.program("lesson", "pid")
    tmux.shows("lab:~#")
    tmux.keys("F6")
    tmux.type("yes")
    for _ in range(40):
        os.kill(tmux.pid(), signal.SIGTSTP)
        tmux.until(lambda: stopped(tmux.pid()))
        os.kill(tmux.pid(), signal.SIGCONT)
        time.sleep(0.05)
    tmux.keys("C-c")
    tmux.type("echo $((6 * 7))0")
    tmux.shows("420")
    tmux.keys("F10")
    outcome = tmux.outcome()
    assert (outcome.status, outcome.after) == (0, outcome.before)


def stopped(pid: int) -> bool:
    """Whether the kernel holds the process stopped."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(") ")[2].startswith("T")


def test_stopped_from_outside_the_shell_gets_a_sane_terminal_and_fg_brings_it_back(tmux: Tmux) -> None:
    tmux.start("bash --norc --noprofile -i")
    tmux.type(f"cd {tmux.folder}; PS1='ready> '; stty -g >before")
    tmux.shows("ready>")
    tmux.type(f"sh -c 'echo $$ >pid; exec {sys.executable} -m nslab lesson pid'")
    tmux.shows("lab:~#")
    os.kill(tmux.pid(), signal.SIGTSTP)
    tmux.shows("Stopped")
    assert tmux.modes()["alternate_on"] == "0"
    tmux.type("clear; fg")
    tmux.shows("lab:~#", "PREDICT")
    tmux.keys("F10")
    tmux.shows("ready>")
    tmux.type("echo $? >status; stty -g >after")
    outcome = tmux.outcome()
    assert outcome.after == outcome.before
