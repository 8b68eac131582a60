"""`nslab without`: attacks against a container that lacks a piece, on screen or as JSON."""

from __future__ import annotations

import argparse

from nslab.cli.asked import listed
from nslab.cli.output import print_json
from nslab.cli.screen import add_look, ready_terminal, show
from nslab.course.ablation import PRIMITIVES
from nslab.course.attacks import ATTACKS, HOST_USERS
from nslab.course.trial import Trial, run_trial
from nslab.engine.decode import decoded
from nslab.engine.steps import Done
from nslab.kernel.syscalls import errno_name
from nslab.words import Words

CAN_GO = (*PRIMITIVES, HOST_USERS)


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


def told(trial: Trial) -> dict[str, object]:
    """What became of one attack."""
    refused = trial.refused
    return {
        "attack": trial.attack,
        "off": sorted(trial.off),
        "through": trial.through,
        "held": trial.held,
        "refused": None if refused is None else {"step": refused[0].id, "answer": answer(refused[1])},
        "calls": [
            {"who": step.who, "call": decoded(step), "answer": answer(outcome)}
            for step, outcome in zip(trial.moves, trial.outcomes, strict=False)
        ],
        "seen": trial.seen,
        "rights": None if trial.rights is None else {"before": trial.rights[0], "after": trial.rights[1]},
        "milliseconds": round(trial.milliseconds, 3),
    }


def answer(outcome: object) -> str:
    """0 or what else was returned, or the errno's name."""
    if not isinstance(outcome, Done):
        return type(outcome).__name__
    return str(outcome.value) if outcome.errno == 0 else errno_name(outcome.errno)
