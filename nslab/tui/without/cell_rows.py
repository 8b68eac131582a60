"""The open cell: the same calls with a primitive and without it, only what differs in bold, and what came of them. Pure.

Where there is room each side has its own panel; in a narrow place the calls stand once, with two columns of answers.
"""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len

from nslab.course.ablation import blind, refusal, standing
from nslab.course.attacks import Attack
from nslab.course.told import say
from nslab.course.trial import Refusal, Trial
from nslab.course.trials import Failed, Result
from nslab.engine.decode import decoded
from nslab.engine.steps import Done, Outcome, Step
from nslab.kernel.syscalls import errno_name, meaning
from nslab.tui.canvas import Canvas
from nslab.tui.faces import BAD, BOLD, MUTE, OK, TEXT, Face, Role
from nslab.tui.without.view import Side, WithoutView
from nslab.tui.wrap import Line, Span, shorten, wrap
from nslab.words import Words

SIDE_BY_SIDE = 100
GAP = 2
MARGIN = 2
LETTER = 4  # who makes the call, and a space
NOT_CALLED = "╌"
TITLES = ("without.with", "without.without")


class Call(Struct, frozen=True):
    """One call and its answers with the primitive and without it."""

    step: Step
    answers: tuple[str, str]
    differs: bool


def cell_rows(canvas: Canvas, y: int, view: WithoutView, words: Words) -> None:
    """Write both sides of the open cell from row `y` to the canvas's end."""
    (_panels if canvas.width >= SIDE_BY_SIDE else table)(canvas, y, view, words)


def calls(view: WithoutView) -> tuple[Call, ...]:
    """The calls of both sides, each once, in the order in which they were asked for."""
    sides = tuple(_answers(side.result) for side in view.pair)
    ids = dict.fromkeys(id_ for side in reversed(sides) for id_ in side)
    order = sorted(ids, key=lambda id_: max(list(side).index(id_) if id_ in side else -1 for side in sides))
    found = []
    for id_ in order:
        here = [side.get(id_) for side in sides]
        step = next(one[0] for one in here if one is not None)
        outcomes = [None if one is None else one[1] for one in here]
        agreed = [isinstance(outcome, Done) and outcome.errno == 0 for outcome in outcomes]
        both = all(isinstance(side.result, Trial) for side in view.pair)
        found.append(Call(step, (_answer(here[0]), _answer(here[1])), both and agreed[0] != agreed[1]))
    return tuple(found)


def _answers(result: Result | None) -> dict[str, tuple[Step, Outcome | None]]:
    """What was asked on one side, by the step's id: where the plan was refused, that step alone."""
    if not isinstance(result, Trial):
        return {}
    if result.refused is not None:
        return {result.refused.step.id: (result.refused.step, result.refused.outcome)}
    outcomes = (*result.outcomes, *(None,) * (len(result.moves) - len(result.outcomes)))
    return {step.id: (step, outcome) for step, outcome in zip(result.moves, outcomes, strict=False)}


def _answer(asked: tuple[Step, Outcome | None] | None) -> str:
    """What the kernel said to a call: it may not be in that plan at all, or never have come to it."""
    if asked is None or asked[1] is None:
        return NOT_CALLED
    outcome = asked[1]
    if not isinstance(outcome, Done):
        return "?"
    return f"= {outcome.value}" if outcome.errno == 0 else f"✗ {errno_name(outcome.errno)}"


def told(attack: Attack, side: Side, words: Words) -> str:
    """What came of one side, in a sentence."""
    match side.result:
        case None:
            return words("without.running" if side.asked else "without.not-tried")
        case Failed(why):
            return words("without.failed", why=say(why, words))
        case Trial(refused=Refusal(step, outcome)):
            number = outcome.errno if isinstance(outcome, Done) else 0
            reason = refusal(step.id, number)
            known = words(f"without.refusal.{reason}") if reason else meaning(step.call, number)
            return words("without.refused", step=step.id, meaning=known)
        case Trial(through=True) as trial:
            rights = trial.rights
            had, has = (None, None) if rights is None else (rights.before, rights.after)
            return words(f"without.got.{attack.id}", seen=trial.seen, had=had, has=has)
        case _:
            locks, needed = standing(attack, side.off), blind(attack, side.off)
            if locks:
                return words(f"without.held.{attack.id}.{locks[0][0]}")
            return words(f"without.needs.{needed}" if needed else "without.unforeseen")


