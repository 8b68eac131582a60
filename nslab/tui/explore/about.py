"""What the explorer says of the row under the cursor: one of its namespaces, where that was read, whose it is, who shares it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len

from nslab.kernel.namespaces import Kind
from nslab.observe.holders import DescriptorHold, MountHold
from nslab.observe.machine.census import Namespace
from nslab.observe.machine.reach import BirthHold, Ref
from nslab.observe.machine.rows import COLUMNS, Bond, Row
from nslab.observe.namespaces import Membership, NamespaceId
from nslab.tui.asked import Asked
from nslab.tui.canvas import Canvas
from nslab.tui.explore.said import holder_of, name_of, short_name, unseen_of
from nslab.tui.explore.sight import Sight
from nslab.tui.explore.table import joined_tag
from nslab.tui.faces import MUTE, TEXT, hue, lettered
from nslab.tui.wrap import shorten
from nslab.words import Words

MOST_NAMES = 8
MOST_TAG = 28  # cells of a bar for a row's name
COMMA = {"en": ", ", "zh": "、"}


def about(sight: Sight, row: Row, kind: Kind, width: int, words: Words, *, plain: bool) -> Canvas:
    """Everything, as high as its words."""
    canvas = Canvas(width, plain=plain)
    canvas.heading(shorten(" ".join(name_of(row, words)), width - 4))
    y = 1
    for one in shown_kinds(row, kind):
        cell = row.cell(one)
        if cell.ref is not None:
            _namespace(canvas, y, sight, row, cell.ref, words)
            y += 1
        y = canvas.para(0, y, width, sentence(sight, row, one, words))
    for line in unseen_of(sight.machine, words):
        y = canvas.para(0, y, width, line, MUTE)
    _legend(canvas, y, words)
    return canvas


def row_asked(sight: Sight, row: Row, kind: Kind, words: Words) -> Asked:
    """What there is to say of a row, for a room."""
    (one,) = shown_kinds(row, kind)
    ref = row.cell(one).ref
    source = f"{ref.kind.value} {ref.id.inode} ← {source_of(sight, row, ref)}" if ref is not None else ""
    tag = shorten(" ".join(name_of(row, words)), MOST_TAG)
    return Asked(tag, tuple(line for line in (sentence(sight, row, one, words), source) if line))


def legend(sight: Sight, row: Row, kind: Kind, width: int, words: Words, *, plain: bool) -> Canvas:
    """Below a table whose rows are told above it: what its signs mean, and what it can't show."""
    canvas = Canvas(width, plain=plain)
    y = 0
    for line in unseen_of(sight.machine, words):
        y = canvas.para(0, y, width, line, MUTE)
    _legend(canvas, y, words)
    return canvas


def shown_kinds(row: Row, kind: Kind) -> tuple[Kind, ...]:
    """The kind that is spoken of: the chosen one; of a mere namespace its own."""
    return (row.namespace.kind,) if row.namespace is not None else (kind,)


def first_kind(row: Row) -> Kind:
    """What to speak of before a person has chosen: the first that begins in the row."""
    begun = (kind for kind, cell in zip(COLUMNS, row.cells, strict=True) if cell.bond is Bond.BEGINS)
    return next(begun, COLUMNS[0])


def source_of(sight: Sight, row: Row, ref: Ref) -> str:
    """The command that shows a row's namespace."""
    if row.leader is not None:
        return f"readlink /proc/{row.leader.pid}/ns/{ref.kind.value}"
    return sight.namespaces[ref].source


def sentence(sight: Sight, row: Row, kind: Kind, words: Words) -> str:
    """How the row comes by it and who else is in it; of a mere namespace, what keeps it alive and what would end it."""
    if row.namespace is not None:
        return ending(row, row.namespace, words)
    cell = row.cell(kind)
    if cell.ref is None:
        return words("explore.not-told", kind=kind.value)
    home = sight.home(cell.ref)
    bond = words(f"explore.bond.{cell.bond.value}", where="" if home is None else short_name(home, words))
    members = len(sight.namespaces[cell.ref].members) if cell.ref in sight.namespaces else 0
    return words("explore.said", bond=bond, count=members, others=_others(sight, row, cell.ref, words)).rstrip()


