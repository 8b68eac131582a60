"""A lab to be typed into: for show me, replay, and an author's check."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nslab.course.bench import SessionBench, drain, new_bench
from nslab.course.drive import Done
from nslab.course.model import Container
from nslab.kernel.namespaces import Kind
from tests.engine.conftest import new_since, trace
from tests.stage import Stage, lesson, staged


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged() as stage:
        yield stage


def test_its_world_is_the_lab_as_it_is_now(stage: Stage) -> None:
    bench = SessionBench(stage.session)
    assert isinstance(bench.driver.run("host", "hostname now"), Done)
    assert bench.world.hostname("host") == "now"


def test_a_container_is_seen_once_it_is_made_and_a_failure_is_told(stage: Stage) -> None:
    bench = SessionBench(stage.session)
    assert bench.make(Container("web", (Kind.UTS,), "shop")) is None
    assert stage.world.hostname("web") == "shop"
    told = bench.make(Container("bad", (Kind.UTS,), None, args=("/no/such/program",)))
    assert told is not None
    assert told.id == "absent.lab"


def test_it_types_into_the_shell_that_a_terminal_has_now(stage: Stage) -> None:
    bench = SessionBench(stage.session)
    stage.session.open_shell("box")
    assert isinstance(bench.driver.run("box", "hostname new-shell"), Done)
    assert bench.world.hostname("host") == "new-shell"


def test_a_program_that_prints_without_end_is_read(stage: Stage) -> None:
    stage.type("host", "head -c 3000000 /dev/zero | tr '\\0' x; echo done > /tmp/printed")
    for _ in range(200):
        drain(stage.session, 0.02)
        if stage.world.text("/tmp/printed", "host") == "done\n":
            return
    raise AssertionError("it still prints")


def test_an_author_s_bench_is_a_new_lab_and_leaves_nothing() -> None:
    pack, before = lesson("pid"), trace()
    with new_bench(pack.folder)(pack.lesson) as bench:
        assert "CLONE_NEWPID" in str(bench.world.text("~/ns_pid.c", "host"))
    assert new_since(before) == {}


def test_the_prompt_of_a_plain_shell_is_kept_for_whoever_shows_it_later(stage: Stage) -> None:
    SessionBench(stage.session).driver.run("box", "PS1='ready ' sh")
    assert stage.session.lines[stage.session.shells["box"].master].endswith(b"\rready ")
