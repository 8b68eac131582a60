"""The owner of a lab and the visitors in it, as they wait for each other's ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from nslab.cli.programs import Host
from nslab.engine.client import Lab
from nslab.engine.door import Door
from nslab.engine.spec import Process, Spec
from nslab.engine.visit import Visit
from nslab.engine.waiting import readable
from nslab.kernel.namespaces import Kind

SECONDS = 10.0
SLEEP = Process(("sleep", "1000"), pipes=(), terminal=True)


class Interrupted(Door):
    """A door whose guest ends just when everybody has been attended to."""

    guest = ""

    def attend(self, ready: Iterable[int]) -> None:
        super().attend(ready)
        if self.guest:
            self._lab.signal(self.guest, signal.SIGKILL)
            assert readable({self._lab.events}, SECONDS)
            self.guest = ""


@pytest.mark.needs("lab", "overlay")
def test_a_guest_that_ends_while_its_owner_looks_after_itself_is_not_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with Lab.start() as lab, ThreadPoolExecutor(1) as visitor:
        own = lab.run(Spec("own", SLEEP, (Kind.PID,)))
        door = Interrupted(lab, "own")
        host = Host(lab, own, door)

        def attend_until(done: Future[Any]) -> None:
            while not done.done():
                host.hear(readable(set(host.news), 0.1))

        coming = visitor.submit(lambda: Visit.to(("own",), Path(lab.directory).parent))
        attend_until(coming)
        with coming.result() as visit:
            entering = visitor.submit(lambda: visit.enter(Spec("web", SLEEP, (Kind.PID,)), ()))
            attend_until(entering)
            door.guest = "web"
            assert host.hear(set()) is None
            assert lab.events.fileno() in readable(set(host.news), SECONDS)
            assert host.hear(readable(set(host.news), SECONDS)) is None
            assert readable({visit.fileno()}, SECONDS)
            end = visit.ended()
            assert end is not None
            assert end.status == signal.SIGKILL
            os.close(visit.task.pidfd)
            os.close(visit.task.master)
        door.close()
        os.close(own.pidfd)
        os.close(own.master)
