"""What is said of a row: its namespace, the exact source, whose it is, who shares it, what would end it."""

from __future__ import annotations

import explored
import pytest
from msgspec.structs import replace

from nslab.kernel.namespaces import Kind
from nslab.observe.holders import DescriptorHold, MountHold
from nslab.observe.machine.census import Namespace
from nslab.observe.machine.reach import BirthHold, Ref
from nslab.observe.machine.rows import Row
from nslab.observe.machine.worlds import Arrangement, kept_by
from nslab.tui.explore.about import about, ending, first_kind, sentence
from nslab.tui.explore.panel import empty_panel
from nslab.tui.explore.sight import Sight, sight
from nslab.words import Words


@pytest.fixture
def seen() -> Sight:
    return sight(explored.machine(), Arrangement.OWNER)


def named(seen: Sight, name: str) -> Row:
    return next(row for row in seen.rows if row.label and row.label.name == name)


def mere(seen: Sight, kind: Kind, number: int) -> Row:
    ref = Ref(kind, explored.space(number))
    return next(row for row in seen.rows if row.namespace and row.namespace.ref == ref)


def lines(seen: Sight, row: Row, kind: Kind, words: Words, width: int = 116) -> list[str]:
    return about(seen, row, kind, width, words, plain=False).text().splitlines()


def test_a_row_tells_the_command_that_reads_its_namespace_and_the_owner(seen: Sight, en: Words) -> None:
    told = lines(seen, named(seen, "web"), Kind.NET, en)
    assert told[0].startswith("web docker ──")
    assert told[1] == " B  net 4026531833 ← readlink /proc/700/ns/net · owner  user A"
    assert told[2] == "It begins here. Processes in it: 7. Shared with sidecar of web."
    assert told[3].startswith("38 of 301 processes can't be read without root")
    assert told[4].endswith("joined")


def test_one_that_was_joined_names_where_it_began_and_one_that_comes_down_names_from_where(
    seen: Sight, en: Words
) -> None:
    assert sentence(seen, named(seen, "sidecar"), Kind.NET, en).startswith("It began at web and was joined.")
    assert sentence(seen, named(seen, "dev"), Kind.USER, en).startswith("It comes down from podman 1500.")


def test_of_a_mount_it_is_said_what_ends_the_namespace(seen: Sight, en: Words) -> None:
    told = lines(seen, mere(seen, Kind.NET, 50), Kind.USER, en)  # whatever kind is chosen, it is one of its own
    assert told[1].startswith(" F  net 4026531882 ← stat /run/netns/blue")
    assert told[2] == "No process is in it; it lives as long as that mount. umount /run/netns/blue ends it."


def test_of_one_that_only_a_child_keeps_the_ioctl_is_the_source(seen: Sight, en: Words) -> None:
    told = lines(seen, mere(seen, Kind.PID, 6), Kind.USER, en)
    assert "← ioctl(pid:[4026531839], NS_GET_PARENT)" in told[1]
    assert told[2] == "No process is in it; it lives as long as its child pid:[4026531839]."


ID = explored.space(60)
CHILD = Ref(Kind.NET, explored.space(61))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"holders": (DescriptorHold(Kind.USER, ID, 8, 3),)}, "process 8 keeps fd 3 open"),
        ({"holders": (BirthHold(Kind.USER, ID, 8),)}, "the next child of process 8"),
        ({"members": (8,)}, "Only a zombie is in it, process 8"),
        ({"dependants": (Ref(Kind.USER, ID),)}, f"as long as its child user:[{ID.inode}]"),
        ({"dependants": (CHILD,)}, f"as long as {CHILD}, which it owns"),
        (
            {"holders": (MountHold(Kind.USER, ID, "/a", 8), MountHold(Kind.USER, ID, "/a", 9))},
            "one of its 2 mounts at /a",
        ),
        (
            {"holders": (MountHold(Kind.USER, ID, "/a", 8), DescriptorHold(Kind.USER, ID, 8, 3))},
            "2 things keep it alive",
        ),
        ({"holders": (MountHold(Kind.USER, ID, "/a", 8),), "dependants": (CHILD,)}, "2 things keep it alive"),
        ({}, "what keeps it can't be seen"),
    ],
)
def test_each_way_to_live_without_a_process_has_its_sentence(
    seen: Sight, en: Words, change: dict[str, object], said: str
) -> None:
    namespace = replace(Namespace(Kind.USER, ID, ID, ID, 0, (), (), (), ""), **change)
    row = replace(mere(seen, Kind.NET, 50), namespace=namespace, kept_by=tuple(kept_by(namespace)))
    assert said in ending(row, namespace, en)


def test_before_a_person_chooses_the_first_kind_that_begins_is_spoken_of(seen: Sight) -> None:
    assert first_kind(named(seen, "web")) is Kind.PID
    assert first_kind(named(seen, "systemd-udevd")) is Kind.MNT


@pytest.mark.parametrize("width", [78, 116, 196])
def test_no_word_is_lost_at_any_size(seen: Sight, words: Words, width: int) -> None:
    for row in seen.rows:
        for kind in Kind:
            assert about(seen, row, kind, width, words, plain=False).lost == []


def test_all_about_an_empty_one_is_what_keeps_it_what_needs_it_and_whose_it_is(seen: Sight, en: Words) -> None:
    row = mere(seen, Kind.PID, 6)
    assert row.namespace is not None
    head, parts = empty_panel(seen, row, row.namespace, en)
    assert head[0] == "pid:G 4026531838"
    told = {part.title: [(line.label, line.text, line.source) for line in part.lines] for part in parts}
    assert told == {
        "Namespaces that need it": [("pid", "4026531839  its child", "NS_GET_PARENT")],
        "Where it belongs": [
            ("owner", "user 4026531832", "NS_GET_USERNS"),
            ("parent", "pid 4026531832", "NS_GET_PARENT"),
        ],
    }
