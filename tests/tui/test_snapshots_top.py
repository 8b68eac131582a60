"""How control groups look, kept as SVG: a recording of a real OOM in three sizes and both languages, and a made-up minute."""

from __future__ import annotations

from collections.abc import Callable

import grouped
import pytest
from cells import LARGE, MIDDLE, SMALL, named
from podium import PROJECTOR, Shows

from nslab.observe.cgroup.recording import Recording
from nslab.tui import theme
from nslab.tui.drawn import Drawn
from nslab.words import Lang, Words
from tests.stage import screen_words

Snapshot = Callable[..., bool]


def make(which: str, words: Words, *, present: bool = False) -> grouped.Groups:
    if which == "oom":
        with grouped.OOM.open("rb") as file:
            recording = Recording(file)
            screen = grouped.Groups(words, list(recording), "box", what=recording.heading.what)
    else:
        screen = grouped.Groups(words, grouped.frames(), "batch", beside=which == "beside")
    screen.present(present)
    return screen


@pytest.mark.parametrize(
    ("which", "lang", "size", "theme_name"),
    [
        ("oom", "en", SMALL, theme.PAPER),
        ("oom", "en", MIDDLE, theme.INK),
        ("oom", "en", LARGE, theme.PLAIN),
        ("oom", "zh", SMALL, theme.INK),
        ("oom", "zh", MIDDLE, theme.SIXTEEN),
        ("oom", "zh", LARGE, theme.PAPER),
        ("minute", "en", MIDDLE, theme.CONSOLE),
        ("beside", "zh", LARGE, theme.INK_256),
    ],
    ids=named,
)
def test_control_groups(snap_compare: Snapshot, which: str, lang: Lang, size: tuple[int, int], theme_name: str) -> None:
    assert snap_compare(Shows(make(which, screen_words(lang)), theme_name), terminal_size=size)


def test_control_groups_before_a_room(snap_compare: Snapshot) -> None:
    shown = Shows(make("oom", screen_words("zh"), present=True), theme.PAPER)
    assert snap_compare(shown, terminal_size=PROJECTOR)


@pytest.mark.parametrize("which", ["oom", "minute", "beside"])
@pytest.mark.parametrize("present", [False, True])
@pytest.mark.parametrize("size", [SMALL, PROJECTOR, MIDDLE, LARGE])
async def test_no_words_are_lost(words: Words, which: str, present: bool, size: tuple[int, int]) -> None:
    screen = make(which, words, present=present)
    async with Shows(screen).run_test(size=size) as pilot:
        await pilot.pause()
        lost = {str(drawn): drawn.lost for drawn in screen.query(Drawn) if drawn.lost}
    assert lost == {}
