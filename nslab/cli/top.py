"""`nslab top [PATH]`: what each control group of this machine uses, live and read-only; or a recording of some, replayed."""

from __future__ import annotations

import argparse
import csv
import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event as Flag

import msgspec
from msgspec.structs import replace

from nslab.cli.list import labs
from nslab.cli.output import print_table
from nslab.cli.screen import add_look, ready_terminal, show
from nslab.engine import rundir
from nslab.engine.delegation.subtree import PREFIX
from nslab.errors import NslabError
from nslab.kernel.cgroup2.knobs import opened, write_knob
from nslab.observe.cgroup.feed import PERIOD_SECONDS, Feed, Happened, LiveFeed, ReplayFeed
from nslab.observe.cgroup.history import History, remember
from nslab.observe.cgroup.lines import Line, lines
from nslab.observe.cgroup.open_group import GroupGone
from nslab.observe.cgroup.place import Hierarchy, hierarchy
from nslab.observe.cgroup.recording import MalformedRecording, replayed
from nslab.tui.graph.figures import percent, size
from nslab.tui.top.knobs import Write
from nslab.tui.top.view import Origin
from nslab.words import Words

FIELDS = Line.__struct_fields__
LINES_SECONDS = 1.0
LEAST_SECONDS = 0.05  # below that there are hardly ticks to count
HEADS = ("group", "cpu", "memory", "max", "pids")
NONE = ""


class NoUnifiedTree(NslabError):
    """This machine, or this process's view of it, has no cgroup v2."""

    code = "no-cgroup2"


class NoSuchGroup(NslabError):
    """A path on the command line that is no control group."""

    code = "no-such-group"


class UnreadRecording(NslabError):
    """A file that can't be replayed."""

    code = "unread-recording"


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Declare the command's arguments."""
    parser.add_argument("path", metavar="PATH", nargs="?", help=words("cli.top.path"))
    parser.add_argument("--replay", metavar="FILE", help=words("cli.top.replay"))
    printed = parser.add_mutually_exclusive_group()
    printed.add_argument("--json", action="store_true", help=words("cli.top.json", fields=", ".join(FIELDS)))
    printed.add_argument("--csv", action="store_true", help=words("cli.top.csv"))
    parser.add_argument("--count", metavar="N", type=_number(int, 1, words), help=words("cli.top.count"))
    parser.add_argument(
        "--every", metavar="SECONDS", type=_number(float, LEAST_SECONDS, words), help=words("cli.top.every")
    )
    add_look(parser, words)


def _number(kind: type[int] | type[float], least: float, words: Words) -> Callable[[str], float]:
    """What argparse asks of an option that is a number."""

    def parse(text: str) -> float:
        try:
            number = kind(text)
        except ValueError:
            number = kind(-1)
        if not least <= number < float("inf"):
            raise argparse.ArgumentTypeError(words("cli.top.no-number", given=text, least=least))
        return number

    return parse


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Show groups on screen; with --json or --csv print lines; where there is no terminal, a table. Raises what ended it."""
    live = sys.stdout.isatty() and not (arguments.json or arguments.csv)
    if live:
        ready_terminal("nslab top --json")
    with ExitStack() as kept:
        open_, origin = _replayed(arguments, kept, live) if arguments.replay else _machine(arguments, kept, live)
        if live:
            return _on_screen(open_, origin, arguments, words)
        looks = _looks(open_, detail=arguments.json or arguments.csv)
        if arguments.json or arguments.csv:
            _print_lines(looks, arguments, sys.stdout.write if arguments.json else None)
        else:
            _print_table(looks, words)
    return 0


def _machine(asked: argparse.Namespace, kept: ExitStack, live: bool) -> tuple[Callable[[], Feed], Origin]:
    """Raises NoUnifiedTree, NoSuchGroup."""
    here = hierarchy()
    if here.directory is None:
        raise NoUnifiedTree()
    directory = _directory(here, asked.path)
    try:
        root = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        kept.callback(os.close, root)
        LiveFeed(root).close()  # is it a group at all: the thread that looks could tell nobody
    except (OSError, GroupGone) as error:
        problem = error.strerror or "" if isinstance(error, OSError) else "cgroup.controllers"
        raise NoSuchGroup(path=asked.path or "/", directory=str(directory), problem=problem) from None
    period = asked.every or (PERIOD_SECONDS if live else LINES_SECONDS)
    return lambda: LiveFeed(root, period), Origin(str(directory), elsewhere=here.elsewhere)


def _directory(here: Hierarchy, path: str | None) -> Path:
    """What a person calls a group: its directory, its path as /proc/PID/cgroup has it, or the container of a lab that has it."""
    top = here.directory or Path("/")
    if path is None:
        return top
    given = Path(path)
    if given.is_absolute() and given.is_relative_to(top):
        return given
    found = top / path.lstrip("/")
    return found if found.is_dir() else _of_container(path) or found


def writer(source: str) -> Callable[[Write], Write] | None:
    """Who writes limits: the groups of a lab are its owner's to turn, all others are only looked at."""
    if not Path(source).name.startswith(PREFIX):
        return None

    def write(wanted: Write) -> Write:
        try:
            with opened(Path(source) / wanted.path) as group:
                write_knob(group, wanted.file, wanted.value)
        except OSError as error:
            return replace(wanted, errno=errno.errorcode.get(error.errno or 0, "?"))
        return wanted

    return write


