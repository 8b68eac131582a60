"""What stays of a lesson: its card, with this learner's predictions and pictures of what they saw."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from nslab.course.markdown import Block, Code, Prose
from nslab.tui.canvas import Canvas


class Picture(Protocol):
    """A pane as the learner saw it, drawn anew in any width."""

    def __call__(self, width: int, *, plain: bool) -> Canvas:
        """Arrange it in `width` cells."""
        ...


class Predicted(Struct, frozen=True):
    """A prediction of this learner: the question, what they said, whether it held; if not, what did."""

    question: Prose
    said: Prose
    held: bool
    truth: Prose = Prose()


class CardView(Struct, frozen=True):
    """A lesson's card. `card` is its words as the lesson has them: sentences, commands, then docker's words."""

    lesson_id: str
    title: str
    when: str
    card: Prose
    predicted: tuple[Predicted, ...] = ()
    terms: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()

    @property
    def sentences(self) -> tuple[Block, ...]:
        """What stands before the commands."""
        return self.card.blocks[: self._first_code]

    @property
    def commands(self) -> tuple[str, ...]:
        """Every line of the card's code."""
        return tuple(line for block in self.card.blocks if isinstance(block, Code) for line in block.lines)

    @property
    def after(self) -> tuple[Block, ...]:
        """What stands after the commands: how docker calls it."""
        return tuple(block for block in self.card.blocks[self._first_code :] if not isinstance(block, Code))

    @property
    def _first_code(self) -> int:
        codes = (at for at, block in enumerate(self.card.blocks) if isinstance(block, Code))
        return next(codes, len(self.card.blocks))
