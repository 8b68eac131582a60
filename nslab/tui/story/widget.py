"""The story on screen: it takes keys and clicks, says what the learner did, and keeps the open card in sight."""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace
from textual import events
from textual.message import Message

from nslab.tui.canvas import Canvas
from nslab.tui.edit import Line
from nslab.tui.faces import Face
from nslab.tui.scrolled import Scrolled
from nslab.tui.story.bar import bar_height, bar_rows
from nslab.tui.story.card import Hit, HitKind
from nslab.tui.story.rows import StoryRows, fitting_rows
from nslab.tui.story.view import Card, Doing, Explaining, Observing, Predicting, StoryView, TaskState
from nslab.words import Words


class Story(Scrolled):
    """Shows a StoryView; before a room its open card alone, as a bar.

    What stands under the cursor and in the input line is its own; all else is the view's.
    """

    class Chosen(Message):
        """The learner committed to an answer."""

        def __init__(self, choice_id: str) -> None:
            super().__init__()
            self.choice_id = choice_id

    class Picked(Message):
        """Another answer is under the cursor."""

        def __init__(self, choice_id: str) -> None:
            super().__init__()
            self.choice_id = choice_id

    class Answered(Message):
        """The learner typed what they found for a task."""

        def __init__(self, task_id: str, text: str) -> None:
            super().__init__()
            self.task_id = task_id
            self.text = text

    class HintAsked(Message):
        """The learner wants the next hint."""

    class Advanced(Message):
        """The learner has read what was observed or explained."""

    class WentBack(Message):
        """The learner wants to look at the step before."""

    def __init__(self, words: Words, view: StoryView, *, id: str | None = None) -> None:
        super().__init__(words, id=id)
        self._view = view
        self._typed = Line()
        self._given = False  # what stands in the input line was an answer: typing begins another
        self._rows_shown: StoryRows | None = None
        self._follow_card = True  # until the learner scrolls away from it

    def show(self, view: StoryView) -> None:
        """Show another moment. The choice under the cursor and half-typed words stay while their card is open."""
        if _same_card(self._view, view):
            view = _with_pick(view, _picked(self._view))
        else:
            self._type(Line())
            self._follow_card = True
        self._view = view
        self.redraw()

    def all_rows(self, width: int, height: int, *, plain: bool) -> Canvas:
        """The step, with as much air as there is room for; whole for who scrolls."""
        arrange = bar_rows if self.afar else partial(fitting_rows, whole=not self._follow_card)
        self._rows_shown = arrange(self._view, width, height, self.words, typed=self._typed, plain=plain)
        return self._rows_shown.canvas

    @property
    def card(self) -> Card:
        """The open card, with what is picked on it."""
        return self._view.card

    def bar_height(self, width: int) -> int:
        """The rows that it wants before a room, in `width` cells."""
        return bar_height(self._view, width, self.words, self._typed)

    def wanted_offset(self, rows: int, height: int) -> int:
        """Where the open card is in sight, its beginning before its end, until the learner scrolls away."""
        shown = self._rows_shown
        if shown is None or not self._follow_card:
            return self.offset_y
        return min(max(shown.card_bottom - height, 0), shown.card_top)

    def draw(self, canvas: Canvas) -> None:
        super().draw(canvas)
        if self._rows_shown is not None:
            self._draw_cursor(canvas, self._rows_shown)

    def _draw_cursor(self, canvas: Canvas, rows: StoryRows) -> None:
        if rows.cursor and self.has_focus:
            x, y = rows.cursor[0], rows.cursor[1] - self.offset_y
            if 0 <= y < canvas.height:
                canvas.rows[y][x] = (canvas.rows[y][x][0], Face(solid=True))

    def watch_has_focus(self, has_focus: bool) -> None:
        """The cursor shows, or goes: drawn once the focus is here, which on_focus comes before."""
        super().watch_has_focus(has_focus)
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        """A choice is picked; the rows that name a key do what the key does."""
        hit = self._hit(event.y + self.offset_y)
        if hit is None:
            return
        match hit.kind:
            case HitKind.CHOICE:
                self.pick(hit.id)
            case HitKind.COMMIT:
                self.commit()
            case HitKind.HINT:
                self.post_message(self.HintAsked())
            case HitKind.ADVANCE:
                self.post_message(self.Advanced())

    def on_key(self, event: events.Key) -> None:
        """Keys of the card at hand; what it has no use for goes on to the screen."""
        if self._handled(event):
            event.stop()
            event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Into the input line."""
        if self._asked() is not None:
            self._type(self._line_to_type_in().typed(event.text))
            event.stop()

    def _handled(self, event: events.Key) -> bool:
        card = self._view.card
        if isinstance(card, Predicting):
            return self._predict_key(card, event.key)
        if self._asked() is not None:
            return self._input_key(event)
        if isinstance(card, Observing | Explaining) and event.key == "enter":
            self.post_message(self.Advanced())
            return True
        if event.key == "backspace":
            self.post_message(self.WentBack())
            return True
        return self.scroll_key(event.key)

    def _predict_key(self, card: Predicting, key: str) -> bool:
        ids = [choice.id for choice in card.choices]
        at = ids.index(card.picked) if card.picked in ids else None
        if key.isdigit() and 1 <= int(key) <= len(ids):
            self.pick(ids[int(key) - 1])
        elif key in ("down", "up"):
            step = 1 if key == "down" else -1
            self.pick(ids[(at + step) % len(ids)] if at is not None else ids[0 if step > 0 else -1])
        elif key == "enter":
            self.commit()
        else:
            return self.scroll_key(key)
        return True

    def _input_key(self, event: events.Key) -> bool:
        task_id = self._asked()
        if event.key == "enter" and task_id is not None:
            if self._typed.text.strip():
                self._given = True
                self.post_message(self.Answered(task_id, self._typed.text.strip()))
            return True
        line = self._typed.press(event.key)
        if line is None and event.is_printable and event.character:
            line = self._line_to_type_in().typed(event.character)
        if line is None:
            return self.scroll_key(event.key)
        self._type(line)
        return True

    def _line_to_type_in(self) -> Line:
        """A wrong answer stays in sight, and gives way to the next one without being rubbed out."""
        return Line() if self._given else self._typed

    def _type(self, line: Line) -> None:
        self._typed, self._given = line, False
        self.redraw()

    def pick(self, choice_id: str) -> None:
        """Put the cursor on an answer."""
        self._view = _with_pick(self._view, choice_id)
        self.redraw()
        self.post_message(self.Picked(choice_id))

    def commit(self) -> None:
        """Say the answer that is picked, if one is being asked for."""
        picked = _picked(self._view)
        if picked is not None:
            self.post_message(self.Chosen(picked))

    def scroll_rows(self, rows: int) -> None:
        """From here on the learner decides what is in sight."""
        self._follow_card = False
        super().scroll_rows(rows)

    def _hit(self, y: int) -> Hit | None:
        hits = self._rows_shown.hits if self._rows_shown else ()
        return next((hit for hit in hits if hit.top <= y < hit.bottom), None)

    def _asked(self) -> str | None:
        """The task whose answer is being typed."""
        card = self._view.card
        if not isinstance(card, Doing):
            return None
        return next((task.id for task in card.tasks if task.asks and task.state is TaskState.NOW), None)


def _picked(view: StoryView) -> str | None:
    return view.card.picked if isinstance(view.card, Predicting) else None


def _with_pick(view: StoryView, choice_id: str | None) -> StoryView:
    if choice_id is None or not isinstance(view.card, Predicting):
        return view
    return replace(view, card=replace(view.card, picked=choice_id))


def _same_card(old: StoryView, new: StoryView) -> bool:
    """Whether the learner is still at the same question or task."""
    if isinstance(old.card, Predicting) and isinstance(new.card, Predicting):
        return [choice.id for choice in old.card.choices] == [choice.id for choice in new.card.choices]
    if isinstance(old.card, Doing) and isinstance(new.card, Doing):
        return _now(old.card) == _now(new.card)
    return type(old.card) is type(new.card) and old.words == new.words


def _now(card: Doing) -> str | None:
    return next((task.id for task in card.tasks if task.state is TaskState.NOW), None)
