"""What the mounts pane writes in which row: which paths are in sight, how each hangs in the tree, and what is said of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct

from nslab.observe.mount_view import MountCell, MountColumn, MountRow, MountView, Travel
from nslab.words import Words

ROOT = "/"


class Hung(Struct, frozen=True):
    """A row in sight: the tree's lines before its name, and the name, which begins at the path above it that is in sight."""

    row: MountRow
    branches: str
    name: str


def in_sight(rows: Sequence[MountRow], room: int, wanted: Collection[str | None]) -> tuple[MountRow, ...]:
    """All rows if there is room, else those that tell most, `wanted` paths before all others; in the tree's order."""
    if len(rows) <= room:
        return tuple(rows)
    often = Counter(map(_pattern, rows))
    ranked = sorted(
        rows,
        key=lambda row: (row.path not in wanted, _rank(row), often[_pattern(row)], row.path.count("/"), row.path),
    )
    chosen = {row.path for row in ranked[: max(room, 0)]}
    return tuple(row for row in rows if row.path in chosen)


def unlike_the_others(rows: Sequence[MountRow]) -> frozenset[str]:
    """The paths to look at: where a mount came later or covers another, and where one side has none though it mostly has."""
    often = Counter(map(_pattern, rows))
    lopsided = {row.path for row in rows if None in row.cells and 2 * often[_pattern(row)] <= len(rows)}
    return frozenset(lopsided | {row.path for row in rows if _has_news(row)})


def _rank(row: MountRow) -> int:
    """From what came across, and the root, to what is as it was."""
    if row.came_to is not None or row.path == ROOT:
        return 0
    if _has_news(row):
        return 1
    return 2 if any(cell.hidden_by or cell.hides for cell in row.cells if cell is not None) else 3


def _has_news(row: MountRow) -> bool:
    """Whether a mount there came later, or lies over another."""
    return any(cell.later or cell.under for cell in row.cells if cell is not None)


def _pattern(row: MountRow) -> tuple[tuple[bool, ...], Travel]:
    """On which sides something is mounted, and how new mounts travel: the rarer it is among the rows, the more it tells."""
    return tuple(cell is not None for cell in row.cells), row.travel


def hung(rows: Sequence[MountRow]) -> Iterator[Hung]:
    """Each row with its place among those in sight, which stand in the tree's order."""
    parents = [_parent(at, rows) for at in range(len(rows))]
    chains: list[list[int]] = []
    for at, row in enumerate(rows):
        parent = parents[at]
        chains.append([*chains[parent], at] if parent is not None else [at])
        levels = chains[at][1:]
        lines = "".join("│  " if _goes_on(level, parents) else "   " for level in levels[:-1])
        branch = ("├─ " if _goes_on(at, parents) else "└─ ") if levels else ""
        above = rows[parent].path if parent is not None else ""
        yield Hung(row, lines + branch, _below(row.path, above))


def _parent(at: int, rows: Sequence[MountRow]) -> int | None:
    """The nearest row above that this path lies in."""
    return next((before for before in range(at - 1, -1, -1) if _lies_in(rows[at].path, rows[before].path)), None)


def _lies_in(path: str, above: str) -> bool:
    return path.startswith(above if above == ROOT else f"{above}/")


def _below(path: str, above: str) -> str:
    return path[len(above) :].removeprefix("/") if above else path


def _goes_on(at: int, parents: Sequence[int | None]) -> bool:
    """Whether a later row has the same parent."""
    return parents[at] in parents[at + 1 :]


def labels(cell: MountCell, words: Words) -> Iterator[str]:
    """Wordings for what is mounted, the longest first."""
    root = f"[{cell.root}]" if cell.root != ROOT else ""
    read_only = " ro" if cell.read_only else ""
    if cell.under:
        yield words("pane.mount-over", top=f"{cell.fstype}{root}{read_only}", below=cell.under[0])
        yield f"{cell.fstype} +{len(cell.under)}"
    yield f"{cell.fstype}{root}{read_only}"
    yield f"{cell.fstype}{read_only}"
    yield cell.fstype


def note(row: MountRow, names: Sequence[str], words: Words) -> str:
    """What is worth saying of a row, as far as the drawing doesn't. The host's column is the first."""
    cells = [cell for cell in row.cells if cell is not None]
    if row.came_to is not None:
        return words("pane.mount-came-in" if row.came_to else "pane.mount-came-out", name=names[-1])
    if hider := next((cell.hidden_by for cell in cells if cell.hidden_by), None):
        return words("pane.mount-hidden-by", path=hider)
    if len(cells) < len(row.cells):
        return words("pane.mount-only" if row.cells[0] is None else "pane.mount-only-host", name=names[-1])
    if row.travel is Travel.BOTH:
        return words("pane.mount-peers", group=cells[0].propagation.group)
    return ""


def source_line(row: MountRow, columns: Sequence[MountColumn]) -> str:
    """A row's line in mountinfo, of the column that tells most, and whose mountinfo that is."""
    at = telling_column(row)
    cell = row.cells[at]
    return f"{cell.line} ← /proc/{columns[at].pid}/mountinfo" if cell is not None else ""


def telling_column(row: MountRow) -> int:
    """The column to which a mount came, else the last one that has a mount there."""
    if row.came_to is not None:
        return row.came_to
    return max((at for at, cell in enumerate(row.cells) if cell is not None), default=0)


def hidden_line(row: MountRow, names: Sequence[str], words: Words) -> str:
    """What the mount at a row hides, or what hides it."""
    at = telling_column(row)
    cell = row.cells[at]
    if cell is None:
        return ""
    if cell.hidden_by is not None:
        what = words("pane.mount-hidden-by", path=cell.hidden_by)
    elif cell.under:
        what = words("pane.mount-hides-below", below=cell.under[0])
    elif cell.hides:
        what = words("pane.mount-hides-at", paths=" ".join(cell.hides))
    else:
        what = words("pane.mount-hides-nothing" if row.path == ROOT else "pane.mount-hides-files", path=row.path)
    return words("pane.mount-side", name=names[at], what=what)


def column_names(view: MountView, words: Words) -> tuple[str, ...]:
    """What the columns are called."""
    return tuple(words("pane.host") if one.name == "host" else one.name for one in view.columns)
