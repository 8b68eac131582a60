"""`nslab run`: a command in a container of a lab that lives as long as the command does."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from nslab.cli.asked import joins_of, network_of, parse_namespaces, unknown_namespaces
from nslab.cli.limits import add_limits, killed, make_sure, resources_of
from nslab.cli.programs import Guest, Host, door_of, stay
from nslab.cli.relay import Relay, Streams, open_streams, process_for
from nslab.cli.views import explain
from nslab.cli.way_out import WayOut, say
from nslab.engine import rundir
from nslab.engine.client import Lab, Task, Told
from nslab.engine.protocol import Ended, close_all
from nslab.engine.rosetta.views import VIEWS, command_for
from nslab.engine.spec import Process, Spec, checked
from nslab.engine.visit import Visit, claimed
from nslab.kernel.namespaces import Kind
from nslab.words import Words

NAME = "box"
NOT_FOUND, NOT_EXECUTABLE = 127, 126  # as a shell has it, POSIX 2.8.2
EXIT_STATUS = {"program-missing": NOT_FOUND, "program-not-executable": NOT_EXECUTABLE}


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--ns", metavar="LIST", default="none", help=words("cli.run.ns"))
    parser.add_argument("--hostname", metavar="NAME", help=words("cli.run.hostname"))
    parser.add_argument("--network", metavar="ADDRESS/PREFIX", help=words("cli.run.network"))
    parser.add_argument("--name", metavar="NAME", help=words("cli.run.name"))
    parser.add_argument("--share", metavar="KIND=NAME", action="append", default=[], help=words("cli.run.share"))
    parser.add_argument("--pod", metavar="NAME", help=words("cli.run.pod"))
    add_limits(parser, words)
    parser.add_argument("--explain", choices=VIEWS, help=words("cli.run.explain"))
    parser.add_argument("--json", action="store_true", help=words("cli.run.json"))
    parser.add_argument("args", metavar="CMD", nargs=argparse.REMAINDER, help=words("cli.run.args"))
    parser.epilog = words("cli.run.way-out")
    parser.set_defaults(misused=parser.error)


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Run the command, or print what would be asked of the kernel. Returns the command's exit status, as a shell has it.

    Wrong usage ends the program with 2.
    """
    args = tuple(arguments.args[1:] if arguments.args[:1] == ["--"] else arguments.args)
    if not args:
        arguments.misused(words("cli.run.no-command"))
    if unknown := unknown_namespaces(arguments.ns):
        arguments.misused(words("cli.run.unknown-namespace", name=", ".join(unknown), known=", ".join(Kind)))
    joins = joins_of(arguments, words)
    namespaces = tuple(
        kind
        for kind in parse_namespaces(arguments.ns)
        if arguments.ns != "all" or kind not in {join.kind for join in joins}
    )
    network = network_of(arguments, words)
    resources = resources_of(arguments, words)
    spec = Spec(arguments.name or "", Process(args), namespaces, arguments.hostname, network, joins, resources)
    if joins and not arguments.explain:
        return visit(spec, words)
    spec = checked(replace(spec, name=spec.name or NAME))
    if arguments.explain:
        explain(arguments.explain, spec, command_for(spec, "run", *args), words, json=arguments.json)
        return 0
    return contain(spec, words, named=arguments.name is not None)


def contain(spec: Spec, words: Words, *, named: bool) -> int:
    """Run the command in a lab of its own and relay its streams. `named`: others may come in, and keep the lab while they stay."""
    if spec.resources is not None:
        make_sure(spec.resources)
    streams = open_streams()
    spec = checked(replace(spec, process=process_for(spec.process.args, streams)))
    with Lab.start(limits=spec.resources is not None) as lab, door_of(lab, spec, named) as door:
        task = started(lambda: lab.run(spec, streams.theirs), streams, words)
        if isinstance(task, int):
            return task
        try:
            end = Relay(Host(lab, task, door), streams, way_out(task, spec, words)).run()
        finally:
            close_all((task.pidfd,))
        tell(end, words)
        if door and door.guests:
            say(words("run.stays", name=spec.name, guests=", ".join(door.guests)) + "\n")
            stay(door)
        return shell_status(end.status)


def visit(spec: Spec, words: Words) -> int:
    """Run the command in the lab of the containers that it shares namespaces with, and relay its streams."""
    checked(replace(spec, name=spec.name or NAME))
    streams = open_streams()
    spec = replace(spec, process=process_for(spec.process.args, streams))
    with Visit.to((join.of for join in spec.joins), run_directories()) as there:
        with claimed(spec.name, run_directories()) as name:
            named = replace(spec, name=name)
            task = started(lambda: there.enter(named, streams.theirs), streams, words)
        if isinstance(task, int):
            return task
        try:
            end = Relay(Guest(there), streams, way_out(task, spec, words)).run()
        finally:
            close_all((task.pidfd,))
        tell(end, words)
        return shell_status(end.status)


def run_directories() -> Path:
    """Where this user's labs have theirs."""
    return rundir.base(dict(os.environ), os.geteuid())


def started(start: Callable[[], Task], streams: Streams, words: Words) -> Task | int:
    """The program, once it runs; the exit status where there is no such program, which is told. Raises LabError."""
    try:
        return start()
    except Told as error:
        if error.code not in EXIT_STATUS:
            raise
        from nslab.cli.failures import told

        os.write(2, (told(error, words) + "\n").encode())
        return EXIT_STATUS[error.code]
    finally:
        close_all(streams.theirs)


def way_out(task: Task, spec: Spec, words: Words) -> WayOut:
    """How the person gets out of it, whatever it does."""
    return WayOut(task.pidfd, os.path.basename(spec.process.args[0]), words)


def tell(end: Ended, words: Words) -> None:
    """Say why the program was killed, where that can be told."""
    if reason := killed(end, words):
        say(reason + "\n")


def shell_status(status: int) -> int:
    """A wait(2) status as a shell's $?: the exit code, or 128 and the signal."""
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
