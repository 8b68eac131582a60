"""How a failure is told: three lines for one we know, one report for one we don't, and never a traceback."""

from __future__ import annotations

import os
import platform
import sys
import traceback
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nslab import __version__
from nslab.errors import NslabError
from nslab.words import Words

if TYPE_CHECKING:  # whoever has faults to tell has imported these; a crash report must not depend on them
    from nslab.course.faults import Fault


def told(error: NslabError, words: Words) -> str:
    """What happened, why, and what to do next: three lines, more where the words have several."""
    return three_lines(words, *(words(f"error.{error.code}.{part}", **error.facts) for part in ("what", "why", "next")))


def faults_told(faults: Sequence[Fault], words: Words) -> str:
    """What is wrong with a lesson's files, one line each, as compilers write it: file, line, fault."""
    from nslab.course.told import say

    places = (f"{fault.path}{'' if fault.line is None else f':{fault.line}'}" for fault in faults)
    return "\n".join(f"{place}: {say(fault.told, words)}" for place, fault in zip(places, faults, strict=True))


def tell_crash(error: Exception, words: Words) -> str:
    """The same three lines for an exception nobody expected; its traceback goes to a file they name.

    With NSLAB_DEBUG set, the traceback itself.
    """
    trace = "".join(traceback.format_exception(error))
    if os.environ.get("NSLAB_DEBUG"):
        return trace
    problem = traceback.format_exception_only(error)[-1].strip()
    try:
        report = _write_report(trace)
    except OSError:  # a full disk or a read-only home must not hide the first failure
        next_ = words("error.internal.unwritten")
    else:
        next_ = words("error.internal.next", report=report)
    return three_lines(words, words("error.internal.what"), words("error.internal.why", problem=problem), next_)


def _write_report(trace: str) -> Path:
    """Keep the last crash in $XDG_STATE_HOME/nslab/crash.txt. Raises OSError."""
    from platformdirs import user_state_path

    path = user_state_path("nslab", ensure_exists=True) / "crash.txt"
    about = f"nslab {__version__}, Python {platform.python_version()}, {platform.platform()}"
    path.write_text(f"{about}\n{sys.argv}\n\n{trace}", encoding="utf-8")
    return path


def three_lines(words: Words, what: str, why: str, next_: str) -> str:
    """What happened; below it why, and what to do next, each with its label. Where these have several lines, so many more."""
    labels = words("error.label.why"), words("error.label.next")
    width = max(map(_cells, labels))
    lines = [what]
    for label, text in zip(labels, (why, next_), strict=True):
        first, *rest = text.splitlines()
        lines += [f"  {label}{' ' * (width - _cells(label))}  {first}", *(f"  {'':{width}}  {line}" for line in rest)]
    return "\n".join(lines)


def _cells(label: str) -> int:
    """How wide a label is on a terminal: Chinese takes two cells a character."""
    return sum(2 if unicodedata.east_asian_width(character) == "W" else 1 for character in label)
