"""How long a person waits: for `nslab --help`, and for the first frame of a lesson."""

from __future__ import annotations

import subprocess
import sys
import time

from tests.bench import first_frame as frame
from tests.bench.race import Contender


def programs() -> tuple[Contender, ...]:
    """`nslab --help` beside a Python that does nothing."""
    return (
        Contender("python -c pass", lambda: timed([sys.executable, "-c", "pass"])),
        Contender("nslab --help", lambda: timed([sys.executable, "-m", "nslab", "--help"])),
    )


def timed(command: list[str]) -> float:
    """Seconds from start to end."""
    begun = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def first_frame() -> Contender:
    """`nslab lesson pid` on a terminal, until the lesson's title is drawn."""
    return Contender("nslab lesson pid, first frame", lambda: frame.first_frame().frame_s)
