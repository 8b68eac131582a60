"""What a check is: it observes the machine and gives a verdict. It never looks at what was typed or printed.

Each kind is one class: its fields are those of lesson.toml, and `observe` says what they mean on the machine. The words
of a verdict lie in the catalogues under `check.<kind>.wanted` and `.next`, and for its contrary under `.not-wanted` and
`.not-next`, filled with the check's own fields.
"""

from __future__ import annotations

from msgspec import Struct, structs

from nslab.course.look import Look
from nslab.course.roles import ProcessName
from nslab.course.subjects import called
from nslab.course.told import Absent, Fact, Told, as_fact


class Verdict(Struct, frozen=True):
    """What a check found. Where `observed` is False the machine could not be asked: it neither holds nor fails."""

    passed: bool
    wanted: Told
    found: Told
    next: Told | None = None
    observed: bool = True


class Found(Struct, frozen=True):
    """Whether the machine is as wanted, and how it is."""

    holds: bool
    told: Told


class Judgeable(Struct, frozen=True, forbid_unknown_fields=True):
    """What all checks share."""

    def judge(self, look: Look, *, so: bool = True) -> Verdict:
        """The verdict on the machine as `look` sees it; with `so=False` on the contrary being the case."""
        raise NotImplementedError


class Observation(Judgeable, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """A check of one fact: what all kinds share."""

    def observe(self, look: Look) -> Found | Absent:
        """How the machine is; Absent where that can't be told."""
        raise NotImplementedError

    def facts(self, look: Look) -> dict[str, Fact]:
        """The check's own fields, for its words: processes as a learner calls them."""
        fields = [(info, getattr(self, info.name)) for info in structs.fields(self)]
        return {
            info.encode_name: called(value) if info.type == ProcessName else as_fact(look.operand(value))
            for info, value in fields
            if value is not None
        }

    def judge(self, look: Look, *, so: bool = True) -> Verdict:
        kind, facts, found = self.__struct_config__.tag, self.facts(look), self.observe(look)
        wanted = Told(f"check.{kind}.wanted" if so else f"check.{kind}.not-wanted", facts)
        hint = Told(f"check.{kind}.next" if so else f"check.{kind}.not-next", facts)
        if isinstance(found, Absent):
            return Verdict(False, wanted, found.reason, hint, observed=False)
        passed = found.holds is so
        return Verdict(passed, wanted, found.told, None if passed else hint)
