"""The whole of it: a lab, started and ended."""

from __future__ import annotations

import time

from nslab.engine.client import Lab
from nslab.engine.doctor.findings import Finding, missing, ok
from nslab.engine.failures import LabError
from nslab.errors import Because


def lab(probe: str) -> Finding:
    """Start a lab as every lesson does. If the other probes are content and this is not, it is our mistake."""
    begun = time.monotonic()
    try:
        with Lab.start():
            return ok(probe, milliseconds=round((time.monotonic() - begun) * 1000))
    except LabError as error:
        return missing(probe, "lab-refused", error=Because(f"error.{error.code}.why"), **error.facts)
