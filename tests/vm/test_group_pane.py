"""What a lesson's pane of control groups sees, where there are limits: a container that is killed for memory."""

from __future__ import annotations

import os
import time

import pytest

from nslab.cli.top import writer
from nslab.course.live_groups import LiveGroups
from nslab.engine.client import Lab
from nslab.engine.resources import Resources
from nslab.engine.spec import Process, Spec
from nslab.kernel.namespaces import Kind
from nslab.observe.cgroup.causes import Cause, Happening, Turn
from nslab.observe.cgroup.view import GroupsView
from nslab.tui.canvas import Canvas
from nslab.tui.panes.cgroups import cgroup_rows
from nslab.tui.panes.pane import Emphasis
from nslab.tui.top.knobs import Write
from nslab.words import words_for

pytestmark = [pytest.mark.guest, pytest.mark.as_root]

MIB = 1024 * 1024
PATIENCE_SECONDS = 60.0  # emulated
LIMITED = Resources(memory_max=32 * MIB, swap_max=0)


def test_a_limit_that_its_owner_turns_is_the_kernels_at_once_and_stands_in_the_graph() -> None:
    box = Spec("box", Process(("sleep", "60")), (Kind.PID, Kind.MNT), resources=LIMITED)
    null = os.open(os.devnull, os.O_RDWR)
    with Lab.start(limits=True) as lab:
        groups = LiveGroups(lab)
        os.close(lab.run(box, (null, null, null)).pidfd)
        before = groups.look()
        assert isinstance(before, GroupsView)
        write = writer(before.source)
        assert write is not None
        wanted = Write("box", "memory.max", str(64 * MIB))
        assert write(wanted) == wanted
        after = groups.look()
        refused = write(Write("box", "memory.max", "-7"))
        groups.close()
    os.close(null)
    assert isinstance(after, GroupsView)
    assert [cause.turn for cause in after.history.causes_of("box")] == [Turn("memory.max", 64 * MIB)]
    assert refused.errno == "EINVAL"


def test_a_kill_at_memory_max_stands_in_the_pane_of_its_group() -> None:
    hog = Spec("hog", Process(("sh", "-c", "tail /dev/zero; sleep 60")), (Kind.PID, Kind.MNT), resources=LIMITED)
    null = os.open(os.devnull, os.O_RDWR)
    with Lab.start(limits=True) as lab:
        groups = LiveGroups(lab)
        os.close(lab.run(hog, (null, null, null)).pidfd)
        deadline = time.monotonic() + PATIENCE_SECONDS
        view, killed = groups.look(), list[Cause]()
        while not killed and time.monotonic() < deadline:
            view = groups.look()
            assert isinstance(view, GroupsView)
            killed = [one for one in view.history.causes_of("hog") if one.happening is Happening.KILLED]
            time.sleep(0.25)
        groups.close()
    os.close(null)
    assert [(one.amount, one.limit) for one in killed] == [(1, 32 * MIB)]
    assert isinstance(view, GroupsView)
    assert view.paths[0] == "hog"
    canvas = Canvas(100, 24)
    cgroup_rows(canvas, view, words_for("en"), Emphasis("hog"))
    assert "✗ OOM: killed" in canvas.text()
