"""Limits as a person types them, and how an end by one is told."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from nslab.cli.limits import device_number, killed, shown
from nslab.engine.amounts import BadLimit
from nslab.engine.delegation.place import Here, find
from nslab.engine.protocol import Ended
from nslab.words import words_for
from tests.cli.runs import run

EN = words_for("en")


def test_a_disk_is_named_by_its_number_or_its_file_and_is_one(tmp_path: Path) -> None:
    assert device_number("8:16") == "8:16"
    for other in ("/dev/null", str(tmp_path), "/dev/no-such", "8", ""):
        with pytest.raises(BadLimit):
            device_number(other)


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
    if isinstance(find(), Here):
        assert done.returncode in (0, 1)
    else:
        assert done.returncode == 1
        assert done.stderr.decode().startswith("Nothing can be limited here.\n")
        assert len(done.stderr.splitlines()) >= 3
    assert not mark.exists()
