"""The groups of a running lab: none where it was made without limits; of one that has some, the last minute, until it is gone."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nslab.course.live_groups import LiveGroups
from nslab.engine.client import Lab
from nslab.engine.rundir import GROUP
from nslab.observe.cgroup.view import GroupsView
from nslab.observe.views import NotYet
from tests.delegated import delegated


def of(directory: Path) -> LiveGroups:
    """Of a lab with this run directory."""
    lab: Any = SimpleNamespace(directory=str(directory))
    return LiveGroups(lab)


def group_of_files(folder: Path) -> Path:
    """What reads as a group with one below, as a copy would."""
    for one in (folder, folder / "web", folder / "init.scope"):
        one.mkdir()
        (one / "cgroup.controllers").write_text("cpu\n")
        (one / "cpu.stat").write_text("usage_usec 5\nuser_usec 0\nsystem_usec 0\n")
    return folder


def test_a_lab_without_limits_has_none() -> None:
    with Lab.start() as lab:
        groups = LiveGroups(lab)
        assert groups.look() == NotYet("pane.cgroups-none")
        groups.close()


def test_each_look_is_added_and_containers_come_first(tmp_path: Path) -> None:
    group = group_of_files(tmp_path / "nslab-1")
    (tmp_path / GROUP).write_text(str(group))
    groups = of(tmp_path)
    groups.look()
    view = groups.look()
    assert isinstance(view, GroupsView)
    assert (view.source, len(view.history.moments)) == (str(group), 2)
    assert view.paths == ("web", "init.scope", "")
    groups.close()


@pytest.mark.as_root
def test_what_was_seen_last_stays_once_the_lab_is_gone(tmp_path: Path) -> None:
    with delegated(0) as place:
        group = place / "nslab-1"
        group.mkdir()
        (tmp_path / GROUP).write_text(str(group))
        groups = of(tmp_path)
        view = groups.look()
        group.rmdir()
        assert isinstance(view, GroupsView)
        assert view.source == str(group)
        assert groups.look() == view
        groups.close()


def test_a_group_that_went_before_the_first_look_is_none(tmp_path: Path) -> None:
    (tmp_path / GROUP).write_text(str(tmp_path / "gone"))
    groups = of(tmp_path)
    assert groups.look() == NotYet("pane.cgroups-none")
    groups.close()
