"""The open cell: the same calls with a primitive and without it, and only what differs in bold. Pure."""

from __future__ import annotations

from nslab.course.ablation import Attack
from nslab.course.told import say
from nslab.course.trial import Trial
from nslab.course.trials import Failed, Result
from nslab.engine.decode import decoded
from nslab.engine.steps import Done, Outcome, Step
from nslab.kernel.syscalls import errno_name
from nslab.tui.canvas import Canvas
from nslab.tui.faces import BAD, BOLD, MUTE, TEXT, Role
from nslab.tui.without.view import WithoutView
from nslab.tui.wrap import shorten
from nslab.words import Words

SIDE_BY_SIDE = 100
GAP = 2
MARGIN = 2


def cell_rows(canvas: Canvas, y: int, view: WithoutView, words: Words) -> None:
    """Write both sides of the open cell from row `y` to the canvas's end; in a narrow window one above the other."""
    height = canvas.height - y
    sides = tuple(zip(view.pair, ("without.with", "without.without"), strict=True))
    for at, (result, title) in enumerate(sides):
        if canvas.width >= SIDE_BY_SIDE:
            half = (canvas.width - GAP) // 2
            box = (at * (half + GAP), y, half, height)
        else:
            box = (0, y + at * (height // 2), canvas.width, height // 2)
        side = _Side(canvas, box, view.attack, words)
        side.write(words(title, primitive=words(f"without.sheet.{view.primitive}")), result, view.pair[1 - at])


def answer(outcome: Outcome | None) -> str:
    """What the kernel said to a call."""
    if isinstance(outcome, Done):
        return f"= {outcome.value}" if outcome.errno == 0 else f"✗ {errno_name(outcome.errno)}"
    return "" if outcome is None else "?"


def agreed(outcome: Outcome | None) -> bool | None:
    """Whether the kernel agreed; None where it was not asked. What it returned is another number in each lab."""
    return None if outcome is None else isinstance(outcome, Done) and outcome.errno == 0


class _Side:
    """One trial: its calls, and what came of them."""

    def __init__(self, canvas: Canvas, box: tuple[int, int, int, int], attack: Attack, words: Words) -> None:
        self.canvas, self.attack, self.words = canvas, attack, words
        self.x, self.y, self.width, self.height = box

    def write(self, title: str, result: Result | None, other: Result | None) -> None:
        through = isinstance(result, Trial) and result.through
        self.canvas.fill(self.x, self.y, self.width, self.height, Role.BAD_TINT if through else Role.PANEL)
        self.canvas.put(self.x + MARGIN, self.y, title, BOLD)
        match result:
            case Trial():
                took = self.words("without.took", time=f"{result.milliseconds:.1f}")
                self.canvas.right(self.x + self.width - 1, self.y, took, MUTE)
                self._trial(result, other)
            case Failed():
                self._para(self.y + 1, self.words("without.failed", why=say(result.why, self.words)))
            case None:
                self.canvas.put(self.x + MARGIN, self.y + 1, self.words("without.running"), MUTE)

    def _trial(self, trial: Trial, other: Result | None) -> None:
        y = self.y + 1
        if trial.refused is not None:
            y = self._call(y, *trial.refused, differs=True)
            self._para(y, self.words("without.refused", step=trial.refused[0].id))
            return
        outcomes = (*trial.outcomes, *(None,) * (len(trial.moves) - len(trial.outcomes)))
        theirs = other.outcomes if isinstance(other, Trial) else ()
        for at, (step, outcome) in enumerate(zip(trial.moves, outcomes, strict=False)):
            if y >= self.y + self.height - 1:
                break
            differs = isinstance(other, Trial) and agreed(outcome) != agreed(theirs[at] if at < len(theirs) else None)
            y = self._call(y, step, outcome, differs=differs)
        self._para(y, self._told(trial))

    def _call(self, y: int, step: Step, outcome: Outcome | None, *, differs: bool) -> int:
        said = answer(outcome)
        end = self.x + self.width - MARGIN
        self.canvas.right(end, y, said, BAD if said.startswith("✗") else BOLD if differs else MUTE)
        x = self.x + MARGIN
        if step.who == "init":
            self.canvas.letter(x, y, "B")
        else:
            self.canvas.letter(x, y, "A")
        room = end - len(said) - x - 6
        self.canvas.put(x + 4, y, shorten(decoded(step), room), BOLD if differs else MUTE)
        return y + 1

    def _told(self, trial: Trial) -> str:
        if self.attack.gain == "rights":
            return self.words("without.rights", rights=trial.rights)
        if not trial.through:
            return self.words(f"without.held.{trial.attack}")
        return self.words("without.reads", seen=trial.seen) if self.attack.gain == "secret" else ""

    def _para(self, y: int, text: str) -> None:
        room = self.width - 2 * MARGIN
        if text and y < self.y + self.height:
            self.canvas.put(self.x + MARGIN + 4, y, shorten(text, room - 4), TEXT)
