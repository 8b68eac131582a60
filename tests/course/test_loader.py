"""A lesson is loaded whole, or all that is wrong with it is told with file and line."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nslab.course.known import Known
from nslab.course.loader import Faulty, Pack, load
from nslab.course.reading import MAX_BYTES
from nslab.course.told import Told, say
from nslab.words import LANGS, words_for

TINY = Path(__file__).parent / "lessons" / "tiny"
Told3 = tuple[str, int | None, str]


def edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))


def faults(folder: Path, known: Known | None = None) -> list[Told3]:
    loaded = load(folder, known)
    assert isinstance(loaded, Faulty), "the lesson loads"
    return [(fault.path.name, fault.line, fault.told.id) for fault in loaded.faults]


def line_of(folder: Path, name: str, text: str) -> int:
    lines = (folder / name).read_text().split("\n")
    return next(number for number, line in enumerate(lines, 1) if text in line)


def test_a_lesson_without_a_fault_loads_in_both_languages(tiny: Pack) -> None:
    assert [step.id for step in tiny.lesson.step] == ["again", "first", "second", "last"]
    assert {lang: words.title for lang, words in tiny.words.items()} == {"en": "A tiny lesson", "zh": "小小一课"}
    assert len(tiny.words["en"].steps["first"].tasks["run"].hints) == 2
    assert tiny.words["en"].steps["first"].choices["outer"].reply.source == "A sensible guess."


# What is spoiled in lesson.toml, and the fault that is told on that very line.
SHOP = '{ in = "host", run = "hostname shop", reaches = "name" }'
SETUP = 'setup = [{ run = "hostname renamed", in = "host" }]'
ALIVE = '{ kind = "alive", process = "web" }'
ONE_FAULT = [
    ('minutes = 3', 'minutes = "3"', "fault.wrong-type"),
    ('minutes = 3', 'minutes = 0', "fault.too-small"),
    ('minutes = 3', 'minuets = 3', "fault.unknown-field"),
    ('format = 1', 'format = 2', "fault.newer-format"),
    ('format = 1', 'format = 0', "fault.no-such-format"),
    ('id = "tiny"', 'id = "tinny"', "fault.folder-name"),
    ('needs = ["pid-namespaces"]', 'needs = ["pid-namespace"]', "fault.unknown-need"),
    ('programs = ["cc"]', 'programs = ["tcc"]', "fault.unknown-program"),
    ('docker = "flag"', 'docker = "flags"', "fault.unknown-word"),
    ('panes = ["namespaces", "processes"]', 'panes = ["namespaces", "process"]', "fault.unknown-pane"),
    ('terminals = ["host", "box"]', 'terminals = ["host", "box", "bx"]', "fault.unknown-terminal"),
    ('terminals = ["host", "box"]', 'terminals = ["host", "box", "web", "web"]', "fault.terminals"),
    ('namespaces = ["pid", "uts"], hostname', 'namespaces = ["pid", "utc"], hostname', "fault.unknown-word"),
    ('container = "web", namespaces', 'container = "host", namespaces', "fault.reserved"),
    ('hostname = "web" }', 'hostname = "web", args = [] }', "fault.empty-list"),
    ('in = "host" }]\n\n[[step]]\nid = "first"', 'in = "hst" }]\n\n[[step]]\nid = "first"', "fault.unknown-terminal"),
    (SETUP, 'setup = [{ exec = "guest", in = "wob" }]', "fault.unknown-container"),
    (SETUP, 'setup = [{ exec = "box", in = "web" }]', "fault.reserved"),
    (SETUP, 'setup = [{ exec = "one", in = "web" }, { exec = "one", in = "web" }]', "fault.twice"),
    (SETUP, 'setup = [{ exec = "guest", in = "web", args = [] }]', "fault.empty-list"),
    ('hostname = "web" }', 'hostname = "web", share = { nett = "web" } }', "fault.unknown-word"),
    ('hostname = "web" }', 'hostname = "web", share = { net = "web" } }', "fault.unknown-container"),
    (SETUP, 'setup = [{ container = "one", namespaces = [], share = { net = "wob" } }]', "fault.unknown-container"),
    (SETUP, 'setup = [{ container = "one", namespaces = ["net"], share = { net = "web" } }]', "fault.shared-own"),
    (SETUP, 'setup = [{ container = "one", namespaces = ["user"], share = { pid = "web" } }]', "fault.user-apart"),
    (SETUP, 'setup = [{ preset = "dockr" }]', "fault.unknown-preset"),
    (SETUP, 'setup = [{ exec = "guest", in = "web" }, { kill = "guest" }]', "fault.unknown-container"),
    (SETUP, 'setup = [{ order = ["clone", "program"] }]', "fault.not-all-cards"),
    ('terminals = ["host", "box"]', 'terminals = ["host", "guest"]', "fault.unknown-terminal"),
    (ALIVE, '{ kind = "alife", process = "web" }', "fault.unknown-kind"),
    (ALIVE, '{ kind = "alive", process = "wob" }', "fault.unknown-process"),
    (ALIVE, '{ kind = "alive", process = "deep" }', "fault.unknown-process"),
    (ALIVE, '{ kind = "alive", process = "web:" }', "fault.command-name"),
    (ALIVE, '{ kind = "alive" }', "fault.missing-field"),
    (ALIVE, '{ process = "web" }', "fault.which-kind"),
    (ALIVE, '{ all = [] }', "fault.empty-list"),
    (ALIVE, '{ kind = "pid_depth", process = "web", below = "host", exactly = -1 }', "fault.cannot-pass"),
    (ALIVE, '{ kind = "mounts_at", path = "/", of = "web", count = -1 }', "fault.cannot-pass"),
    (ALIVE, '{ kind = "equal", a = 1, b = 1 }', "fault.cannot-fail"),
    (ALIVE, '{ kind = "namespace_kept", type = "uts", by = "fd" }', "fault.of-or-path"),
    (ALIVE, '{ kind = "probe", in = "web", errno = "EPREM", call = { fork = true } }', "fault.unknown-errno"),
    (ALIVE, '{ kind = "probe", in = "web", errno = "0", call = { clone = [] } }', "fault.empty-list"),
    (ALIVE, '{ kind = "probe", in = "web", errno = "0", call = { fork = true }, without = ["net_raw"] }', "fault.capability"),
    (ALIVE, '{ kind = "signal", of = "web", signal = "TERM", is = "caught" }', "fault.unknown-signal"),
    ('{ id = "no" }', '{ id = "yes" }', "fault.twice"),
    ('{ id = "no" }', '{ id = "No" }', "fault.bad-id"),
    ('values.inner =', 'values.Inner =', "fault.value-name"),
    ('file = "/proc/{outer}/status"', 'file = "/proc/{uoter}/status"', "fault.unknown-value"),
    ('file = "/proc/{outer}/status"', 'file = "/proc/{line}/status"', "fault.unknown-value"),
    ('file = "/proc/{outer}/status"', 'file = "/proc/{box.pdi}/status"', "fault.unknown-attribute"),
    ('file = "/proc/{outer}/status"', 'file = "/proc/{bx.pid}/status"', "fault.unknown-process"),
    ('equals = ["{inner}", 1]', 'equals = ["{inner}"]', "fault.wrong-length"),
    ('equals = ["{inner}", 1]', 'equals = ["{inner}", "{inner}"]', "fault.cannot-fail"),
    ('equals = ["{inner}", 1]', 'equals = ["{inner}", 1], absent = "{outer}"', "fault.two-predicates"),
    ('absent = "{inner}"', 'absent = "inner"', "fault.no-value"),
    ('type = "pid", a = "host", b = "box"', 'type = "pdi", a = "host", b = "box"', "fault.unknown-word"),
    ('type = "pid", a = "host", b = "box"', 'type = "pid", a = "host", b = "host"', "fault.cannot-pass"),
    ('type = "mnt", a = "host", b = "box"', 'type = "mnt", a = "box", b = "box"', "fault.cannot-fail"),
    ('ask = "{inner}"', 'ask = "1"', "fault.stored-answer"),
    ('ask = "{inner}"', 'ask = 1', "fault.stored-answer"),
    ('ask = "{inner}"', 'ask = "{inner}", check = { kind = "alive", process = "web" }', "fault.check-or-ask"),
    ('id = "second"', 'board = "kimds"\nid = "second"', "fault.unknown-board"),
    ('id = "second"', 'reveals = ["namespaces"]\nid = "second"', "fault.reveals"),
    ('id = "first"', 'reveals = ["calls"]\nid = "first"', "fault.reveals"),
    (SHOP, '{ make = { container = "host", namespaces = [] }, reaches = "name" }', "fault.reserved"),
    (SHOP, '{ maek = { container = "one", namespaces = [] } }', "fault.which-kind"),
    (SHOP, '{ make = { order = ["clone"] }, reaches = "name" }', "fault.not-all-cards"),
    (SETUP, 'setup = [{ order = [] }]', "fault.not-all-cards"),
    (
        SETUP,
        'setup = [{ container = "one", namespaces = ["pid"], limits = { pids = "9" } }]',
        "fault.limit-without-need",
    ),
    (SETUP, 'setup = [{ container = "one", namespaces = ["pid"], limits = { cpus = "99999" } }]', "fault.no-limit"),
    (SETUP, 'setup = [{ birth = "new", namespaces = ["pid"], hostname = "new" }]', "fault.hostname-without-uts"),
    ('namespaces = ["pid", "uts"], hostname', 'namespaces = ["pid"], hostname', "fault.hostname-without-uts"),
    (ALIVE, '{ kind = "birth_changed", line = "leek", by = "clone" }', "fault.unknown-word"),
    (ALIVE, '{ kind = "birth_changed", line = 5, by = "clone" }', "fault.wrong-type"),
    ('row = "pid"', 'row = "pid", process = "box"', "fault.row-or-process"),
    ('row = "pid"', 'process = "box"', "fault.highlight-pane"),
    ('row = "pid"', 'row = "pid", call = "setns"', "fault.highlight-call"),
    ('pane = "namespaces", row = "pid"', 'pane = "calls", process = "web"', "fault.highlight-call"),
    ('row = "pid"', 'path = "/tmp"', "fault.highlight-pane"),
    ('row = "pid"', 'line = "uid_map"', "fault.highlight-pane"),
    ('row = "pid"', 'line = "no-such-line"', "fault.unknown-word"),
    ('row = "pid"', 'row = "pid", path = "/tmp"', "fault.row-or-process"),
    ('reaches = "run"', 'reaches = "rnu"', "fault.unknown-task"),
    ('reaches = "run"', 'reaches = "ask"', "fault.reaches-ask"),
    ('reaches = "run"', 'reaches = "run", shows = "name"', "fault.shows-no-ask"),
    ('run = "echo $$"', 'shows = "rnu", run = "echo $$"', "fault.unknown-task"),
    ('run = "echo $$"', r'run = "echo $$\nrm x"', "fault.not-one-line"),
    ('run = "echo $$"', 'run = " "', "fault.not-one-line"),
    ('"./hello {web.pid}"', '"./hello {wbe.pid}"', "fault.unknown-process"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told"), ONE_FAULT, ids=[f"{told[6:]}-{new}" for _, new, told in ONE_FAULT])
def test_a_fault_in_the_structure_is_told_on_its_line(folder: Path, old: str, new: str, told: str) -> None:
    edit(folder, "lesson.toml", old, new)
    line = line_of(folder, "lesson.toml", new.partition("\n")[0])
    assert ("lesson.toml", line, told) in faults(folder)


def test_a_command_that_show_me_would_type_for_two_tasks_is_told_unless_it_says_whose_it_is(folder: Path) -> None:
    run = next(line for line in text_of(folder).splitlines() if 'id = "run"' in line)
    ask = next(line for line in text_of(folder).splitlines() if 'id = "ask"' in line)
    edit(folder, "lesson.toml", f"{run}\n{ask}", f"{ask}\n{run}")
    assert faults(folder) == [("lesson.toml", line_of(folder, "lesson.toml", "cc -o hello"), "fault.shown-twice")]
    edit(folder, "lesson.toml", '"cc -o hello hello.c" }', '"cc -o hello hello.c", shows = "ask" }')
    assert isinstance(load(folder), Pack)


def text_of(folder: Path) -> str:
    return (folder / "lesson.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("line", ["leak", "uts"])
def test_a_word_of_either_sort_is_read_where_two_sorts_may_stand(folder: Path, line: str) -> None:
    edit(folder, "lesson.toml", ALIVE, f'{{ kind = "birth_changed", line = "{line}", by = "clone" }}')
    assert isinstance(load(folder), Pack)


def test_the_nearest_known_name_is_offered(folder: Path) -> None:
    edit(folder, "lesson.toml", 'kind = "different_namespace"', 'kind = "diferent_namespace"')
    loaded = load(folder)
    assert isinstance(loaded, Faulty)
    assert [say(fault.told, words_for("en")) for fault in loaded.faults] == [
        "There is no kind diferent_namespace. Did you mean different_namespace?"
    ]


def test_all_faults_are_told_at_once_in_the_order_of_files_and_lines(folder: Path) -> None:
    edit(folder, "lesson.toml", "minutes = 3", "minutes = true")
    edit(folder, "lesson.toml", 'kind = "alive"', 'kind = "alife"')
    edit(folder, "lesson.toml", 'id = "last"', 'id = "last"\nfersh = true')
    edit(folder, "en.md", "{line}", "{lien}")
    edit(folder, "zh.md", "#### hint 2\n第二条提示。\n", "")
    assert faults(folder) == [
        ("en.md", line_of(folder, "en.md", "{lien}"), "fault.unknown-value"),
        ("lesson.toml", 3, "fault.wrong-type"),
        ("lesson.toml", line_of(folder, "lesson.toml", "alife"), "fault.unknown-kind"),
        ("lesson.toml", line_of(folder, "lesson.toml", "fersh"), "fault.unknown-field"),
        ("zh.md", line_of(folder, "zh.md", "### task run"), "fault.no-words"),
    ]


def test_a_broken_check_does_not_make_the_words_of_its_task_strange(folder: Path) -> None:
    edit(folder, "lesson.toml", 'type = "pid", a = "host"', 'type = 7, a = "host"')
    assert faults(folder) == [("lesson.toml", line_of(folder, "lesson.toml", "type = 7"), "fault.wrong-type")]


WORDS = [
    ("## last\nOnly words.\n", "", "fault.no-words", "# A tiny lesson"),
    ("## card", "## cart", "fault.words-for-nothing", "## cart"),
    ("## last", "## lost", "fault.words-for-nothing", "## lost"),
    ("#### outer\nthe outer one", "#### uoter\nthe outer one", "fault.words-for-nothing", "#### uoter"),
    ("### task ask\nAsk it.", "### task aks\nAsk it.", "fault.words-for-nothing", "### task aks"),
    ("#### hint 2\nSecond hint.", "#### hint 3\nSecond hint.", "fault.words-for-nothing", "#### hint 3"),
    ("#### hint 2\nSecond hint.", "#### tip 2\nSecond hint.", "fault.heading", "#### tip 2"),
    ("#### hint 1\nFirst hint.", "#### hint 2\nFirst hint.", "fault.twice", "#### hint 2\nSecond"),
    ("#### none\nnone", "#### none", "fault.no-text", "#### none"),
    ("## second\nName it.", "##### second\nName it.", "fault.heading", "##### second"),
    ("Only words.", "![x](y.png)", "fault.markdown", "![x](y.png)"),
    ("It was {outer}.", "It was {again}.", "fault.unknown-value", "It was {again}."),
    ("Three sentences.", "Now {outer}.", "fault.value-without-lab", "Now {outer}."),
    ("The hook of it.", "Now {host.pid}.", "fault.value-without-lab", "Now {host.pid}."),
    ("Which number?", "Is it {outer}?", "fault.value-without-lab", "Is it {outer}?"),
    ("the outer one", "{outer}", "fault.value-without-lab", "{outer}\n---"),
    ("Only words.", "Only\n\n---\n\nwords.", "fault.rule", "---"),
    ("# A tiny", "Before.\n\n# A tiny", "fault.before-title", "Before."),
]


@pytest.mark.parametrize(("old", "new", "told", "where"), WORDS, ids=[f"{told[6:]}-{new}" for _, new, told, _ in WORDS])
def test_a_fault_in_the_words_is_told_on_its_line(folder: Path, old: str, new: str, told: str, where: str) -> None:
    edit(folder, "en.md", old, new)
    text = (folder / "en.md").read_text()
    line = text[: text.rindex(where)].count("\n") + 1
    assert ("en.md", line, told) in faults(folder)


def test_a_missing_translation_is_told(folder: Path) -> None:
    (folder / "zh.md").unlink()
    assert faults(folder) == [("zh.md", None, "fault.unreadable")]


def test_a_file_that_is_not_listed_and_a_listed_one_that_is_not_there_are_told(folder: Path) -> None:
    (folder / "files" / "hello.c").rename(folder / "files" / "hallo.c")
    assert faults(folder) == [
        ("hallo.c", None, "fault.stray-file"),
        ("lesson.toml", line_of(folder, "lesson.toml", "hello.c"), "fault.unknown-file"),
    ]


def test_a_recalled_lesson_must_exist_where_the_lessons_are_known(folder: Path) -> None:
    line = line_of(folder, "lesson.toml", "recall")
    assert isinstance(load(folder, Known(lessons=frozenset({"earlier", "tiny"}))), Pack)
    assert faults(folder, Known(lessons=frozenset({"tiny"}))) == [("lesson.toml", line, "fault.unknown-lesson")]


def test_a_lesson_of_nothing_but_recall_is_refused(folder: Path) -> None:
    text = (folder / "lesson.toml").read_text()
    (folder / "lesson.toml").write_text(text[: text.index('[[step]]\nid = "first"')])
    assert ("lesson.toml", 12, "fault.only-recall") in faults(folder)


def test_a_lesson_of_which_a_machine_may_leave_out_every_step_is_refused(folder: Path) -> None:
    text = (
        (folder / "lesson.toml")
        .read_text()
        .replace("[[step]]\nid", '[[step]]\nonly = { kind = "alive", process = "web" }\nid')
    )
    (folder / "lesson.toml").write_text(text)
    assert ("lesson.toml", 12, "fault.only-recall") in faults(folder)


def test_the_values_of_a_step_that_may_be_left_out_are_its_own(folder: Path) -> None:
    edit(folder, "lesson.toml", 'id = "first"', 'id = "first"\nonly = { kind = "alive", process = "web" }')
    assert ("en.md", line_of(folder, "en.md", "It was {outer}."), "fault.unknown-value") in faults(folder)


def test_what_a_lesson_wants_must_be_a_probe_of_doctor(folder: Path) -> None:
    edit(folder, "lesson.toml", 'programs = ["cc"]', 'wants = ["own-cgroop"]\nprograms = ["cc"]')
    assert ("lesson.toml", line_of(folder, "lesson.toml", "wants"), "fault.unknown-need") in faults(folder)


def test_values_and_containers_of_another_lab_are_not_known(folder: Path) -> None:
    edit(folder, "lesson.toml", 'id = "second"', 'id = "second"\nfresh = true')
    assert ("en.md", line_of(folder, "en.md", "It was {outer}."), "fault.unknown-value") in faults(folder)


def test_a_container_shares_only_with_one_that_was_made_before_it(folder: Path) -> None:
    one = '{ container = "one", namespaces = [], share = { net = "web", uts = "two" } }'
    two = '{ container = "two", namespaces = [], share = { net = "web" } }'
    edit(folder, "lesson.toml", SETUP, f"setup = [{one},\n{two}]")
    line = line_of(folder, "lesson.toml", one)
    assert faults(folder) == [("lesson.toml", line, "fault.unknown-container")]
    edit(folder, "lesson.toml", f"setup = [{one},\n{two}]", f"setup = [{two},\n{one}, {{ kill = 'two' }}]")
    assert isinstance(load(folder), Pack)


def test_the_containers_of_a_preset_are_there_once_it_is_made(folder: Path) -> None:
    after = SETUP.replace("[", '[{ preset = "pod" }, { kill = "pause" }, ')
    edit(folder, "lesson.toml", SETUP, after)
    assert isinstance(load(folder), Pack)
    edit(folder, "lesson.toml", after, SETUP.replace("[", '[{ kill = "pause" }, { preset = "pod" }, '))
    assert [told for _, _, told in faults(folder)] == ["fault.unknown-container"]


def test_a_check_that_the_task_before_made_true_cannot_fail(folder: Path) -> None:
    check = 'check = { kind = "hostname", of = "host", equals = "shop" }'
    edit(folder, "lesson.toml", f'{{ id = "name", {check} }}', f'{{ id = "name", {check} }}, {{ id = "re", {check} }}')
    assert ("lesson.toml", line_of(folder, "lesson.toml", check), "fault.cannot-fail") in faults(folder)


def test_a_task_that_no_solution_reaches_is_told(folder: Path) -> None:
    edit(folder, "lesson.toml", ', reaches = "name"', "")
    line = line_of(folder, "lesson.toml", 'id = "name"')
    assert faults(folder) == [("lesson.toml", line, "fault.no-solution")]


def nest(depth: int) -> bytes:
    return b"x = " + b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    ("content", "told", "line"),
    [
        (b"x = \xff", "fault.not-utf-8", 1),
        (b"\n\nx = \x00", "fault.toml", 3),
        (b"a = 1\na = 2\n", "fault.toml", 2),
        (b"[step", "fault.toml", 1),
        (nest(40), "fault.too-deep", None),
        (nest(2000), "fault.too-deep", None),
        (b"\n" + b"a." * 1500 + b"b = 1", "fault.too-deep", None),
        (b"\nx = " + b"9" * 5000, "fault.long-line", 2),
        (b"x = [\n" + b"1,\n" * MAX_BYTES, "fault.too-large", None),
    ],
    ids=["binary", "NUL", "twice", "cut", "nested", "deep", "dotted", "digits", "large"],
)
def test_a_bomb_or_a_damaged_file_is_told(folder: Path, content: bytes, told: str, line: int | None) -> None:
    (folder / "lesson.toml").write_bytes(content)
    assert ("lesson.toml", line, told) in faults(folder)


def directory(path: Path) -> None:
    path.mkdir()


def fifo(path: Path) -> None:
    os.mkfifo(path)


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def loop(path: Path) -> None:
    path.symlink_to(path.name)


@pytest.mark.parametrize("make", [directory, fifo, dangling, loop])
@pytest.mark.parametrize("name", ["lesson.toml", "en.md", "zh.md"])
def test_what_is_no_file_is_told_and_never_waited_for(folder: Path, name: str, make: Callable[[Path], None]) -> None:
    (folder / name).unlink()
    make(folder / name)
    before = os.listdir("/proc/self/fd")
    assert (name, None, "fault.unreadable") in faults(folder)
    assert os.listdir("/proc/self/fd") == before


def outside(path: Path) -> None:
    path.symlink_to("/etc/hostname")


def huge(path: Path) -> None:
    path.touch()
    os.truncate(path, 1 << 40)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (directory, "fault.unreadable"),
        (fifo, "fault.unreadable"),
        (loop, "fault.unreadable"),
        (outside, "fault.file-outside"),
        (huge, "fault.too-large"),
    ],
)
def test_what_is_no_file_for_the_lab_is_told(folder: Path, make: Callable[[Path], None], told: str) -> None:
    (file,) = (folder / "files").iterdir()
    file.unlink()
    make(file)
    assert (file.name, None, told) in faults(folder)


def test_a_file_for_the_lab_may_be_a_link_to_one_of_the_same_pack(folder: Path) -> None:
    (file,) = (folder / "files").iterdir()
    file.rename(folder.parent / "shared")
    file.symlink_to("../../shared")
    assert isinstance(load(folder), Pack)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert {fault for _, _, fault in faults(tmp_path / "none")} == {"fault.unreadable"}


CATALOGUES = tuple(map(words_for, LANGS))


def sayable(told: Told) -> None:
    for words in CATALOGUES:
        assert say(told, words)


SPOIL = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b"\x00", b"'''", b'"', b"[[step]]\n", b"= 1\n", b"{", b"}", b"{x}", b"## ", b"---\n", b"\xff", b"."]
    ),
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(["lesson.toml", "en.md", "zh.md"]), at=st.floats(0, 1), cut=st.integers(0, 60), put=SPOIL)
def test_a_lesson_spoiled_anywhere_gives_faults_that_can_be_said(
    folder: Path, name: str, at: float, cut: int, put: bytes
) -> None:
    whole = (TINY / name).read_bytes()
    start = int(at * len(whole))
    (folder / name).write_bytes(whole[:start] + put + whole[start + cut :])
    loaded = load(folder)
    (folder / name).write_bytes(whole)
    for fault in loaded.faults if isinstance(loaded, Faulty) else ():
        sayable(fault.told)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(contents=st.tuples(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=200)))
def test_any_bytes_give_faults_that_can_be_said(folder: Path, contents: tuple[bytes, bytes, bytes]) -> None:
    for name, content in zip(("lesson.toml", "en.md", "zh.md"), contents, strict=True):
        (folder / name).write_bytes(content)
    loaded = load(folder)
    assert isinstance(loaded, Faulty)
    for fault in loaded.faults:
        sayable(fault.told)


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["host", "box", "pid", "{inner}", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "kind", "all", "of"]), inner),
    max_leaves=6,
)


def toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case None:
            return "1979-05-27"
        case str():
            return f'"{value}"'
        case list():
            return f"[{', '.join(map(toml, value))}]"
        case dict():
            return "{" + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + "}"
    return str(value)


FIELDS = [
    "minutes", "step", "terminals", "panes", "needs", "wants", "programs", "files", "containers", "docker",
]  # fmt: skip
STEP_FIELDS = [
    "recall", "only", "fresh", "setup", "values", "predict", "do", "keep", "highlight", "panes", "terminals", "solution",
]  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=st.sampled_from([*FIELDS, *STEP_FIELDS]), value=JSONISH, in_step=st.booleans())
def test_a_value_of_any_shape_in_any_field_gives_faults_that_can_be_said(
    folder: Path, field: str, value: object, in_step: bool
) -> None:
    head = 'format = 1\nid = "tiny"\n'
    line = f"{field} = {toml(value)}\n"
    steps = '[[step]]\nid = "first"\n'
    (folder / "lesson.toml").write_text(
        head + steps + line if in_step else head + line + (steps if field != "step" else "")
    )
    loaded = load(folder)
    assert isinstance(loaded, Faulty)
    for fault in loaded.faults:
        sayable(fault.told)
