"""Id maps as values: what a user may map, and never the machine's root."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nslab.engine.ids import own_maps
from nslab.kernel import idmap
from nslab.kernel.idmap import Extent, IdMaps, NoRange
from nslab.kernel.namespaces import Kind

IDS = st.integers(0, 2**32 - 2)
extents = st.lists(st.builds(Extent, IDS, IDS, st.integers(1, 2**32 - 1)), max_size=5).map(tuple)


def test_an_id_without_a_number_is_told_as_the_kernels_overflow_uid() -> None:
    told = subprocess.run(["unshare", "--user", "id", "-u"], capture_output=True, text=True, check=True).stdout
    assert int(told) == idmap.overflow_uid()


@st.composite
def maps_here(draw: st.DrawFn) -> tuple[Extent, ...]:
    """A uid_map as a namespace may have it: extents that don't overlap inside."""
    found, at = [], 0
    for gap, count in draw(st.lists(st.tuples(st.integers(0, 2**31), st.integers(1, 2**31)), max_size=4)):
        if at + gap + count < 2**32:
            found.append(Extent(at + gap, draw(IDS), count))
            at += gap + count
    return tuple(found)


@given(extents)
@settings(database=None)
def test_a_map_that_is_written_reads_the_same(map_: tuple[Extent, ...]) -> None:
    assert idmap.parse_map(idmap.format_map(map_).encode()) == map_


def test_the_kernels_own_columns_are_read() -> None:
    content = b"         0       1000          1\n         1     100000      65536\n"
    assert idmap.parse_map(content) == (Extent(0, 1000, 1), Extent(1, 100000, 65536))


def test_before_a_map_is_written_it_is_empty() -> None:
    assert idmap.parse_map(b"") == ()


@given(maps_here(), maps_here())
@settings(database=None)
def test_roots_maps_never_hold_id_0_outside_and_lie_within_what_is_mapped_here(
    uids: tuple[Extent, ...], gids: tuple[Extent, ...]
) -> None:
    try:
        maps = idmap.maps_for_root(uids, gids)
    except NoRange:
        assert not all(any(e.inside + e.count > 1 for e in here) for here in (uids, gids))
        return
    for (given_,), here in ((maps.uids, uids), (maps.gids, gids)):
        assert given_.inside == 0
        assert given_.outside > 0
        assert any(e.inside <= given_.outside and given_.outside + given_.count <= e.inside + e.count for e in here)


def test_on_a_whole_machine_root_gives_the_documented_range() -> None:
    whole = (Extent(0, 0, 2**32 - 1),)
    assert idmap.maps_for_root(whole, whole).uids == (idmap.ROOT_RANGE,)


def test_in_a_container_that_got_few_ids_root_gives_all_but_its_own() -> None:
    few = (Extent(0, 100000, 1000),)
    assert idmap.maps_for_root(few, few).uids == (Extent(0, 1, 999),)


def test_where_only_root_itself_is_mapped_there_is_nothing_to_give() -> None:
    alone = (Extent(0, 1000, 1),)
    with pytest.raises(NoRange):
        idmap.maps_for_root(alone, alone)


@given(IDS.filter(bool), IDS, st.none() | st.builds(Extent, st.just(1), IDS, IDS), st.booleans())
@settings(database=None)
def test_a_user_is_0_inside_and_setgroups_stays_only_with_subordinate_groups(
    uid: int, gid: int, subordinate: Extent | None, both: bool
) -> None:
    maps = idmap.maps_for_user(uid, gid, subordinate, subordinate if both else None)
    assert (maps.uids[0], maps.gids[0]) == (Extent(0, uid, 1), Extent(0, gid, 1))
    assert maps.setgroups == (len(maps.gids) > 1) == (subordinate is not None and both)


@given(st.text())
@settings(database=None)
def test_any_text_in_subuid_gives_a_range_without_0_or_none(text: str) -> None:
    found = idmap.subordinate(text, "alice", 1000)
    assert found is None or (found.outside > 0 and found.count > 0)


@given(st.integers(1, 2**32 - 2), st.integers(1, 2**32 - 2))
@settings(database=None)
def test_the_first_good_line_counts_by_name_or_number(first: int, count: int) -> None:
    lines = ["alice", "bob:1:1", "alice:x:65536", "alice:²:1", "alice:0:65536", f"1000:{first}:{count}", "alice:7:7"]
    assert idmap.subordinate("\n".join(lines), "alice", 1000) == Extent(1, first, count)


def test_a_range_for_one_more_user_begins_behind_everybody_elses() -> None:
    assert idmap.unclaimed("") == range(100_000, 165_536)
    assert idmap.unclaimed("stu:100000:65536\nbad line\nlow:500:10") == range(165_536, 231_072)


def test_a_range_that_holds_the_machines_root_is_not_taken() -> None:
    assert idmap.subordinate("alice:0:65536", "alice", 1000) is None


@given(extents)
@settings(database=None)
def test_how_many_ids_there_are_is_their_sum(map_: tuple[Extent, ...]) -> None:
    assume(map_)
    assert IdMaps(map_, map_, setgroups=False).count == sum(extent.count for extent in map_)


def test_setgroups_is_denied_before_a_single_group_is_mapped(inside: Callable[..., Any]) -> None:
    """CVE-2014-8989: or a user could leave a group that takes a right away."""

    def action() -> list[str]:
        state = Path("/proc/self/setgroups").read_text().strip()
        try:
            os.setgroups([])
        except OSError as error:
            return [state, str(error.errno)]
        return [state, ""]

    ranged = own_maps().setgroups  # root's range, or a user's subordinate ids: written by root and by newuidmap(1)
    assert inside(action, Kind.UTS) == (["allow", ""] if ranged else ["deny", str(errno.EPERM)])


def test_maps_are_written_once(inside: Callable[..., Any]) -> None:
    def action() -> int:
        proc = os.open("/proc", os.O_RDONLY)
        return idmap.write_file(proc, "self/uid_map", "0 0 1\n")

    assert inside(action, Kind.UTS) == f"errno {errno.EPERM}"


def test_a_kernel_files_errno_is_not_lost_and_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/proc/self/comm")
    directory = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(OSError) as refused:
            idmap.write_file(directory, "link", "x")
    finally:
        os.close(directory)
    assert refused.value.errno == errno.ELOOP


def test_newuidmap_is_given_pid_and_then_triples() -> None:
    maps = IdMaps((Extent(0, 1000, 1), Extent(1, 100000, 65536)), (Extent(0, 100, 1),), setgroups=True)
    commands = idmap.newidmap_commands(77, maps)
    assert commands is None or [command[1:] for command in commands] == [
        ("77", "0", "1000", "1", "1", "100000", "65536"),
        ("77", "0", "100", "1"),
    ]


@given(count=st.integers(1, 2**32 - 1))
def test_a_nested_map_keeps_every_number(count: int) -> None:
    own = idmap.identity(count)
    assert [(extent.inside, extent.outside) for extent in own] == [(0, 0), (1, 1)][: len(own)]
    assert sum(extent.count for extent in own) == count


def test_each_extent_of_a_nested_map_lies_within_one_of_a_users_own() -> None:
    outer = idmap.maps_for_user(1000, 1000, Extent(1, 100_000, 65536), Extent(1, 100_000, 65536))
    for nested in idmap.identity(outer.count):
        assert any(
            parent.inside <= nested.outside and nested.outside + nested.count <= parent.inside + parent.count
            for parent in outer.uids
        )
