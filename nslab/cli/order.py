"""`nslab order`: the ordering puzzle on screen, or one order run and what the kernel answered as JSON."""

from __future__ import annotations

import argparse

from msgspec import Struct

from nslab.cli.asked import listed
from nslab.cli.output import print_json
from nslab.cli.screen import add_look, ready_terminal, show
from nslab.course.attempt import run_order
from nslab.course.ordering import CARDS, Attempt, Played, State
from nslab.engine.decode import decoded
from nslab.engine.steps import Done
from nslab.kernel.syscalls import errno_name
from nslab.words import Words


class ToldCard(Struct, frozen=True):
    """What became of a card: `call` is the one that ended the run, if one did, `errno` what the kernel refused it with."""

    card: str
    state: State
    calls: int
    call: str | None
    errno: str | None


class ToldAttempt(Struct, frozen=True):
    """What an order came to: card by card, and what its container lacks, by the ids of `verdict.missing`."""

    right: bool
    missing: tuple[str, ...]
    cards: tuple[ToldCard, ...]


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--cards", metavar="LIST", help=words("cli.order.cards", known=",".join(CARDS)))
    add_look(parser, words)
    parser.add_argument("--json", action="store_true", help=words("cli.order.json"))
    parser.set_defaults(misused=parser.error)


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Show the puzzle until the person leaves, or run one order. Wrong usage ends the program with 2.

    Raises what ended the screen, once the terminal is as it was, and LabError.
    """
    order = None if arguments.cards is None else tuple(listed(arguments.cards))
    if order is not None and sorted(order) != sorted(CARDS):
        arguments.misused(words("cli.order.not-all", known=", ".join(CARDS)))
    if arguments.json:
        print_json(told(run_order(order or CARDS)))
        return 0
    ready_terminal("nslab order --json")
    from nslab.tui.screens.order import OrderScreen

    return show(arguments, words, lambda app: app.start_with_screen(lambda words: OrderScreen(words, order)))


def told(attempt: Attempt) -> ToldAttempt:
    """An attempt for programs."""
    return ToldAttempt(attempt.right, attempt.missing, tuple(map(card_told, attempt.played)))


def card_told(one: Played) -> ToldCard:
    """A card of it."""
    refused = one.outcome if one.state == "refused" else None
    return ToldCard(
        card=one.card,
        state=one.state,
        calls=one.calls,
        call=decoded(one.step) if one.step is not None and one.outcome is not None else None,
        errno=errno_name(refused.errno) if isinstance(refused, Done) else None,
    )
