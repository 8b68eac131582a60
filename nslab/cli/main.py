"""The command line: `nslab COMMAND`, each command a module of its own, imported only when it is asked for."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Sequence

from nslab.cli.parser import asked_language, frame
from nslab.cli.stdout import guard
from nslab.errors import NslabError
from nslab.words import Words, choose_language, words_for

COMMANDS = {
    "lesson": "nslab.cli.lesson",
    "lessons": "nslab.cli.lessons",
    "run": "nslab.cli.run",
    "update": "nslab.cli.update",
    "list": "nslab.cli.list",
    "birth": "nslab.cli.birth",
    "without": "nslab.cli.without",
    "order": "nslab.cli.order",
    "compose": "nslab.cli.compose",
    "ns": "nslab.cli.ns",
    "ps": "nslab.cli.ps",
    "explain": "nslab.cli.explain",
    "explore": "nslab.cli.explore",
    "top": "nslab.cli.top",
    "doctor": "nslab.cli.doctor",
    "clean": "nslab.cli.clean",
    "author": "nslab.cli.author",
    "completion": "nslab.cli.completion",
}
ALONE = "lesson"  # what `nslab` by itself does: without an id, that is the map of the course
FOR_THE_MAP = "--theme", "--present"  # these begin its line, too; the value of --theme is no command

CRASHED = 70  # EX_SOFTWARE of sysexits.h


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status: 1 for a failure told, 2 for wrong usage, 70 for a crash."""
    open_missing()
    guard()
    arguments = sys.argv[1:] if argv is None else argv
    words = words_for(choose_language(asked_language(arguments), os.environ))
    try:
        status = _flushed(arguments, words)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except NslabError as error:
        from nslab.cli.failures import told

        print(told(error, words), file=sys.stderr)
        return 1
    except Exception as error:  # noqa: BLE001 - written whole into a report; a person gets a sentence
        if isinstance(error, BrokenPipeError) and _reader_left():
            return 128 + signal.SIGPIPE
        from nslab.cli.failures import tell_crash

        print(tell_crash(error, words), file=sys.stderr)
        return CRASHED
    return status


def _flushed(arguments: Sequence[str], words: Words) -> int:
    """The command's status, once all that it printed is out: here, where it can still be told why that fails."""
    try:
        status = _dispatch(arguments, words)
    except SystemExit:  # argparse's way to end, after --help for instance
        sys.stdout.flush()
        raise
    sys.stdout.flush()
    return status


def open_missing() -> None:
    """A stream that was closed (`nslab run >&-`) becomes /dev/null: Python has None there, the next file would take its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))  # the lowest free number is this one


def _dispatch(argv: Sequence[str], words: Words) -> int:
    parser, commands = frame(words, COMMANDS)
    map_asked = not any(word in COMMANDS for word in argv) and any(word.startswith(FOR_THE_MAP) for word in argv)
    arguments, unknown = parser.parse_known_args([ALONE, *argv] if map_asked else argv)
    if arguments.command is None:
        arguments, unknown = parser.parse_known_args([ALONE, *argv])
    if unknown:
        commands[arguments.command].not_understood(unknown)
    status: int = arguments.run(arguments, words)
    return status


def _reader_left() -> bool:
    """Whether stdout is a pipe that nobody reads any more, as in `nslab lessons | head -1`.

    If so, what is still buffered goes nowhere, or Python would complain about it at exit.
    """
    stdout = sys.stdout.fileno()
    poll = select.poll()
    poll.register(stdout, 0)
    if not any(event & select.POLLERR for _, event in poll.poll(0)):
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), stdout)
    return True
