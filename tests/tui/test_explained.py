"""A process explained in words: made-up facts, whole texts."""

from __future__ import annotations

import errno

import pytest
from msgspec.structs import replace

from nslab.kernel.capabilities import names
from nslab.kernel.namespaces import Kind
from nslab.kernel.rlimits import ResourceLimit
from nslab.observe.containers import Container, Manager
from nslab.observe.explanation import Explanation, Powers, Share, User
from nslab.observe.limits import CgroupLimit, Limits
from nslab.observe.namespaces import NamespaceId, Unread
from nslab.observe.views import Member
from nslab.tui.explained import amount, headline, sections
from nslab.words import Words

DOCKERS = (0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31)  # what docker leaves a container by default
KNOWN = 41


def share(kind: Kind, shared: bool | None) -> Share:
    namespace = Unread(errno.EACCES) if shared is None else NamespaceId(4, 1 if shared else 2)
    letter = None if shared is None else "A" if shared else "B"
    return Share(kind, namespace, letter, shared, 3, Member(8, "sh"), f"readlink /proc/9/ns/{kind.value}")


WEB = Explanation(
    pid=9,
    comm="nginx",
    command="nginx -g daemon off;",
    pid_inside=1,
    host=Member(1, "systemd"),
    container=Container(Manager.DOCKER, "6dd05e91f00f" * 6, "/docker/x"),
    container_name="web",
    service=None,
    shares=tuple(share(kind, {Kind.USER: True, Kind.TIME: None}.get(kind, False)) for kind in Kind),
    user=User(0, 0, None),
    powers=Powers(
        effective=names(sum(1 << number for number in DOCKERS)),
        permitted=names(sum(1 << number for number in DOCKERS)),
        bounding=names(sum(1 << number for number in DOCKERS)),
        known=KNOWN,
        on_host=True,
        over=(),
        no_new_privs=False,
        seccomp=2,
    ),
    limits=Limits(
        "/docker/x",
        None,
        (
            CgroupLimit("memory.max", 512 << 20, "536870912", "/docker/x"),
            CgroupLimit("cpu.max", 1.5, "150000 100000", "/"),
        ),
        (),
        (ResourceLimit("RLIMIT_NOFILE", 1024, 4096, "files"), ResourceLimit("RLIMIT_RSS", 7, 7, "bytes")),
    ),
)


def said(told: Explanation, words: Words) -> dict[str, str]:
    return {line.label: line.text for section in sections(told, words) for line in section.lines}


def test_the_headline_says_who_it_is_and_in_whose_container(en: Words) -> None:
    assert headline(WEB, en) == (
        "nginx -g daemon off;  9",
        "in a docker container: web",
        "The host it is compared with is that of systemd 1.",
    )


def test_without_a_name_the_short_id_stands_for_the_container(en: Words) -> None:
    assert headline(replace(WEB, container_name=None), en)[1] == "in a docker container: 6dd05e91f00f"


def test_where_process_1_cannot_be_read_the_headline_says_who_stands_for_the_host(en: Words) -> None:
    assert "namespaces of process 1" in headline(replace(WEB, host=Member(77, "python")), en)[-1]


def test_what_is_shared_own_and_refused_are_three_sections(en: Words) -> None:
    titles = [section.title for section in sections(WEB, en)]
    assert titles == ["Shares with the host", "Has of its own", "Can't be told", "May", "Is limited to"]
    lines = said(WEB, en)
    assert lines["user"] == "1  its ids and capabilities are the host's"
    assert (
        lines["pid"] == "2  processes numbered from 1 · it is number 1 in there · processes in it: 3, the oldest sh 8"
    )
    assert lines["time"] == "not readable: EACCES"


def test_capabilities_are_named_unless_they_are_nearly_all(en: Words) -> None:
    assert said(WEB, en)["CapEff"].startswith("14 of 41 capabilities: CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER")
    nearly = replace(WEB, powers=replace(powers(WEB), effective=names((1 << KNOWN) - 1 & ~(1 << 24))))
    assert said(nearly, en)["CapEff"].startswith("all 41 capabilities but CAP_SYS_RESOURCE; they count on the host")


def powers(told: Explanation) -> Powers:
    assert told.powers is not None
    return told.powers


@pytest.mark.parametrize(
    ("change", "words_of_it"),
    [
        ({"effective": ()}, "no capability (41 exist)"),
        ({"on_host": False, "over": (Kind.PID, Kind.NET)}, "of its own: pid net"),
        ({"on_host": False, "over": ()}, "owns none of its other namespaces"),
        ({"on_host": None}, "can't be told"),
    ],
)
def test_where_capabilities_count_is_said(en: Words, change: dict[str, object], words_of_it: str) -> None:
    assert words_of_it in said(replace(WEB, powers=replace(powers(WEB), **change)), en)["CapEff"]


def test_what_it_could_gain_is_said_unless_no_new_privs_forbids_it(en: Words) -> None:
    wide = replace(powers(WEB), bounding=names((1 << KNOWN) - 1))
    assert "CAP_SYS_ADMIN" in said(replace(WEB, powers=wide), en)["CapBnd"]
    forbidden = said(replace(WEB, powers=replace(wide, no_new_privs=True)), en)
    assert "CapBnd" not in forbidden
    assert "gains it nothing" in forbidden["NoNewPrivs"]


def test_an_id_is_told_on_both_sides_of_a_map(en: Words) -> None:
    mapped = said(replace(WEB, user=User(100000, 0, 1000)), en)["uid"]
    assert mapped == "acts as uid 0 inside, which is uid 100000 outside; its user namespace was made by uid 1000"
    assert "has no number" in said(replace(WEB, user=User(7, None, 0)), en)["uid"]


def test_limits_are_amounts_with_the_file_that_sets_them(en: Words) -> None:
    lines = {line.label: line for line in sections(WEB, en)[-1].lines}
    assert lines["memory.max"].text == "512 MiB of memory"
    assert lines["memory.max"].source == "/docker/x/memory.max: 536870912"
    assert lines["cpu.max"].text == "the time of 1.5 CPUs"
    assert lines["cpu.max"].source == "/cpu.max: 150000 100000"
    assert lines["RLIMIT_NOFILE"].text == "open files: 1024, and may raise that to 4096"
    assert "RLIMIT_RSS" not in lines  # without effect since Linux 2.4


def test_what_cannot_be_read_of_limits_is_said(words: Words) -> None:
    unseen = replace(WEB.limits, unseen="outside", by_cgroup=(), v1=("memory",), by_process=Unread(errno.EACCES))
    lines = [line.text for line in sections(replace(WEB, limits=unseen), words)[-1].lines]
    assert len(lines) == 3
    assert "/docker/x" in lines[0]
    assert "memory" in lines[1]
    assert "EACCES" in lines[2]


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, "0 B"), (1023, "1023 B"), (8388608, "8 MiB"), (1.5 * 2**40, "1.5 TiB"), (2**60, "1.049e+06 TiB")],
)
def test_bytes_are_told_in_the_largest_unit_that_leaves_a_short_number(count: float, told: str) -> None:
    assert amount(count) == told
