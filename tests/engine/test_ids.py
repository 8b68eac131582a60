"""Who gives the lab its ids, and what is done where that fails."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

from nslab.engine import ids
from nslab.engine.client import Lab
from nslab.engine.doctor import examine
from nslab.kernel.idmap import Extent

ROOT = os.geteuid() == 0


def test_root_gives_a_range_and_a_user_its_own_id_first() -> None:
    first = ids.own_maps().uids[0]
    assert first.inside == 0
    assert first.count == 65536 if ROOT else first == Extent(0, os.geteuid(), 1)


def test_a_file_that_is_not_there_gives_no_range(tmp_path: Path) -> None:
    assert ids.subordinate_range(tmp_path / "nosuch") is None


@pytest.mark.as_user
def test_doctor_explains_what_the_lab_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    for lack in get_args(ids.Lack):
        monkeypatch.setattr(ids, "subordinate_ranges", lambda lack=lack: lack)
        assert len(ids.own_maps().uids) == 1
        assert str(examine("subordinate-ids").cause).startswith(lack)  # doctor tells all that is missing at once


@pytest.mark.as_user
def test_where_newuidmap_has_no_power_the_users_own_id_must_do(
    changed_lab: Callable[..., Lab], in_lab: Callable[..., Any], tmp_path: Path
) -> None:
    """Made up: subordinate ids that nobody gave us, so newuidmap refuses them."""
    patch = """
    from nslab.engine import ids
    from nslab.kernel.idmap import Extent
    made_up = Extent(1, 3_000_000_000, 65536)
    ids.subordinate_ranges = lambda: (made_up, made_up)
    """
    with changed_lab(patch) as lab:
        assert in_lab(lab, "cat /proc/self/uid_map").out.split() == ["0", "0", "1"]
