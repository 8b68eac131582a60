"""Writing to a terminal that has gone."""

from __future__ import annotations

import contextlib
import os
import pty
import threading
from pathlib import Path
from typing import IO, cast

from textual.drivers._writer_thread import WriterThread

from nslab.course.progress import ProgressStore
from nslab.course.syllabus import Syllabus
from nslab.tui.app import NslabApp
from nslab.tui.driver import Forgiving, TerminalDriver
from nslab.words import words_for


def test_the_writers_queue_never_fills_up_however_long_the_terminal_has_been_gone() -> None:
    master, slave = pty.openpty()
    file = os.fdopen(slave, "w")
    writer = WriterThread(cast("IO[str]", Forgiving(file)))
    writer.start()
    os.close(master)

    def write() -> None:
        for _ in range(1000):
            writer.write("a frame\n")
        writer.stop()

    writing = threading.Thread(target=write, daemon=True)
    writing.start()
    writing.join(10)
    assert not writing.is_alive()
    assert not writer.is_alive()
    with contextlib.suppress(OSError):  # what was never written
        file.close()


def test_what_can_be_written_is_written() -> None:
    read, write = os.pipe()
    with os.fdopen(write, "w") as file:
        Forgiving(file).write("a frame")
        Forgiving(file).flush()
        assert Forgiving(file).fileno() == write
    assert os.read(read, 100) == b"a frame"
    os.close(read)


def test_the_application_is_driven_by_it(tmp_path: Path) -> None:
    app = NslabApp(words_for("en"), Syllabus(), ProgressStore(tmp_path / "progress.json"))
    assert app.driver_class is TerminalDriver
