"""Widgets stand where a table of rectangles puts them, and one that comes back shows what it was told meanwhile."""

from __future__ import annotations

from typing import Any

from textual.geometry import Region
from textual.widgets import Static

from nslab.tui.canvas import Canvas
from nslab.tui.drawn import Drawn
from nslab.tui.lesson.desk import Desk
from nslab.words import words_for

BOTH = {"one": Region(0, 0, 10, 2), "other": Region(20, 5, 7, 3)}


class Told(Drawn):
    """Draws what it was told."""

    said = "before"

    def draw(self, canvas: Canvas) -> None:
        canvas.put(0, 0, self.said)


async def test_children_stand_where_the_table_says_and_nowhere_else(stand: Any) -> None:
    places = dict(BOTH)
    one, other = Static("1", id="one"), Static("2", id="other")
    desk = Desk(lambda width, height: places, one, other, Static("3", id="third"))
    app = stand(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        assert (one.region, other.region) == (BOTH["one"], BOTH["other"])
        assert desk.query_one("#third").region.area == 0
        del places["other"]
        places["one"] = Region(3, 3, 30, 10)
        desk.rearrange()
        await pilot.pause()
        assert one.region == Region(3, 3, 30, 10)
        assert other.region.area == 0


async def test_what_was_told_while_off_screen_is_shown_on_coming_back(stand: Any) -> None:
    places = dict(BOTH)
    one = Told(words_for("en"), id="one")
    desk = Desk(lambda width, height: places, one, Static("2", id="other"))
    app = stand(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        assert "before" in app.export_screenshot()
        del places["one"]
        desk.rearrange()
        await pilot.pause()
        one.said = "after"
        one.redraw()
        await pilot.pause()
        places["one"] = BOTH["one"]
        desk.rearrange()
        await pilot.pause()
        assert "after" in app.export_screenshot()
