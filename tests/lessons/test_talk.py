"""Every lesson can be given before a room: in both languages, on a window of 104 by 30, no card's words are cut."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nslab.course.filling import filled
from nslab.course.loader import Pack
from nslab.course.markdown import Prose
from nslab.course.model import Step
from nslab.course.prose import StepWords
from nslab.course.syllabus import Syllabus
from nslab.tui.canvas import Canvas
from nslab.tui.lesson.places import ANSWERS, STORY, Shown
from nslab.tui.lesson.projector import before_a_room
from nslab.tui.story.answers import answer_rows
from nslab.tui.story.bar import bar_height, bar_rows
from nslab.tui.story.view import (
    Card,
    Choice,
    Doing,
    Explaining,
    Observing,
    Predicting,
    StoryView,
    Task,
    TaskState,
)
from nslab.words import Lang, words_for
from tests.stage import screen_words

SYLLABUS = Syllabus(Path(__file__).parents[2] / "lessons")
WIDTH, HEIGHT = 104, 28
VALUE = "A 4026532181"  # as long as a value usually is


def loaded(lesson: str) -> Pack:
    pack = SYLLABUS.load(lesson)
    assert isinstance(pack, Pack), pack.faults
    return pack


def shown(step: Step, pack: Pack, *, answers: bool) -> Shown:
    """What a room sees of a step: its terminals unless it has a board, and one pane."""
    terminals = (step.terminals or ()) if step.board else (step.terminals or pack.lesson.terminals)
    return Shown(tuple(terminals), ("pane",), answers=answers)


def cards(step: Step, words: StepWords) -> Iterator[Card]:
    """Every card that a step may open, with values in place."""

    def full(prose: Prose) -> Prose:
        return filled(prose, lambda _: VALUE)

    choices = tuple(Choice(choice.id, full(words.choices[choice.id].words)) for choice in step.predict)
    if choices:
        yield Predicting(full(words.question), choices)
        for choice in words.choices.values():
            said = "".join(choice.words.source.split("\n"))
            yield Observing((f"pid of the host is {VALUE}, of box {VALUE}",), False, said, full(choice.reply))
    for task in step.do:
        told = Task(task.id, full(words.tasks[task.id].words), TaskState.NOW, task.ask is not None)
        yield Doing((told, told))
        for hint in words.tasks[task.id].hints:
            yield Doing((told, told), hints=(full(hint),))
    yield Explaining(full(words.explain))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("lesson", SYLLABUS.order())
def test_no_card_is_too_long_for_a_projector(lesson: str, lang: Lang) -> None:
    pack, words = loaded(lesson), screen_words(lang)
    cut = []
    for step in pack.lesson.step:
        for card in cards(step, pack.words[lang].steps[step.id]):
            view = StoryView("", Prose(), card)
            asks = isinstance(card, Predicting)
            what = shown(step, pack, answers=asks)
            wanted = bar_height(view, WIDTH - 2, words)
            bar = before_a_room(WIDTH, HEIGHT, Shown(what.terminals, what.panes, bar_rows=wanted, answers=asks))
            if bar[STORY].height < wanted or bar_rows(view, WIDTH - 2, wanted, words).canvas.lost:
                cut.append((step.id, type(card).__name__, wanted))
            if asks:
                canvas = Canvas(bar[ANSWERS].width, bar[ANSWERS].height)
                answer_rows(canvas, card, words_for(lang).knowing({"next_key": "F9"}))
                cut += [(step.id, "answers", lost) for lost in canvas.lost]
    assert cut == []
