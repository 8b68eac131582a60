"""Rules for single parts of a lesson: what the types alone can't say. Each gives the field to blame and the fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from nslab.course.checks import AllOf, AnyOf, Check
from nslab.course.checks.mounts import MountsAt, Propagates
from nslab.course.checks.names import DifferentHostname
from nslab.course.checks.namespaces import DifferentNamespace, NamespaceKept, SameNamespace
from nslab.course.checks.processes import PidDepth
from nslab.course.checks.values import AtLeast, Equal
from nslab.course.model import (
    Born,
    Choice,
    Container,
    Exec,
    Highlight,
    Lesson,
    Ordered,
    Run,
    Solution,
    Step,
    Task,
)
from nslab.course.ordering import CARDS
from nslab.course.positions import Path
from nslab.course.probes import Clone
from nslab.course.told import Told
from nslab.engine.doctor.controllers import SUFFIX
from nslab.kernel.namespaces import Kind

Fault = tuple[Path, Told]

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
HIGHLIGHTS = {
    "row": ("namespaces", "kinds", "compose"),
    "process": ("processes", "network", "calls", "cgroups"),
    "path": ("mounts",),
    "line": ("users",),
    "attack": ("without",),
    "card": ("order",),
}
"""Which panes have rows of the sort that a highlight names."""
VALUE_NAME = re.compile(r"[a-z][a-z0-9_-]*")


def broken_rules(parts: Iterable[tuple[Struct, Path]]) -> Iterator[Fault]:
    """Every rule that one of `parts`, each with its place in the file, breaks."""
    for part, path in parts:
        for field_path, told in RULES.get(type(part), _no_rules)(part):
            yield (*path, *field_path), told


def _no_rules(_part: Struct) -> Iterator[Fault]:
    yield from ()


def _lesson(lesson: Lesson) -> Iterator[Fault]:
    if lesson.minutes < 1:
        yield ("minutes",), Told("fault.too-small", {"least": 1})
    if not lesson.step:
        yield (), Told("fault.missing-field", {"field": "step"})
    elif all(step.recall or step.only for step in lesson.step):
        yield ("step",), Told("fault.only-recall")
    if not 1 <= len(lesson.terminals) <= 3:
        yield ("terminals",), Told("fault.terminals")
    for i, step in enumerate(lesson.step):
        for name in step.reveals:
            if not step.predict or name not in (step.panes or lesson.panes):
                yield ("step", i, "reveals"), Told("fault.reveals", {"pane": name})
    yield from _limited(lesson)


def _limited(lesson: Lesson) -> Iterator[Fault]:
    """Limits without the controller would be refused in the middle of the lesson; and without any, its lab divides no group."""
    for i, step in enumerate(lesson.step):
        made: list[tuple[Path, object]] = [(("setup", j), part) for j, part in enumerate(step.setup)]
        made += [(("solution", j, "make"), getattr(one, "make", None)) for j, one in enumerate(step.solution)]
        for path, part in made:
            limits = part.limits if isinstance(part, Container) else None
            for name in limits.controllers if limits is not None else ():
                if (probe := f"{name}{SUFFIX}") not in lesson.needs:
                    yield ("step", i, *path, "limits"), Told("fault.limit-without-need", {"probe": probe})


def _step(step: Step) -> Iterator[Fault]:
    for name in step.values:
        if not VALUE_NAME.fullmatch(name):
            yield ("values", name), Told("fault.value-name", {"name": name})
    yield from _choices(step.predict)
    if step.terminals is not None and not 1 <= len(step.terminals) <= 3:
        yield ("terminals",), Told("fault.terminals")
    yield from _tasks(step)


def _choices(choices: Sequence[Choice]) -> Iterator[Fault]:
    bare = [i for i, choice in enumerate(choices) if (choice.when, choice.equals, choice.absent) == (None, None, None)]
    for i in bare[1:]:
        yield ("predict", i), Told("fault.second-bare-choice")
    if len(choices) == 1:
        yield ("predict",), Told("fault.one-choice")


def _tasks(step: Step) -> Iterator[Fault]:
    """A check that holds already, by `keep` or by the task before, passes before anybody has done anything."""
    before: Check | None = None
    for i, task in enumerate(step.do):
        if task.check is not None and (task.check in step.keep or task.check == before):
            yield ("do", i, "check"), Told("fault.cannot-fail")
        before = task.check
    asks = {task.id for task in step.do if task.check is None}
    reached = {solution.reaches for solution in step.solution}
    for i, task in enumerate(step.do):
        if task.check is not None and task.id not in reached:
            yield ("do", i), Told("fault.no-solution", {"task": task.id})
    for i, solution in enumerate(step.solution):
        if solution.reaches in asks:
            yield ("solution", i, "reaches"), Told("fault.reaches-ask", {"task": solution.reaches})
    yield from _shown(step, asks)


def _shown(step: Step, asks: Collection[str]) -> Iterator[Fault]:
    """What is typed for a question is typed for it alone: one *show me*, one task."""
    for i, solution in enumerate(step.solution):
        if isinstance(solution, Solution) and solution.shows is not None and solution.shows not in asks:
            yield ("solution", i, "shows"), Told("fault.shows-no-ask", {"task": solution.shows})
    lines = [(task.id, line) for task in step.do for line in step.lines_for(task.id)]
    for i, solution in enumerate(step.solution):
        tasks = [task for task, line in lines if line is solution]
        if len(tasks) > 1:
            yield ("solution", i), Told("fault.shown-twice", {"task": tasks[0], "other": tasks[1]})


def _task(task: Task) -> Iterator[Fault]:
    if (task.check is None) == (task.ask is None):
        yield (), Told("fault.check-or-ask")
    if not 0 <= task.hints <= 9:
        yield ("hints",), Told("fault.hints")
    if task.ask is not None and (isinstance(task.ask, int) or (isinstance(task.ask, str) and "{" not in task.ask)):
        yield ("ask",), Told("fault.stored-answer")


def _choice(choice: Choice) -> Iterator[Fault]:
    if sum(predicate is not None for predicate in (choice.when, choice.equals, choice.absent)) > 1:
        yield (), Told("fault.two-predicates")
    if choice.equals is not None and choice.equals[0] == choice.equals[1]:
        yield ("equals",), Told("fault.cannot-fail")
    if choice.absent is not None and "{" not in choice.absent:
        yield ("absent",), Told("fault.no-value", {"text": choice.absent})


def _propagates(check: Propagates) -> Iterator[Fault]:
    if check.from_ == check.to:
        yield ("to",), Told("fault.cannot-fail")


def _two_names(check: DifferentNamespace | SameNamespace | DifferentHostname) -> Iterator[Fault]:
    if check.a == check.b:
        yield ("b",), Told("fault.cannot-fail" if isinstance(check, SameNamespace) else "fault.cannot-pass")


def _equal(check: Equal | AtLeast) -> Iterator[Fault]:
    if check.a == check.b:
        yield ("b",), Told("fault.cannot-fail")


def _kept(check: NamespaceKept) -> Iterator[Fault]:
    if (check.of is None) == (check.path is None):
        yield (), Told("fault.of-or-path")


def _depth(check: PidDepth) -> Iterator[Fault]:
    if check.exactly < 0:
        yield ("exactly",), Told("fault.cannot-pass")


def _mounts(check: MountsAt) -> Iterator[Fault]:
    if check.count < 0:
        yield ("count",), Told("fault.cannot-pass")


def _several(check: AllOf | AnyOf) -> Iterator[Fault]:
    field, checks = ("all", check.all) if isinstance(check, AllOf) else ("any", check.any)
    if not checks:
        yield (field,), Told("fault.empty-list")


def _clone(call: Clone) -> Iterator[Fault]:
    if not call.clone:
        yield ("clone",), Told("fault.empty-list")


def _one_line(part: Run | Solution) -> Iterator[Fault]:
    """It is typed in a terminal: a tab there completes words, an escape or a second line does worse."""
    if CONTROL.search(part.run) or not part.run.strip():
        yield ("run",), Told("fault.not-one-line")


def _highlight(highlight: Highlight) -> Iterator[Fault]:
    if highlight.pane == "birth":
        if highlight.call is None:
            yield (), Told("fault.highlight-call")
        return
    rows = {name: getattr(highlight, name) for name in HIGHLIGHTS}
    named = [name for name, row in rows.items() if row is not None]
    if len(named) != 1:
        yield (), Told("fault.row-or-process")
    elif highlight.pane not in HIGHLIGHTS[named[0]]:
        yield ("pane",), Told("fault.highlight-pane", {"pane": highlight.pane})
    elif (highlight.call is None) == (highlight.pane == "calls"):
        yield (), Told("fault.highlight-call")


def _container(container: Container) -> Iterator[Fault]:
    yield from _made(container, "container", ("host", "deep"))
    for kind, other in container.share.items():
        if kind in container.namespaces:
            yield ("share", kind.value), Told("fault.shared-own", {"kind": kind.value, "other": other})
    if Kind.USER in container.namespaces and Kind.PID in container.share:
        yield ("share", Kind.PID.value), Told("fault.user-apart", {"other": container.share[Kind.PID]})
    yield from _hostname(container)


def _born(born: Born) -> Iterator[Fault]:
    yield from _hostname(born)


def _hostname(part: Container | Born) -> Iterator[Fault]:
    if part.hostname is not None and Kind.UTS not in part.namespaces:
        yield ("hostname",), Told("fault.hostname-without-uts", {"hostname": part.hostname})


def _exec(program: Exec) -> Iterator[Fault]:
    yield from _made(program, "exec", ("host", "deep", "box"))


def _made(part: Container | Exec, field: str, reserved: tuple[str, ...]) -> Iterator[Fault]:
    if part.name in reserved:
        yield (field,), Told("fault.reserved", {"name": part.name})
    if not part.args:
        yield ("args",), Told("fault.empty-list")


def _ordered(part: Ordered) -> Iterator[Fault]:
    if sorted(part.order) != sorted(CARDS):
        yield ("order",), Told("fault.not-all-cards", {"cards": ", ".join(CARDS)})


RULES: dict[type[Struct], Callable[[Any], Iterator[Fault]]] = {
    Lesson: _lesson,
    Step: _step,
    Task: _task,
    Choice: _choice,
    DifferentNamespace: _two_names,
    SameNamespace: _two_names,
    DifferentHostname: _two_names,
    Equal: _equal,
    AtLeast: _equal,
    NamespaceKept: _kept,
    PidDepth: _depth,
    MountsAt: _mounts,
    Propagates: _propagates,
    AllOf: _several,
    AnyOf: _several,
    Clone: _clone,
    Run: _one_line,
    Solution: _one_line,
    Highlight: _highlight,
    Born: _born,
    Container: _container,
    Exec: _exec,
    Ordered: _ordered,
}
