"""Limits on a command line: what `nslab run` and `nslab update` take, and how an end by a limit is told."""

from __future__ import annotations

import argparse
import os
import re
import stat
from collections.abc import Callable
from typing import cast

from nslab.engine.amounts import OPTIONS, BadLimit, amount, count, cpu_max, number
from nslab.engine.delegation import systemd
from nslab.engine.delegation.failures import no_place
from nslab.engine.delegation.place import Ask, Here, find
from nslab.engine.protocol import Ended
from nslab.engine.resources import Resources
from nslab.kernel.cgroup2.formats import Limit
from nslab.kernel.cgroup2.io import IoMax
from nslab.words import Words

DEVICE = re.compile(r"\d+:\d+", re.ASCII)
IO_KEYS = ("rbps", "wbps", "riops", "wiops")
BAD: dict[Callable[[str], object], str] = {amount: "amount", cpu_max: "cpu_max", number: "number", count: "count"}
"""How it is told that a value is none of its kind."""


def add_limits(parser: argparse.ArgumentParser, words: Words) -> None:
    """Declare the options."""
    group = parser.add_argument_group(words("cli.limits"))
    for option in OPTIONS:
        metavar = {amount: "BYTES", str: "LIST"}.get(option.parse, "NUMBER")
        group.add_argument(f"--{option.name}", metavar=metavar, help=words(f"cli.limits.{option.name}"))
    group.add_argument("--io-max", metavar="DISK:LIMITS", action="append", default=[], help=words("cli.limits.io-max"))


def resources_of(arguments: argparse.Namespace, words: Words) -> Resources | None:
    """What the options ask for; None where none is given. Wrong usage ends the program with 2."""
    found: dict[str, object] = {}
    for option in OPTIONS:
        if (given := getattr(arguments, option.key)) is None:
            continue
        try:
            found[option.field] = option.parse(given)
        except BadLimit:
            arguments.misused(words(f"cli.limits.bad-{BAD[option.parse]}", option=option.name, value=given))
    disks = tuple(disk(arguments, given, words) for given in arguments.io_max)
    if not found and not disks:
        return None
    return Resources(io_max=disks, **cast(dict[str, None], found))


def disk(arguments: argparse.Namespace, text: str, words: Words) -> IoMax:
    """`/dev/vda:wbps=4m,riops=20`, or the disk by its number, `8:0:…`. Wrong usage ends the program with 2."""
    device, _, told = text.rpartition(":")
    amounts: dict[str, Limit | None] = dict.fromkeys(IO_KEYS)
    try:
        for one in told.split(","):
            key, _, value = one.partition("=")
            if key not in amounts:
                raise BadLimit(one)
            amounts[key] = amount(value)
        return IoMax(device_number(device), *amounts.values())
    except BadLimit:
        arguments.misused(words("cli.limits.bad-io", value=text))
        raise


def device_number(device: str) -> str:
    """MAJOR:MINOR of a device, given so or as a file of /dev. Raises BadLimit."""
    if DEVICE.fullmatch(device):
        return device
    try:
        found = os.stat(device)
    except OSError as error:
        raise BadLimit(device) from error
    if not stat.S_ISBLK(found.st_mode):
        raise BadLimit(device)
    return f"{os.major(found.st_rdev)}:{os.minor(found.st_rdev)}"


def make_sure(resources: Resources) -> None:
    """See that there is a group to divide, or be begun anew in one that systemd gives. Raises NoPlace."""
    place = find()
    if isinstance(place, Here):
        return
    if isinstance(place, Ask):
        systemd.enter_scope()
    raise no_place(place, next((file for file, _ in resources.knobs), None))


def seek_place(divided: Callable[[], bool]) -> None:
    """Where systemd would give a group to divide, and some lesson's lab divides one, be begun anew in it.

    Before anything is shown or played, for that would be made anew too. Else all stays as it is: doctor says what is missing.
    `divided` is asked only where it matters, for it reads lessons.
    """
    if isinstance(find(), Ask) and divided():
        systemd.enter_scope()


def killed(end: Ended, words: Words) -> str | None:
    """Why it was killed, if it was for want of memory; None else.

    That somebody in its group was killed is not all: whoever ends otherwise, after a child's death, says so by its own status.
    """
    status = os.waitstatus_to_exitcode(end.status)
    if end.memory_max_bytes is None or status not in (-9, 137):
        return None
    return words("run.killed", memory=shown(end.memory_max_bytes))


def shown(amount_bytes: int) -> str:
    """`64 MiB`, or the bytes where that is no whole number."""
    for unit, name in ((30, "GiB"), (20, "MiB"), (10, "KiB")):
        if amount_bytes and amount_bytes % (1 << unit) == 0:
            return f"{amount_bytes >> unit} {name}"
    return f"{amount_bytes} B"
