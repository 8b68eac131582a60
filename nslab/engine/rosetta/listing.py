"""A plan step by step, to be read: as system calls, or as what each step is called elsewhere.

A blank line and a heading stand where the subject changes. Lines are folded at `width` cells, None for as long as they are.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from nslab.engine.decode import decoded
from nslab.engine.rosetta.elsewhere import elsewhere
from nslab.engine.rosetta.lines import comment
from nslab.engine.rosetta.script import container_of, place_names, with_variables
from nslab.engine.rosetta.section import shortened, topic_of
from nslab.engine.steps import Plan, Step
from nslab.words import Words

MAY_BREAK = "\v"  # textwrap takes it for a blank


def calls(plan: Plan, words: Words, width: int | None = None) -> str:
    """Every call, decoded in strace(1)'s manner, behind the process that makes it."""
    who = cells_for_who(plan)
    lines = listing(plan, words, lambda step: folded(step.who.ljust(who), decoded(step), width))
    return "\n".join(lines).lstrip("\n") + "\n"


def steps(plan: Plan, words: Words, width: int | None = None) -> str:
    """Every step by its name, as a shell has it or else as a call; below it docker's and OCI's words, where they have any."""
    names = place_names(container_of(plan))
    who = cells_for_who(plan)
    head = who + max((len(step.id) for step in plan), default=0) + 2

    def told(step: Step) -> Iterator[str]:
        said = elsewhere(step)
        begins = f"{step.who:{who}}{step.id}".ljust(head)
        yield from folded(begins, shortened(said.shell or decoded(step), names), width)
        others = [f"docker {said.docker}"] * bool(said.docker) + [f"OCI {said.oci}"] * bool(said.oci)
        if others:
            yield from folded(" " * head, "   ".join(others), width)

    lines = listing(plan, words, told)
    return "\n".join(with_variables(container_of(plan), lines)) + "\n"


def cells_for_who(plan: Plan) -> int:
    """Cells for the process that makes a step, and two that part it from what follows."""
    return max((len(step.who) for step in plan), default=0) + 2


def listing(plan: Plan, words: Words, told: Callable[[Step], Iterable[str]]) -> Iterator[str]:
    """The steps, each as `told`, under headings."""
    for topic, group in groupby(plan, topic_of):
        yield ""
        if topic:
            yield from comment(words(f"rosetta.topic.{topic}"))
        for step in group:
            yield from told(step)


def folded(head: str, text: str, width: int | None) -> list[str]:
    """The text behind a head, going on below itself: between words, and within a list after a comma or a bar."""
    if width is None:
        return [head + text]
    lines = textwrap.wrap(
        head + re.sub(r"(?<=[,|])(?=\S)", MAY_BREAK, text),
        max(width, 2 * len(head)),
        subsequent_indent=" " * len(head),
        break_on_hyphens=False,
        replace_whitespace=False,
    )
    return [line.replace(MAY_BREAK, "") for line in lines]
