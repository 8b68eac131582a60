"""The compose board on its screen: a pod is made, loses its pause container, and is mended; all of it on a real lab."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot

from nslab.cli.compose import looked_at
from nslab.course.composing import PRESETS
from nslab.course.model import Container, Preset
from nslab.course.session import Session
from nslab.kernel.namespaces import Kind
from nslab.observe.compose_view import ComposeView
from nslab.observe.namespaces import Membership
from nslab.tui import theme
from nslab.tui.screens.compose import ComposeScreen
from nslab.words import Words

pytestmark = pytest.mark.needs("lab", "overlay")


class Composing(App[None]):
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, screen: ComposeScreen) -> None:
        super().__init__()
        self._shown = screen

    async def on_mount(self) -> None:
        theme.register(self)
        self.theme = theme.INK
        await self.push_screen(self._shown)


class Board:
    """What is on it."""

    def __init__(self, pilot: Pilot[None], screen: ComposeScreen) -> None:
        self.pilot, self.screen = pilot, screen

    @property
    def view(self) -> ComposeView:
        view = self.screen.board.view
        assert isinstance(view, ComposeView)
        return view

    async def press(self, *keys: str) -> None:
        """Press keys, and wait until the board shows another moment."""
        before = self.view.sides.read_at
        await self.pilot.press(*keys)
        for _ in range(400):
            if self.view.sides.read_at != before:
                return
            await self.pilot.pause(0.05)
        raise AssertionError("nothing was made")

    def of(self, name: str, kind: Kind) -> Membership:
        row = next(row for row in self.view.sides.rows if row.kind is kind)
        at = [column.name for column in self.view.sides.columns].index(name)
        cell = row.cells[at]
        assert cell is not None
        return cell.namespace

    def shared(self, kind: Kind) -> set[str]:
        """Who is where web is."""
        return {column.name for column in self.view.sides.columns if self.of(column.name, kind) == self.of("web", kind)}

    def living(self) -> set[str]:
        return {column.name for column in self.view.sides.columns if column.alive}


@asynccontextmanager
async def board(words: Words, preset: Any) -> AsyncIterator[Board]:
    session = Session({}, (), ())
    try:
        session.make(Preset(preset))
        screen = ComposeScreen(words, looked_at(session), session.make, lambda: looked_at(session))
        async with Composing(screen).run_test(size=(120, 36)) as pilot:
            await pilot.pause()
            yield Board(pilot, screen)
    finally:
        session.close()


async def test_a_pod_loses_its_pause_container_and_is_mended_through_who_is_left(words: Words) -> None:
    async with board(words, "pod") as shown:
        net = shown.of("web", Kind.NET)
        assert shown.shared(Kind.NET) == shown.shared(Kind.IPC) == shown.shared(Kind.UTS) == {"pause", "web", "log"}
        assert shown.shared(Kind.PID) == {"web"}
        await shown.pilot.press("tab", "tab")
        await shown.press("x")
        assert shown.living() == {"host", "web", "log"}
        assert (shown.of("web", Kind.NET), shown.of("log", Kind.NET)) == (net, net)
        await shown.pilot.press("left", "left", "down", "left", "left", "down", "left", "left")
        assert {shown.screen.board.hand.draft[kind] for kind in (Kind.NET, Kind.IPC, Kind.UTS)} <= {"web", "log"}
        await shown.press("enter")
        assert shown.living() == {"host", "pause", "web", "log"}
        assert shown.of("pause", Kind.NET) == net


async def test_every_preset_is_what_it_says(words: Words) -> None:
    async with board(words, "docker") as shown:
        for name in ("podman", "pod", "host", "docker"):
            await shown.press("p")
            assert shown.view.preset == name
            assert shown.living() == {"host", *(one.container for one in PRESETS[name])}
            for container in PRESETS[name]:
                own = {kind for kind in Kind if shown.of(container.container, kind) != shown.of("host", kind)}
                assert own == {*container.namespaces, *container.share}


async def test_what_is_refused_stays_on_the_board_as_the_call_that_was(words: Words) -> None:
    async with board(words, "pod") as shown:
        await shown.pilot.press("tab", "tab")
        await shown.press("x")
        await shown.pilot.press("tab")
        await shown.press("enter")
        web = shown.view.container("web")
        assert web is not None
        assert web.refused is not None
        assert web.refused.step == "join_pause"
        assert shown.living() == {"host", "log"}


async def test_what_the_engine_itself_refuses_is_said_and_changes_nothing(words: Words) -> None:
    async with board(words, "pod") as shown:
        hand = shown.screen.board.hand
        shown.screen.board.hand = type(hand)("web", {**hand.draft, Kind.USER: "", Kind.PID: "pause"})
        await shown.press("enter")
        assert len(shown.pilot.app._notifications) == 1


def test_containers_of_a_lessons_own_are_no_presets_to_end() -> None:
    session = Session({}, (Container("db", (Kind.NET,)),), ())
    try:
        session.make(Preset("pod"))
        session.make(Preset("docker"))
        session.look()
        assert set(session.engine().containers) == {"db", "web"}
        assert looked_at(session).preset == "docker"
    finally:
        session.close()
