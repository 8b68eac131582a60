"""Trials made side by side and kept: the same cell is run once, unless it is asked for again."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

from msgspec import Struct

from nslab.course.attacks import Attack
from nslab.course.told import Told, why
from nslab.course.trial import Trial, run_trial
from nslab.engine.failures import LabError

AT_ONCE = min(os.cpu_count() or 1, 4)  # labs; each is a Python of its own for a tenth of a second


class Failed(Struct, frozen=True):
    """A trial whose lab failed: why."""

    why: Told


Cell = tuple[str, frozenset[str]]
Result = Trial | Failed


class Trials:
    """Runs trials in threads of its own. `done` is called from them. Close it: what runs by then is waited for."""

    def __init__(self, done: Callable[[], object]) -> None:
        self._done = done
        self._pool = ThreadPoolExecutor(AT_ONCE, "trial")
        self._lock = Lock()
        self._results: dict[Cell, Result] = {}
        self._running: dict[Cell, Future[None]] = {}

    def result(self, attack: Attack, off: frozenset[str]) -> Result | None:
        """What became of a cell; None where it was not run, or is running."""
        with self._lock:
            return self._results.get((attack.id, off))

    def results(self) -> dict[Cell, Result]:
        """What became of all cells that were run."""
        with self._lock:
            return dict(self._results)

    def want(self, attack: Attack, off: frozenset[str]) -> None:
        """Run a cell, unless it was or is being run."""
        cell = (attack.id, off)
        with self._lock:
            if cell not in self._results and cell not in self._running:
                self._running[cell] = self._pool.submit(self._run, attack, off)

    def keep(self, trial: Trial) -> None:
        """Keep what somebody else has made."""
        with self._lock:
            self._results[trial.attack, trial.off] = trial

    def drop(self, cells: set[Cell]) -> None:
        """Let go of what waits to be run and is among these."""
        self._let_go(lambda cell: cell in cells)

    def want_only(self, cells: set[Cell]) -> None:
        """Let go of what waits to be run and is not among these."""
        self._let_go(lambda cell: cell not in cells)

    def forget(self) -> None:
        """Forget every result: what is wanted then is run anew."""
        with self._lock:
            self._results.clear()

    def close(self) -> None:
        """Run nothing more, and wait for what runs."""
        self._pool.shutdown(cancel_futures=True)

    def _let_go(self, unwanted: Callable[[Cell], bool]) -> None:
        with self._lock:
            for cell in [cell for cell, future in self._running.items() if unwanted(cell) and future.cancel()]:
                del self._running[cell]

    def _run(self, attack: Attack, off: frozenset[str]) -> None:
        result: Result
        try:
            result = run_trial(attack, off)
        except LabError as error:
            result = Failed(why(error))
        with self._lock:
            self._results[attack.id, off] = result
            self._running.pop((attack.id, off), None)
        self._done()
