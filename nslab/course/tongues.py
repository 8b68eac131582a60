"""What of a lesson, or of a birth, can be said in other tongues: its containers in five, and what was done as a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from msgspec import Struct

from nslab.course.composing import NAMES, parts, spec_of
from nslab.course.exported import export, labs
from nslab.course.loader import Pack
from nslab.course.model import Container, Making, Preset, Step
from nslab.course.player import Player
from nslab.engine.rosetta.views import VIEWS, Machine, View, command_for, text_of
from nslab.engine.spec import Spec
from nslab.words import Words

Tell = Callable[[str, Words, int], str]
"""The text of a page, its lists folded at so many cells. Raises NslabError."""


class Subject(Struct, frozen=True):
    """What is said: a container, or a session. `pages` are names among the words `tongues.page`."""

    name: str
    pages: tuple[str, ...]
    tell: Tell


def container(spec: Spec, machine: Machine, command: str = "run") -> Subject:
    """A container in all five; `command` is the one of ours that makes it."""
    title = command_for(spec, command, *(spec.process.args if command == "run" else ()))

    def tell(page: str, words: Words, width: int) -> str:
        return text_of(cast(View, page), spec, machine, title, words, width=width)

    return Subject(spec.name, VIEWS, tell)


def lesson(pack: Pack, player: Player, machine: Machine) -> tuple[Subject, ...]:
    """What was done up to now, and the containers that the engine has made in the lab at hand."""
    passed = player.steps[: player.frontier + player.records[player.frontier].passed]

    def tell(_page: str, words: Words, _width: int) -> str:
        return export(pack, passed, words, machine.inventory) if passed else words("tongues.nothing-yet")

    specs = specs_in(pack, player.steps[: player.frontier + 1])
    return (Subject(pack.lesson.id, ("session",), tell), *(container(spec, machine) for spec in specs))


def specs_in(pack: Pack, steps: tuple[Step, ...]) -> tuple[Spec, ...]:
    """The engine's containers of the lab that the last of these steps is played in; of two of one name, the later."""
    made = [*pack.lesson.containers]
    for step in next(reversed([*labs(steps)]), ()):
        for part in (one.make if isinstance(one, Making) else one for one in (*step.setup, *step.solution)):
            if isinstance(part, Preset):
                made = [one for one in made if one.container not in NAMES] + [*parts(part)]
            elif isinstance(part, Container):
                made.append(part)
    return tuple({one.container: spec_of(one, pack.lesson.terminals) for one in made}.values())
