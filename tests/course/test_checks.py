"""What each kind of check makes of a machine, and how it tells."""

from __future__ import annotations

from gettext import GNUTranslations
from typing import Any, get_args

import pytest
from msgspec.structs import replace

from nslab.course.checks import AllOf, AnyOf, Check, Not
from nslab.course.checks.files import FileEquals, FileExecutable
from nslab.course.checks.mounts import MountsAt, Propagates
from nslab.course.checks.names import DifferentHostname, Hostname, HostnameExists
from nslab.course.checks.namespaces import DifferentNamespace, NamespaceKept, SameNamespace
from nslab.course.checks.processes import Alive, Gone, InState, PidDepth, SignalDisposition
from nslab.course.checks.values import AtLeast, Equal, Probe
from nslab.course.checks.verdict import Observation, Verdict
from nslab.course.ids import GidOf, OwnerOf, UidOf, UidOutside
from nslab.course.inside import CgroupOf, ClockReading, ClockShift, OuterCgroupOf, QueueField, SysvCount
from nslab.course.look import Look
from nslab.course.measured import Memory, StartOf
from nslab.course.probes import ClockSettime, Clone, Fork, Fsopen, Kill, MqOpen, Open, Sethostname, Setns
from nslab.course.told import Namespace, say
from nslab.course.values import (
    CommOf,
    DomainnameOf,
    ExitStatus,
    FileText,
    Lines,
    PidOf,
    ProcessesIn,
    StatField,
)
from nslab.course.world import FileFacts, Holders, Life, Propagated
from nslab.kernel.clocks import Clock
from nslab.kernel.namespaces import Kind
from nslab.kernel.procfs import Stat
from nslab.kernel.propagation import Propagation
from nslab.kernel.sysvipc import Facility, SysvObject
from nslab.locale import open_catalogue
from nslab.observe.namespaces import NamespaceId
from nslab.words import LANGS, Lang, words_for

SLAVE, SHARED = Propagation(None, 1), Propagation(1)
PASSING = {("host", "box"): Propagated(True, SHARED, SLAVE), ("box", "host"): Propagated(False, SLAVE, SHARED)}
LETTERS = {100: "A", 200: "B"}
STOPPED = Stat(8, "bash", "T", 1, 8, 8, -1, nice=10, start_ticks=900)
VALUES = {"outer": PidOf("box:bash", "host"), "comm": CommOf("box:init"), "nothing": PidOf("nobody", "host")}


def judge(check: Check, world: Any) -> Verdict:
    return check.judge(Look(world, VALUES))


def told(verdict: Verdict, lang: Lang = "en") -> tuple[str, str, str | None]:
    words = words_for(lang).knowing({"reset_lab_key": "^G r"})  # as an interface writes it

    def show(namespace: Namespace) -> str:
        return f"{namespace.kind}:{LETTERS.get(namespace.id.inode, '?')} {namespace}"

    texts = [say(part, words, show) for part in (verdict.wanted, verdict.found)]
    return texts[0], texts[1], say(verdict.next, words, show) if verdict.next else None


def test_a_verdict_says_what_was_wanted_what_is_found_and_one_thing_to_try(world: Any) -> None:
    verdict = judge(DifferentNamespace(Kind.MNT, "host", "box"), world)
    assert told(verdict) == (
        "mnt of the host ≠ mnt of box",
        "the host and box share mnt mnt:A 100",
        "Look at the flags that the container was started with, then start it again.",
    )
    assert told(verdict, "zh")[:2] == ("宿主机的 mnt ≠ box 的 mnt", "宿主机和 box 共用 mnt mnt:A 100")


