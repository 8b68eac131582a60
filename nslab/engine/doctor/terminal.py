"""The terminal we were started in: fit for the screen, or for plain output only."""

from __future__ import annotations

import os

from nslab.engine.doctor.findings import Finding, limited, ok

STDIN, STDOUT = 0, 1
LEAST_COLUMNS, LEAST_ROWS = 80, 24


def terminal(probe: str) -> Finding:
    """A tty that can move its cursor, large enough, and UTF-8."""
    if not (os.isatty(STDIN) and os.isatty(STDOUT)):
        return limited(probe, "no-terminal")
    term = os.environ.get("TERM", "")
    if term in ("", "dumb"):
        return limited(probe, "dumb-terminal", term=term or "unset")
    columns, rows = os.get_terminal_size()
    if columns < LEAST_COLUMNS or rows < LEAST_ROWS:
        return limited(probe, "small-terminal", columns=columns, rows=rows)
    locale = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := os.environ.get(name))), "C")
    if "utf8" not in locale.lower().replace("-", ""):
        return limited(probe, "not-utf8", locale=locale)
    return ok(probe, term=term, columns=columns, rows=rows)
