"""`python -m tests.bench [SECTION…] [--rounds N]`: how fast nslab is, measured here and now, beside its peers."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from nslab.engine.client import Lab
from tests.bench import births, cgroups, echo, explore, moments, scan, startup, terminal
from tests.bench.race import race, table


def birth_tables(rounds: int) -> None:
    """A container's birth without a network namespace, and with one."""
    with births.pure_cgroup2(), tempfile.TemporaryDirectory() as scratch, Lab.start() as lab:
        for network in (False, True):
            title = f"container, request to first output, {'with' if network else 'without'} a network namespace"
            results = race(births.contenders(lab, Path(scratch), network=network), rounds)
            print(table(title, results), end="\n\n")


def startup_tables(rounds: int) -> None:
    """Start-up of the command line and of the screen."""
    print(table("start-up", race(startup.programs(), rounds)), end="\n\n")
    print(table("first painted frame", race((startup.first_frame(),), min(rounds, 10))), end="\n\n")


def echo_table(_rounds: int) -> None:
    """A key's way to the screen, idle and beside a flood."""
    echo.main()
    print()


def scan_table(_rounds: int) -> None:
    """What looking at processes costs."""
    print(scan.table(scan.measure()))


def explore_table(_rounds: int) -> None:
    """The explorer amid two thousand processes."""
    print(explore.table(explore.measure()))


def cgroups_table(_rounds: int) -> None:
    """What sampling control groups costs."""
    print(cgroups.table(cgroups.measure()))


def moments_table(rounds: int) -> None:
    """What watching a birth costs."""
    print(moments.table(moments.measure(rounds)))


def terminal_table(rounds: int) -> None:
    """What a terminal's output costs."""
    print(terminal.table(min(rounds, 5)))


SECTIONS = {
    "births": birth_tables,
    "moments": moments_table,
    "startup": startup_tables,
    "echo": echo_table,
    "scan": scan_table,
    "explore": explore_table,
    "cgroups": cgroups_table,
    "terminal": terminal_table,
}


def main() -> None:
    """Print the tables that were asked for, all of them by default."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}")
    parser.add_argument("--rounds", type=int, default=30)
    asked = parser.parse_args()
    for name in asked.sections or SECTIONS:
        SECTIONS[name](asked.rounds)


if __name__ == "__main__":
    main()
