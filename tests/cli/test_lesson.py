"""The course on a terminal that is a pty: what ends it is told on a terminal that is as it was."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec import Struct, structs

from nslab.cli.main import main
from nslab.course.progress import ProgressStore
from nslab.course.scaffold import make_pack
from nslab.engine.doctor import programs
from nslab.kernel import pty
from nslab.words import Lang, words_for
from tests.stage import LESSONS

PATIENCE_S = 15.0
ALTERNATE, PRIMARY = b"\x1b[?1049h", b"\x1b[?1049l"

# `nslab lesson` with the lessons of a folder, after one more line.
PROGRAM = """
import sys; from pathlib import Path
import nslab.course.syllabus as syllabus, nslab.tui.app as app
syllabus.lessons_root = lambda: Path(sys.argv[1])
{first}
from nslab.cli.main import main
sys.exit(main(["lesson"]))
"""


class Told(Struct, frozen=True):
    """How it ended: what stood on the terminal once the program had left its own screen, and whether that is as it was."""

    status: int
    words: str
    restored: bool


class Course:
    """The program on a pty."""

    def __init__(self, child: subprocess.Popen[bytes], master: int, settings: list[object]) -> None:
        self._child, self._master, self._settings = child, master, settings
        self.printed = b""

    def until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, self.printed[-2000:]
            if select.select([self._master], [], [], 0.05)[0]:
                self.printed += os.read(self._master, 65536)

    def press(self, keys: bytes) -> None:
        os.write(self._master, keys)

    def told(self) -> Told:
        self.until(lambda: self._child.poll() is not None)
        self.until(lambda: not select.select([self._master], [], [], 0.05)[0])
        words = self.printed.rpartition(PRIMARY)[2].decode()
        return Told(self._child.returncode, words, termios.tcgetattr(self._master) == self._settings)


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LESSONS, tmp_path / "lessons"))


@contextmanager
def course(lessons: Path, first: str = "") -> Iterator[Course]:
    master, slave = os.openpty()
    pty.set_size(master, pty.WindowSize(24, 80))
    settings = termios.tcgetattr(master)
    environment = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "XDG_STATE_HOME": str(lessons.parent)}
    environment |= {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "XDG_RUNTIME_DIR") if name in os.environ}
    command = [sys.executable, "-c", PROGRAM.format(first=first), str(lessons)]
    child = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True)
    try:
        yield Course(child, master, settings)
    finally:
        child.kill()
        child.wait()
        os.close(master)
        os.close(slave)


def test_a_map_that_is_broken_is_told_in_three_lines(lessons: Path) -> None:
    (lessons / "course.toml").write_text("nothing")
    with course(lessons) as running:
        told = running.told()
    assert told.status == 1
    assert told.restored
    assert [line.split()[0] for line in told.words.splitlines()][-2:] == ["why", "next"]
    assert "course.toml" in told.words
    assert "Traceback" not in told.words


def test_a_glossary_found_broken_while_the_map_is_on_screen_is_told_once_that_is_gone(lessons: Path) -> None:
    (lessons / "glossary.toml").write_text("nothing")
    with course(lessons) as running:
        running.until(lambda: b"process" in running.printed)  # the first lesson of the map
        running.press(b"g")
        told = running.told()
    assert ALTERNATE in running.printed
    assert (told.status, told.restored) == (1, True)
    assert "glossary.toml" in told.words
    assert len(told.words.strip().splitlines()) == 3


@pytest.mark.parametrize("where", ["map_view", "examine_elsewhere"])
def test_a_mistake_of_its_own_ends_in_a_crash_report_and_no_traceback_on_screen(lessons: Path, where: str) -> None:
    with course(lessons, f"app.{where} = lambda *_: 1 // 0") as running:
        told = running.told()
    assert (told.status, told.restored) == (70, True)
    assert "ZeroDivisionError" in told.words
    assert "Traceback" not in told.words
    assert "in <lambda>" in (lessons.parent / "nslab" / "crash.txt").read_text()


def nslab(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"XDG_STATE_HOME": str(home), "NSLAB_LANG": "en"}
    command = [sys.executable, "-m", "nslab", "lesson", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=PATIENCE_S, check=False)


def test_a_lesson_is_exported_to_a_file_or_to_standard_output(tmp_path: Path) -> None:
    printed = nslab("uts", "--export", "-", home=tmp_path)
    written = nslab("uts", "--export", str(tmp_path / "uts.sh"), home=tmp_path)
    assert (printed.returncode, printed.stderr, written.returncode, written.stdout) == (0, "", 0, "")
    assert (tmp_path / "uts.sh").read_text() == printed.stdout
    assert printed.stdout.startswith("#!/bin/sh\n# nslab lesson uts\n")


def test_of_a_lesson_that_was_begun_only_what_was_passed_is_exported(tmp_path: Path) -> None:
    store = ProgressStore(tmp_path / "nslab" / "progress.json")
    store.change("uts", lambda known: structs.replace(known, step="copied"))
    assert store.trouble is None
    text = nslab("uts", "--export", "-", home=tmp_path).stdout
    assert "# step two-names\n" in text
    assert "# step copied\n" not in text


@pytest.mark.parametrize(
    ("arguments", "status", "lines"), [(("--export", "x"), 2, 3), (("uts", "--export", "/nosuch/x"), 1, 3)]
)
def test_an_export_that_can_not_be_is_told(arguments: tuple[str, ...], status: int, lines: int, tmp_path: Path) -> None:
    done = nslab(*arguments, home=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (status, "", lines)


def test_a_pack_with_faults_in_its_map_or_glossary_is_not_opened_and_each_is_told_with_its_line(tmp_path: Path) -> None:
    make_pack(tmp_path / "mine")
    with (tmp_path / "mine" / "glossary.toml").open("a") as glossary:
        glossary.write("bogus = 1\n")
    line = (tmp_path / "mine" / "glossary.toml").read_text().count("\n")
    for name in ("mine", "mine/first"):
        told = nslab(str(tmp_path / name), home=tmp_path)
        assert told.returncode == 1
        assert told.stderr.startswith(f"{tmp_path}/mine/glossary.toml:{line}: There is no field bogus here.")


@pytest.fixture
def no_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which labs would find no program at all."""
    monkeypatch.setattr(programs, "DEFAULT_ENVIRONMENT", (f"PATH={tmp_path}",))
    monkeypatch.setattr(programs, "brought_compiler", lambda: None)


@pytest.mark.usefixtures("no_programs")
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_lesson_that_this_machine_can_not_run_says_what_is_missing_and_each_remedy_once(
    lang: Lang, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lesson", "net", "--lang", lang]) == 1
    told, said = capsys.readouterr().err, words_for(lang)
    assert told.startswith(said("lesson.refused", lesson="net") + "\n")
    for program in ("ip", "unshare", "nsenter"):
        assert said("doctor.cause.no-program.why", program=program) in told
    assert said("doctor.cause.no-compiler.why") in told
    assert told.count("util-linux") == 1
    assert told.count(said("error.label.next")) == 1


@pytest.mark.usefixtures("no_programs")
def test_a_lesson_that_can_not_run_here_can_still_be_exported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert main(["lesson", "uts", "--export", "-"]) == 0
    assert capsys.readouterr().out.startswith("#!/bin/sh\n")
