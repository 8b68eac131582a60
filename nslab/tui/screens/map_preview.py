"""The lesson selected on the map: its question, what the learner will see and type, what it needs, and where it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from sys import maxsize

from nslab.course.markdown import Paragraph
from nslab.kernel.namespaces import Kind
from nslab.tui.canvas import Canvas
from nslab.tui.faces import BAD, BOLD, MUTE, OK, REVERSE, TEXT, Role, hue, solid
from nslab.tui.prose import spans, told
from nslab.tui.screens.map_view import LessonEntry, MapView, Need, Progress
from nslab.tui.wrap import shorten
from nslab.words import Words

MOST_TYPED = 5
MARK = {True: ("✓", OK), False: ("✗", BAD), None: ("·", MUTE)}
FEWER = ("!", BOLD)

_Write = Callable[[Canvas, LessonEntry, Words], None]


def beside(view: MapView, lesson: LessonEntry | None, size: tuple[int, int], words: Words, *, plain: bool) -> Canvas:
    """What stands beside the list in `size`: the lesson selected at the top, the machine at the bottom.

    Where there is no room for both, the machine's remedies go before any part of the lesson: `nslab doctor` tells them, too.
    """
    width, height = size
    side = Canvas(width, height, plain=plain)
    whole, least = (
        preview(lesson, width, rows, words, plain=plain).height + 1 if lesson else 0 for rows in (maxsize, 0)
    )
    full, *briefer = _machines(view, width, words, plain=plain)
    wanted = ((full, whole), (briefer[0], whole), *((one, least) for one in briefer))
    machine = next((one for one, lesson_rows in wanted if lesson_rows + one.height <= height), briefer[-1])
    side.blit(machine, 0, height - machine.height)
    if lesson:
        side.blit(preview(lesson, width, height - machine.height - 1, words, plain=plain), 0, 0)
    return side


def preview(lesson: LessonEntry, width: int, height: int, words: Words, *, plain: bool = False) -> Canvas:
    """Arrange the preview in `width` cells. Of what does not fit in `height` rows, the sights go first, then the commands."""

    def part(write: _Write) -> Canvas:
        canvas = Canvas(width, plain=plain)
        write(canvas, lesson, words)
        return canvas

    parts = {write: part(write) for write in (_title, _sights, _commands, _needs, _action)}
    for gives_way in (_sights, _commands, _needs):
        if _height(parts.values()) > height:
            del parts[gives_way]
    whole = Canvas(width, plain=plain)
    for canvas in parts.values():
        if canvas.height:
            whole.blit(canvas, 0, whole.height + (1 if whole.height else 0))
    return whole


def _height(parts: Iterable[Canvas]) -> int:
    return sum(part.height + 1 for part in parts if part.height) - 1


def _title(canvas: Canvas, lesson: LessonEntry, words: Words) -> None:
    x = canvas.put(0, 0, lesson.id, BOLD) + 2
    y = canvas.para(x, 0, canvas.width - x, lesson.title, BOLD)
    for block in lesson.hook.blocks:
        if isinstance(block, Paragraph):
            y = canvas.para(0, y + 1, canvas.width, spans(block.spans))


def _sights(canvas: Canvas, lesson: LessonEntry, words: Words) -> None:
    if lesson.sees:
        canvas.put(0, 0, words("map.will-see"), MUTE)
        for y, kind in enumerate(lesson.sees, 1):
            _sight(canvas, y, kind, words)


def _sight(canvas: Canvas, y: int, kind: Kind, words: Words) -> None:
    """A row of the namespaces pane in small: two bars and ≠."""
    x, gap = 8, 3
    half = (canvas.width - x - gap) // 2
    canvas.put(0, y, kind, BOLD)
    second = x + half + gap
    for start, width, letter, name in (
        (x, half, "A", words("map.host")),
        (second, canvas.width - second, "B", "box"),
    ):
        canvas.bar(start, y, width, 1, hue(letter))
        end = canvas.letter(start, y, letter)
        canvas.put(end, y, f"{name} ", solid(hue(letter)))
    canvas.put(x + half + 1, y, "≠", BOLD)


def _commands(canvas: Canvas, lesson: LessonEntry, words: Words) -> None:
    if lesson.types:
        canvas.put(0, 0, words("map.will-type"), MUTE)
        for y, command in enumerate(lesson.types[:MOST_TYPED], 1):
            canvas.put(0, y, "$", MUTE)
            canvas.put(2, y, shorten(command, canvas.width - 2), TEXT)


def _needs(canvas: Canvas, lesson: LessonEntry, words: Words) -> None:
    if lesson.needs:
        canvas.put(0, 0, words("map.needs"), MUTE)
        for need in lesson.needs:
            _need(canvas, need)


def _need(canvas: Canvas, need: Need, *, remedy: bool = True) -> None:
    y = canvas.height
    mark, mark_face = FEWER if need.dispensable else MARK[need.met]
    canvas.put(0, y, mark, mark_face)
    y = canvas.para(2, y, canvas.width - 2, told(need.words), TEXT if need.met is not None else MUTE)
    if remedy and need.remedy and need.met is False:
        for line in need.remedy.split("\n"):
            y = canvas.para(2, y, canvas.width - 2, told(line), MUTE)


def _action(canvas: Canvas, lesson: LessonEntry, words: Words) -> None:
    if not lesson.can_run:
        canvas.put(0, 0, f" ✗ {words('map.cannot')} ", solid(Role.BAD))
    elif lesson.progress is Progress.STARTED:
        canvas.put(0, 0, f" ⏎  {words('map.resume', step=lesson.step, steps=lesson.steps)} ", REVERSE)
    else:
        canvas.put(0, 0, f" ⏎  {words('map.again' if lesson.progress is Progress.DONE else 'map.start')} ", REVERSE)


def _machines(view: MapView, width: int, words: Words, *, plain: bool) -> Iterator[Canvas]:
    """What this machine has for the course, and how many of its lessons can run as it is.

    The longest wording first: with what to do, without it, with ever fewer needs.
    """
    every = len(view.machine)
    for shown, remedies in ((every, True), *((most, False) for most in range(every, -1, -1))):
        canvas = Canvas(width, plain=plain)
        canvas.put(0, 0, words("map.machine"), MUTE)
        for need in view.machine[:shown]:
            _need(canvas, need, remedy=remedies)
        if shown < every:
            canvas.put(0, canvas.height, f"▾ {words('map.more', count=every - shown)}", MUTE)
        if not remedies and any(need.remedy for need in view.machine):
            canvas.para(0, canvas.height, width, told(words("map.what-to-do")), MUTE)
        if view.examined:
            runs = sum(lesson.can_run for lesson in view.lessons)
            canvas.para(0, canvas.height, width, words("map.can-run", count=runs, total=len(view.lessons)), MUTE)
        yield canvas
