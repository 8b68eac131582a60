"""lsns(8), which some tests compare nslab with."""

from __future__ import annotations

import json
import subprocess
import time
from typing import Any


def lsns(*options: str) -> list[dict[str, Any]]:
    """Its rows. It gives up, with nothing to say, where a process ends under its hands: then it is asked again."""
    while (
        listed := subprocess.run(["lsns", "--json", *options], check=False, capture_output=True, text=True)
    ).returncode:
        time.sleep(0.05)
    rows: list[dict[str, Any]] = json.loads(listed.stdout)["namespaces"]
    return rows
