"""One moment of a lesson on a real lab, with all that a screen shows of it."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from nslab.course.model import Container
from nslab.course.play import Play
from nslab.course.player import Predicted
from nslab.course.session import Ended
from nslab.course.snapshot import Snapshot, number_in_lab, snapshot, unchanged
from nslab.course.told import Absent
from nslab.kernel.namespaces import Kind
from nslab.observe.mount_view import MountView
from nslab.observe.user_view import UserView
from nslab.observe.views import CallsView, NotYet, Tag
from nslab.words import LANGS, Lang
from tests.stage import Stage, lesson

PROGRAM = "gcc -o ns_pid ns_pid.c && ./ns_pid"


@pytest.fixture(scope="module")
def play() -> Iterator[Play]:
    """The pid lesson, its container made by the learner's own program."""
    play = Play(lesson("pid"))
    play.tell(Predicted("one"))
    Stage(play.session).box(PROGRAM)
    play.tick()  # compiled
    play.tick()  # run
    yield play
    play.close()


@pytest.fixture
def seen(play: Play) -> Snapshot:
    play.session.look()
    return snapshot(play)


@pytest.fixture
def bare() -> Iterator[Play]:
    """The pid lesson just opened."""
    play = Play(lesson("pid"))
    yield play
    play.close()


def test_each_terminal_is_told_by_who_reads_it_and_the_world_it_is_in(seen: Snapshot) -> None:
    host, box = seen.terminals["host"], seen.terminals["box"]
    assert (host.program, host.hostname, host.letter, host.owns) == ("bash", "lab", "A", ())
    assert (box.program, box.hostname, box.letter) == ("bash", "container", "B")
    assert box.owns == (Tag(Kind.PID, "B"), Tag(Kind.UTS, "B"))


def test_a_host_name_is_compared_as_it_is_and_shown_without_orders_for_the_readers_terminal(bare: Play) -> None:
    hostile = "h\x1b]0;b\x07\u202e"
    host = bare.session.shells["host"].pid
    assert bare.session.lab.probe(host, "sethostname", (hostile,)) == 0
    bare.session.look()
    assert bare.world.hostname("host") == hostile
    assert snapshot(bare).terminals["host"].hostname == r"h\x1b]0;b\x07\u202e"


def test_every_namespace_that_somebody_is_in_has_its_letter(play: Play, seen: Snapshot) -> None:
    own, host = play.world.namespace("box", Kind.PID), play.world.namespace("host", Kind.PID)
    assert not isinstance(own, Absent)
    assert not isinstance(host, Absent)
    assert (seen.letters[own], seen.letters[host]) == ("B", "A")
    assert len(seen.letters) == len(Kind) + 2


def test_the_panes_have_a_column_for_the_host_and_for_the_other_terminal(seen: Snapshot) -> None:
    assert [column.name for column in seen.namespaces.columns] == ["host", "box"]


def test_the_values_that_the_words_speak_of_are_read_in_both_languages(play: Play, seen: Snapshot) -> None:
    assert seen.values["inner"] == 1
    assert seen.values["box.pid_ns"] == play.world.namespace("box", Kind.PID)
    spoken = {name for lang in LANGS for name in spoken_of(play, lang)}
    assert seen.values.keys() == spoken


def spoken_of(play: Play, lang: Lang) -> set[str]:
    """The names in braces in the words of the step, read by eye's rule rather than the product's."""
    text = (play.pack.folder / f"{lang}.md").read_text().partition("\n## one\n")[2].partition("\n## ")[0]
    return set(re.findall(r"(?<!\{)\{([a-z_.]+)\}(?!\})", text))


def test_what_the_checks_found_is_kept_for_their_step(seen: Snapshot) -> None:
    assert [found.id for found in seen.seen] == ["check.found.two-namespaces", "check.found.executable"]


def test_the_lesson_s_program_is_shown_as_it_stands_in_the_lab_and_who_runs_it(play: Play, seen: Snapshot) -> None:
    assert seen.source is not None
    assert (seen.source.name, seen.source.pid) == ("ns_pid.c", running(play, "ns_pid"))
    Stage(play.session).run("host", "cp ns_pid.c kept.c; echo '// mine' >> ns_pid.c")
    later = snapshot(play).source
    assert later is not None
    assert later.text == seen.source.text + "// mine\n"
    Stage(play.session).run("host", "mv ns_pid.c away.c")
    assert snapshot(play).source is None
    Stage(play.session).run("host", "mv kept.c ns_pid.c")


def running(play: Play, program: str) -> int | None:
    return next((one.pid for one in play.session.world.seen.scan.processes if one.comm == program), None)


def test_a_terminal_says_what_runs_in_it_now(play: Play) -> None:
    stage = Stage(play.session)
    stage.type("host", "sleep 60")
    stage.until(lambda: snapshot(play).terminals["host"].program == "sleep")
    stage.press("host", b"\x03")
    stage.until(lambda: snapshot(play).terminals["host"].program == "bash")


