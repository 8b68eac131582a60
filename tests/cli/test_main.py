"""The frame of the command line: what is loaded, how it ends, and what a person is told."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from nslab import __version__
from nslab.cli.main import COMMANDS, main
from nslab.errors import NslabError
from nslab.words import Words, words_for

NSLAB = (sys.executable, "-m", "nslab")
HEAVY = {"textual", "rich", "msgspec", "psutil", "pyroute2", "plotext", "pyte", "asyncio", "platformdirs", "shtab"}


def nslab(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter, as a person starts it: nothing of ours set in the environment but `environ`."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("NSLAB_", "LC_", "LANG"))}
    return subprocess.run(
        [*NSLAB, *arguments], env=plain | environ, capture_output=True, text=True, check=False, timeout=30
    )


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A command named `probe` whose `run` a test replaces."""
    module = ModuleType("nslab_probe_command")
    vars(module)["add_arguments"] = lambda parser, words: None
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(COMMANDS, "clean", module.__name__)
    return module


def fail_with(module: ModuleType, error: BaseException) -> None:
    def run(arguments: argparse.Namespace, words: Words) -> int:
        raise error

    vars(module)["run"] = run


def test_help_loads_nothing_heavy() -> None:
    code = "import sys; from nslab.cli.main import main\ntry: main(['--help'])\nfinally: print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert {name.partition(".")[0] for name in done.stderr.split()} & HEAVY == set()


def test_help_names_every_command() -> None:
    told = nslab("--help").stdout
    assert [name for name in COMMANDS if f"    {name} " not in told] == []


def test_help_is_in_the_language_asked_for_last_and_first() -> None:
    assert nslab("--help", "--lang", "zh").stdout == nslab("--lang", "zh", "--help").stdout
    assert "课程地图" in nslab("--help", LANG="zh_CN.UTF-8").stdout


def test_version_is_the_package_version() -> None:
    assert nslab("--version").stdout == f"nslab {__version__}\n"


def test_a_command_takes_the_language_before_and_after_its_name() -> None:
    assert nslab("completion", "nosuch", "--lang", "zh").stderr == nslab("--lang", "zh", "completion", "nosuch").stderr


@pytest.mark.parametrize(
    "arguments", [("--nosuch",), ("nosuch",), ("--lang",), ("--lang", "xx"), ("completion",), ("completion", "nosuch")]
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_wrong_usage_is_three_lines_and_status_2(arguments: tuple[str, ...], lang: str) -> None:
    done = nslab(*arguments, NSLAB_LANG=lang)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 3)
    assert "--help" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (("lesons",), "lessons"),
        (("doctor", "--jsn"), "--json"),
        (("--presnt",), "--present"),
        (("completion", "bsh"), "bash"),
        (("author", "chek"), "check"),
    ],
)
def test_what_may_have_been_meant_is_offered(arguments: tuple[str, ...], near: str) -> None:
    assert f"Did you mean {near}?" in nslab(*arguments, NSLAB_LANG="en").stderr


@pytest.mark.parametrize("arguments", [("--theme", "paper"), ("--lang", "en", "--present"), ("--theme=plain",)])
def test_how_the_map_shall_look_is_said_without_a_command(arguments: tuple[str, ...]) -> None:
    told = nslab(*arguments, NSLAB_LANG="en").stderr
    assert "needs a terminal" in told


@pytest.mark.parametrize("arguments", [("author",), ("bogus",), ("author", "bogus"), ("author", "new"), ("explain",)])
def test_no_space_stands_between_chinese_words(arguments: tuple[str, ...]) -> None:
    told = nslab(*arguments, NSLAB_LANG="zh").stderr
    assert not re.search(r"[\u4e00-\u9fff] [\u4e00-\u9fff]", told.replace("原因  ", "").replace("办法  ", ""))


def test_what_is_not_understood_is_told_by_the_command_that_it_was_given_to() -> None:
    assert "nslab doctor --help" in nslab("doctor", "--nosuch", NSLAB_LANG="en").stderr


