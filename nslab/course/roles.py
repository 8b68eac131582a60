"""What a text in lesson.toml stands for, so that one pass of the loader can hold every name to what exists.

A field typed `ProcessName` is checked wherever it stands; a new kind of check gets that without a line of its own.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta


class Role(StrEnum):
    """What a text names; the value is also the word for it in a fault."""

    ID = "id"
    LESSON = "lesson"
    PROCESS = "process"
    CONTAINER = "container"
    TERMINAL = "terminal"
    PANE = "pane"
    BOARD = "board"
    PRESET = "preset"
    NEED = "need"
    PROGRAM = "program"
    FILE = "file"
    TASK = "task"
    CAPABILITY = "capability"
    ERRNO = "errno"
    SIGNAL = "signal"
    ATTACK = "attack"
    PRIMITIVE = "primitive"
    CARD = "card"
    TEXT = "text"


Id = Annotated[str, Meta(extra={"role": Role.ID})]
"""A name that the author gives: `[a-z0-9][a-z0-9_.-]{0,62}`."""

LessonId = Annotated[str, Meta(extra={"role": Role.LESSON})]
"""The folder name of another lesson."""

ProcessName = Annotated[str, Meta(extra={"role": Role.PROCESS})]
"""A process as FORMAT.md names them: `host`, `box`, a container, or `PLACE:COMMAND`."""

ContainerName = Annotated[str, Meta(extra={"role": Role.CONTAINER})]
"""A container that the lesson declares."""

TerminalName = Annotated[str, Meta(extra={"role": Role.TERMINAL})]
"""One of the lesson's terminals."""

PaneName = Annotated[str, Meta(extra={"role": Role.PANE})]
"""A pane beside the terminals."""

BoardName = Annotated[str, Meta(extra={"role": Role.BOARD})]
"""A board: a pane that takes the place of the terminals, and whose keys make things."""

PresetName = Annotated[str, Meta(extra={"role": Role.PRESET})]
"""A known set of containers, such as those that docker makes by default."""

Need = Annotated[str, Meta(extra={"role": Role.NEED})]
"""A probe of `nslab doctor` that must succeed."""

Program = Annotated[str, Meta(extra={"role": Role.PROGRAM})]
"""A program that must be on the machine."""

FileName = Annotated[str, Meta(extra={"role": Role.FILE})]
"""A file in the lesson's `files` folder."""

TaskId = Annotated[str, Meta(extra={"role": Role.TASK})]
"""A task of the same step."""

Capability = Annotated[str, Meta(extra={"role": Role.CAPABILITY})]
"""A capability as capabilities(7) spells it: CAP_SYS_ADMIN."""

ErrnoName = Annotated[str, Meta(extra={"role": Role.ERRNO})]
"""An error as errno(3) spells it (EPERM), or "0" for success."""

SignalName = Annotated[str, Meta(extra={"role": Role.SIGNAL})]
"""A signal as signal(7) spells it: SIGTERM."""

AttackName = Annotated[str, Meta(extra={"role": Role.ATTACK})]
"""An attack of the ablation board."""

PrimitiveName = Annotated[str, Meta(extra={"role": Role.PRIMITIVE})]
"""A primitive that the ablation board can leave out."""

CardName = Annotated[str, Meta(extra={"role": Role.CARD})]
"""A card of the ordering puzzle."""

StateLetter = Literal["R", "S", "D", "T", "t", "Z", "I"]
"""The state of a process, as proc_pid_stat(5) has it."""

Text = Annotated[str, Meta(extra={"role": Role.TEXT})]
"""A text in which `{name}` stands for a value."""
