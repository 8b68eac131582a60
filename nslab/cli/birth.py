"""`nslab birth`: a container made call by call, with the world before and after each; on screen, or as JSON."""

from __future__ import annotations

import argparse

from msgspec import Struct

from nslab.cli.asked import network_of, parse_namespaces, unknown_namespaces
from nslab.cli.output import print_json
from nslab.cli.screen import add_look, ready_terminal, show
from nslab.cli.views import explain
from nslab.course.cradle import Cradle
from nslab.course.tongues import container
from nslab.engine.decode import decoded
from nslab.engine.rosetta.views import VIEWS, command_for, this_machine
from nslab.engine.spec import DOCKER_NAMESPACES, Process, Spec, checked
from nslab.engine.steps import Outcome, Who
from nslab.kernel.namespaces import Kind
from nslab.observe.score import Difference, Part
from nslab.words import Words

NAME = "box"
DOCKER = "docker"
PROGRAM = ("sh",)


class ToldSides(Struct, frozen=True):
    """What only one of two moments has."""

    before: tuple[str, ...]
    after: tuple[str, ...]


class ToldStep(Struct, frozen=True):
    """A call, what the kernel answered, and what it changed, by the ids of facts below `score.fact.`."""

    step: str
    who: Who
    call: str
    outcome: Outcome
    changed: dict[str, ToldSides]


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--ns", metavar="LIST", default=DOCKER, help=words("cli.birth.ns"))
    parser.add_argument("--hostname", metavar="NAME", help=words("cli.run.hostname"))
    parser.add_argument("--network", metavar="ADDRESS/PREFIX", help=words("cli.run.network"))
    parser.add_argument("--explain", choices=VIEWS, help=words("cli.run.explain"))
    add_look(parser, words)
    parser.add_argument("--json", action="store_true", help=words("cli.birth.json"))
    parser.set_defaults(misused=parser.error)


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Show a birth until the person leaves, or print all of it. Wrong usage ends the program with 2."""
    if arguments.ns != DOCKER and (unknown := unknown_namespaces(arguments.ns)):
        known = ", ".join((*Kind, DOCKER))
        arguments.misused(words("cli.run.unknown-namespace", name=", ".join(unknown), known=known))
    kinds = DOCKER_NAMESPACES if arguments.ns == DOCKER else parse_namespaces(arguments.ns)
    hostname = arguments.hostname or (NAME if Kind.UTS in kinds else None)
    process = Process(PROGRAM, pipes=(), terminal=True)
    spec = checked(Spec(NAME, process, kinds, hostname, network_of(arguments, words)))
    if arguments.explain:
        explain(arguments.explain, spec, command_for(spec, "birth"), words, json=arguments.json)
        return 0
    if not arguments.json:
        ready_terminal("nslab birth --json")
    cradle = Cradle(spec)
    try:
        if arguments.json:
            print_json(account(cradle))
            return 0
        return on_screen(cradle, arguments, words)
    finally:
        cradle.close()


def on_screen(cradle: Cradle, look: argparse.Namespace, words: Words) -> int:
    """Until the person leaves. Raises what ended it."""
    from nslab.tui.screens.birth import BirthScreen

    tongues = (container(cradle.view().spec, this_machine(), "birth"),)

    def screen(words: Words) -> BirthScreen:
        return BirthScreen(words, cradle.view(), cradle.step, cradle.begin_anew, tongues)

    return show(look, words, lambda app: app.start_with_screen(screen))


def account(cradle: Cradle) -> list[ToldStep]:
    """Make every call, and tell of each what the kernel answered and what it changed. Raises LabError."""
    birth = cradle.birth
    view = cradle.step(birth.plan[-1].id)
    return [
        ToldStep(
            step=step.id,
            who=step.who,
            call=decoded(step),
            outcome=outcome,
            changed={one.name: told(one) for one in view.differences(at, at + 1) if one.differs},
        )
        for at, (step, outcome) in enumerate(zip(birth.plan, birth.outcomes, strict=False))
    ]


def told(difference: Difference) -> ToldSides:
    """The two sides of a fact."""

    def of(parts: tuple[Part, ...]) -> tuple[str, ...]:
        return tuple(str(part.text) for part in parts if part.differs)

    return ToldSides(of(difference.before), of(difference.after))
