"""The time machine's screen: it makes what the board asks for, and a lab that dies leaves words and a way on."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import App

from nslab.engine.failures import LabGone
from nslab.errors import Because
from nslab.observe.birth_view import BirthView
from nslab.observe.views import Gone
from nslab.tui.screens.birth import BirthScreen
from nslab.words import Words
from tests import born

STEPS = [call.step for call in born.birth(0).calls]


class Machine:
    """Makes calls until its lab dies."""

    def __init__(self) -> None:
        self.dead = False
        self.labs = 1

    def step(self, until: str) -> BirthView:
        if self.dead:
            raise LabGone(why=Because("error.lab-gone.because.pid1-ended"))
        return born.birth(STEPS.index(until) + 1)

    def begin_anew(self) -> BirthView:
        self.dead, self.labs = False, self.labs + 1
        return born.birth(0)


class Alone(App[None]):
    def __init__(self, screen: BirthScreen) -> None:
        super().__init__()
        self.shown = screen

    def on_mount(self) -> None:
        self.push_screen(self.shown)


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def screen(machine: Machine, words: Words) -> BirthScreen:
    return BirthScreen(words, born.birth(0), machine.step, machine.begin_anew, ())


async def until(pilot: Any, holds: Any) -> None:
    for _ in range(200):
        await pilot.pause(0.02)
        if holds():
            return
    raise AssertionError("it never came to that")


async def test_right_makes_a_call_and_page_down_a_scene(screen: BirthScreen) -> None:
    async with Alone(screen).run_test(size=(120, 36)) as pilot:
        await pilot.press("right")
        await until(pilot, lambda: screen.board.cursor == 0)
        await pilot.press("pagedown")
        await until(pilot, lambda: screen.board.cursor == STEPS.index("clone"))


async def test_a_lab_that_dies_leaves_the_birth_as_last_seen_and_says_by_which_key_it_goes_on(
    screen: BirthScreen, machine: Machine, words: Words
) -> None:
    async with Alone(screen).run_test(size=(120, 36)) as pilot:
        assert not screen.trouble.display
        machine.dead = True
        await pilot.press("right")
        await until(pilot, lambda: isinstance(screen.board.view, Gone))
        await pilot.pause()
        band = "\n".join("".join(glyph for glyph, _ in row) for row in screen.trouble._rows)
        said = ("error.lab-gone.what", "error.lab-gone.because.pid1-ended", "birth.lab-lost")
        assert all(words(id_) in band for id_ in said)
        assert screen.trouble.lost == []
        await pilot.press("n")
        await until(pilot, lambda: isinstance(screen.board.view, BirthView))
        assert machine.labs == 2
        assert not screen.trouble.display


async def test_where_no_other_lab_can_be_made_that_is_told_too(screen: BirthScreen, machine: Machine) -> None:
    def refused() -> BirthView:
        raise LabGone(why=Because("error.lab-gone.because.ended-at-start"))

    screen._begin_anew = refused
    async with Alone(screen).run_test(size=(80, 24)) as pilot:
        await pilot.press("n")
        await until(pilot, lambda: screen.trouble.display)
        assert isinstance(screen.board.view, Gone)
