"""The map arranged: the search, one chapter open and the others folded, and beside it (or below) the lesson selected."""

from __future__ import annotations

from nslab.tui.canvas import Canvas
from nslab.tui.faces import BAD, BOLD, MUTE, OK, REVERSE, RULE, TEXT, Face
from nslab.tui.prose import inline, told
from nslab.tui.screens.map_preview import FEWER, MARK, beside
from nslab.tui.screens.map_view import ChapterEntry, LessonEntry, MapView, Progress
from nslab.tui.searched import Cursor, Hits, search_row
from nslab.tui.wrap import shorten, wrap
from nslab.words import Words

SMALL = 100  # columns: below, the list alone, the selected lesson with a second row
LARGE = 160
ID_COLUMN = 5


def map_rows(canvas: Canvas, view: MapView, cursor: Cursor, words: Words) -> Hits:
    """Write the map; what can be clicked."""
    done = sum(lesson.progress is Progress.DONE for lesson in view.lessons)
    canvas.put(0, 0, words("map.title"), BOLD)
    canvas.right(canvas.width, 0, words("map.done", done=done, total=len(view.lessons)), MUTE)
    small = canvas.width < SMALL
    top = 2 if small else 4
    search_row(canvas, top - (1 if small else 2), cursor, words("map.search"))
    width = canvas.width if small else 84 if canvas.width >= LARGE else 62
    hits = _List(canvas, view, cursor, words, width, small=small).write(top)
    selected = next((each for each in view.lessons if each.id == cursor.selected and cursor.shows(each.id)), None)
    if not small:
        x = width + 5
        size = min(canvas.width - x, 72), canvas.height - top
        canvas.blit(beside(view, selected, size, words, plain=canvas.plain), x, top)
    return hits


class _List:
    """The chapters and lessons in `width` cells. In a small one each folded chapter has one row, else two and a blank."""

    def __init__(self, canvas: Canvas, view: MapView, cursor: Cursor, words: Words, width: int, *, small: bool) -> None:
        self.canvas, self.view, self.cursor, self.words = canvas, view, cursor, words
        self.width, self.small = width, small
        self.ids_width = max(len(lesson.id) for lesson in view.lessons) if view.lessons else 0
        self.hits: Hits = {}

    def write(self, y: int) -> Hits:
        if not any(self.cursor.shows(lesson.id) for lesson in self.view.lessons):
            self.canvas.put(0, y, self.words("map.nothing", query=self.cursor.query), MUTE)
            return self.hits
        for number, chapter in enumerate(self.view.chapters, 1):
            lessons = tuple(lesson for lesson in chapter.lessons if self.cursor.shows(lesson.id))
            opened = any(lesson.id == self.cursor.selected for lesson in lessons)
            if self.cursor.found is not None and not lessons:
                continue
            self._chapter_title(y, number, chapter)
            if opened:
                y = self._lessons(y + 1, lessons, number)
            elif lessons:
                y = self._folded(y, lessons)
            else:
                y = self._empty(y)
        return self.hits

    def _chapter_title(self, y: int, number: int, chapter: ChapterEntry) -> None:
        x = self.canvas.put(0, y, f"{number} ", MUTE)
        self.canvas.put(x, y, chapter.title, BOLD)
        total = len(chapter.lessons)
        done = sum(lesson.progress is Progress.DONE for lesson in chapter.lessons)
        start = self.width - 1 - 2 * total
        self.canvas.put(start, y, "━" * 2 * done, OK)
        self.canvas.put(start + 2 * done, y, "─" * 2 * (total - done), RULE)

    def _folded(self, y: int, lessons: tuple[LessonEntry, ...]) -> int:
        self.hits[y] = lessons[0].id
        if self.small:
            return y + 1
        ids = shorten("  ".join(lesson.id for lesson in lessons), self.width - 2)
        self.canvas.put(2, y + 1, ids, MUTE)
        self.hits[y + 1] = lessons[0].id
        return y + 3

    def _empty(self, y: int) -> int:
        """A chapter whose lessons are still to be written."""
        if self.small:
            return y + 1
        self.canvas.put(2, y + 1, self.words("map.to-be-written"), MUTE)
        return y + 3

    def _lessons(self, y: int, lessons: tuple[LessonEntry, ...], number: int) -> int:
        """The open chapter: as many lessons as the folded ones below leave room for, the selected one among them."""
        below = (len(self.view.chapters) - number) * (1 if self.small else 3)
        room = self.canvas.height - y - below - (1 if self.small else 0)
        first, count = _window(len(lessons), _position(lessons, self.cursor.selected), room)
        for lesson in lessons[first : first + count]:
            y = self._lesson(y, lesson)
        hidden = len(lessons) - count
        if hidden:
            self.canvas.put(2, y, f"▾ {self.words('map.more', count=hidden)}", MUTE)
            y += 1
        return y if self.small else y + 1

    def _lesson(self, y: int, lesson: LessonEntry) -> int:
        selected = lesson.id == self.cursor.selected
        if selected:
            self.canvas.fill(1, y, self.width - 1, 1, REVERSE)
        mark, face = _mark(lesson)
        self.canvas.put(2, y, mark, face)
        self.canvas.put(ID_COLUMN, y, lesson.id, BOLD)
        minutes = self.words("map.minutes", minutes=lesson.minutes) if lesson.minutes else ""
        end = self.canvas.right(self.width - 1, y, minutes, MUTE)
        if lesson.progress is Progress.STARTED:
            end = self.canvas.right(end - 2, y, f"{lesson.step}/{lesson.steps}", MUTE)
        title = ID_COLUMN + self.ids_width + 2
        self.canvas.put(title, y, shorten(lesson.title, end - title - 1), TEXT)
        self.hits[y] = lesson.id
        return self._second_row(y + 1, lesson) if selected and self.small else y + 1

    def _second_row(self, y: int, lesson: LessonEntry) -> int:
        """At 80 columns the selected lesson says in a second row what the preview would."""
        missing = next((need for need in lesson.needs if need.met is False), None)
        mark, face = FEWER if missing and missing.dispensable else MARK[False]
        x = self.canvas.put(ID_COLUMN, y, f"{mark} " if missing else "", face)
        first, *rest = wrap(told(missing.words) if missing else inline(lesson.hook), self.width - x - 2)
        x = self.canvas.spans(x, y, first, MUTE)
        self.canvas.put(x, y, "…" if rest else "", MUTE)
        self.hits[y] = lesson.id
        return y + 1


def _mark(lesson: LessonEntry) -> tuple[str, Face]:
    if not lesson.can_run:
        return "✗", BAD
    return {Progress.DONE: ("✓", OK), Progress.STARTED: ("▸", TEXT), Progress.NEW: ("·", MUTE)}[lesson.progress]


def _position(lessons: tuple[LessonEntry, ...], selected: str) -> int:
    return next(at for at, lesson in enumerate(lessons) if lesson.id == selected)


def _window(total: int, at: int, room: int) -> tuple[int, int]:
    """First and number of the rows shown of `total` in `room` rows, `at` among them; one row is kept for "more"."""
    if total <= room:
        return 0, total
    count = max(room - 1, 1)
    return min(max(at - count // 2, 0), total - count), count
