"""What was recorded is what is replayed; a real end for want of memory, recorded in the guest, on any machine."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from msgspec.structs import replace

from nslab.observe.cgroup.rates import rates
from nslab.observe.cgroup.recording import Frame, Heading, MalformedRecording, Recorder, Recording
from nslab.observe.cgroup.values import Came, Changed, Snapshot, Went
from tests.observe.cgroup.conftest import sampled

OOM = Path(__file__).parents[1] / "recorded" / "oom.jsonl"
MAX_BYTES = 32 << 20
HEADING = Heading("6.1", "nothing", 0.25)


def recorded(*frames: Frame) -> bytes:
    file = io.BytesIO()
    recorder = Recorder(file, HEADING)
    for frame in frames:
        recorder.write(frame)
    return file.getvalue()


def test_what_is_replayed_equals_what_was_seen(copy: Path) -> None:
    events = (Came("a", 1, 0.5), Changed("a", 1, "pids.events", "max", 0, 3, 0.75), Went("a", 1, 1.0))
    with sampled(copy) as sampler:
        frames = [Frame(sampler.look(in_detail={""}), events), Frame(sampler.look(), ())]
    replayed = Recording(io.BytesIO(recorded(*frames)))
    assert replayed.heading == HEADING
    assert list(replayed) == frames


def test_half_a_line_at_the_end_is_of_who_was_killed_and_passed_over() -> None:
    whole = recorded(Frame(Snapshot((), 1.0), ()), Frame(Snapshot((), 2.0), ()))
    for cut in range(1, 40):
        assert [frame.snapshot.read_at for frame in Recording(io.BytesIO(whole[:-cut]))] == [1.0]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "line 1"),
        (b'{"kernel":"6.1","what":"","period_seconds":1,"format":"nslab-cgroup-0"}\n', "line 1"),
        (recorded() + b'{"snapshot":{}}\n', "line 2"),
    ],
)
def test_what_is_no_recording_is_refused_with_the_line(content: bytes, line: str) -> None:
    with pytest.raises(MalformedRecording, match=line):
        list(Recording(io.BytesIO(content)))


def test_a_real_end_for_want_of_memory_is_replayed_where_there_are_no_control_groups() -> None:
    with OOM.open("rb") as file:
        recording = Recording(file)
        frames = list(recording)
    assert recording.heading.kernel.startswith("6.1.")
    boxes = [box for frame in frames if (box := frame.snapshot.get("box")) is not None]
    used = [box.memory.current for box in boxes if box.memory is not None]
    assert len(used) == len(frames)
    assert MAX_BYTES // 2 < max(used) <= MAX_BYTES
    assert used[-1] < MAX_BYTES // 2
    told = [event for frame in frames for event in frame.events if isinstance(event, Changed) and event.path == "box"]
    assert [(event.file, event.key) for event in told] == [
        ("cgroup.events", "populated"),
        ("cgroup.events", "populated"),
        *((file, key) for file in ("memory.events", "memory.events.local") for key in ("max", "oom", "oom_kill")),
    ]


def test_rates_of_a_recording_are_told_and_a_frame_left_out_is_a_gap() -> None:
    with OOM.open("rb") as file:
        frames = [frame.snapshot for frame in Recording(file)]
    beat, late = (next(one for one in rates(frames[0], frames[at], 0.25) if one.path == "box") for at in (1, 4))
    assert (beat.gap, late.gap) == (False, True)
    assert (beat.cpu_percent or 0) > 0
    assert beat.throttled is not None
    assert beat.throttled.periods == 0


def test_a_group_made_anew_in_a_recording_has_no_rates_from_the_one_before() -> None:
    with OOM.open("rb") as file:
        first, second = [frame.snapshot for frame in Recording(file)][:2]
    anew = replace(second, groups=tuple(replace(group, id=group.id + 1) for group in second.groups))
    assert rates(first, anew, 0.25) == ()
