"""`nslab compose`: containers put together kind by kind, on screen; or a known set of them, as JSON."""

from __future__ import annotations

import argparse

from msgspec import Struct

from nslab.cli.output import print_json
from nslab.cli.screen import add_look, ready_terminal, show
from nslab.course.composing import PRESETS
from nslab.course.composition import composition
from nslab.course.model import Preset
from nslab.course.session import Session
from nslab.kernel.namespaces import Kind
from nslab.observe.compose_view import ComposeView
from nslab.observe.namespaces import Membership
from nslab.words import Words


class ToldColumn(Struct, frozen=True):
    """The host or a container: its namespaces by kind, and the calls by which a container came into its own.

    `pid` is None of a container that was refused.
    """

    name: str
    pid: int | None
    namespaces: dict[Kind, Membership]
    calls: tuple[str, ...]


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "preset",
        metavar="PRESET",
        nargs="?",
        choices=tuple(PRESETS),
        default="docker",
        help=words("cli.compose.preset"),
    )
    add_look(parser, words)
    parser.add_argument("--json", action="store_true", help=words("cli.compose.json"))


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Show the board until the person leaves, or print what a set of containers shares."""
    if not arguments.json:
        ready_terminal("nslab compose --json")
    session = Session({}, (), ())
    try:
        session.make(Preset(arguments.preset))
        if arguments.json:
            print_json(told(looked_at(session)))
            return 0
        return on_screen(session, arguments, words)
    finally:
        session.close()


def on_screen(session: Session, look: argparse.Namespace, words: Words) -> int:
    """Until the person leaves. Raises what ended it."""
    from nslab.tui.screens.compose import ComposeScreen

    view = looked_at(session)
    return show(
        look,
        words,
        lambda app: app.start_with_screen(
            lambda words: ComposeScreen(words, view, session.make, lambda: looked_at(session))
        ),
    )


def looked_at(session: Session) -> ComposeView:
    """The board as things are now."""
    session.look()
    return composition(session)


def told(view: ComposeView) -> list[ToldColumn]:
    """The board for programs: the host first."""
    calls = {one.name: tuple(row.call for row in one.calls) for one in view.containers}
    return [
        ToldColumn(
            name=column.name,
            pid=column.pid,
            namespaces={row.kind: cell.namespace for row in view.sides.rows if (cell := row.cells[at])},
            calls=calls.get(column.name, ()),
        )
        for at, column in enumerate(view.sides.columns)
    ]
