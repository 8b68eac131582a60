"""Calling a lab off: it reaches what waits now, and what would begin later."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from nslab.engine.client import Lab
from nslab.engine.failures import LabGone
from nslab.engine.recall import Recall

SOON_S = 2.0


def test_a_lab_that_was_called_off_before_it_began_does_not_come_up() -> None:
    recall = Recall()
    recall.say()
    with pytest.raises(LabGone):
        Lab.start(recall)


def test_a_request_that_waits_for_a_stopped_lab_fails_as_soon_as_it_is_called_off() -> None:
    recall = Recall()
    with Lab.start(recall) as lab:
        os.kill(lab.pid, signal.SIGSTOP)
        threading.Timer(0.1, recall.say).start()
        began = time.monotonic()
        with pytest.raises(LabGone):
            lab.names((1,))
        assert time.monotonic() - began < SOON_S


def test_a_lab_that_has_ended_may_be_called_off_too() -> None:
    recall = Recall()
    with Lab.start(recall):
        pass
    recall.say()
