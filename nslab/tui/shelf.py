"""Cards and words as their screens show them: pure, in one language at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from nslab.course.glossary import Term
from nslab.course.loader import Pack
from nslab.course.markdown import Prose
from nslab.course.progress import LessonProgress, Prediction
from nslab.course.prose import StepWords, terms
from nslab.tui.screens.card_view import CardView, Predicted
from nslab.tui.screens.glossary_view import GlossaryView, TermEntry
from nslab.words import Words


def card_view(pack: Pack, progress: LessonProgress, words: Words) -> CardView:
    """A lesson's card with what this learner predicted. Predictions of steps that are no more are left out."""
    told = pack.words[words.lang]
    given = ((told.steps.get(step), prediction) for step, prediction in progress.predictions.items())
    predicted = (predicted_view(step, prediction) for step, prediction in given if step is not None)
    return CardView(
        lesson_id=pack.lesson.id,
        title=told.title,
        when=words("card.done") if progress.done else words("card.not-done"),
        card=told.card,
        predicted=tuple(one for one in predicted if one is not None),
        terms=tuple(dict.fromkeys(term for step in told.steps.values() for term in terms(step.prose))),
    )


def predicted_view(step: StepWords, given: Prediction) -> Predicted | None:
    """One prediction; None where the machine did not decide, or the choice is no more."""
    said, right = step.choices.get(given.choice), step.choices.get(given.right or "")
    if said is None or right is None:
        return None
    held = given.choice == given.right
    return Predicted(step.question, said.words, held, Prose() if held else right.words)


def glossary_view(known: Iterable[Term], done: Collection[str], words: Words) -> GlossaryView:
    """All terms; those of lessons that were done have been met."""
    return GlossaryView(
        tuple(
            TermEntry(
                id=term.en,
                names={"en": term.en, "zh": term.zh},
                lesson=term.lesson,
                met=term.lesson in done,
                meaning=term.meaning[words.lang],
                is_not=term.not_.get(words.lang, ""),
                see=term.see,
                man=term.man or "",
            )
            for term in known
        )
    )
