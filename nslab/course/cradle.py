"""A birth in a lab of its own, for a screen that shows nothing else."""

from __future__ import annotations

from contextlib import ExitStack

from nslab.course.birth import Birth
from nslab.course.boards import view_of
from nslab.engine.client import Lab
from nslab.engine.spec import Spec
from nslab.observe.birth_view import BirthView


class Cradle:
    """Holds one birth of `spec`. Close it, and neither birth nor lab is left. Not for two threads. Raises LabError."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._begin()

    def _begin(self) -> None:
        with ExitStack() as held:
            self.lab = Lab.start()
            held.callback(self.lab.close)
            self.birth = Birth(self.lab, self._spec)
            held.callback(self.birth.close)
            self._held = held.pop_all()

    def view(self) -> BirthView:
        """The birth as far as it has come."""
        return view_of(self.birth, self._spec)

    def step(self, until: str) -> BirthView:
        """Make the calls up to and with `until`, the id of a step, or as many as come to be made."""
        self.birth.step_to(until)
        return self.view()

    def begin_anew(self) -> BirthView:
        """Another birth, in another lab: the one before may have died."""
        self.close()
        self._begin()
        return self.view()

    def close(self) -> None:
        """End both, whatever they have come to; once more does nothing."""
        self._held.close()
