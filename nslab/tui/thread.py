"""A thread of a screen's own, whose mistakes end the program as the screen's would."""

from __future__ import annotations

import threading
from collections.abc import Callable

from textual.message import Message

Tell = Callable[[Message], object]  # a screen's post_message: it returns at once


class Crashed(Message):
    """A mistake of nslab's own in a thread, to be raised where it ends the program."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


def own_thread(name: str, live: Callable[[], None], tell: Tell) -> threading.Thread:
    """A thread that lives so once it is started; it keeps no program from ending."""

    def run() -> None:
        try:
            live()
        except Exception as error:  # noqa: BLE001 - the screen raises it again; in a thread it would end nothing but that
            tell(Crashed(error))

    return threading.Thread(target=run, name=name, daemon=True)