def test_an_error_is_told_in_three_lines(command: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    fail_with(command, NslabError(problem="the disk\nis full", report="/var/report"))
    assert main(["--lang", "en", "clean"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "nslab made a mistake of its own and stopped.",
        "  why   the disk",
        "        is full",
        "  next  The full report is in /var/report. Please send it along when you file this as a bug.",
    ]


def test_a_crash_leaves_a_report_instead_of_a_traceback(
    command: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("NSLAB_DEBUG")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    fail_with(command, ZeroDivisionError("by zero"))
    assert main(["clean"]) == 70
    told, report = capsys.readouterr().err, (tmp_path / "nslab" / "crash.txt").read_text()
    assert "Traceback" not in told
    assert "ZeroDivisionError: by zero" in told
    assert str(tmp_path / "nslab" / "crash.txt") in told
    assert "Traceback" in report
    assert __version__ in report


def test_a_crash_is_told_even_where_no_report_can_be_written(
    command: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "nslab").write_text("a file where the directory should be")
    monkeypatch.delenv("NSLAB_DEBUG")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    fail_with(command, ZeroDivisionError("by zero"))
    assert main(["clean"]) == 70
    assert "NSLAB_DEBUG=1" in capsys.readouterr().err


def test_debugging_shows_the_traceback(command: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    fail_with(command, ZeroDivisionError("by zero"))
    assert main(["clean"]) == 70
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_ends_with_130_and_says_nothing(command: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    fail_with(command, KeyboardInterrupt())
    assert main(["clean"]) == 130
    assert capsys.readouterr().err == ""


def test_a_reader_that_leaves_ends_the_program_quietly() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([*NSLAB, "completion", "bash"], stdout=write, stderr=subprocess.PIPE, check=False, timeout=30)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("explain", "1"),
        ("explain", "1", "--json"),
        ("lessons",),
        ("completion", "bash"),
        ("ps",),
        ("run", "--", "echo", "said"),
        ("run", "--explain", "plan", "--", "true"),
    ],
)
def test_output_that_is_not_taken_is_one_error_of_three_lines(arguments: tuple[str, ...]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*NSLAB, "--lang", "en", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=30,
        )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 3
    assert "ENOSPC: No space left on device" in done.stderr


def test_a_broken_pipe_that_is_not_stdout_is_a_crash(command: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    fail_with(command, BrokenPipeError("the lab is gone"))
    with open(os.devnull, "w") as out, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        assert main(["clean"]) == 70
    assert "the lab is gone" in capsys.readouterr().err


def test_every_command_can_be_loaded_and_has_help_in_both_languages() -> None:
    for lang in ("en", "zh"):
        for name in COMMANDS:
            with pytest.raises(SystemExit) as ended:
                main(["--lang", lang, name, "--help"])
            assert ended.value.code == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_the_commands(shell: str) -> None:
    script = nslab("completion", shell).stdout
    assert [name for name in COMMANDS if name not in script] == []


def test_completion_knows_the_views_and_that_an_export_goes_to_a_file() -> None:
    script = nslab("completion", "bash").stdout
    assert "explain_choices=(plan calls shell docker oci)" in script
    assert re.search(r"lesson___export_COMPGEN=_shtab_compgen_files", script)


@pytest.mark.parametrize("words", [("nslab", "lesson", "proc"), ("nslab", "author", "check", "proc")])
def test_bash_completes_the_course_s_lessons(words: tuple[str, ...]) -> None:
    line = f"COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; _shtab_nslab; echo ${{COMPREPLY[@]}}"
    script = f"{nslab('completion', 'bash').stdout}\n{line}"
    done = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, check=True, cwd="/")
    assert set(done.stdout.split()) == {"process", "proc"}  # the second is a directory


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_are_told_the_course_s_lessons_too(shell: str) -> None:
    script = nslab("completion", shell).stdout
    assert re.search(r"process vm uts", script)
    assert "directory?" not in script


def test_every_command_has_words_in_both_languages() -> None:
    assert all(words_for(lang)(f"cli.command.{name}") for name in COMMANDS for lang in ("en", "zh"))
