"""Doctor asked from a process of its own."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import pytest

from nslab.course import examined
from nslab.engine.doctor import PROBES
from tests.engine.conftest import GONE_SECONDS, new_since, trace


async def test_every_probe_has_its_finding() -> None:
    findings = await examined.examine_elsewhere()
    assert isinstance(findings, tuple)
    assert [finding.probe for finding in findings] == list(PROBES)


async def test_what_is_no_longer_wanted_leaves_no_process() -> None:
    before = trace()
    asked = asyncio.create_task(examined.examine_elsewhere())
    await asyncio.sleep(0.05)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    deadline = time.monotonic() + GONE_SECONDS  # what it was trying ends when it notices that nobody is there any more
    while (left := new_since(before).get("processes")) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not left


async def test_a_doctor_that_comes_to_nothing_leaves_unknown_what_this_machine_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert await examined.examine_elsewhere() == examined.Unexamined(failed=True)


async def test_what_doctor_complains_of_is_not_written_over_the_screen(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    complaining = tmp_path / "doctor"
    complaining.write_text("#!/bin/sh\necho oh no >&2\n")
    complaining.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(complaining))
    await examined.examine_elsewhere()
    assert capfd.readouterr().err == ""
