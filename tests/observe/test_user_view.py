"""Processes side by side: the same id from three sides, maps and sets as they are, each where it belongs."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from nslab.kernel.idmap import Extent
from nslab.kernel.namespaces import Kind
from nslab.kernel.procfs import Ids
from nslab.observe.credentials import CapabilitySets, Credentials
from nslab.observe.letters import Letters
from nslab.observe.namespace_view import Subject
from nslab.observe.namespaces import NamespaceId, Unread
from nslab.observe.scan import Process
from nslab.observe.user_source import source, written
from nslab.observe.user_view import Limits, Line, MapLine, Numbers, UserView, seccomp_mode, user_view

KERNEL = Limits(0b111, 65534)
LAB_MAP = (Extent(0, 2_000_000_000, 1), Extent(1, 2_000_000_001, 65535))


def credentials(user: int, outside: int, id_map: tuple[Extent, ...] | Unread, mask: int = 0b111) -> Credentials:
    return Credentials(
        user=NamespaceId(4, user),
        same_user=False,
        uids=Ids(0, outside, 0, 0),
        gids=Ids(0, outside, 0, 0),
        groups=(),
        uid_map=id_map,
        gid_map=id_map,
        capabilities=CapabilitySets(mask, mask, 0, 0b111, 0),
        governed=tuple(Kind),
        no_new_privs=False,
        seccomp=2,
        seccomp_filters=1,
    )


def seen(process: Callable[..., Process], boxes: Credentials) -> UserView:
    host, box = process(1), process(8, in_user=2)
    letters = Letters(host.namespaces)
    letters.meet([box.namespaces])
    subjects = (Subject("host", host), Subject("box", box), Subject("web", None))
    known = {(1, 1): credentials(1, 2_000_000_000, LAB_MAP), (8, 8): boxes}
    return user_view(subjects, known, letters, host, KERNEL, 7.0)


def test_one_id_has_a_number_inside_on_the_host_and_outside(process: Callable[..., Process]) -> None:
    view = seen(process, credentials(2, 2_000_001_000, (Extent(0, 2_000_001_000, 1),)))
    host, box, nobody = view.cells
    assert host is not None
    assert box is not None
    assert nobody is None
    assert host.uid == Numbers(0, 0, 2_000_000_000)
    assert box.uid == box.gid == Numbers(0, 1000, 2_000_001_000)
    assert (host.letter, box.letter) == ("A", "B")


def test_a_map_tells_the_hosts_numbers_and_the_hosts_own_those_of_the_machine(process: Callable[..., Process]) -> None:
    view = seen(process, credentials(2, 2_000_001_000, (Extent(0, 2_000_001_000, 10),)))
    maps = [cell.uid_map for cell in view.cells if cell]
    assert maps == [(MapLine(0, 2_000_000_000, 1), MapLine(1, 2_000_000_001, 65535)), (MapLine(0, 1000, 10),)]
    assert str(maps[1][0] if maps[1] else "") == "0 1000 10"


def test_an_id_that_is_mapped_nowhere_has_no_number_but_outside(process: Callable[..., Process]) -> None:
    view = seen(process, credentials(2, 5, ()))
    assert view.cells[1] is not None
    assert view.cells[1].uid == Numbers(None, None, 5)
    assert view.cells[1].uid_map == ()
    assert written(Line.HOST, view.cells[1]) == written(Line.UID_MAP, view.cells[1]) == "╌"
    assert view.overflow_id == 65534


def test_what_could_not_be_read_is_none_and_written_as_a_question(process: Callable[..., Process]) -> None:
    unread = replace(credentials(2, 5, Unread(13)), governed=None, no_new_privs=None, seccomp=None)
    cell = seen(process, unread).cells[1]
    assert cell is not None
    assert cell.uid_map is None
    lines = (Line.UID_MAP, Line.GOVERNED, Line.NO_NEW_PRIVS, Line.SECCOMP)
    assert [written(line, cell) for line in lines] == ["?", "B ?", "?", "?"]


def test_without_effective_capabilities_they_count_nowhere(process: Callable[..., Process]) -> None:
    cell = seen(process, credentials(2, 5, (), mask=0)).cells[1]
    assert cell is not None
    assert cell.governed == ()


def test_sets_have_the_kernels_mask_and_names_as_setpriv_spells_them(process: Callable[..., Process]) -> None:
    view = seen(process, credentials(2, 5, (), mask=0b010))
    assert view.cells[1] is not None
    assert (view.cells[1].effective.mask, view.cells[1].effective.names) == (2, ("dac_override",))
    assert view.every_capability == ("chown", "dac_override", "dac_read_search")


def test_each_line_names_where_it_is_read(process: Callable[..., Process]) -> None:
    view = seen(process, credentials(2, 2_000_000_000, (Extent(0, 2_000_000_000, 1),), mask=0))
    assert source(view, Line.HOST) == "0 ← /proc/{1,8}/status Uid"
    assert source(view, Line.INSIDE) == "A 0 ≠ B 0 ← /proc/{1,8}/{status,uid_map}"
    assert source(view, Line.EFFECTIVE) == "0000000000000007 ≠ 0000000000000000 ← /proc/{1,8}/status CapEff"
    assert source(view, Line.GID_MAP) == "0 2000000000 1; 1 2000000001 65535 ≠ 0 0 1 ← /proc/{1,8}/gid_map"
    assert source(view, Line.GOVERNED) == "A * ≠ B ╌ ← NS_GET_USERNS /proc/{1,8}/ns/*"
    assert source(view, Line.SECCOMP) == "2 filter (1) ← /proc/{1,8}/status Seccomp,Seccomp_filters"
    assert source(replace(view, cells=view.cells[1:2], columns=view.columns[1:2]), Line.OUTSIDE).endswith(
        "/proc/8/status Uid"
    )


def test_a_seccomp_mode_that_is_none_of_the_known_is_told_by_its_number() -> None:
    assert [seccomp_mode(number, None) for number in (0, 1, 2, 3)] == ["0 off", "1 strict", "2 filter", "3"]
    assert [seccomp_mode(0, 0), seccomp_mode(2, 3)] == ["0 off", "2 filter (3)"]
