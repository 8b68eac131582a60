"""The card of a lesson, to be read without playing it: its words, its commands, and what the reader once predicted."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from nslab.course.loader import Pack
from nslab.course.markdown import Prose
from nslab.course.progress import LessonProgress
from nslab.course.prose import commands
from nslab.words import Lang


class Remembered(Struct, frozen=True):
    """A prediction that the reader gave: the question, their answer, and whether it held (None: not decided)."""

    question: Prose
    answer: Prose
    held: bool | None


class Card(Struct, frozen=True):
    """A lesson on one page."""

    lesson: str
    title: str
    words: Prose
    commands: tuple[str, ...]
    docker: Literal["default", "flag", "never"] | None
    predictions: tuple[Remembered, ...]


def card(pack: Pack, progress: LessonProgress, lang: Lang) -> Card:
    """The card of a lesson in one language. Predictions of steps or choices that are no more are left out."""
    words = pack.words[lang]
    predictions = [
        Remembered(
            found.question,
            found.choices[given.choice].words,
            None if given.right is None else given.right == given.choice,
        )
        for step, given in progress.predictions.items()
        if (found := words.steps.get(step)) and given.choice in found.choices
    ]
    return Card(
        pack.lesson.id,
        words.title,
        words.card,
        tuple(line.strip() for line in commands(words.card)),
        pack.lesson.docker,
        tuple(predictions),
    )
