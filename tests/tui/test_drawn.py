"""A drawn widget is arranged once a change, paints only rows that changed, and follows size, theme, and language."""

from typing import Any

from textual.geometry import Region
from textual.widgets import Static

from nslab.tui import theme
from nslab.tui.canvas import Canvas
from nslab.tui.drawn import Drawn
from nslab.tui.faces import lettered
from nslab.tui.lesson.desk import Desk
from nslab.words import Words, words_for


class Counter(Drawn):
    """Shows a number on its second row."""

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self.number = 0
        self.arranged = 0
        self.painted: list[int] = []

    def draw(self, canvas: Canvas) -> None:
        self.arranged += 1
        canvas.put(0, 0, self.words("keys.help"))
        canvas.put(0, 1, str(self.number), lettered("B"))

    def refresh(self, *regions: Any, **options: Any) -> "Counter":
        self.painted += [region.y for region in regions]
        super().refresh(*regions, **options)
        return self


async def test_only_rows_that_changed_are_painted_again(stand: Any, en: Words) -> None:
    counter = Counter(en)
    async with stand(counter).run_test(size=(20, 4)) as pilot:
        await pilot.pause()
        counter.painted.clear()
        counter.number = 1
        counter.redraw()
        counter.redraw()
        assert counter.painted == [1]


async def test_it_is_not_arranged_again_for_each_row(stand: Any, en: Words) -> None:
    counter = Counter(en)
    async with stand(counter).run_test(size=(20, 4)) as pilot:
        await pilot.pause()
        before = counter.arranged
        for y in range(4):
            counter.render_line(y)
        assert counter.arranged == before


async def test_it_follows_size_theme_and_language(stand: Any, en: Words) -> None:
    counter = Counter(en)
    app = stand(counter)
    async with app.run_test(size=(20, 4)) as pilot:
        await pilot.pause()
        ink = counter.render_line(1)
        app.theme = theme.PAPER
        await pilot.pause()
        assert counter.render_line(1) != ink
        await pilot.resize_terminal(30, 6)
        await pilot.pause()
        assert counter.render_line(0).cell_length == 30
        counter.speak(words_for("zh"))
        assert counter.render_line(0).text.startswith("帮助")


async def test_dimmed_it_keeps_its_glyphs_and_loses_its_hue(stand: Any, en: Words) -> None:
    counter = Counter(en)
    async with stand(counter).run_test(size=(20, 4)) as pilot:
        await pilot.pause()
        lit = counter.render_line(1)
        counter.dim(True)
        assert counter.render_line(1).text == lit.text
        assert counter.render_line(1) != lit
        counter.dim(False)
        assert counter.render_line(1) == lit


async def test_what_changed_while_it_had_no_place_is_shown_when_it_comes_back(stand: Any, en: Words) -> None:
    counter = Counter(en)
    counter.id = "counter"
    placed = {"other": Region(0, 2, 20, 1), "counter": Region(0, 0, 20, 2)}
    desk = Desk(lambda _width, _height: placed, Static(id="other"), counter)
    async with stand(desk).run_test(size=(20, 4)) as pilot:
        await pilot.pause()
        place = placed.pop("counter")
        desk.rearrange()
        await pilot.pause()
        counter.number = 7
        counter.redraw()
        await pilot.pause()
        placed["counter"] = place
        desk.rearrange()
        await pilot.pause()
        assert pilot.app.screen._compositor.render_strips()[1].text.rstrip() == "7"
