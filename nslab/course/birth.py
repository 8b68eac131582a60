"""A container born under our eyes: the engine's own plan, held before each call, and the world as it was at every moment.

Moment N is the world before call N, counted from 0; the last one is the world now. Before the first process is born, the
world is the host's. What one call's path led to is read before and after it, for a file made in a tree shows nowhere else.
"""

from __future__ import annotations

import contextlib

from nslab.course.moments import HOST, moment_of
from nslab.engine.changes import Change
from nslab.engine.client import Lab
from nslab.engine.failures import LabError
from nslab.engine.spec import Spec
from nslab.engine.steps import Outcome, Plan, Step, agreed
from nslab.observe.moment import Moment, read_path
from nslab.observe.namespaces import Unread
from nslab.observe.roots import ProcRoot

PATH_AT = {"mkdir": 0, "create": 0, "symlink": 1, "mount": 1, "bind_fd": 1}
"""The calls that make something at a path, and which of their arguments that is."""


class Birth:
    """One container, from its plan to its program. Close it, and nothing of the container is left. Not for two threads."""

    def __init__(self, lab: Lab, spec: Spec, changes: tuple[Change, ...] = ()) -> None:
        """Conceive the container. Raises LabError."""
        self._lab, self._name = lab, spec.name
        self.plan: Plan = lab.conceive(spec, changes).plan
        self._root = ProcRoot(lab.proc)
        self.outcomes: tuple[Outcome, ...] = ()
        self.paths: list[tuple[str | Unread, str | Unread] | None] = []
        self.pid = HOST
        self.moments: list[Moment] = []
        self._look()

    @property
    def ended(self) -> bool:
        """Whether no more step can be made: all were, or one was refused, or the process is gone."""
        made = len(self.outcomes)
        return made == len(self.plan) or (made > 0 and not agreed(self.plan[made - 1], self.outcomes[-1]))

    def step(self) -> None:
        """Make the next call and look at what has become of the world. Does nothing once `ended`. Raises LabError."""
        if self.ended:
            return
        call = self.plan[len(self.outcomes)]
        before = self._at_path(call)
        made = self._lab.advance(self._name, len(self.outcomes) + 1)
        self.outcomes = made.outcomes
        self.pid = made.pid if made.pid > 0 else HOST
        after = self._at_path(call)
        self.paths.append(None if before is None or after is None else (before, after))
        self._look()

    def step_to(self, until: str) -> None:
        """Make the calls up to and with `until`, the id of a step, or as many as come to be made. Raises LabError."""
        ids = [step.id for step in self.plan]
        calls = ids.index(until) + 1 if until in ids else 0
        while len(self.outcomes) < calls and not self.ended:
            self.step()

    def close(self) -> None:
        """End the container, whatever it has come to."""
        self._root.close()
        with contextlib.suppress(LabError):  # the lab may be gone, and the container with it
            self._lab.delete(self._name)

    def _look(self) -> None:
        moment = moment_of(self._lab, self._root, self.pid)
        self.moments.append(self.moments[-1] if moment is None else moment)

    def _at_path(self, step: Step) -> str | Unread | None:
        path = path_of(step)
        return None if path is None else read_path(self._root, self.pid, path)


def path_of(step: Step) -> str | None:
    """The absolute path at which a call makes something; None for one that makes nothing there."""
    at = PATH_AT.get(step.call)
    path = None if at is None else step.args[at]
    return path if isinstance(path, str) and path.startswith("/") and path != "/" else None
