"""A process that wants more memory than its group may have: looked at until it is killed, and recorded.

In the guest, as root: `python -P -m tests.vm.oom` writes the recording to its output; tests/observe/recorded/oom.jsonl is one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from nslab.kernel.cgroup2.knobs import hand_on, write_knob
from nslab.observe.cgroup.recording import Frame, Heading, Recorder
from nslab.observe.cgroup.sampler import GroupSampler
from tests.delegated import in_group

MAX_BYTES = 32 << 20
PERIOD_SECONDS = 0.25
PATIENCE_SECONDS = 120.0
HOG = "import time\nheld = []\nwhile True:\n    held.append(bytearray(b'x' * (1 << 20)))\n    time.sleep(0.1)"


def limit(box: int) -> None:
    """So much memory and no swap."""
    write_knob(box, "memory.max", str(MAX_BYTES))
    write_knob(box, "memory.swap.max", "0")


def out_of_memory(sampler: GroupSampler, box: int) -> Iterator[Frame]:
    """A frame at each beat, from before the hog starts to two beats after its end. The group is `box` below the root."""
    yield Frame(sampler.look({"box"}), sampler.wait(0))
    command = (sys.executable, "-I", "-S", "-c", HOG)
    hog = subprocess.Popen(in_group(box, command), pass_fds=(box,))
    deadline = time.monotonic() + PATIENCE_SECONDS
    more = 2
    while more:
        assert time.monotonic() < deadline
        time.sleep(PERIOD_SECONDS)
        more -= hog.poll() is not None
        snapshot = sampler.look({"box"})
        yield Frame(snapshot, sampler.wait(0))
    assert hog.returncode == -9


def main() -> None:
    """Record one, in a group below the root of a machine that is to be thrown away."""
    top = Path("/sys/fs/cgroup/recorded")
    (top / "box").mkdir(parents=True)
    root = os.open(top, os.O_RDONLY | os.O_DIRECTORY)
    for controller in ("cpu", "memory", "pids", "io"):
        hand_on(root, controller)
    box = os.open(top / "box", os.O_RDONLY | os.O_DIRECTORY)
    limit(box)
    heading = Heading(os.uname().release, "a process killed at memory.max of 32 MiB", PERIOD_SECONDS)
    with GroupSampler(root) as sampler:
        recorder = Recorder(sys.stdout.buffer, heading)
        for frame in out_of_memory(sampler, box):
            recorder.write(frame)


if __name__ == "__main__":
    main()
