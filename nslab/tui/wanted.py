"""What a board asks for. It makes nothing itself: whoever has the lab does."""

from __future__ import annotations

from textual.message import Message

from nslab.course.model import Made


class PartWanted(Message):
    """The engine shall make this: the same words in which a lesson's solution says it."""

    def __init__(self, part: Made) -> None:
        super().__init__()
        self.part = part
