"""What each kind of check makes of a machine, and how it tells."""

from __future__ import annotations

from typing import Any

import pytest

from nslab.course.checks import (
    Alive,
    AllOf,
    AnyOf,
    Check,
    DifferentHostname,
    DifferentNamespace,
    Equal,
    FileEquals,
    FileExecutable,
    Gone,
    Hostname,
    HostnameExists,
    MountsAt,
    NamespaceKept,
    Not,
    PidDepth,
    Probe,
    SameNamespace,
    Verdict,
)
from nslab.course.look import Look
from nslab.course.probes import Clone, Fork, Kill, Open, Setns
from nslab.course.told import Namespace, say
from nslab.course.values import CommOf, ExitStatus, PidOf
from nslab.course.world import FileFacts, Holders, Life
from nslab.kernel.namespaces import Kind
from nslab.observe.namespaces import NamespaceId
from nslab.words import LANGS, Lang, words_for

LETTERS = {100: "A", 200: "B"}
VALUES = {"outer": PidOf("box:bash", "host"), "comm": CommOf("box:init"), "nothing": PidOf("nobody", "host")}


def judge(check: Check, world: Any) -> Verdict:
    return check.judge(Look(world, VALUES))


def told(verdict: Verdict, lang: Lang = "en") -> tuple[str, str, str | None]:
    words = words_for(lang)

    def show(namespace: Namespace) -> str:
        return f"{namespace.kind}:{LETTERS.get(namespace.id.inode, '?')} {namespace}"

    texts = [say(part, words, show) for part in (verdict.wanted, verdict.found)]
    return texts[0], texts[1], say(verdict.next, words, show) if verdict.next else None


def test_a_verdict_says_what_was_wanted_what_is_found_and_one_thing_to_try(world: Any) -> None:
    verdict = judge(DifferentNamespace(Kind.MNT, "host", "box"), world)
    assert told(verdict) == (
        "mnt of host ≠ mnt of box",
        "both mnt mnt:A 100",
        "Look at the flags that the container was started with, then start it again.",
    )
    assert told(verdict, "zh")[:2] == ("host 的 mnt ≠ box 的 mnt", "都是 mnt mnt:A 100")


def test_a_verdict_that_passed_tells_both_sides_and_has_nothing_to_try(world: Any) -> None:
    verdict = judge(DifferentNamespace(Kind.PID, "host", "box"), world)
    assert verdict.passed
    assert told(verdict) == ("pid of host ≠ pid of box", "pid pid:A 100 and pid pid:B 200", None)


@pytest.mark.parametrize(("kind", "same"), [(Kind.PID, False), (Kind.UTS, False), (Kind.MNT, True), (Kind.TIME, True)])
def test_same_and_different_namespace_are_each_others_contrary(world: Any, kind: Kind, same: bool) -> None:
    assert judge(SameNamespace(kind, "host", "box"), world).passed is same
    assert judge(DifferentNamespace(kind, "host", "box"), world).passed is not same


def test_the_same_inode_on_another_device_is_another_namespace(world: Any) -> None:
    world.namespaces["box", "net"] = Namespace(Kind.NET, NamespaceId(5, 100))
    assert judge(DifferentNamespace(Kind.NET, "host", "box"), world).passed


@pytest.mark.parametrize(
    ("check", "passed"),
    [
        (DifferentHostname("host", "box"), True),
        (Hostname("box", "container"), True),
        (Hostname("box", "lab"), False),
        (HostnameExists("container"), True),
        (HostnameExists("shop"), False),
        (Equal("{outer}", 8), True),
        (Equal("{outer}", "9"), False),
        (Equal(ExitStatus("~/x", "host"), 0), True),
        (Equal(ExitStatus("~/x", "host", ("CAP_SYS_ADMIN",)), 0), False),
        (FileExecutable("~/prog"), True),
        (FileExecutable("~/text"), False),
        (FileExecutable("~/dir"), False),
        (FileEquals("/proc/1/comm", "lab", "box"), True),
        (FileEquals("/proc/1/comm", "{comm}", "box"), False),
        (MountsAt("/proc", "host", 2), True),
        (MountsAt("/proc", "host", 1), False),
        (Alive("box"), True),
        (Alive("old"), False),
        (Alive("nobody"), False),
        (Gone("old"), True),
        (Gone("box"), False),
        (Gone("nobody"), False),
        (PidDepth("deep:sleep", "host", 3), True),
        (PidDepth("deep:sleep", "host", 4), False),
        (Probe(Clone((Kind.UTS, Kind.MNT)), "host", "0"), True),
        (Probe(Clone((Kind.UTS, Kind.MNT)), "host", "EPERM", ("CAP_SYS_ADMIN",)), True),
        (Probe(Kill("{outer}"), "box", "ESRCH"), True),
        (Probe(Kill("{outer}"), "box", "EPERM"), False),
        (Probe(Open("/x/{outer}", write=True), "box", "EROFS"), True),
        (Probe(Setns("~/k", Kind.UTS), "host", "EINVAL"), True),
        (Probe(Fork(True), "box", "ENOMEM"), True),
    ],
)
def test_each_kind_holds_where_the_machine_is_so_and_only_there(world: Any, check: Check, passed: bool) -> None:
    world.files = {
        ("~/prog", "host"): FileFacts(regular=True, executable=True),
        ("~/text", "host"): FileFacts(regular=True, executable=False),
        ("~/dir", "host"): FileFacts(regular=False, executable=True),
    }
    world.comms["box:init"] = "bash"
    world.mounts["/proc", "host"] = 2
    world.lives["old"] = Life.GONE
    world.depths["deep:sleep", "host"] = 3
    world.exits = {("~/x", "host"): 0, ("~/x CAP_SYS_ADMIN", "host"): 1}
    world.errnos = {
        ("clone(CLONE_NEWUTS | CLONE_NEWNS)", "host"): 0,
        ("clone(CLONE_NEWUTS | CLONE_NEWNS) CAP_SYS_ADMIN", "host"): 1,
        ("kill(8, 0)", "box"): 3,
        ("open(/x/8, O_WRONLY)", "box"): 30,
        ("setns(~/k, CLONE_NEWUTS)", "host"): 22,
        ("fork()", "box"): 12,
    }
    verdict = judge(check, world)
    assert (verdict.passed, verdict.observed) == (passed, True)
    for lang in LANGS:
        assert all(told(verdict, lang)[:2])


