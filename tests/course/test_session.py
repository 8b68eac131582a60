"""A lesson's lab from start to end: its files, shells, containers, and what a learner can do to all of them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from nslab.course.look import Look
from nslab.course.model import Container, Exec, Kill
from nslab.course.session import Ended, Session, lesson_files
from nslab.course.values import StatusField
from nslab.course.world import Life
from nslab.engine.failures import LabError
from nslab.kernel.namespaces import Kind
from nslab.observe.views import Refused, Returned
from tests.engine.conftest import new_since, trace
from tests.stage import Stage, lesson, staged

WEB = Container("web", (Kind.PID, Kind.UTS), "shop")


@pytest.fixture
def stage() -> Iterator[Stage]:
    with staged(files={"note": b"read me\n"}) as stage:
        yield stage


def test_a_lab_has_the_lessons_files_in_its_home_and_a_shell_in_each_terminal(stage: Stage) -> None:
    assert stage.world.text("~/note", "host") == "read me\n"
    shells = stage.session.shells
    assert list(shells) == ["host", "box"]
    assert stage.session.engine().shells == {shell.pid for shell in shells.values()}
    stage.run("box", "cp note copy; pwd > where")
    assert (stage.world.text("~/copy", "host"), stage.world.text("~/where", "host")) == ("read me\n", "/root\n")


def test_a_container_of_the_lessons_has_what_it_declares_and_no_terminal(stage: Stage) -> None:
    stage.session.make(WEB)
    stage.session.look()
    assert stage.world.hostname("web") == "shop"
    assert stage.world.namespace("web", Kind.MNT) == stage.world.namespace("host", Kind.MNT)
    assert "web" not in stage.session.shells


def test_a_container_that_is_called_as_a_terminal_gets_it() -> None:
    shop = Container("box", (Kind.PID, Kind.UTS), "shop", args=("bash",))
    with staged(shop) as stage:
        stage.until(lambda: stage.world.comm("box") == "bash")
        assert stage.session.shells["box"].pid == stage.session.engine().containers["box"]
        stage.type("box", "hostname > /tmp/where")
        stage.until(lambda: stage.world.text("/tmp/where", "host") == "shop\n")


def test_a_container_whose_program_names_itself_is_there_once_it_has_its_name(stage: Stage) -> None:
    script = "sleep 0.3; printf ready >/proc/self/comm; sleep 60; :"
    stage.session.make(Container("slow", (Kind.PID,), args=("bash", "-c", script), named="ready"))
    stage.session.look()
    assert stage.world.comm("slow") == "ready"


def test_who_ends_before_it_has_its_name_is_waited_for_no_longer(stage: Stage) -> None:
    stage.session.make(Container("brief", (Kind.PID,), args=("true",), named="ready"))
    stage.session.look()
    assert stage.world.life("brief") is not Life.ALIVE


def test_a_container_shares_what_it_declares_with_another_and_outlives_it(stage: Stage) -> None:
    stage.session.make(WEB)
    stage.session.make(Container("log", (Kind.PID,), share={Kind.UTS: "web"}))
    stage.session.look()
    assert stage.world.hostname("log") == "shop"
    assert [row.step for row in stage.session.births["log"].calls[:3]] == ["joiner", "join_web", "clone"]
    stage.session.make(Kill("web"))
    stage.session.look()
    assert (stage.world.life("web"), stage.world.life("log")) == (Life.GONE, Life.ALIVE)
    assert stage.world.hostname("log") == "shop"


def test_who_has_ended_is_shared_with_no_more(stage: Stage) -> None:
    stage.session.make(WEB)
    stage.session.make(Kill("web"))
    with pytest.raises(LabError) as refused:
        stage.session.make(Container("log", (), share={Kind.UTS: "web"}))
    assert refused.value.code == "join-target-ended"
    failure = stage.session.births["log"].failure
    assert failure is not None
    assert (failure.step, failure.answer) == ("join_web", Refused("ESRCH", "No such process", tolerated=False))


def test_a_program_put_into_a_container_joins_all_of_it_and_is_told_call_by_call(stage: Stage) -> None:
    stage.session.make(WEB)
    stage.session.make(Exec("guest", "web"))
    stage.session.look()
    assert all(stage.world.namespace("guest", kind) == stage.world.namespace("web", kind) for kind in Kind)
    birth = stage.session.births["guest"]
    assert birth.pid == stage.world.pid("guest", "host")
    assert [row.step for row in birth.calls][:4] == ["clone", "undumpable", "setns", "fork"]


def test_a_program_put_into_a_container_has_the_container_s_rights_and_ends_with_it(stage: Stage) -> None:
    stage.session.make(WEB)
    stage.session.make(Exec("guest", "web"))
    stage.session.look()
    rights = [StatusField(field, name) for name in ("web", "guest") for field in ("CapEff", "CapBnd", "NoNewPrivs")]
    read = [right.read(Look(stage.world, {})) for right in rights]
    assert read[:3] == read[3:]
    stage.session.lab.signal("web", signal.SIGKILL)
    stage.until(lambda: stage.world.life("guest") is Life.GONE)


def test_a_program_that_can_not_be_put_into_a_container_is_told_up_to_the_call_that_was_refused(stage: Stage) -> None:
    stage.session.make(WEB)
    with pytest.raises(LabError):
        stage.session.make(Exec("guest", "web", ("/no/such/program",)))
    birth = stage.session.births["guest"]
    assert (birth.pid, birth.failure and birth.failure.step) == (None, "exec")


def test_a_container_made_again_takes_the_place_of_the_first(stage: Stage) -> None:
    stage.session.make(WEB)
    first = stage.session.engine().containers["web"]
    stage.session.make(WEB)
    stage.session.look()
    assert stage.session.engine().containers["web"] != first
    assert stage.world.seen.scan.get(first) is None


def test_how_a_container_was_made_is_kept_call_by_call(stage: Stage) -> None:
    stage.session.make(WEB)
    birth = stage.session.births["web"]
    assert birth.pid == stage.session.engine().containers["web"]
    assert birth.failure is None
    (clone,) = [row for row in birth.calls if row.step == "clone"]
    assert (clone.who, clone.answer) == ("lab", Returned(birth.pid))
    assert 'sethostname("shop")' in [row.call for row in birth.calls]


def test_a_container_made_again_is_told_anew(stage: Stage) -> None:
    for container in (WEB, Container("other", ()), WEB):
        stage.session.make(container)
    assert list(stage.session.births) == ["other", "web"]
    assert stage.session.births["web"].pid == stage.session.engine().containers["web"]


def test_a_container_that_can_not_be_made_is_told_up_to_the_call_that_was_refused(stage: Stage) -> None:
    with pytest.raises(LabError):
        stage.session.make(Container("bad", (Kind.UTS,), args=("/no/such/program",)))
    birth = stage.session.births["bad"]
    assert birth.pid is None
    assert birth.failure is not None
    assert birth.failure.call.startswith('execve("/no/such/program"')
    assert birth.failure.answer == Refused("ENOENT", "No such file or directory", tolerated=False)


@pytest.mark.parametrize(
    ("typed", "code", "killed_by"),
    [("exit 3", 3, None), ("kill -9 $$", None, signal.SIGKILL), ("exec true", 0, None), ("kill -HUP $$", None, 1)],
)
def test_a_shell_that_ended_says_how_and_another_takes_its_place(
    stage: Stage, typed: str, code: int | None, killed_by: int | None
) -> None:
    first = stage.session.shells["host"]
    assert stage.session.ended("host") is None
    stage.type("host", typed)
    stage.until(lambda: stage.session.ended("host"))
    ended = stage.session.ended("host")
    assert ended is not None
    assert (ended.code, ended.signal) == (code, killed_by)
    again = stage.session.open_shell("host")
    assert again.pid != first.pid
    assert stage.session.ended("host") is None
    stage.run("host", "true")
    assert {first.pid, again.pid} < stage.session.engine().shells


def test_wait_s_status_is_read_as_an_exit_or_a_signal() -> None:
    assert (Ended(3 << 8).code, Ended(3 << 8).signal) == (3, None)
    assert (Ended(9).code, Ended(9).signal) == (None, 9)


# What is typed, and whether a shell can still be started afterwards.
WRECKS = {
    "every process killed": ("kill -9 -1", True),
    "everything unmounted": ("umount -a -l", False),
    "everything removed": ("rm -rf --no-preserve-root / 2>/dev/null", False),  # which takes a while
    "its file systems full": ("cat /dev/zero > ~/full; cat /dev/zero > /tmp/full; cat /dev/zero > /dev/shm/full", True),
    "another root": ("cd /tmp && mkdir root old && mount -t tmpfs x root && pivot_root root root/old && cd /", True),
}


@pytest.mark.parametrize("wreck", WRECKS)
def test_a_wrecked_lab_is_still_looked_at_and_says_what_it_can_not(wreck: str) -> None:
    typed, starts = WRECKS[wreck]
    with staged(WEB, files={"note": b"read me\n"}) as stage:
        stage.type("host", typed)
        stage.pause(0.4)
        stage.session.look()
        assert stage.world.seen.host_alive
        if starts:
            assert stage.session.open_shell("host").pid > 0
        else:
            with pytest.raises(LabError) as refused:
                stage.session.open_shell("host")
            assert refused.value.code in ("step-refused", "program-missing")


def test_a_lab_that_has_ended_is_told_and_raises_only_what_says_so(stage: Stage) -> None:
    os.kill(stage.session.lab.pid, signal.SIGKILL)
    stage.until(lambda: not stage.world.seen.host_alive)
    assert stage.session.ended("host") == Ended(signal.SIGKILL)
    assert stage.session.lab_names((1, 2)) == (None, None)
    with pytest.raises(LabError):
        stage.session.open_shell("host")
    with pytest.raises(LabError):
        stage.session.make(WEB)


def test_closing_leaves_nothing_and_may_be_done_twice() -> None:
    before = trace()
    session = Session({"a": b"b"}, [WEB], ("host", "box"))
    session.open_shell("host")
    session.make(WEB)
    assert new_since(before)
    session.close()
    session.close()
    assert session.closed
    assert new_since(before) == {}


def test_a_session_that_can_not_begin_leaves_nothing() -> None:
    before = trace()
    with pytest.raises(LabError):
        Session({}, [WEB, Container("bad", (Kind.UTS,), None, args=("/no/such/program",))], ("host",))
    assert new_since(before) == {}


def test_a_lessons_files_are_read_by_name() -> None:
    pack = lesson("pid")
    assert b"CLONE_NEWPID" in lesson_files(pack.folder, pack.lesson.files)["ns_pid.c"]
    with pytest.raises(FileNotFoundError):
        lesson_files(pack.folder, ["none.c"])