def test_a_verdict_that_passed_tells_both_sides_and_has_nothing_to_try(world: Any) -> None:
    verdict = judge(DifferentNamespace(Kind.PID, "host", "box"), world)
    assert verdict.passed
    assert told(verdict) == ("pid of the host ≠ pid of box", "pid of the host is pid:A 100, of box pid:B 200", None)


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
        (Equal(Lines(FileText("/proc/1/mountinfo", "box")), 2), True),
        (Equal(Lines(FileText("/proc/1/mountinfo", "box")), 0), False),
        (Equal(ExitStatus("~/x", "host"), 0), True),
        (Equal(ExitStatus("~/x", "host", ("CAP_SYS_ADMIN",)), 0), False),
        (AtLeast("{outer}", 8), True),
        (AtLeast("{outer}", "9"), False),
        (AtLeast("-3", "-4"), True),
        (Equal(ClockReading(Clock.BOOTTIME, "box"), 700), True),
        (Equal(ClockShift(Clock.BOOTTIME, "box"), 600), True),
        (Equal(ClockShift(Clock.BOOTTIME, "box"), 599), False),
        (AtLeast(ClockShift(Clock.BOOTTIME, "box"), 600), True),
        (Equal(CgroupOf("box", "host"), "/box"), True),
        (Equal(CgroupOf("box", "box"), "/box"), False),
        (Equal(OuterCgroupOf("box"), "/user.slice/lab/box"), True),
        (Equal(SysvCount(Facility.MESSAGES, "host"), 1), True),
        (Equal(SysvCount(Facility.MESSAGES, "box"), 0), True),
        (Equal(QueueField(0x1234, "host"), 2), True),
        (Equal(QueueField(0x1234, "host"), 1), False),
        (Equal(QueueField(0x1234, "host", "id"), 5), True),
        (FileExecutable("~/prog"), True),
        (FileExecutable("~/text"), False),
        (FileExecutable("~/dir"), False),
        (FileEquals("/proc/1/comm", "lab", "box"), True),
        (FileEquals("/proc/1/comm", "{comm}", "box"), False),
        (MountsAt("/proc", "host", 2), True),
        (MountsAt("/proc", "host", 1), False),
        (Propagates("/", "host", "box"), True),
        (Propagates("/", "box", "host"), False),
        (Alive("box"), True),
        (Alive("old"), False),
        (Alive("nobody"), False),
        (Gone("old"), True),
        (Gone("box"), False),
        (Gone("nobody"), False),
        (InState("box", "T"), True),
        (InState("box", "S"), False),
        (SignalDisposition("box", "SIGTERM", "caught"), True),
        (SignalDisposition("box", "SIGTERM", "default"), False),
        (SignalDisposition("box", "SIGHUP", "ignored"), True),
        (SignalDisposition("box", "SIGHUP", "caught"), False),
        (SignalDisposition("box", "SIGUSR1", "default"), True),
        (SignalDisposition("box", "SIGUSR1", "ignored"), False),
        (Equal(StatField("nice", "box", "box"), 10), True),
        (Equal(StatField("nice", "box", "box"), 0), False),
        (Equal(StatField("ppid", "box"), "{outer}"), False),
        (Equal(StatField("starttime", "box"), 900), True),
        (Equal(StatField("state", "box"), "T"), True),
        (Equal(StartOf("box"), 3712), True),
        (AtLeast(StartOf("box"), 3713), False),
        (Equal(Memory("Rss", "box"), 1764), True),
        (AtLeast(Memory("Private_Dirty", "box"), 105), False),
        (Equal(ProcessesIn("box"), 3), True),
        (Equal(ProcessesIn("box", "Z"), 2), True),
        (Equal(ProcessesIn("box", "T"), 2), False),
        (Equal(UidOf("box", "box"), 1000), True),
        (Equal(UidOf("box", "host"), 0), True),
        (Equal(UidOf("box", "host"), 1000), False),
        (Equal(UidOf("old", "box"), 65534), True),
        (Equal(GidOf("box", "box"), 65534), True),
        (Equal(GidOf("box", "host"), 0), True),
        (Equal(UidOutside("box"), 2000000), True),
        (Equal(UidOutside("box"), 0), False),
        (Equal(OwnerOf("~/mine", "host"), 0), True),
        (Equal(OwnerOf("~/mine", "box"), 1000), True),
        (Equal(OwnerOf("/etc/shadow"), 65534), True),
        (Equal(OwnerOf("/etc/shadow"), 0), False),
        (PidDepth("deep:sleep", "host", 3), True),
        (PidDepth("deep:sleep", "host", 2), False),
        (PidDepth("deep:sleep", "host", 4), False),
        (Probe(Clone((Kind.UTS, Kind.MNT)), "host", "0"), True),
        (Probe(Clone((Kind.UTS, Kind.MNT)), "host", "EPERM", ("CAP_SYS_ADMIN",)), True),
        (Probe(Kill("{outer}"), "box", "ESRCH"), True),
        (Probe(Kill("{outer}"), "box", "EPERM"), False),
        (Probe(Open("/x/{outer}", write=True), "box", "EROFS"), True),
        (Probe(Setns("~/k", Kind.UTS), "host", "EINVAL"), True),
        (Probe(Fork(True), "box", "ENOMEM"), True),
        (Probe(MqOpen("/q{outer}"), "box", "ENOENT"), True),
        (Probe(ClockSettime(True), "box", "EPERM"), True),
        (Probe(ClockSettime(True), "box", "0"), False),
        (Probe(Sethostname(True), "box", "EPERM"), True),
        (Probe(Sethostname(True), "box", "0"), False),
        (Probe(Fsopen("tmpfs"), "box", "EPERM"), True),
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
    world.passing = {("/", *pair): passing for pair, passing in PASSING.items()}
    world.sysv = {(Facility.MESSAGES, "host"): (SysvObject(0x1234, 5, 2),), (Facility.MESSAGES, "box"): ()}
    world.cgroups = {("box", "host"): "/box", ("box", "box"): "/", ("box", "outside"): "/user.slice/lab/box"}
    world.clocks = {(Clock.BOOTTIME, "box"): 700_400_000_000, (Clock.BOOTTIME, "host"): 100_399_000_000}
    world.lives["old"] = Life.GONE
    world.depths["deep:sleep", "host"] = 3
    world.stats = {("box", "host"): STOPPED, ("box", "box"): STOPPED}
    world.statuses["box", "host"] = "SigIgn:\t0000000000000001\nSigCgt:\t0000000000004000\n"
    world.neighbours["box"] = ("T", "Z", "Z")
    world.texts["/proc/1/mountinfo", "box"] = "1 0 a b\n2 1 c d\n"
    world.exits = {("~/x", "host"): 0, ("~/x CAP_SYS_ADMIN", "host"): 1}
    world.errnos = {
        ("clone(CLONE_NEWUTS | CLONE_NEWNS)", "host"): 0,
        ("clone(CLONE_NEWUTS | CLONE_NEWNS) CAP_SYS_ADMIN", "host"): 1,
        ("kill(8, 0)", "box"): 3,
        ("open(/x/8, O_WRONLY)", "box"): 30,
        ("setns(~/k, CLONE_NEWUTS)", "host"): 22,
        ("fork()", "box"): 12,
        ("mq_open(/q8, O_RDONLY)", "box"): 2,
        ("clock_settime(CLOCK_REALTIME, …)", "box"): 1,
        ("sethostname()", "box"): 1,
        ("fsopen(tmpfs)", "box"): 1,
    }
    world.starts_us["box"] = 3712
    world.texts["/proc/8/smaps_rollup", "host"] = "55ee-7fff ---p [rollup]\nRss:     1764 kB\nPrivate_Dirty:  104 kB\n"
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
    Equal(Lines(FileText("/nowhere")), 1),
    AtLeast("{nothing}", 1),
    AtLeast(1, "{nothing}"),
    AtLeast("{comm}", 1),
    FileExecutable("/nowhere"),
    FileExecutable("/{nothing}"),
    FileEquals("/nowhere", "x"),
    FileEquals("/proc/1/comm", "{nothing}", "box"),
    MountsAt("/nowhere", "host", 1),
    Propagates("/nowhere", "host", "box"),
    Propagates("/{nothing}", "host", "box"),
    InState("nobody", "T"),
    SignalDisposition("nobody", "SIGTERM", "caught"),
    SignalDisposition("deep:sleep", "SIGTERM", "default"),
    Equal(StatField("nice", "nobody"), 0),
    Equal(ProcessesIn("nobody", "Z"), 0),
    Equal(StartOf("nobody"), 0),
    Equal(Memory("Rss", "nobody"), 0),
    Equal(Memory("Rss", "box"), 0),
    Equal(ClockReading(Clock.REALTIME, "nobody"), 0),
    Equal(ClockShift(Clock.REALTIME, "nobody"), 0),
    Equal(UidOf("nobody", "host"), 65534),
    Equal(UidOf("host", "nobody"), 65534),
    Equal(GidOf("nobody", "host"), 65534),
    Equal(GidOf("host", "nobody"), 65534),
    Equal(UidOutside("nobody"), 0),
    Equal(OwnerOf("/nowhere"), 65534),
    Equal(OwnerOf("/{nothing}"), 65534),
    Equal(OwnerOf("/etc/shadow", "nobody"), 65534),
    Equal(CgroupOf("nobody", "host"), "/"),
    Equal(OuterCgroupOf("nobody"), "/"),
    Equal(SysvCount(Facility.MEMORY, "nobody"), 0),
    Equal(QueueField(0x1234, "nobody"), 0),
    Equal(QueueField(0x1234, "box"), 0),
    Probe(MqOpen("/{nothing}"), "box", "ENOENT"),
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


