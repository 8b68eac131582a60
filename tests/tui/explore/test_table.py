"""The explorer's table, whole: lines that run down, tags where a namespace begins."""

from __future__ import annotations

import explored
import pytest

from nslab.observe.machine.worlds import Arrangement
from nslab.tui.canvas import Canvas
from nslab.tui.explore.sight import found, sight
from nslab.tui.explore.table import grid_for, heads, table
from nslab.tui.faces import Role
from nslab.words import Words

BY_OWNER = """\
  systemd this machine 231  A    A    A    A    A    A    A    A   processes
 ├─ systemd-udevd ser…   1  │    │    B    │    │    │    │    │   a process
 ├─ web docker           5  │    B    C    B    B    B    B    │   processes
 ├─ db docker            8  │    C    D    C    C    C    C    │   processes
 ├─ firefox 1200        12  B    D    │    D    │    │    │    │   processes
 ├─ podman 1500          1  C    │    E    │    │    │    │    │   a process
 │  └─ dev podman        3  │    E    F    E    D    D    D    │   processes
 ├─ sidecar of web       2  │    F    G    B    B    E    E    │   processes
 ├─ blue ip netns        0                 F                       a mount
 ├─ ╌ nobody in it       0       G                                 a child ns
 ├─ ╌ nobody in it       0       H                                 an open fd
 └─ ╌ nobody in it       0                           F             an open fd"""


def text(words: Words, by: Arrangement, width: int = 78, height: int = 14, plain: bool = False) -> list[str]:
    seen = sight(explored.machine(), by)
    canvas = Canvas(width, height, plain=plain)
    table(canvas, seen, list(range(len(seen.rows))), "", words)
    assert canvas.lost == []
    return canvas.text().rstrip().splitlines()


def test_worlds_hang_from_their_owner_and_what_nobody_is_in_comes_last(en: Words) -> None:
    assert text(en, Arrangement.OWNER) == BY_OWNER.splitlines()


def test_by_maker_a_world_hangs_from_that_of_its_parent_process(en: Words) -> None:
    lines = text(en, Arrangement.PROCESS)
    assert lines[2].startswith(" │  ├─ ╌ nobody in it")  # what udevd holds hangs from udevd
    podman = next(at for at, line in enumerate(lines) if "podman 1500" in line)
    assert lines[podman + 1].startswith(" │  └─ dev podman")
    assert len(lines) == len(BY_OWNER.splitlines())


def test_with_room_the_rows_stand_apart_and_the_lines_go_on_between_them(en: Words) -> None:
    lines = text(en, Arrangement.OWNER, width=116, height=26)
    assert lines[0].split()[:3] == ["systemd", "this", "machine"]
    assert lines[1].split() == ["│"] * 9  # the tree's, and one for each kind
    assert "dev podman" in lines[12]
    assert lines[11].count("│") == 2 + 2  # the tree's two, user C, and time A: nobody below inherits anything else
    assert lines[-1].rstrip().endswith("an open fd")


def test_a_line_ends_where_nobody_inherits_any_more(en: Words) -> None:
    blue = next(line for line in text(en, Arrangement.OWNER) if "blue" in line)
    assert "│" not in blue.partition("blue")[2]


def test_a_namespace_that_was_joined_is_tinted_and_one_that_begins_is_solid(en: Words) -> None:
    seen = sight(explored.machine(), Arrangement.OWNER)
    canvas = Canvas(78, 14)
    table(canvas, seen, list(range(len(seen.rows))), "", en)
    x = grid_for(78).x(3)
    web, sidecar = canvas.rows[2][x], canvas.rows[7][x]
    assert (web[0], web[1].solid) == ("B", True)
    assert (sidecar[0], sidecar[1].solid, sidecar[1].ground) == ("B", False, Role.B_TINT)


def test_the_selected_row_stays_in_sight_however_few_there_is_room_for(en: Words) -> None:
    seen = sight(explored.machine(), Arrangement.OWNER)
    last = seen.rows[-1].key
    canvas = Canvas(78, 4)
    hits = table(canvas, seen, list(range(len(seen.rows))), last, en)
    assert hits[3] == last
    assert canvas.text().startswith(" ├─ blue") or "▴" in canvas.text()


@pytest.mark.parametrize("width", [78, 116, 196])
def test_no_head_and_no_name_is_cut_off_at_any_size(words: Words, width: int) -> None:
    seen = sight(explored.machine(), Arrangement.OWNER)
    canvas = Canvas(width, 3)
    heads(canvas, 1, grid_for(width), seen, seen.rows[0].cells[0].ref.kind, words)
    assert canvas.lost == []
    assert words("explore.head.kept") in canvas.text()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("web", ["web", "sidecar"]),
        ("ip netns", [""]),
        ("1200", ["firefox"]),
        ("4026531882", [""]),
        ("DOCKER", ["web", "db"]),
        ("nothing", []),
    ],
)
def test_a_row_is_found_by_its_name_its_container_a_number_or_a_namespace(
    en: Words, query: str, names: list[str]
) -> None:
    seen = sight(explored.machine(), Arrangement.OWNER)
    rows = [seen.row(key) for key in found(seen, query, en)]
    assert [row.label.name if row and row.label else "" for row in rows] == names
