"""What of a player's state is worth keeping: where it is, what was predicted, whether the end was reached."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from nslab.course.player import Player
from nslab.course.predictions import Decided
from nslab.course.progress import LessonProgress, Prediction


def recorded(player: Player) -> Callable[[LessonProgress], LessonProgress]:
    """The change that brings a lesson's progress up to this state. A lesson once done stays done."""
    predictions = {
        step.id: Prediction(
            record.prediction, record.judgement.choice if isinstance(record.judgement, Decided) else None
        )
        for step, record in zip(player.steps, player.records, strict=True)
        if record.prediction is not None
    }

    def change(before: LessonProgress) -> LessonProgress:
        return replace(
            before,
            step=None if player.finished else player.steps[player.frontier].id,
            done=before.done or player.finished,
            predictions={**before.predictions, **predictions},
        )

    return change