def _others(sight: Sight, row: Row, ref: Ref, words: Words) -> str:
    others = [short_name(one, words) for one in sight.sharing(ref) if one.key != row.key]
    if not others:
        return ""
    which = "explore.shared-with" if len(others) <= MOST_NAMES else "explore.shared-with-more"
    return words(which, names=COMMA[words.lang].join(others[:MOST_NAMES]), count=len(others))


def ending(row: Row, namespace: Namespace, words: Words) -> str:
    """What keeps a namespace that nobody is in; where that is one thing, what would let it go."""
    keepers = len(namespace.members) + len(namespace.holders) + len(namespace.dependants)
    points = {one.point if isinstance(one, MountHold) else "" for one in namespace.holders}
    if len(points) == 1 and "" not in points and 1 < keepers == len(namespace.holders):
        return words("explore.ends.mounts", point=points.pop(), count=keepers)
    if namespace.holders and keepers > 1:
        return words("explore.ends.several", count=keepers, first=holder_of(namespace.holders[0], words))
    kept = row.kept_by[0] if row.kept_by else "unknown"
    match next(iter(namespace.holders), None):
        case MountHold(point=point):
            return words("explore.ends.mount", point=point)
        case DescriptorHold(pid=pid, fd=fd):
            return words("explore.ends.descriptor", pid=pid, fd=fd)
        case BirthHold(pid=pid):
            return words("explore.ends.birth", pid=pid)
        case None:
            child = str(next(iter(namespace.dependants), ""))
            return words(f"explore.ends.{kept}", child=child, pid=next(iter(namespace.members), 0))


def _namespace(canvas: Canvas, y: int, sight: Sight, row: Row, ref: Ref, words: Words) -> None:
    """Tag, kind, number, where it was read, owner, parent: as much as fits in the row, from the left."""
    letter = sight.machine.letters.get(ref, "?")
    x = canvas.letter(0, y, letter) + 1
    x = canvas.put(x, y, f"{ref.kind.value} {ref.id.inode}", lettered(letter).strong)
    source = f" ← {source_of(sight, row, ref)}"
    x = canvas.put(x, y, shorten(source, canvas.width - x), MUTE)
    namespace = sight.namespaces.get(ref)
    if namespace is None:
        return
    for name, kind, related in _related(namespace):
        said = words(f"explore.{name}")
        if isinstance(related, NamespaceId):
            tag = f"{kind.value} {sight.machine.letters.get(Ref(kind, related), '?')}"
            if x + cell_len(said) + len(tag) + 6 <= canvas.width:
                x = canvas.put(x, y, f" · {said} ", MUTE)
                x = canvas.tag(x, y, tag, hue(tag.rpartition(" ")[2]))
        elif x + cell_len(absent := f" · {words(f'explore.no-{name}')}") <= canvas.width:
            x = canvas.put(x, y, absent, MUTE)


def _related(namespace: Namespace) -> Iterator[tuple[str, Kind, Membership]]:
    yield "owner", Kind.USER, namespace.owner
    if namespace.kind is Kind.PID and namespace.parent is not None:  # a user namespace's is its owner
        yield "parent", namespace.kind, namespace.parent


def _legend(canvas: Canvas, y: int, words: Words) -> None:
    canvas.reach(y + 1)
    x = canvas.put(0, y, "│", TEXT) + 1
    x = canvas.put(x, y, words("explore.legend.inherited"), MUTE) + 2
    begins, joined = words("explore.legend.begins"), words("explore.legend.joined")
    if x + cell_len(begins) + 4 <= canvas.width:
        x = canvas.letter(x, y, "B") + 1
        x = canvas.put(x, y, begins, MUTE) + 2
    if x + cell_len(joined) + 4 <= canvas.width:
        x = joined_tag(canvas, x, y, "B") + 1
        canvas.put(x, y, joined, MUTE)