def _of_container(name: str) -> Path | None:
    """The group of the lab in which a container of this name runs; None where there is none, or the lab divides none."""
    running = labs(rundir.base(dict(os.environ), os.geteuid()))
    return next((Path(lab.group) for lab in running if lab.group is not None and name in lab.names), None)


def _replayed(asked: argparse.Namespace, kept: ExitStack, live: bool) -> tuple[Callable[[], Feed], Origin]:
    """Raises UnreadRecording; what is wrong further down is told when it is reached."""
    try:
        recording = kept.enter_context(replayed(asked.replay))
    except (OSError, MalformedRecording) as error:
        raise _unread(asked.replay, error) from None
    return lambda: ReplayFeed(recording, paced=live), Origin(asked.replay, recording.heading.what)


def _unread(file: str, error: Exception) -> UnreadRecording:
    return UnreadRecording(file=file, problem=(error.strerror or "") if isinstance(error, OSError) else str(error))


def _on_screen(open_: Callable[[], Feed], origin: Origin, asked: argparse.Namespace, words: Words) -> int:
    from nslab.tui.screens.top import TopScreen

    def top(words: Words) -> TopScreen:
        return TopScreen(words, open_, origin, write=None if asked.replay else writer(origin.source))

    try:
        return show(asked, words, lambda app: app.start_with_screen(top))
    except MalformedRecording as error:
        raise _unread(asked.replay, error) from None


def _looks(open_: Callable[[], Feed], *, detail: bool) -> Iterator[History]:
    """The history after each look that has rates."""
    feed, stop = open_(), Flag()
    history = History(feed.period_seconds)
    try:
        while (seen := feed.next(stop)) is not None:
            if isinstance(seen, Happened):
                continue
            first = not history.moments
            history = remember(history, seen)
            if detail:
                feed.detail = frozenset(history.samples)
            if not first:
                yield history
    except GroupGone:
        return
    finally:
        feed.close()


def _print_lines(looks: Iterator[History], asked: argparse.Namespace, as_json: Callable[[str], object] | None) -> None:
    """Lines as they come: who reads them waits for each."""
    clock = 0.0 if asked.replay else time.time() - time.monotonic()
    table = csv.writer(sys.stdout, lineterminator="\n")
    if as_json is None:
        table.writerow(FIELDS)
    try:
        for count, history in enumerate(looks, 1):
            for line in lines(history, clock):
                if as_json is not None:
                    as_json(msgspec.json.encode(line).decode() + "\n")
                else:
                    table.writerow([getattr(line, field) for field in FIELDS])
            sys.stdout.flush()
            if count == asked.count:
                return
    except MalformedRecording as error:
        raise _unread(asked.replay, error) from None


def _print_table(looks: Iterator[History], words: Words) -> None:
    """One look, as a table: of a recording, the first."""
    history = next(looks, None)
    rows = [] if history is None else [_cells(line) for line in lines(history, 0.0)]
    print_table([words(f"top.head.{head}") for head in HEADS], rows)


def _cells(line: Line) -> list[str]:
    return [
        line.path,
        NONE if line.cpu_percent is None else percent(line.cpu_percent),
        NONE if line.memory is None else size(line.memory),
        NONE if line.memory_max is None else size(line.memory_max),
        NONE if line.pids is None else str(line.pids),
    ]
