"""Who has a terminal, and whether it is a shell that waits for a command: from the kernel's facts, never from the screen.

Facts about ptys on Linux that this rests on: TIOCGPGRP and TCGETS on the master answer for the slave, and the process
group comes in the reader's own PID namespace. At its prompt a shell with line editing has ICANON off and sleeps in a
wait for input; while it runs a command, a substitution, or `read`, ICANON is on or it sleeps somewhere else.
"""

from __future__ import annotations

import os
import termios
from pathlib import Path

from msgspec import Struct

EDITING_SHELLS = frozenset({"bash", "zsh", "fish"})
PLAIN_SHELLS = frozenset({"sh", "dash", "ash", "busybox", "ksh", "mksh"})

INPUT_WAITS = (
    "wait_woken",
    "n_tty_read",
    "do_select",
    "do_poll",
    "do_sys_poll",
    "poll_schedule_timeout",
    "do_epoll_wait",
)
"""Where in the kernel a process sleeps that waits for a terminal; a compiler's suffix may follow."""

LFLAG = 3  # index of the local flags in what tcgetattr gives


class Foreground(Struct, frozen=True):
    """The process group that reads a terminal, by its leader."""

    pid: int
    program: str  # comm
    at_prompt: bool
    line_editing: bool  # ICANON is off: each key is read as it comes
    wakeups: int | None  # times it has slept and been woken so far (voluntary_ctxt_switches)


def foreground(master: int, proc: Path = Path("/proc")) -> Foreground | None:
    """Who reads the terminal with this master; None if nobody does any more."""
    try:
        group = os.tcgetpgrp(master)
        canonical = bool(termios.tcgetattr(master)[LFLAG] & termios.ICANON)
    except (OSError, termios.error):
        return None
    if group <= 0:
        return None
    leader = proc / str(group)
    program = _line(leader / "comm")
    if program is None or _state(leader) == "Z":
        member = _other_member(group, proc)
        if member is None:
            return None
        return Foreground(group, member, at_prompt=False, line_editing=not canonical, wakeups=None)
    prompt = _state(leader) == "S" and _waits_for_command(leader, program, canonical=canonical)
    return Foreground(group, program, prompt, not canonical, _wakeups(leader))


def _waits_for_command(process: Path, program: str, *, canonical: bool) -> bool:
    if program not in EDITING_SHELLS | PLAIN_SHELLS or (program in EDITING_SHELLS and canonical):
        return False
    waits_in = _line(process / "wchan")
    if waits_in in (None, "0", ""):  # not ours to trace: the terminal's mode must do
        return not canonical
    return waits_in.startswith(INPUT_WAITS) and not (canonical and _reads_one_byte(process))


def _reads_one_byte(process: Path) -> bool:
    """The builtin `read` takes byte after byte, a plain shell's prompt a whole buffer. Fields: number, fd, buffer, count."""
    fields = (_line(process / "syscall") or "").split()
    return len(fields) > 3 and fields[3] == "0x1"


def _state(process: Path) -> str | None:
    """The state letter of proc(5); the program's name before it may hold spaces and parentheses."""
    stat = _line(process / "stat")
    return stat.rpartition(")")[2].split()[0] if stat else None


def _wakeups(process: Path) -> int | None:
    try:
        status = (process / "status").read_text(errors="replace")
    except OSError:
        return None
    for line in status.splitlines():
        if line.startswith("voluntary_ctxt_switches:"):
            return int(line.partition(":")[2])
    return None


def _other_member(group: int, proc: Path) -> str | None:
    """The name of some process of a group whose leader has ended. Field 5 of stat is the group."""
    for process in proc.iterdir():
        stat = _line(process / "stat") if process.name.isdecimal() else None
        if stat and int(stat.rpartition(")")[2].split()[2]) == group and _state(process) != "Z":
            return _line(process / "comm")
    return None


def _line(path: Path) -> str | None:
    """One line of procfs; None if the process has ended or is not ours to read."""
    try:
        return path.read_text(errors="replace").rstrip("\n")
    except OSError:
        return None
