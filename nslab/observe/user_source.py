"""Where the facts of the users pane stand, and how the kernel writes them there."""

from __future__ import annotations

from collections.abc import Sequence

from nslab.kernel.namespaces import Kind
from nslab.observe.user_view import CapabilityNames, Line, MapLine, UserCell, UserView

STATUS_FIELDS = {
    Line.INSIDE: "Uid",
    Line.HOST: "Uid",
    Line.OUTSIDE: "Uid",
    Line.EFFECTIVE: "CapEff",
    Line.PERMITTED: "CapPrm",
    Line.BOUNDING: "CapBnd",
    Line.AMBIENT: "CapAmb",
    Line.NO_NEW_PRIVS: "NoNewPrivs",
    Line.SECCOMP: "Seccomp,Seccomp_filters",
}
"""Fields of /proc/PID/status. An id inside is that of the field, counted by uid_map."""

UNTOLD = "?"
NOTHING = "╌"


def source(view: UserView, line: Line) -> str:
    """What a line says of each process, as the kernel writes it, and the file or the call that says so."""
    present = [(column.pid, cell) for column, cell in zip(view.columns, view.cells, strict=True) if cell is not None]
    facts = dict.fromkeys(written(line, cell) for _, cell in present)
    return f"{' ≠ '.join(facts)} ← {place(line, [str(pid) for pid, _ in present])}"


def place(line: Line, pids: Sequence[str]) -> str:
    """The file or the call behind a line, of these processes as a shell's braces name them."""
    of = f"/proc/{{{','.join(pids)}}}" if len(pids) > 1 else f"/proc/{''.join(pids)}"
    match line:
        case Line.GOVERNED:
            return f"NS_GET_USERNS {of}/ns/*"
        case Line.UID_MAP | Line.GID_MAP:
            return f"{of}/{line}"
        case Line.INSIDE:
            return f"{of}/{{status,uid_map}}"
    return f"{of}/status {STATUS_FIELDS[line]}"


def written(line: Line, cell: UserCell) -> str:
    """A fact as the kernel writes it; an id or the reach of capabilities, behind the letter of its user namespace."""
    letter = UNTOLD if cell.letter is None else cell.letter
    match line:
        case Line.INSIDE:
            return f"{letter} {_number(cell.uid.inside)}"
        case Line.HOST:
            return _number(cell.uid.host)
        case Line.OUTSIDE:
            return _number(cell.uid.outside)
        case Line.UID_MAP | Line.GID_MAP:
            return _lines(cell.uid_map if line is Line.UID_MAP else cell.gid_map)
        case Line.GOVERNED:
            return f"{letter} {_kinds(cell.governed)}"
        case Line.NO_NEW_PRIVS:
            return UNTOLD if cell.no_new_privs is None else str(int(cell.no_new_privs))
        case Line.SECCOMP:
            return cell.seccomp or UNTOLD
    return f"{capability_set(line, cell).mask:016x}"


def capability_set(line: Line, cell: UserCell) -> CapabilityNames:
    """The set that a line is about. Raises KeyError for a line that is about none."""
    return {
        Line.EFFECTIVE: cell.effective,
        Line.PERMITTED: cell.permitted,
        Line.BOUNDING: cell.bounding,
        Line.AMBIENT: cell.ambient,
    }[line]


def _kinds(kinds: tuple[Kind, ...] | None) -> str:
    """As names of the links in /proc/PID/ns; all of them as a shell would."""
    if kinds is None:
        return UNTOLD
    return "*" if len(kinds) == len(Kind) else ",".join(kinds) or NOTHING


def _number(number: int | None) -> str:
    return NOTHING if number is None else str(number)


def _lines(id_map: tuple[MapLine, ...] | None) -> str:
    return UNTOLD if id_map is None else "; ".join(map(str, id_map)) or NOTHING
