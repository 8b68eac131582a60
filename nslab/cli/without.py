"""`nslab without`: attacks against a container that lacks a piece, on screen or as JSON."""

from __future__ import annotations

import argparse

from msgspec import Struct

from nslab.cli.asked import listed
from nslab.cli.output import print_json
from nslab.cli.screen import add_look, ready_terminal, show
from nslab.course.ablation import PRIMITIVES
from nslab.course.attacks import ATTACKS, HOST_USERS
from nslab.course.trial import Rights, Trial, run_trial
from nslab.engine.decode import decoded
from nslab.engine.steps import Done, Outcome, Who
from nslab.kernel.syscalls import errno_name
from nslab.words import Words

CAN_GO = (*PRIMITIVES, HOST_USERS)


class ToldRefusal(Struct, frozen=True):
    """The step of the plan itself that the kernel refused, before the attack began."""

    step: str
    answer: str


class ToldCall(Struct, frozen=True):
    """A call of the attack, and its answer: what it returned, an errno's name, or what became of it instead of one."""

    who: Who
    call: str
    answer: str


class ToldTrial(Struct, frozen=True):
    """What became of one attack: a `Trial` in words."""

    attack: str
    off: tuple[str, ...]
    through: bool
    held: bool
    refused: ToldRefusal | None
    calls: tuple[ToldCall, ...]
    seen: int | None
    rights: Rights | None
    milliseconds: float


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--off", metavar="LIST", default="", help=words("cli.without.off", known=", ".join(CAN_GO)))
    known = ", ".join(attack.id for attack in ATTACKS)
    parser.add_argument("--attack", metavar="LIST", default="", help=words("cli.without.attack", known=known))
    add_look(parser, words)
    parser.add_argument("--json", action="store_true", help=words("cli.without.json"))
    parser.set_defaults(misused=parser.error)


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Show the board until the person leaves, or run every attack once. Wrong usage ends the program with 2."""
    off = frozenset(listed(arguments.off))
    if unknown := sorted(off - set(CAN_GO)):
        known = ", ".join(CAN_GO)
        arguments.misused(words("cli.without.unknown", name=", ".join(unknown), known=known))
    wanted = frozenset(listed(arguments.attack))
    if unknown := sorted(wanted - {attack.id for attack in ATTACKS}):
        known = ", ".join(attack.id for attack in ATTACKS)
        arguments.misused(words("cli.without.no-attack", name=", ".join(unknown), known=known))
    if arguments.json:
        print_json([told(run_trial(attack, off)) for attack in ATTACKS if not wanted or attack.id in wanted])
        return 0
    ready_terminal("nslab without --json")
    from nslab.tui.screens.without import WithoutScreen

    first = next((attack.id for attack in ATTACKS if attack.id in wanted), None)
    return show(arguments, words, lambda app: app.start_with_screen(lambda words: WithoutScreen(words, off, first)))


def told(trial: Trial) -> ToldTrial:
    """A trial for programs: calls that were not made are not among its own."""
    made = zip(trial.moves, trial.outcomes, strict=False)
    return ToldTrial(
        attack=trial.attack,
        off=tuple(sorted(trial.off)),
        through=trial.through,
        held=trial.held,
        refused=None if trial.refused is None else ToldRefusal(trial.refused.step.id, answer(trial.refused.outcome)),
        calls=tuple(ToldCall(step.who, decoded(step), answer(outcome)) for step, outcome in made),
        seen=trial.seen,
        rights=trial.rights,
        milliseconds=round(trial.milliseconds, 3),
    )


def answer(outcome: Outcome) -> str:
    """0 or what else was returned, or the errno's name."""
    if not isinstance(outcome, Done):
        return type(outcome).__name__
    return str(outcome.value) if outcome.errno == 0 else errno_name(outcome.errno)
