"""Limits as a person types them, and how an end by one is told."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from nslab.cli import limits
from nslab.cli.limits import device_number, killed, shown
from nslab.cli.main import main
from nslab.course.scaffold import make_lesson, make_pack
from nslab.engine.amounts import BadLimit
from nslab.engine.delegation.place import Ask, Here, find
from nslab.engine.protocol import Ended
from nslab.words import words_for
from tests.cli.runs import run

EN = words_for("en")


def test_a_disk_is_named_by_its_number_or_its_file_and_is_one(tmp_path: Path) -> None:
    assert device_number("8:16") == "8:16"
    for other in ("/dev/null", str(tmp_path), "/dev/no-such", "8", ""):
        with pytest.raises(BadLimit):
            device_number(other)


class Anew(SystemExit):
    """The program was begun anew in a scope."""


@pytest.fixture
def systemd_would_give(monkeypatch: pytest.MonkeyPatch) -> None:
    def enter_scope() -> None:
        raise Anew

    monkeypatch.setattr(limits, "find", Ask)
    monkeypatch.setattr(limits.systemd, "enter_scope", enter_scope)


@pytest.fixture
def packs(tmp_path: Path) -> tuple[Path, Path]:
    """Two packs: no lesson of the first divides its lab's group; in the second the last does."""
    plain, divided = tmp_path / "plain", tmp_path / "divided"
    for pack in (plain, divided):
        make_pack(pack)
        make_lesson(pack / "second")
        text = (pack / "course.toml").read_text().replace('lessons = ["first"]', 'lessons = ["first", "second"]')
        (pack / "course.toml").write_text(text)
    path = divided / "second" / "lesson.toml"
    path.write_text(path.read_text().replace('needs = ["', 'needs = ["memory-controller", "'))
    return plain, divided


@pytest.mark.usefixtures("systemd_would_give")
@pytest.mark.parametrize("lesson", ["", "first", "second"])
def test_whoever_may_come_from_the_map_to_a_lesson_with_limits_is_begun_anew_in_a_scope_at_once(
    lesson: str, packs: tuple[Path, Path]
) -> None:
    plain, divided = packs
    with pytest.raises(Anew):
        main(["lesson", str(divided / lesson)])
    assert main(["lesson", str(plain / lesson)]) == 1  # there is no terminal here


@pytest.mark.usefixtures("systemd_would_give")
def test_lessons_are_checked_in_a_scope_from_the_first_on_if_a_later_one_has_limits(
    packs: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    plain, divided = packs
    for names in ([plain / "second", divided / "second"], [divided], [plain / "no-such", divided]):
        with pytest.raises(Anew):
            main(["author", "check", *map(str, names)])
    assert capsys.readouterr().out == ""
    assert main(["author", "check", str(plain / "no-such")]) == 1


def exited(code: int) -> int:
    return code << 8


def test_the_reason_is_named_only_to_who_was_killed_for_it() -> None:
    reason = "killed by the kernel: memory.max 64 MiB"
    assert killed(Ended(1, signal.SIGKILL, 64 << 20), EN) == reason
    assert killed(Ended(1, exited(137), 64 << 20), EN) == reason  # a shell tells its child's end so
    assert killed(Ended(1, signal.SIGKILL), EN) is None
    assert killed(Ended(1, exited(0), 64 << 20), EN) is None
    assert killed(Ended(1, signal.SIGTERM, 64 << 20), EN) is None


@pytest.mark.parametrize(
    ("size", "text"), [(64 << 20, "64 MiB"), (3 << 30, "3 GiB"), (4096, "4 KiB"), (1000, "1000 B")]
)
def test_an_amount_is_shown_in_the_largest_unit_that_is_exact(size: int, text: str) -> None:
    assert shown(size) == text


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--memory", "3q"), "--memory: 3q is no amount"),
        (("--memory-high", "x"), "--memory-high: x is no amount"),
        (("--cpus", "x"), "--cpus: x is no number of processors"),
        (("--pids", "some"), "--pids: some is neither a number nor max"),
        (("--cpu-weight", "max"), "--cpu-weight: max is no number"),
        (("--io-max", "8:0:speed=4"), "--io-max: 8:0:speed=4 is no disk with limits"),
    ],
)
def test_wrong_usage_says_which_option_and_what_it_takes(arguments: tuple[str, ...], why: str) -> None:
    done = run(*arguments, "--", "true", env=os.environ | {"NSLAB_LANG": "en"})
    assert done.returncode == 2
    assert why in done.stderr.decode()


def test_where_nothing_can_be_limited_nothing_runs_and_the_file_the_errno_and_a_remedy_are_told(
    tmp_path: Path,
) -> None:
    """Unless this machine has handed a group over: then it is limited."""
    mark = tmp_path / "ran"
    done = run("--memory", "64m", "--", "touch", str(mark), env=os.environ | {"NSLAB_LANG": "en"})
    place = find()
    if isinstance(place, Here) and "memory" in place.controllers:
        assert run("--memory", "64m", "--", "true").returncode == 0
    elif not isinstance(place, Here):
        assert done.returncode == 1
        assert done.stderr.decode().startswith("Nothing can be limited here.\n")
        assert len(done.stderr.splitlines()) >= 3
    assert not mark.exists()
