"""What the time machine shows, as one frozen value: the calls, the moments between them, and the score of both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from nslab.engine.spec import Spec
from nslab.engine.steps import Outcome, Plan
from nslab.kernel.namespaces import Kind
from nslab.observe.call_view import call_rows_of
from nslab.observe.letters import HOST_LETTER, Letters
from nslab.observe.moment import Moment
from nslab.observe.scenes import Scene, scenes, topic
from nslab.observe.score import Difference, Line, compare, score
from nslab.observe.views import CallRow


class BirthView(Struct, frozen=True, tag="birth"):
    """The birth of `spec` as far as it has come. `letter` is that of the container's world, the host's before there is one.

    `topics` are the ids of the words for each call. `moments` has one more member than calls were made; `paths` tells for
    each call made what its own path led to before and after it, None where it has none.
    """

    spec: Spec
    letter: str
    calls: tuple[CallRow, ...]
    topics: tuple[str, ...]
    scenes: tuple[Scene, ...]
    lines: tuple[Line, ...]
    moments: tuple[Moment, ...]
    paths: tuple[Difference | None, ...]

    @property
    def name(self) -> str:
        """The container's name."""
        return self.spec.name

    @property
    def made(self) -> int:
        """How many calls were made, the refused one too, if there is one."""
        return len(self.moments) - 1

    @property
    def whole(self) -> bool:
        """Whether there is nothing left to make: the program runs, or a call ended the birth."""
        return self.made == len(self.calls) or (self.made > 0 and self.calls[self.made - 1].ended_the_plan)

    def differences(self, before: int, after: int) -> tuple[Difference, ...]:
        """Two moments side by side, and for neighbours the path between them."""
        path = self.paths[before] if after == before + 1 else None
        return ((path,) if path and path.differs else ()) + compare(
            self.moments[0], self.moments[before], self.moments[after]
        )


def birth_view(
    spec: Spec,
    plan: Plan,
    outcomes: tuple[Outcome, ...],
    moments: Sequence[Moment],
    paths: Iterable[Difference | None],
) -> BirthView:
    """The view of a birth that has come so far."""
    letters = Letters(moments[0].namespaces)
    letters.meet(moment.namespaces for moment in moments)
    return BirthView(
        spec=spec,
        letter=letters.world(moments[-1].namespaces) if outcomes else HOST_LETTER,
        calls=call_rows_of(plan, outcomes),
        topics=tuple(map(topic, plan)),
        scenes=scenes(plan),
        lines=score(moments, letters, (kind for kind in Kind if spec.has(kind))),
        moments=tuple(moments),
        paths=tuple(paths),
    )
