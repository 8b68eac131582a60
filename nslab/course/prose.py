"""en.md and zh.md: a lesson's words in one language, by step, choice, task, and hint."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from nslab.course.faults import unknown
from nslab.course.interpolation import names_in
from nslab.course.markdown import Code, Fault, Heading, Listing, Paragraph, Placed, Prose, Rule, blocks
from nslab.course.told import Told

Key = tuple[str, ...]
"""What a section is about: `()` the title, `("card",)`, `("step", id)`, `("step", id, "task", id, "hint", "1")` …"""


class Choice(Struct, frozen=True):
    """An answer's words, and what is said to those who picked it."""

    words: Prose
    reply: Prose


class Task(Struct, frozen=True):
    """What to do, and the hints in the order in which they are given."""

    words: Prose
    hints: tuple[Prose, ...]


class StepWords(Struct, frozen=True):
    """The words of one step; `question` is empty where nothing is predicted."""

    prose: Prose
    question: Prose
    choices: dict[str, Choice]
    tasks: dict[str, Task]
    explain: Prose


class LessonWords(Struct, frozen=True):
    """A lesson's words in one language."""

    title: str
    hook: Prose
    steps: dict[str, StepWords]
    card: Prose


class Section(Struct):
    """A heading and what stands below it; `reply` is what follows a line `---`."""

    line: int
    title: str
    words: list[Placed]
    reply: list[Placed] | None = None


class Outline(Struct, frozen=True):
    """A file's sections by what they are about, and what is wrong with their order."""

    sections: dict[Key, Section]
    faults: tuple[Fault, ...]


TASK = re.compile(r"task\s+(\S+)")
HINT = re.compile(r"hint\s+([1-9][0-9]?)")


def outline(text: str) -> Outline:
    """The sections of a file of words. Any text gives an outline; what does not fit in is a fault."""
    placed, faults = blocks(text)
    sections: dict[Key, Section] = {}
    here: list[Key | None] = [None] * 5  # the section open at each level; None: nothing, or one that made no sense
    current: Section | None = None
    for item in placed:
        if isinstance(item.block, Heading):
            current, level = None, item.block.level
            key = _key(
                item.block, here[min(level, len(here)) - 1] if level > 1 else ()
            )  # 5 and 6 have no place anywhere
            if level < len(here):
                here[level:] = [key, *[None] * (len(here) - level - 1)]
            if key is None:
                faults.append((item.line, Told("fault.heading", {"heading": item.source.strip()})))
            elif key in sections:
                faults.append((item.line, Told("fault.twice", {"name": item.source.strip()})))
            else:
                current = sections[key] = Section(item.line, item.block.text, [])
        elif current is None:
            if not sections and here == [None] * 5:
                faults.append((item.line, Told("fault.before-title")))
        elif not isinstance(item.block, Rule):
            (current.words if current.reply is None else current.reply).append(item)
        elif current.reply is None and here[4] is not None and here[4][2] == "choice":
            current.reply = []
        else:
            faults.append((item.line, Told("fault.rule")))
    return Outline(sections, tuple(faults))


def _key(heading: Heading, parent: Key | None) -> Key | None:
    """What a heading is about, given the section it stands in; None where it has no place."""
    text = heading.text
    match heading.level, parent:
        case 1, _:
            return ()
        case 2, ():
            return ("card",) if text == "card" else ("step", text)
        case 3, ("step", _):
            if text in ("predict", "explain"):
                return (*parent, text)
            task = TASK.fullmatch(text)
            return (*parent, "task", task[1]) if task else None
        case 4, ("step", step, "predict"):
            return ("step", step, "choice", text)
        case 4, ("step", _, "task", _):
            hint = HINT.fullmatch(text)
            return (*parent, "hint", hint[1]) if hint else None
    return None


def names(placed: Iterable[Placed]) -> Iterator[tuple[int, str]]:
    """Each `{name}` in some words with its line."""
    for item in placed:
        for offset, line in enumerate(item.source.split("\n")):
            yield from ((item.line + offset, name) for name in names_in(line))


def terms(words: Prose) -> Iterator[str]:
    """Each **term** that a text introduces."""
    for block in words.blocks:
        groups = block.items if isinstance(block, Listing) else (block.spans,) if isinstance(block, Paragraph) else ()
        yield from (span.text for group in groups for span in group if span.style == "term")


def introduced(words: LessonWords) -> Iterator[str]:
    """Each **term** of a lesson, in the order in which it is read."""
    yield from terms(words.hook)
    for step in words.steps.values():
        choices = [prose for choice in step.choices.values() for prose in (choice.words, choice.reply)]
        tasks = [prose for task in step.tasks.values() for prose in (task.words, *task.hints)]
        for prose in (step.prose, step.question, *choices, *tasks, step.explain):
            yield from terms(prose)
    yield from terms(words.card)


