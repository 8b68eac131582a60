"""Calling a lab off from another thread than the one that waits for it: its start and its answers may take many seconds."""

from __future__ import annotations

import threading
from typing import Protocol


class Interruptible(Protocol):
    """What waits for something, and can be told to stop waiting."""

    def interrupt(self) -> None:
        """Have whatever waits fail now. Safe from any thread, at any time."""
        ...


class Recall:
    """One owner's word that no lab is wanted any more: it reaches the lab that there is, and each one made later."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said = False
        self._lab: Interruptible | None = None

    def hold(self, lab: Interruptible) -> None:
        """This is the lab now, in place of the one before. Already called off, it is interrupted at once."""
        with self._lock:
            self._lab, said = lab, self._said
        if said:
            lab.interrupt()

    def say(self) -> None:
        """No lab is wanted any more."""
        with self._lock:
            self._said, lab = True, self._lab
        if lab is not None:
            lab.interrupt()
