"""Values about what was made on a board: facts of a birth at one of its moments, and places in an order that was run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from nslab.course.opened import refused
from nslab.course.ordering import CALLS, moved
from nslab.course.readable import Readable
from nslab.course.roles import CardName
from nslab.course.told import Absent, Fact, Reading, Told
from nslab.kernel.idmap import overflow_uid
from nslab.observe.birth_view import BirthView
from nslab.observe.moment import Moment
from nslab.observe.namespaces import Unread
from nslab.observe.views import CallRow, Refused, Returned

if TYPE_CHECKING:
    from nslab.course.look import Look

Asked = Literal["plan", "calls", "answer", "mounts", "roots", "processes", "pid", "uid", "rights", "program"]


class BirthFact(Readable, frozen=True, forbid_unknown_fields=True):
    """Something about the birth on the board, right after the call `after`, the id of a step; without one, as it is now.

    `calls` are those made by then, so of a step which one it is, counted from 1; `plan` are all there are to make; `answer`
    is what the last of those made came to: "0", an errno by its name, or "LOST" where nobody was left to answer. `mounts`
    are those below its root, `roots` those at `/` itself, `processes` those that its /proc shows, `pid` is the host's number
    for it, `uid` its own user namespace's, `rights` its effective capabilities, `program` the name of the file that it runs.
    """

    birth_fact: Asked
    after: str | None = None

    def read(self, look: Look) -> Reading:
        view = look.world.birth()
        if view is None:
            return Absent(Told("absent.no-birth"))
        at = view.made if self.after is None else moment_after(view, self.after)
        if at is None:
            return Absent(Told("absent.call-not-made", {"step": self.after or ""}))
        match self.birth_fact:
            case "plan":
                return len(view.calls)
            case "calls":
                return at
            case "answer":
                return answer_of(view.calls[at - 1]) if at else Absent(Told("absent.no-call-made"))
        return told_of(view.moments[at], self.birth_fact)

    def subject(self) -> Told:
        facts: dict[str, Fact] = {} if self.after is None else {"step": self.after}
        fact = Told(f"check.value.birth-{self.birth_fact}")
        return Told("check.value.birth-after", {"fact": fact, **facts}) if facts else fact


def moment_after(view: BirthView, step: str) -> int | None:
    """The moment right after a call; None for one that was not made, or not agreed to."""
    made = view.calls[: view.made]
    return next((at for at, call in enumerate(made, 1) if call.step == step and not call.ended_the_plan), None)


def answer_of(call: CallRow) -> str:
    """What a call that was made came to."""
    match call.answer:
        case Returned():
            return "0"
        case Refused(errno):
            return errno
    return "LOST"


def told_of(moment: Moment, fact: Asked) -> Reading:
    """A fact of a moment; absent where its file could not be read."""
    told = TOLD[fact](moment)
    return refused(fact, told.errno) if isinstance(told, Unread) else told


def _size(items: Sequence[object] | Unread) -> int | Unread:
    return items if isinstance(items, Unread) else len(items)


def _uid(moment: Moment) -> int | Unread:
    if isinstance(moment.status, Unread):
        return moment.status
    return overflow_uid() if moment.uid is None else moment.uid


TOLD: Mapping[Asked, Callable[[Moment], int | str | Unread]] = {
    "mounts": lambda moment: _size(moment.mounts),
    "roots": lambda moment: moment.roots,
    "processes": lambda moment: _size(moment.shown),
    "pid": lambda moment: moment.pid,
    "uid": _uid,
    "rights": lambda moment: moment.rights,
    "program": lambda moment: moment.program_name,
}


class PlaceOf(Readable, frozen=True, forbid_unknown_fields=True):
    """Where a card stood in the order that was run last, counted from 1."""

    place_of: CardName

    def read(self, look: Look) -> Reading:
        tries = look.world.attempts()
        return tries[-1].order.index(self.place_of) + 1 if tries else Absent(Told("absent.not-tried"))

    def subject(self) -> Told:
        return Told("check.value.place_of", {"card": CALLS[self.place_of]})


class OrderFact(Readable, frozen=True, forbid_unknown_fields=True):
    """Something about the order that was run last: how many cards were `moved` against the engine's own order, or how many the
    kernel `agreed` to; or how many `tries` there were."""

    order_fact: Literal["moved", "agreed", "tries"]

    def read(self, look: Look) -> Reading:
        tries = look.world.attempts()
        if not tries:
            return Absent(Told("absent.not-tried"))
        match self.order_fact:
            case "moved":
                return moved(tries[-1].order)
            case "agreed":
                return sum(played.state == "agreed" for played in tries[-1].played)
        return len(tries)

    def subject(self) -> Told:
        return Told(f"check.value.order-{self.order_fact}")
