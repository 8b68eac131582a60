"""SIGKILL at a random moment, of a random one of a lab's processes, again and again: nothing may be left after a second.

    python -m tests.engine.kills --count 200 [--seed N]

Each round starts an owner with a lab, a host shell, and a container, waits for up to a third of a second, and kills one process.
If that did not end the lab (a shell, a container), its owner is killed too. Processes, mounts, and links must be gone within a
second; directories after the next start's sweep. Prints a line for each round that leaves something, and a table at the end.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from nslab.engine import rundir
from nslab.engine.client import Lab
from nslab.engine.failures import LabError
from nslab.engine.spec import Process, Spec
from nslab.kernel.namespaces import Kind

PR_SET_CHILD_SUBREAPER = 36
LONGEST_DELAY_SECONDS = 0.35
GONE_SECONDS = 1.0
LAB_DEPTH = 2  # PID namespaces that the lab's process 1 is in, seen from its owner's


def own() -> None:
    """An owner: a lab, a shell, a container that is made anew all the time; until the lab is gone."""
    try:
        with Lab.start() as lab:
            shell = lab.spawn(Process(("sh", "-c", "sleep 1000"), pipes=(), terminal=True))
            while lab.ended(shell.pid) is None:
                box = lab.run(Spec("box", Process(("sleep", "1000"), pipes=(), terminal=True), tuple(Kind)))
                time.sleep(0.01)
                lab.delete("box")
                os.close(box.pidfd)
                os.close(box.master)
    except LabError:
        pass


def descendants() -> dict[int, str]:
    """All that came from us and lives, by pid: the name. We are the reaper of our orphans, so nobody escapes."""
    parents: dict[int, tuple[int, str]] = {}
    for pid in [name for name in os.listdir("/proc") if name.isdigit()]:
        try:
            text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
        except OSError:
            continue
        comm, _, rest = text.partition("(")[2].rpartition(")")
        if rest.split()[0] not in "ZX":
            parents[int(pid)] = (int(rest.split()[1]), comm)
    found: dict[int, str] = {}
    ours = {os.getpid()}
    while ours := {pid for pid, (parent, _) in parents.items() if parent in ours and pid not in found}:
        found |= {pid: parents[pid][1] for pid in ours}
    return found


def role(pid: int, comm: str, owner: int) -> str:
    """What a descendant is to the lab."""
    if pid == owner:
        return "owner"
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        command = b""
    if comm == "lab" and number_in_namespaces(pid) > LAB_DEPTH:
        return "container before its execve"  # it bears the lab's name still, and its death is not the lab's
    return "keeper" if b"nslab.engine.keeper" in command else comm


def number_in_namespaces(pid: int) -> int:
    """In how many PID namespaces it has a number."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(errors="replace")
    except OSError:
        return 0
    return next((len(line.split()) - 1 for line in status.splitlines() if line.startswith("NSpid:")), 0)


def reap() -> None:
    """Wait for whatever has ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def gone(deadline: float) -> dict[int, str]:
    """What still lives at the deadline."""
    while (left := descendants()) and time.monotonic() < deadline:
        reap()
        time.sleep(0.01)
    reap()
    return left


def surroundings() -> tuple[set[str], set[str]]:
    """Mounts and links of the machine."""
    links = {line.partition(":")[0].strip() for line in Path("/proc/net/dev").read_text().splitlines()}
    return set(Path("/proc/self/mountinfo").read_text().splitlines()), links


def kill_one(dice: random.Random) -> tuple[str, list[str]]:
    """One round: (who was killed, what was left)."""
    before = surroundings()
    base = rundir.base(dict(os.environ), os.geteuid())
    directories = set(os.listdir(base)) if base.is_dir() else set()
    owner = subprocess.Popen([sys.executable, __file__, "--own"], stderr=subprocess.DEVNULL)
    time.sleep(dice.uniform(0, LONGEST_DELAY_SECONDS))
    victim, comm = dice.choice(sorted(descendants().items()))
    who = role(victim, comm, owner.pid)
    try:
        os.kill(victim, signal.SIGKILL)
    except ProcessLookupError:
        who += " (had ended)"
    if who not in ("owner", "keeper", "lab"):
        time.sleep(0.02)
        owner.kill()
    left = [f"process {pid} {name}" for pid, name in gone(time.monotonic() + GONE_SECONDS).items()]
    owner.wait()
    left += [f"mount or link {new}" for was, now in zip(before, surroundings(), strict=True) for new in now - was]
    others = {occupant.path.name for occupant in rundir.sweep(base).in_use}
    now = set(os.listdir(base)) if base.is_dir() else set()
    # One that a keeper was just making keeps its first name, and is swept when it is a minute old.
    left += [f"directory {name}" for name in now - directories - others if not name.startswith(rundir.NEW)]
    return who, left


def main() -> int:
    """Run the rounds. Returns 1 if anything was left."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--own", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.own:
        own()
        return 0
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    seed = random.randrange(1 << 32) if arguments.seed is None else arguments.seed
    dice, killed, failures = random.Random(seed), Counter[str](), 0
    for number in range(arguments.count):
        who, left = kill_one(dice)
        killed[who] += 1
        failures += bool(left)
        for thing in left:
            print(f"round {number}, {who} killed: {thing} is left", flush=True)
    print(f"seed {seed}: {arguments.count} kills, {failures} that left something")
    for who, times in killed.most_common():
        print(f"  {times:4}  {who}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
