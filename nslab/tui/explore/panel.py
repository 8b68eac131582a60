"""All about one row: a process explained and who shares its namespaces, or what keeps an empty one. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from nslab.kernel.namespaces import Kind
from nslab.observe.explanation import Explanation
from nslab.observe.machine.census import Namespace
from nslab.observe.machine.reach import Ref
from nslab.observe.machine.rows import COLUMNS, Row
from nslab.observe.namespaces import Membership, NamespaceId
from nslab.tui.canvas import Canvas
from nslab.tui.explained import Line, Section, headline, sections
from nslab.tui.explore.about import COMMA, MOST_NAMES, ending
from nslab.tui.explore.said import holder_of, ref_said, short_name
from nslab.tui.explore.sight import Sight
from nslab.tui.faces import BOLD, MUTE, TEXT
from nslab.tui.wrap import Span, wrap
from nslab.words import Words

WIDE = 100  # cells: from here on sources stand in a column of their own
SOURCE_CELLS = 34


def world_panel(sight: Sight, row: Row, told: Explanation, words: Words) -> tuple[tuple[str, ...], tuple[Section, ...]]:
    """A world, by the process that leads it."""
    shared = Section(words("explore.panel.sharers"), tuple(_sharers(sight, row, words)))
    explained = sections(told, words)
    return headline(told, words), (*explained[:1], shared, *explained[1:]) if shared.lines else explained


def empty_panel(
    sight: Sight, row: Row, namespace: Namespace, words: Words
) -> tuple[tuple[str, ...], tuple[Section, ...]]:
    """A namespace that nobody is in."""
    found = (
        Section(words("explore.panel.holders"), tuple(_holders(namespace, words))),
        Section(words("explore.panel.dependants"), tuple(_dependants(sight, namespace, words))),
        Section(words("explore.panel.lineage"), tuple(_lineage(sight, namespace, words))),
    )
    head = (ref_said(sight.machine, namespace.ref), ending(row, namespace, words))
    return head, tuple(section for section in found if section.lines)


def panel_rows(canvas: Canvas, head: Sequence[str], parts: Sequence[Section]) -> None:
    """Write it: under each title a kernel's name, what it means, and where it was read."""
    y = 0
    for at, said in enumerate(head):
        y = canvas.para(0, y, canvas.width, said, MUTE if at else BOLD)
    labels = max((cell_len(line.label) for part in parts for line in part.lines), default=0) + 2
    for part in parts:
        canvas.put(0, y + 1, part.title, BOLD)
        y += 2
        for line in part.lines:
            y = _line(canvas, y, labels, line)


def _line(canvas: Canvas, y: int, labels: int, line: Line) -> int:
    canvas.put(2, y, line.label, MUTE)
    x = labels + 2
    if line.letter:
        canvas.letter(x, y, line.letter)
        x += 4
    wide = canvas.width >= WIDE
    room = canvas.width - x - (SOURCE_CELLS + 2 if wide else 0)
    if wide:
        end = canvas.para(x, y, room, line.text, TEXT)
        return max(end, canvas.para(canvas.width - SOURCE_CELLS, y, SOURCE_CELLS, line.source, MUTE))
    end = canvas.para(x, y, room, line.text, TEXT)
    return canvas.para(x, end, room, f"← {line.source}", MUTE) if line.source and _fits(line.source, room) else end


def _fits(source: str, room: int) -> bool:
    return len(wrap((Span(f"← {source}"),), room)) <= 2


def _sharers(sight: Sight, row: Row, words: Words) -> Iterator[Line]:
    for kind in COLUMNS:
        cell = row.cell(kind)
        if cell.ref is None or cell.ref.id == sight.machine.host_namespaces.of(kind):
            continue  # in the host's are all that have none of their own
        others = [short_name(one, words) for one in sight.sharing(cell.ref) if one.key != row.key]
        if others:
            more = f" … ({len(others)})" if len(others) > MOST_NAMES else ""
            yield Line(kind.value, f"{COMMA[words.lang].join(others[:MOST_NAMES])}{more}", letter=cell.letter)


def _holders(namespace: Namespace, words: Words) -> Iterator[Line]:
    for holder in dict.fromkeys(namespace.holders):  # mounts that lie one above the other are told once
        yield Line(str(holder.__struct_config__.tag), holder_of(holder, words))
    for pid in namespace.members:
        yield Line(str(pid), words("explore.panel.member"), f"/proc/{pid}/status State")


def _dependants(sight: Sight, namespace: Namespace, words: Words) -> Iterator[Line]:
    for one in namespace.dependants:
        nested = one.kind is namespace.kind
        letter = sight.machine.letters.get(one)
        said = words("explore.panel.is-child" if nested else "explore.panel.is-owned")
        yield Line(one.kind.value, f"{one.id.inode}  {said}", "NS_GET_PARENT" if nested else "NS_GET_USERNS", letter)


def _lineage(sight: Sight, namespace: Namespace, words: Words) -> Iterator[Line]:
    yield _above(sight, "owner", Kind.USER, namespace.owner, "NS_GET_USERNS", words)
    if namespace.kind is Kind.PID and namespace.parent is not None:
        yield _above(sight, "parent", namespace.kind, namespace.parent, "NS_GET_PARENT", words)
    if namespace.owner_uid is not None:
        yield Line("uid", words("explore.panel.maker", uid=namespace.owner_uid), "NS_GET_OWNER_UID")


def _above(sight: Sight, which: str, kind: Kind, related: Membership, asked: str, words: Words) -> Line:
    label = words(f"explore.{which}")
    if not isinstance(related, NamespaceId):
        return Line(label, words(f"explore.no-{which}"), asked)
    return Line(label, f"{kind.value} {related.inode}", asked, sight.machine.letters.get(Ref(kind, related)))
