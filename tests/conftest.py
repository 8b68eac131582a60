"""What holds for every test of the project: who runs it, on what kind of machine, and that a skip is never silent.

- `@pytest.mark.needs("probe-id", …)` skips a test where `nslab doctor` finds that missing, and says so; `@pytest.mark.program`
  does so for a program that only the test wants. No test skips itself in another way. With NSLAB_CI set a skip is a failure,
  because CI has all that the tests need.
- `@pytest.mark.as_root` and `@pytest.mark.as_user` are deselected for everybody else: CI runs the suite once as each.
  `@pytest.mark.machine("x86_64")` is deselected on every other architecture.
- `@pytest.mark.alone` is for a test that looks at the whole machine and compares: no other test runs beside it.
- `@pytest.mark.guest` is deselected unless `--guest` is given, as `make guest` does inside the guest.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
from collections.abc import Generator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from nslab.engine.doctor.findings import Finding

# Locked by flock(2) while a test runs, shared or alone. Whoever wants the room first holds the door, or it might wait for ever.
ROOM, DOOR = Path(__file__), Path(__file__).with_name("packages")

# Words that are missing are a failure here, not an id on the screen; programs that tests start inherit it.
os.environ.setdefault("NSLAB_DEBUG", "1")

# A shell ignores Ctrl-C for what it starts with &, and programs that tests start would inherit that too.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--guest", action="store_true", help="run only the tests that belong into the guest")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(*probes): skip where nslab doctor finds one of these missing")
    config.addinivalue_line("markers", "program(*names): skip where one of these is not installed")
    config.addinivalue_line("markers", "machine(*names): only on these architectures")
    config.addinivalue_line("markers", "as_root: only as root")
    config.addinivalue_line("markers", "as_user: only as an unprivileged user")
    config.addinivalue_line("markers", "alone: beside no other test")
    config.addinivalue_line("markers", "guest: only inside the guest")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    other = "as_user" if os.geteuid() == 0 else "as_root"
    in_guest = config.getoption("--guest")
    kept, dropped = [], []
    for item in items:
        machine = item.get_closest_marker("machine")
        belongs = (item.get_closest_marker("guest") is not None) == in_guest
        belongs &= machine is None or os.uname().machine in machine.args
        (kept if belongs and not item.get_closest_marker(other) else dropped).append(item)
    config.hook.pytest_deselected(items=dropped)
    items[:] = kept


@pytest.hookimpl(wrapper=True, tryfirst=True)  # before the clock of pytest-timeout runs
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, bool, bool]:
    """Whatever tests run at the same time, in other workers of pytest-xdist, those marked `alone` are."""
    with ROOM.open() as room:
        with DOOR.open() as door:
            fcntl.flock(door, fcntl.LOCK_EX)
            fcntl.flock(room, fcntl.LOCK_EX if item.get_closest_marker("alone") else fcntl.LOCK_SH)
        try:
            return (yield)
        finally:
            fcntl.flock(room, fcntl.LOCK_UN)  # also for a child that was forked and has not executed anything


@cache
def found(probe: str) -> Finding:
    from nslab.engine.doctor import examine

    return examine(probe)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what cannot be tried here, by name. Where CI runs, pytest_runtest_makereport below makes each skip a failure."""
    for mark in item.iter_markers("needs"):
        for probe in mark.args:
            if found(probe).state == "missing":
                pytest.skip(f"doctor: {probe}: {dict(found(probe).facts)}")
    for mark in item.iter_markers("program"):
        if absent := [name for name in mark.args if not shutil.which(name)]:
            pytest.skip(f"not installed: {', '.join(absent)}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if os.environ.get("NSLAB_CI") and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be missing: {report.longrepr}"
    return report