ALIVE, GONE, UNSEEN = Alive("box"), Gone("box"), Hostname("nobody", "x")


def test_all_tells_the_part_that_decides(world: Any) -> None:
    assert judge(AllOf((ALIVE, GONE, Gone("host"))), world) == judge(GONE, world)
    assert judge(AllOf((UNSEEN, GONE)), world) == judge(GONE, world)
    assert judge(AllOf((ALIVE, UNSEEN)), world) == judge(UNSEEN, world)


def test_all_that_hold_are_told_by_the_last_of_them(world: Any) -> None:
    last = Hostname("box", "container")
    assert judge(AllOf((ALIVE, last)), world) == judge(last, world)


def test_any_tells_the_part_that_decides(world: Any) -> None:
    assert judge(AnyOf((GONE, ALIVE)), world) == judge(ALIVE, world)
    assert judge(AnyOf((UNSEEN, ALIVE)), world) == judge(ALIVE, world)
    assert judge(AnyOf((GONE, UNSEEN)), world) == judge(UNSEEN, world)
    assert judge(AnyOf((GONE, Gone("host"))), world) == judge(GONE, world)


def test_not_is_told_in_words_of_its_own(world: Any) -> None:
    verdict = judge(Not(Hostname("box", "container")), world)
    assert not verdict.passed
    assert told(verdict) == (
        "the host name of box is not container",
        "box is called container",
        "Set another one there: hostname NAME.",
    )
    assert judge(Not(Hostname("box", "lab")), world).passed


