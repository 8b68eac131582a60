"""Cards and words as their screens show them: pure, in one language at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from nslab.course.glossary import Term
from nslab.course.loader import Pack
from nslab.course.markdown import Prose
from nslab.course.progress import LessonProgress, Prediction
from nslab.course.prose import StepWords, terms
from nslab.tui.canvas import Canvas
from nslab.tui.lesson.panes import Lit
from nslab.tui.screens.card_view import CardView, Picture, Predicted
from nslab.tui.screens.glossary_view import GlossaryView, TermEntry
from nslab.words import Words

PICTURE_ROWS = 18  # as many as a pane may need; what stays blank is cut


def card_view(pack: Pack, progress: LessonProgress, words: Words, lit: Iterable[Lit] = ()) -> CardView:
    """A lesson's card with what this learner predicted, and saw as they passed: of each pane, the last moment in `lit`.

    Predictions of steps that are no more are left out.
    """
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
        pictures=tuple(picture(one, words) for one in {one.pane: one for one in lit}.values()),
    )


def picture(lit: Lit, words: Words) -> Picture:
    """A pane as it was when a step was passed, as tall as what it shows."""

    def drawn(width: int, *, plain: bool) -> Canvas:
        canvas = Canvas(width, PICTURE_ROWS, plain=plain)
        lit.draw(canvas, words)
        while canvas.rows and all(glyph == " " and face.ground is None for glyph, face in canvas.rows[-1]):
            canvas.rows.pop()
        return canvas

    return drawn


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