def introduced_at(found: Outline) -> Iterator[tuple[int, str]]:
    """Each **term** of a file of words with its line, in the order of the file."""
    for section in found.sections.values():
        for item in (*section.words, *(section.reply or ())):
            if isinstance(item.block, Paragraph | Listing):
                for term in terms(Prose(item.source, (item.block,))):
                    yield item.line + _line_of(f"**{term}", item.source), term


def _line_of(text: str, source: str) -> int:
    """How many lines down in `source` a text begins, of which a line break may have taken a space."""
    words = text.split()
    at = next(
        (
            source.find(" ".join(words[:count]))
            for count in range(len(words), 0, -1)
            if " ".join(words[:count]) in source
        ),
        0,
    )
    return source.count("\n", 0, at)


def commands(words: Prose) -> Iterator[str]:
    """Each line of the code blocks."""
    for block in words.blocks:
        if isinstance(block, Code):
            yield from block.lines


class Expected(Struct, frozen=True):
    """What a lesson.toml wants words for: choices, and hints by task, of each step in order."""

    steps: dict[str, tuple[tuple[str, ...], dict[str, int]]]

    def keys(self) -> Iterator[Key]:
        """Every section that must be there."""
        yield from ((), ("card",))
        for step, (choices, tasks) in self.steps.items():
            yield ("step", step)
            yield ("step", step, "explain")
            if choices:
                yield ("step", step, "predict")
            yield from (("step", step, "choice", choice) for choice in choices)
            for task, hints in tasks.items():
                yield ("step", step, "task", task)
                yield from (("step", step, "task", task, "hint", str(n + 1)) for n in range(hints))


def compare(found: Outline, expected: Expected) -> Iterator[Fault]:
    """What is missing in the words and what nothing in lesson.toml asks for, each with its line."""
    wanted = list(expected.keys())
    for key in wanted:
        section = found.sections.get(key)
        if section is None:
            if _parent(key) in found.sections or key in ((), ("card",)) or len(key) == 2:
                yield _line_near(key, found), Told("fault.no-words", {"heading": written(key)})
        elif key and not section.words:
            yield section.line, Told("fault.no-text", {"heading": written(key)})
    for key, section in found.sections.items():
        if key not in wanted and (_parent(key) in wanted or len(key) == 2):
            siblings = [other[-1] for other in wanted if other[:-1] == key[:-1]]
            yield section.line, unknown("fault.words-for-nothing", key[-1], siblings)


def written(key: Key) -> str:
    """The heading that a section must have, as it is written."""
    match key:
        case ():
            return "# …"
        case ("step", step):
            return f"## {step}"
        case ("step", _, "choice", choice):
            return f"#### {choice}"
        case ("step", _, ("predict" | "explain") as part):
            return f"### {part}"
        case ("step", _, "task", task):
            return f"### task {task}"
        case (*_, "hint", number):
            return f"#### hint {number}"
    return f"## {key[0]}"


def _parent(key: Key) -> Key:
    match key:
        case ("step", step, "choice", _):
            return ("step", step, "predict")
        case ("step", step, "task", _) | ("step", step, "predict" | "explain"):
            return ("step", step)
        case ("step", _, "task", _, "hint", _):
            return key[:4]
    return ()


def _line_near(key: Key, found: Outline) -> int:
    while key and key not in found.sections:
        key = _parent(key)
    return found.sections[key].line if key in found.sections else 1


def assemble(found: Outline, expected: Expected) -> LessonWords:
    """The words of a lesson whose outline has no fault."""
    sections = found.sections

    def prose(*key: str) -> Prose:
        return _prose(sections[key].words) if key in sections else Prose()

    def choice(*key: str) -> Choice:
        return Choice(prose(*key), _prose(sections[key].reply or []))

    def task(step: str, id_: str, hints: int) -> Task:
        key = ("step", step, "task", id_)
        return Task(prose(*key), tuple(prose(*key, "hint", str(n + 1)) for n in range(hints)))

    steps = {
        step: StepWords(
            prose("step", step),
            prose("step", step, "predict"),
            {id_: choice("step", step, "choice", id_) for id_ in choices},
            {id_: task(step, id_, hints) for id_, hints in tasks.items()},
            prose("step", step, "explain"),
        )
        for step, (choices, tasks) in expected.steps.items()
    }
    return LessonWords(sections[()].title, prose(), steps, prose("card"))


def _prose(placed: list[Placed]) -> Prose:
    source = "\n\n".join(item.source for item in placed)
    return Prose(source, tuple(item.block for item in placed if isinstance(item.block, Paragraph | Code | Listing)))


def names_told(words: StepWords) -> set[str]:
    """The values that a step's words speak of."""
    sources = [words.prose.source, words.question.source, words.explain.source]
    for choice in words.choices.values():
        sources += (choice.words.source, choice.reply.source)
    for task in words.tasks.values():
        sources += (task.words.source, *(hint.source for hint in task.hints))
    return {name for source in sources for name in names_in(source)}
