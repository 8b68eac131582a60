"""The files on the number of processes: cgroup-v2.rst, "PID Interface Files". Threads count; single numbers: `formats`."""

from __future__ import annotations

from msgspec import Struct

from nslab.kernel.cgroup2.formats import flat_keyed, known_number


class PidsEvents(Struct, frozen=True):
    """pids.events. `max`: how often fork(2) or clone(2) was refused, since the group was made.

    Before Linux 6.11 to a process of this very group, by its limit or that of one above; since then by the limit of this
    group or of one below, whoever asked (mount option pids_localevents: as before).
    """

    max: int


def parse_pids_events(content: bytes) -> PidsEvents:
    """pids.events. Raises MalformedCgroup."""
    return PidsEvents(known_number(flat_keyed(content), b"max"))
