"""The steps of one process as the body of a script, in their order."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from nslab.engine.arguments import number
from nslab.engine.decode import decoded
from nslab.engine.errands import NET
from nslab.engine.ground import RUN
from nslab.engine.resources import MAKE
from nslab.engine.rosetta.inside import inside
from nslab.engine.rosetta.lines import Line, comment, continued, joined, listed
from nslab.engine.rosetta.shell import exec_parts, shell_words
from nslab.engine.steps import STREAMS, Fd, Step
from nslab.kernel.mounts import MountFlag
from nslab.kernel.process import PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG
from nslab.words import Words

STARTING = {"clone3", "setsid", "set_ids", "write_proc"}
"""Calls that are made by the line that starts a process."""

RIGHTS = {"drop_bounding", "capset"}
"""Calls that a process's last line makes by setpriv(1): a shell can't give up rights of its own."""

TOPICS = {
    **dict.fromkeys(("clone3", "set_name", "setsid", "write_proc", "set_ids", "prctl", "setns"), "birth"),
    **dict.fromkeys(("open_master", "open_slave", "set_size", "send_fd"), "terminal"),
    **dict.fromkeys(("drop_bounding", "capset", "seccomp"), "rights"),
    **dict.fromkeys(
        ("set_controlling_terminal", "dup2", "chdir_inside", "close_others", "close_on_exec_from", "execve"), "program"
    ),
    "open_device": "masks",
    **dict.fromkeys(("open_group", "write_group"), "group"),
    "chdir": "enter",
    "pivot_root": "enter",
    "umount2": "enter",
    "sethostname": "settle",
    "link_up": "settle",
    "limit_processes": "settle",
    **dict.fromkeys(NET, "wire"),
}

TARGET = {"mount": 1, "bind_fd": 1, "symlink": 1}
"""Which argument a call is about, where it is not the first."""


def lines_of(steps: Iterable[Step], names: Mapping[str, str], words: Words) -> Iterator[str]:
    """The steps as lines, a heading where the subject changes; `names` are the variables that stand for the long paths.

    What the line that starts the process makes, or the one that ends it, is left to those.
    """
    told = (step for step in steps if not elsewhere_made(step))
    for topic, group in groupby(told, topic_of):
        if topic:
            yield from ("", *comment(words(f"rosetta.topic.{topic}")))
        for silent, alike in groupby(group, lambda step: shell_words(step) == ""):
            if silent:
                yield from listed(words("rosetta.script.silent"), map(decoded, alike))
            else:
                yield from joined(line_of(step, names) for step in alike)


def last_line(steps: Iterable[Step]) -> list[str]:
    """The rights given up, and the program in the place of the shell; () where the plan has no program."""
    made = list(steps)
    options = [word for step in made if is_right(step) for word in shell_words(step).split()[1:]]
    start = ["exec", *(["setpriv", *options] if options else [])]
    return [line for step in made if step.call == "execve" for line in continued(start, *exec_parts(step))]


def is_right(step: Step) -> bool:
    """Whether setpriv(1) makes the call, for the program that it executes."""
    return step.call in RIGHTS or (step.call == "prctl" and step.args[0] == PR_SET_NO_NEW_PRIVS)


def elsewhere_made(step: Step) -> bool:
    """Whether the call is made where the process starts, or where it executes its program.

    A shell is executed, which makes it dumpable again, and it has the streams of whoever started it.
    """
    option = step.args[0] if step.args else None
    own = {("prctl", PR_SET_PDEATHSIG), ("prctl", PR_SET_DUMPABLE), *(("dup2", Fd(name)) for name in STREAMS)}
    return step.call in STARTING or step.call == "execve" or (step.call, option) in own or is_right(step)


def topic_of(step: Step) -> str:
    """What a step is about; "" where it goes without saying."""
    if is_right(step):
        return "rights"
    if step.call in TOPICS or step.id == MAKE:
        return TOPICS.get(step.call, "group")
    if step.call == "mount" and step.args[1] == "/":
        return "tree" if number(step.args[3]) & MountFlag.PRIVATE else ""
    place = target_of(step)
    within = inside(place)
    if within is None or (step.call == "mkdir" and within == "/"):
        return "room" if place.startswith(f"{RUN}/") else ""
    return "devices" if within.startswith("/dev") else "masks" if within.startswith("/proc/") else "tree"


def target_of(step: Step) -> str:
    """The path that a step is about, if it is about one."""
    at = TARGET.get(step.call, 0)
    return str(step.args[at]) if len(step.args) > at else ""


def line_of(step: Step, names: Mapping[str, str]) -> Line:
    """One step. Where the plan goes on without it, so does the script, which can't tell one errno from another."""
    tolerant = " 2>/dev/null || :" if step.tolerates else ""
    return Line(shortened(shell_words(step), names) + tolerant, os.path.basename(target_of(step)))


def shortened(text: str, names: Mapping[str, str]) -> str:
    """The text with variables for paths; as it is where it is quoted, for there a variable does nothing."""
    if "'" in text:
        return text
    for name, path in names.items():
        text = re.sub(rf"(?<![\w/.-]){re.escape(path)}(?![\w.-])", f"${name}", text)
    return text
