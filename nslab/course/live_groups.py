"""The control groups of a running lab, sampled as long as a pane shows them. Not for two threads at once."""

from __future__ import annotations

import os
from pathlib import Path

from nslab.engine import rundir
from nslab.engine.client import Lab
from nslab.observe.cgroup.history import History, remember
from nslab.observe.cgroup.open_group import GroupGone
from nslab.observe.cgroup.recording import Frame
from nslab.observe.cgroup.sampler import GroupSampler
from nslab.observe.cgroup.view import GroupsView
from nslab.observe.views import NotYet

PERIOD_SECONDS = 0.25  # how often a lesson's lab is looked at


class LiveGroups:
    """Opened at the first look: most lessons show no groups, and most labs have none."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._root = -1
        self._sampler: GroupSampler | None = None
        self._view: GroupsView | NotYet = NotYet("pane.cgroups-none")

    def look(self) -> GroupsView | NotYet:
        """The last minute, this moment included; as last seen once the lab's group is gone."""
        try:
            if self._sampler is None and (source := self._open()) is not None:
                self._view = GroupsView(History(PERIOD_SECONDS), source)
            if self._sampler is not None and isinstance(self._view, GroupsView):
                history = self._view.history
                snapshot = self._sampler.look(frozenset(history.samples))
                self._view = GroupsView(remember(history, Frame(snapshot, self._sampler.wait(0))), self._view.source)
        except (OSError, GroupGone):  # it has gone, with the lab
            return self._view
        return self._view

    def close(self) -> None:
        """Let the groups go."""
        if self._sampler is not None:
            self._sampler.close()
        if self._root >= 0:
            os.close(self._root)
        self._sampler, self._root = None, -1

    def _open(self) -> str | None:
        """Open the lab's own group; its directory, None where the lab has none. Raises OSError, GroupGone."""
        group = rundir.group_of(Path(self._lab.directory))
        if group is None:
            return None
        if self._root < 0:
            self._root = os.open(group, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._sampler = GroupSampler(self._root)
        return str(group)
