"""Whom and what a verdict speaks of, in a learner's words: never `box:bash`, but the shell in box."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from nslab.course.roles import StateLetter
from nslab.course.told import Fact, Told


def called(process: str) -> Fact:
    """A process's name in FORMAT.md as a learner would say it: `box:bash` is the shell in box."""
    place, colon, command = process.partition(":")
    if not colon:
        return Told("check.process.host") if process == "host" else process
    if place == "deep":
        return Told("check.process.innermost", {"command": command})
    if command == "init":
        return Told("check.process.first", {"where": where(place)})
    if command == "bash":
        return Told("check.process.bash", {"where": where(place)})
    return Told("check.process.program", {"command": command, "where": where(place)})


def whole(process: str) -> Fact:
    """As `called`, where it is the whole container that comes and goes."""
    if ":" in process or process == "host":
        return called(process)
    return Told("check.process.box") if process == "box" else Told("check.process.container", {"name": process})


def where(process: str) -> Told:
    """The place where a process is: on the host, in box."""
    return Told("check.where.host") if process == "host" else Told("check.where.in", {"place": called(process)})


def state(letter: str) -> Fact:
    """A state of a process, in words where it is one that a lesson may ask for."""
    return Told(f"check.state.{letter}") if letter in get_args(StateLetter) else letter


def answer(errno_name: str, *, so: bool = True) -> Told:
    """What the kernel answers to a call, or does not answer: an error as errno(3) spells it, "0" for success."""
    if errno_name == "0":
        return Told("check.answer.success" if so else "check.answer.failure")
    return Told("check.answer.errno" if so else "check.answer.not-errno", {"errno": errno_name})


def listed(names: Iterable[Fact]) -> Fact:
    """Names, or other words, one after another, as each language parts them; an empty text where there are none."""
    first, *others = [*names] or [""]
    told: Fact = first
    for name in others:
        told = Told("check.found.more", {"before": told, "item": name})
    return told