def test_a_process_s_number_in_the_lab_is_the_second_one_that_the_kernel_tells(play: Play) -> None:
    assert number_in_lab(play.session.lab.pid) == 1
    assert number_in_lab(os.getpid()) is None
    assert number_in_lab(2**22) is None


def test_a_step_s_process_is_pointed_at_once_it_is_there(bare: Play) -> None:
    """The second step of the lesson points at box:bash."""
    steps = [step.id for step in bare.player.steps]
    at = steps.index("other-number")
    bare.move_to(replace(bare.player, frontier=at, at=at))
    bare.tick()
    assert snapshot(bare).highlighted is None
    made = Stage(bare.session).box()
    bare.tick()
    assert snapshot(bare).highlighted == made


def test_the_calls_that_made_a_container_stand_under_the_letter_of_its_world_and_are_not_read_anew(bare: Play) -> None:
    assert snapshot(bare).calls == NotYet("pane.no-calls-yet")
    bare.session.make(Container("web", (Kind.UTS,), "shop"))
    bare.session.make(Container("plain", ()))
    bare.tick()
    first, second = snapshot(bare).calls, snapshot(bare).calls
    assert isinstance(first, CallsView)
    assert isinstance(second, CallsView)
    assert [(birth.name, birth.letter) for birth in first.births] == [("web", "B"), ("plain", "A")]
    assert all(one.calls is other.calls for one, other in zip(first.births, second.births, strict=True))


def test_a_shell_that_has_joined_a_container_has_the_column_of_its_terminal(bare: Play) -> None:
    """It is no container of its own: its namespaces are the older one's."""
    bare.session.make(Container("web", (Kind.UTS,), "shop"))
    bare.tick()
    assert [column.pid for column in snapshot(bare).namespaces.columns if column.name == "box"] == [None]
    target = bare.session.engine().containers["web"]
    hands = Stage(bare.session)
    hands.type("box", f"nsenter --target {target} --uts bash")
    hands.until(lambda: snapshot(bare).terminals["box"].letter == "B")
    (box,) = [column for column in snapshot(bare).namespaces.columns if column.name == "box"]
    assert (box.comm, box.letter, box.alive) == ("bash", "B", True)
    hands.type("box", "exit")
    hands.until(lambda: snapshot(bare).namespaces.columns[1].pid is None)


def test_an_ended_shell_is_told_with_its_status(bare: Play) -> None:
    Stage(bare.session).type("host", "exit 3")
    Stage(bare.session).until(lambda: bare.session.ended("host"))
    bare.tick()
    assert snapshot(bare).terminals["host"].ended == Ended(3 << 8)
    assert snapshot(bare).terminals["box"].ended is None


def test_a_lab_that_has_ended_is_shown_as_last_seen(bare: Play) -> None:
    Stage(bare.session).box()
    before = snapshot(bare)
    os.kill(bare.session.lab.pid, signal.SIGKILL)
    Stage(bare.session).until(lambda: not bare.session.world.seen.host_alive)
    bare.tick()
    seen = snapshot(bare)
    assert before.lab_alive
    assert not seen.lab_alive
    assert [state.letter for state in seen.terminals.values()] == ["A", "A"]
    assert all(state.ended for state in seen.terminals.values())


def test_mounts_are_read_only_while_their_pane_is_on_show(bare: Play) -> None:
    assert snapshot(bare).mounts == NotYet("pane.nothing-yet")
    bare.pack = replace(bare.pack, lesson=replace(bare.pack.lesson, panes=("mounts",)))
    seen = snapshot(bare).mounts
    assert isinstance(seen, MountView)
    assert [column.name for column in seen.columns] == ["host", "box"]
    assert "/proc" in [row.path for row in seen.rows]


def test_two_moments_with_the_same_mounts_look_the_same(bare: Play) -> None:
    bare.pack = replace(bare.pack, lesson=replace(bare.pack.lesson, panes=("mounts",)))
    Stage(bare.session).run("host", "mkdir -p /tmp/m")
    bare.session.look()
    before = snapshot(bare)
    bare.session.look()
    assert unchanged(before, replace(snapshot(bare), processes=before.processes))
    Stage(bare.session).run("host", "mount -t tmpfs m /tmp/m")
    bare.session.look()
    assert not unchanged(before, replace(snapshot(bare), processes=before.processes))


def test_who_the_processes_are_is_read_only_while_it_is_on_show(bare: Play) -> None:
    assert snapshot(bare).users == NotYet("pane.nothing-yet")
    at_user = Play(lesson("user"))
    try:
        users = snapshot(at_user).users
        assert isinstance(users, UserView)
        assert [column.name for column in users.columns] == ["host", "box"]
        host, box = users.cells
        assert host is not None
        assert (host.letter, host.uid.inside, host.uid.host) == ("A", 0, 0)
        assert host.uid.outside != 0
        assert box is None
        assert unchanged(snapshot(at_user), snapshot(at_user))
    finally:
        at_user.close()
