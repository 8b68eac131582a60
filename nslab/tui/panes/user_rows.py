"""What the users pane says, row by row: which neighbours are one bar, which differ, and in what words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from nslab.kernel.namespaces import Kind
from nslab.observe.user_source import NOTHING, UNTOLD, capability_set, written
from nslab.observe.user_view import CapabilityNames, Line, MapLine, UserCell, UserView
from nslab.words import Words

CAPABILITY_LINES = (Line.EFFECTIVE, Line.PERMITTED, Line.BOUNDING, Line.AMBIENT)


class Said(Struct, frozen=True):
    """What a row says of one process: `wordings`, the longest first. Two that are `one` are one bar; two whose `fact`
    is the same do not differ, though each may be in a namespace of its own. `letter` is that namespace's, if it counts.
    """

    one: object
    fact: object
    wordings: tuple[str, ...]
    letter: str | None = None


class Bar(Struct, frozen=True):
    """Neighbouring columns of which a row says one thing. `alive` is False for a process that is only last seen."""

    first: int
    last: int
    said: Said
    alive: bool


class UserRow(Struct, frozen=True):
    """One row; `differs` where neighbours are not alike."""

    line: Line
    bars: tuple[Bar, ...]

    @property
    def differs(self) -> bool:
        """Whether any neighbours differ."""
        return any(differ(left, right) for left, right in pairwise(self.bars))


def differ(left: Bar, right: Bar) -> bool:
    """Neighbours of which a row does not say the same."""
    return left.last + 1 == right.first and left.said.fact != right.said.fact


def user_rows(view: UserView, words: Words, count: int) -> tuple[UserRow, ...]:
    """The rows in the order they are drawn, for the first `count` columns. Where groups are mapped as users are, one row
    tells of both maps."""
    cells = view.cells[:count]
    apart = any(cell is not None and cell.uid_map != cell.gid_map for cell in cells)
    return tuple(
        UserRow(line, _bars(view, [None if cell is None else say(line, cell, view, words) for cell in cells]))
        for line in Line
        if apart or line is not Line.GID_MAP
    )


def _bars(view: UserView, said: Sequence[Said | None]) -> tuple[Bar, ...]:
    """Living neighbours that are one join; a process that has died no longer holds its part of the bar."""
    found: list[Bar] = []
    for at, (one, column) in enumerate(zip(said, view.columns, strict=False)):
        if one is None:
            continue
        left = found[-1] if found else None
        if left and left.alive and column.alive and left.last + 1 == at and left.said.one == one.one:
            found[-1] = Bar(left.first, at, left.said, alive=True)
        else:
            found.append(Bar(at, at, one, column.alive))
    return tuple(found)


def say(line: Line, cell: UserCell, view: UserView, words: Words) -> Said:
    """What a row says of one process."""
    match line:
        case Line.INSIDE:
            wordings = _ids(cell.uid.inside, cell.gid.inside, view, words)
            fact = cell.letter, cell.uid.inside, cell.gid.inside
            return Said(fact, fact, wordings, cell.letter)
        case Line.HOST:
            wordings = _ids(cell.uid.host, cell.gid.host, view, words)
            return Said(cell.uid.host, cell.uid.host, wordings)
        case Line.OUTSIDE:
            wordings = _ids(cell.uid.outside, cell.gid.outside, view, words)
            return Said(cell.uid.outside, cell.uid.outside, wordings)
        case Line.UID_MAP | Line.GID_MAP:
            return _map(cell, cell.uid_map if line is Line.UID_MAP else cell.gid_map, words)
        case Line.GOVERNED:
            return _governed(cell, words)
        case Line.NO_NEW_PRIVS | Line.SECCOMP:
            text = written(line, cell)
            short = " ".join(part for part in text.split() if not part.isalpha())
            return Said(text, text, (text, short))
        case _:
            return _set(capability_set(line, cell), cell.letter, view, words)


def set_text(found: CapabilityNames, every: tuple[str, ...], words: Words) -> str:
    """How many, and which: those that lack where they are the fewer."""
    if not found.names:
        return words("pane.users.none")
    lacking = [name for name in every if name not in found.names]
    if not lacking:
        return words("pane.users.all", count=len(found.names))
    if len(lacking) < len(found.names):
        return f"{len(found.names)}  {words('pane.users.all-but', names=' '.join(lacking))}"
    return f"{len(found.names)}  {' '.join(found.names)}"


def _ids(uid: int | None, gid: int | None, view: UserView, words: Words) -> tuple[str, ...]:
    """Both, the uid alone, the bare number that a process is told."""
    told = [
        words("pane.users.unmapped", number=view.overflow_id) if number is None else str(number)
        for number in (uid, gid)
    ]
    return f"{told[0]}   gid {told[1]}", told[0], str(view.overflow_id if uid is None else uid)


def _set(found: CapabilityNames, letter: str | None, view: UserView, words: Words) -> Said:
    text = set_text(found, view.every_capability, words)
    return Said((letter, found.mask), found.mask, (text,), letter)


def _map(cell: UserCell, lines: tuple[MapLine, ...] | None, words: Words) -> Said:
    if lines is None:
        wordings: tuple[str, ...] = (UNTOLD,)
    else:
        wordings = ("  ·  ".join(map(str, lines)),) if lines else (words("pane.users.no-map"), NOTHING)
    fact = cell.letter, lines
    return Said(fact, fact, wordings, cell.letter)


def _governed(cell: UserCell, words: Words) -> Said:
    kinds = cell.governed
    if kinds is None:
        wordings: tuple[str, ...] = (UNTOLD,)
    elif len(kinds) == len(Kind):
        wordings = words("pane.users.all-kinds", count=len(kinds)), words("pane.users.all", count=len(kinds))
    else:
        wordings = (" ".join(kinds) or NOTHING,)
    return Said((cell.letter, kinds), kinds, wordings, cell.letter)
