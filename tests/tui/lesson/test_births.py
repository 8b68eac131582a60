"""A teacher's lesson that shows the system calls, played on a real lab: containers made, refused, and lost with their lab."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from nslab.course.known import PANES as KNOWN_PANES
from nslab.course.loader import Pack
from nslab.course.progress import ProgressStore
from nslab.course.snapshot import Snapshot
from nslab.course.syllabus import Syllabus
from nslab.observe.views import CallsView, Gone, NotYet
from nslab.tui.app import NslabApp
from nslab.tui.lesson.helping import help_view
from nslab.tui.lesson.panes import PANES
from nslab.tui.lesson.screen import LessonScreen
from nslab.tui.panes.calls import CallPane
from nslab.words import Words

BIRTHS = Path(__file__).parent / "lessons" / "births"
PATIENCE_S = 10.0


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, en: Words) -> NslabApp:
    """The application, about to open a teacher's lesson that shows the calls."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    pack = Syllabus().load(str(BIRTHS))
    assert isinstance(pack, Pack), pack.faults
    app = NslabApp(en, Syllabus(), ProgressStore())
    app.start_with(pack, None)
    return app


def seen(pilot: Pilot[None]) -> Snapshot | None:
    """What the lesson on screen was last told."""
    screen = pilot.app.screen
    assert isinstance(screen, LessonScreen)
    return screen._seen


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "did not come about"
        await pilot.pause(0.05)


async def go_on_to(pilot: Pilot[None], step: str) -> CallPane:
    """Read on to a step; its calls pane."""

    def there() -> bool:
        return (now := seen(pilot)) is not None and now.player.step.id == step

    def read() -> bool:
        return there() or ((now := seen(pilot)) is not None and now.player.record.passed)

    while not there():
        await until(pilot, read)
        await pilot.press("f9")
        await pilot.pause(0.1)
    return pilot.app.screen.query_one(CallPane)


async def until_made(pilot: Pilot[None], name: str) -> CallPane:
    """Read on to the step that makes a container, and wait until its birth is on screen."""
    pane = await go_on_to(pilot, f"made-{name}")
    await until(pilot, lambda: isinstance(pane.view, CallsView) and name in [birth.name for birth in pane.view.births])
    return pane


def shown(pane: CallPane) -> list[str]:
    return [pane.render_line(y).text.rstrip() for y in range(pane.size.height)]


def test_every_pane_that_a_lesson_may_name_is_there() -> None:
    assert PANES.keys() == KNOWN_PANES


def test_every_pane_has_help_of_its_own(words: Words) -> None:
    for name in PANES:
        assert help_view(name, words).name == words(f"help.{name}.name")


async def test_a_lesson_s_container_is_told_call_by_call_and_a_call_is_explained_by_enter(app: NslabApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        pane = app.screen.query_one(CallPane)
        assert isinstance(pane.view, NotYet)
        assert shown(pane)[2].startswith("Once nslab makes a container, the system calls it took appear here.")
        pane = await until_made(pilot, "web")
        assert isinstance(pane.view, CallsView)
        (birth,) = pane.view.births
        assert (birth.letter, birth.failure) == ("B", None)
        assert [row.call for row in birth.calls if row.step == "hostname"] == ['sethostname("shop")']
        pane.focus()
        await pilot.press("end", "enter")
        lines = shown(pane)
        assert any(line.startswith(' B ▸ execve("sleep", ["sleep", "infinity"]') for line in lines)
        assert "OCI     process.args, process.env" in lines


async def test_a_container_that_can_not_be_made_is_told_up_to_the_errno(app: NslabApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        pane = await until_made(pilot, "bad")
        assert any("✗ ENOENT" in line and 'execve("/no/such/program"' in line for line in shown(pane))
        pane.focus()
        await pilot.press("enter")
        assert any(line.startswith("✗ ENOENT  No such file or directory.") for line in shown(pane))


async def test_a_lab_that_has_ended_leaves_its_calls_as_last_seen(app: NslabApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        pane = await until_made(pilot, "web")
        assert isinstance(app.screen, LessonScreen)
        app.screen._conductor.do(lambda play: os.kill(play.session.lab.pid, signal.SIGKILL))
        await until(pilot, lambda: isinstance(pane.view, Gone))
        assert "as last seen" in shown(pane)[0]
        assert any("clone3" in line for line in shown(pane))