@pytest.mark.parametrize(
    ("held", "by", "passed"),
    [
        (Holders(0, 1, 0), "fd", True),
        (Holders(0, 0, 1), "mount", True),
        (Holders(0, 0, 1), "fd", False),
        (Holders(1, 1, 1), "fd", False),
        (Holders(0, 0, 0), "mount", False),
    ],
)
def test_a_namespace_is_kept_only_without_a_process_and_only_by_what_was_named(
    world: Any, held: Holders, by: Any, passed: bool
) -> None:
    kept = world.namespaces["box", "uts"]
    world.held, world.bound = {kept: held}, {"~/k": kept}
    assert judge(NamespaceKept(Kind.UTS, by, of="box"), world).passed is passed
    assert judge(NamespaceKept(Kind.UTS, by, path="~/k"), world).passed is passed


ABSENT = [
    DifferentNamespace(Kind.PID, "nobody", "box"),
    SameNamespace(Kind.PID, "host", "nobody"),
    NamespaceKept(Kind.UTS, "fd", of="nobody"),
    NamespaceKept(Kind.UTS, "mount", path="/nowhere/{nothing}"),
    NamespaceKept(Kind.UTS, "mount", of="box"),
    DifferentHostname("host", "nobody"),
    DifferentHostname("nobody", "host"),
    Hostname("nobody", "x"),
    Equal("{nothing}", 1),
    Equal(1, "{nothing}"),
    FileExecutable("/nowhere"),
    FileExecutable("/{nothing}"),
    FileEquals("/nowhere", "x"),
    FileEquals("/proc/1/comm", "{nothing}", "box"),
    MountsAt("/nowhere", "host", 1),
    PidDepth("nobody", "host", 1),
    Probe(Clone((Kind.UTS,)), "nobody", "0"),
    Probe(Kill("{nothing}"), "host", "ESRCH"),
]


@pytest.mark.parametrize("check", ABSENT, ids=repr)
def test_what_cannot_be_observed_is_told_as_such_and_neither_holds_nor_fails(world: Any, check: Check) -> None:
    for tried in (check, Not(check), AllOf((check,)), AnyOf((check,))):
        verdict = judge(tried, world)
        assert (verdict.passed, verdict.observed) == (False, False)
        assert all(told(verdict))


def test_all_tells_the_first_that_fails(world: Any) -> None:
    alive, gone = Alive("box"), Gone("box")
    assert judge(AllOf((alive, alive)), world).passed
    verdict = judge(AllOf((alive, gone, Gone("host"))), world)
    assert not verdict.passed
    assert verdict == judge(gone, world)


def test_any_tells_the_first_that_holds(world: Any) -> None:
    alive, gone = Alive("box"), Gone("box")
    assert judge(AnyOf((gone, alive)), world) == judge(alive, world)
    assert judge(AnyOf((gone, Gone("host"))), world) == judge(gone, world)


def test_not_is_told_as_the_contrary(world: Any) -> None:
    verdict = judge(Not(Hostname("box", "container")), world)
    assert not verdict.passed
    assert told(verdict)[0] == "not: the host name of box is container"
    assert judge(Not(Hostname("box", "lab")), world).passed


def test_a_verdict_quotes_no_more_than_a_line_of_a_file(world: Any) -> None:
    world.texts["/big", "host"] = "x" * 65536
    assert len(told(judge(FileEquals("/big", "y"), world))[1]) < 100