def test_not_of_several_wants_the_contrary_of_each(world: Any) -> None:
    assert judge(Not(AllOf((ALIVE, GONE))), world) == judge(Not(GONE), world)
    assert judge(Not(AnyOf((GONE, ALIVE))), world) == judge(Not(ALIVE), world)
    assert judge(Not(Not(ALIVE)), world) == judge(ALIVE, world)


KINDS = [kind for kind in get_args(Check) if issubclass(kind, Observation)]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", [str(kind.__struct_config__.tag) for kind in KINDS])
def test_each_kind_has_words_for_itself_and_for_its_contrary(kind: str, lang: Lang) -> None:
    with open_catalogue(lang) as file:
        catalogue = GNUTranslations(file)
    ids = [f"check.{kind}.{part}" for part in ("wanted", "next", "not-wanted", "not-next")]
    assert [id_ for id_ in ids if catalogue.gettext(id_) == id_] == []


@pytest.mark.parametrize(
    ("check", "found"),
    [
        (Equal(DomainnameOf("box"), "shop"), "the domain name in box is (none)"),
        (Equal("{outer}", 1), "the number of the shell in box as the host counts is 8"),
        (Equal("{box.pid}", 1), "the number of box as the host counts is 8"),
        (Equal(Lines(FileText("/proc/1/comm", "box")), 9), "the number of lines in /proc/1/comm in box is 1"),
        (Equal(ExitStatus("~/x", "host"), 1), "the exit status of ~/x on the host is 0"),
        (Equal(ClockReading(Clock.BOOTTIME, "box"), 1), "boottime in box, in seconds, is 10"),
        (Equal(ClockShift(Clock.BOOTTIME, "box"), 1), "the lead of boottime in box, in seconds, is 7"),
        (Equal(CgroupOf("host", "box"), "/"), "the cgroup of the host as box sees it is /.."),
        (Equal(OuterCgroupOf("host"), "/"), "the cgroup of the host as seen from outside the lab is /a"),
        (Equal(SysvCount(Facility.MEMORY, "box"), 1), "the number of shared memory segments in box is 0"),
        (Equal(QueueField(7, "host"), 1), "the number of messages in the queue 0x7 on the host is 2"),
        (Equal(QueueField(9, "host"), 1), "there is no queue with the key 0x9 on the host"),
        (FileEquals("/proc/1/comm", "x", "box"), "/proc/1/comm in box reads lab"),
        (InState("box", "S"), "box is stopped (T)"),
        (Equal(StartOf("box"), 0), "the start of box, in microseconds, is 3712"),
        (SignalDisposition("box", "SIGTERM", "default"), "SIGTERM is caught by box"),
        (Equal(StatField("nice", "box", "box"), 0), "the nice value of box, seen in box, is 10"),
        (Equal(ProcessesIn("box"), 0), "the number of processes in the PID namespace of box is 3"),
        (Equal(ProcessesIn("box", "Z"), 0), "the number of processes in state Z in the PID namespace of box is 2"),
        (Equal(UidOf("box", "host"), 7), "the uid of box as the host counts is 0"),
        (Equal(GidOf("box", "box"), 7), "the gid of box as box counts is 65534"),
        (Equal(UidOutside("box"), 7), "the uid of box on the machine outside is 2000000"),
        (Equal(OwnerOf("~/mine"), 7), "the owner of ~/mine on the host is 0"),
        (Probe(Sethostname(True), "box", "0"), "sethostname() in box answers EPERM"),
        (MountsAt("/proc", "host", 1), "mounts on /proc, as the host sees it: 2"),
        (Propagates("/", "box", "host"), "/ is master:1 in box, shared:1 on the host"),
        (Probe(Fork(True), "host:sh", "0"), "fork() in sh on the host answers ENOMEM"),
        (Probe(Setns("~/k", Kind.UTS), "host", "EINVAL"), "setns(~/k, CLONE_NEWUTS) on the host succeeds"),
        (Gone("box:bash"), "the shell in box is running"),
        (Gone("box"), "the container in box is running"),
        (Alive("web"), "the container web is not there yet"),
    ],
)
def test_what_is_found_names_whom_it_was_found_of(world: Any, check: Check, found: str) -> None:
    world.starts_us["box"] = 3712
    world.domains["box"] = "(none)"
    world.cgroups = {("host", "box"): "/..", ("host", "outside"): "/a"}
    world.clocks = {(Clock.BOOTTIME, "box"): 10_000_000_000, (Clock.BOOTTIME, "host"): 2_999_000_000}
    world.sysv = {(Facility.MEMORY, "box"): (), (Facility.MESSAGES, "host"): (SysvObject(7, 0, 2),)}
    world.exits = {("~/x", "host"): 0}
    world.mounts["/proc", "host"] = 2
    world.passing = {("/", *pair): passing for pair, passing in PASSING.items()}
    world.errnos = {("fork()", "host:sh"): 12, ("setns(~/k, CLONE_NEWUTS)", "host"): 0, ("sethostname()", "box"): 1}
    world.lives["box:bash"] = Life.ALIVE
    world.stats = {("box", "host"): STOPPED, ("box", "box"): STOPPED}
    world.statuses["box", "host"] = "SigIgn:\t0000000000000000\nSigCgt:\t0000000000004000\n"
    world.neighbours["box"] = ("T", "Z", "Z")
    assert told(judge(check, world))[1] == found


def test_a_verdict_quotes_no_more_than_a_line_of_a_file(world: Any) -> None:
    world.texts["/big", "host"] = "x" * 65536
    assert len(told(judge(FileEquals("/big", "y"), world))[1]) < 120


def test_an_empty_file_is_told_by_a_word(world: Any) -> None:
    world.texts["/note", "host"] = "\n"
    assert told(judge(Not(FileEquals("/note", "")), world))[0] == "/note on the host reads something else than nothing"


def test_a_state_without_words_of_its_own_is_told_by_its_letter(world: Any) -> None:
    world.stats["box", "host"] = replace(STOPPED, state="X")
    assert told(judge(InState("box", "T"), world))[1] == "box is X"