def _mark(result: Result | None) -> tuple[str, Face]:
    if not isinstance(result, Trial) or result.refused is not None:
        return NOT_CALLED, MUTE
    return ("✗", BAD) if result.through else ("✓", OK)


def _ground(result: Result | None) -> Role:
    return Role.BAD_TINT if isinstance(result, Trial) and result.through else Role.PANEL


def _title(view: WithoutView, at: int, words: Words) -> str:
    return words(TITLES[at], primitive=words(f"without.sheet.{view.primitive}"))


def _put_call(canvas: Canvas, x: int, y: int, room: int, call: Call) -> None:
    canvas.letter(x, y, "B" if call.step.who == "init" else "A")
    canvas.put(x + LETTER, y, shorten(decoded(call.step), room - LETTER), BOLD if call.differs else MUTE)


def _answer_face(said: str, call: Call) -> Face:
    return BAD if said.startswith("✗") else BOLD if call.differs else MUTE


def _panels(canvas: Canvas, y: int, view: WithoutView, words: Words) -> None:
    """Two panels, side by side."""
    half = (canvas.width - GAP) // 2
    for at, side in enumerate(view.pair):
        x = at * (half + GAP)
        canvas.fill(x, y, half, canvas.height - y, _ground(side.result))
        canvas.put(x + MARGIN, y, _title(view, at, words), BOLD)
        if isinstance(side.result, Trial):
            canvas.right(x + half - 1, y, words("without.took", time=f"{side.result.milliseconds:.1f}"), MUTE)
        row, end = y + 1, x + half - MARGIN
        asked = [call for call in calls(view) if call.step.id in _answers(side.result)]
        for call in asked[: canvas.height - y - 2]:
            said = call.answers[at]
            canvas.right(end, row, said, _answer_face(said, call))
            _put_call(canvas, x + MARGIN, row, end - cell_len(said) - 1 - x - MARGIN, call)
            row += 1
        _sentence(canvas, (x + MARGIN, row, half - 2 * MARGIN), side, view.attack, words)


def table(canvas: Canvas, y: int, view: WithoutView, words: Words) -> None:
    """The calls once, and the two sides' answers beside them; below, what came of each."""
    titles = [_title(view, at, words) for at in range(2)]
    column = max(*(cell_len(title) for title in titles), 11) + 2
    ends = (canvas.width - column, canvas.width)
    canvas.fill(0, y, canvas.width, canvas.height - y, Role.PANEL)
    for end, title, side in zip(ends, titles, view.pair, strict=True):
        canvas.fill(end - column, y, column, canvas.height - y, _ground(side.result))
        canvas.right(end - 1, y, title, BOLD)
    canvas.put(1, y, words(f"without.attack.{view.attack.id}"), BOLD)
    sentences = [told(view.attack, side, words) for side in view.pair]
    row, found = y + 1, calls(view)
    for call in found[: canvas.height - row - len(sentences)]:
        for end, said in zip(ends, call.answers, strict=True):
            canvas.right(end - 1, row, said, _answer_face(said, call))
        _put_call(canvas, 1, row, canvas.width - 2 * column - 2, call)
        row += 1
    canvas.fill(0, row, canvas.width, canvas.height - row, Role.PANEL)
    for side in view.pair:
        row = _sentence(canvas, (1, row, canvas.width - 2), side, view.attack, words)


def table_height(view: WithoutView, width: int, words: Words) -> int:
    """How many rows the narrow cell takes."""
    sentences = sum(len(_lines(view.attack, side, width - 2, words)) for side in view.pair)
    return 1 + len(calls(view)) + sentences


def _lines(attack: Attack, side: Side, width: int, words: Words) -> tuple[Line, ...]:
    return wrap((Span(told(attack, side, words)),), width - LETTER)


def _sentence(canvas: Canvas, box: tuple[int, int, int], side: Side, attack: Attack, words: Words) -> int:
    """✓ or ✗, and the sentence beside it, wrapped as far as there are rows; the row after it."""
    x, y, width = box
    if y >= canvas.height:
        return y
    mark, face = _mark(side.result)
    canvas.put(x + 1, y, mark, face)
    for line in _lines(attack, side, width, words)[: canvas.height - y]:
        canvas.spans(x + LETTER, y, line, TEXT)
        y += 1
    return y
