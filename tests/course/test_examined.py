"""Doctor asked from a process of its own."""

from __future__ import annotations

import asyncio
import sys

import pytest

from nslab.course import examined
from nslab.engine.doctor import PROBES
from tests.engine.conftest import new_since, trace


async def test_every_probe_has_its_finding() -> None:
    findings = await examined.examine_elsewhere()
    assert [finding.probe for finding in findings] == list(PROBES)


async def test_what_is_no_longer_wanted_leaves_no_process() -> None:
    before = trace()
    asked = asyncio.create_task(examined.examine_elsewhere())
    await asyncio.sleep(0.05)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert new_since(before).get("processes") is None


async def test_a_doctor_that_comes_to_nothing_has_found_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert await examined.examine_elsewhere() == ()
