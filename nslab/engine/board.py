"""Where the processes of one plan write what became of each step: shared memory, one record a step.

Messages would cost ten microseconds a step and say nothing of a process that dies in the middle of one. Here the record is
written before the call (STARTED) and after it (ENDED), so a step that was begun and never ended is told from one never begun.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator

from nslab.engine.steps import Done

RECORD = struct.Struct("=iidQq")  # state, errno, microseconds, at_ns, value
ANSWER = struct.Struct("=ii")  # how a record begins
FRESH, STARTED, ENDED = range(3)


class Board:
    """Shared by the lab and every process it makes for one plan, from before the first clone3(2)."""

    def __init__(self, steps: int) -> None:
        self._memory: mmap.mmap | bytes = mmap.mmap(-1, max(steps, 1) * RECORD.size)

    def start(self, index: int, at_ns: int) -> None:
        """The step is about to be made."""
        RECORD.pack_into(self._memory, index * RECORD.size, STARTED, 0, 0.0, at_ns, 0)

    def end(self, index: int, errno: int, microseconds: float, at_ns: int, value: int) -> None:
        """The kernel has answered."""
        RECORD.pack_into(self._memory, index * RECORD.size, ENDED, errno, microseconds, at_ns, value)

    def answers(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """State (FRESH, STARTED, or ENDED) and errno of the steps from `first` to before `last`."""
        for index in range(first, last):
            yield ANSWER.unpack_from(self._memory, index * RECORD.size)

    def state(self, index: int) -> int:
        """FRESH, STARTED, or ENDED."""
        return next(self.answers(index, index + 1))[0]

    def done(self, index: int, step_id: str) -> Done:
        """The record as a value; for a step that is STARTED only, what is known so far."""
        _, errno, microseconds, at_ns, value = RECORD.unpack_from(self._memory, index * RECORD.size)
        return Done(step_id, errno, microseconds, at_ns, value)

    def close(self) -> None:
        """Give the shared memory back; what stands on the board can be read on."""
        if isinstance(self._memory, mmap.mmap):
            shared, self._memory = self._memory, bytes(self._memory)
            shared.close()
