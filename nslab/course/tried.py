"""Values of the board `without`: what an attack read, and what became of its program's rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from nslab.course.readable import Readable
from nslab.course.roles import AttackName, PrimitiveName
from nslab.course.told import Absent, Reading, Told
from nslab.engine.steps import Done
from nslab.kernel.syscalls import errno_name

if TYPE_CHECKING:
    from nslab.course.look import Look
    from nslab.course.trial import Trial


class AttackTold(Readable, frozen=True, forbid_unknown_fields=True):
    """What an attack came to that was tried without these primitives.

    `read`: the number that it read. `before`, `after`: how many capabilities its process had before it executed its program, and
    after. `answer`: the errno of its last call, "0" where the kernel agreed. `refused`: the step at which the plan ended.
    """

    attack: AttackName
    without: tuple[PrimitiveName, ...] = ()
    tell: Literal["read", "before", "after", "answer", "refused"] = "read"

    def read(self, look: Look) -> Reading:
        trial = look.world.trial(self.attack, frozenset(self.without))
        if trial is None:
            return Absent(Told("absent.not-tried"))
        found = self._of(trial)
        return Absent(Told("absent.attack-untold")) if found is None else found

    def _of(self, trial: Trial) -> int | str | None:
        match self.tell:
            case "read":
                return trial.seen
            case "before":
                return trial.rights.before if trial.rights else None
            case "after":
                return trial.rights.after if trial.rights else None
            case "answer":
                last = trial.outcomes[-1] if trial.outcomes else None
                return errno_name(last.errno) if isinstance(last, Done) else None
            case "refused":
                return trial.refused.step.id if trial.refused else None

    def subject(self) -> Told:
        return Told(f"check.value.attack-{self.tell}", {"attack": Told(f"without.attack.{self.attack}")})
