"""A lesson off the disk: the whole of it, or everything that is wrong with it, with file and line."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct

from nslab.course import prose
from nslab.course.decoding import Decoder, Misfit
from nslab.course.faults import Fault
from nslab.course.known import Known
from nslab.course.model import FORMAT, Lesson
from nslab.course.naming import Names
from nslab.course.positions import Path as TreePath
from nslab.course.positions import Positions
from nslab.course.prose import Expected, LessonWords, Outline
from nslab.course.reading import file_fault, text_of, tree_of
from nslab.course.rules import broken_rules
from nslab.course.told import Told
from nslab.course.vocabulary import strangers
from nslab.words import LANGS, Lang

T = TypeVar("T")


class Pack(Struct, frozen=True):
    """A lesson without a fault, ready to be played."""

    folder: Path
    lesson: Lesson
    words: dict[Lang, LessonWords]


class Faulty(Struct, frozen=True):
    """A lesson that can't be played, and all that is wrong with it, in the order of files and lines."""

    folder: Path
    faults: tuple[Fault, ...]


def load(folder: Path, known: Known | None = None) -> Pack | Faulty:
    """The lesson in `folder`, held to the names that `known` knows. Never raises for what the files contain."""
    return _Loading(folder, known or Known()).result()


class _Loading:
    def __init__(self, folder: Path, known: Known) -> None:
        self.folder, self.known = folder, known
        self.toml = folder / "lesson.toml"
        self.faults: list[Fault] = []

    def result(self) -> Pack | Faulty:
        source = self.read(self.toml)
        raw = self.sound(tree_of(self.toml, source, FORMAT)) if source is not None else None
        texts = {lang: self.read(self.folder / f"{lang}.md") for lang in LANGS}
        outlines = {lang: prose.outline(text.decode()) for lang, text in texts.items() if text is not None}
        for lang, outline in outlines.items():
            self.faults += [Fault(self.folder / f"{lang}.md", line, told) for line, told in outline.faults]
        if source is None or raw is None:
            return self.faulty()
        lesson = self.structure(source, raw, outlines)
        if self.faults or isinstance(lesson, Misfit):
            return self.faulty()
        expected = _expected(raw)
        return Pack(self.folder, lesson, {lang: prose.assemble(found, expected) for lang, found in outlines.items()})

    def faulty(self) -> Faulty:
        order = sorted(set(self.faults_by_place()), key=lambda placed: placed[:3])
        return Faulty(self.folder, tuple(self.faults[i] for *_, i in order))

    def faults_by_place(self) -> Iterator[tuple[str, int, str, int]]:
        seen: set[tuple[str, int, str]] = set()
        for i, fault in enumerate(self.faults):
            place = (str(fault.path), fault.line or 0, repr(fault.told))
            if place not in seen:
                seen.add(place)
                yield (*place, i)

    def blame(self, path: Path, line: int | None, told: Told) -> None:
        self.faults.append(Fault(path, line, told))

    def read(self, path: Path) -> bytes | None:
        """The bytes of one file, if they are text of a bearable size."""
        return self.sound(text_of(path))

    def sound(self, found: T | Fault) -> T | None:
        """What was found; a fault is kept, and there is nothing then."""
        if not isinstance(found, Fault):
            return found
        self.faults.append(found)
        return None

    def structure(self, source: bytes, raw: Mapping[str, Any], outlines: Mapping[Lang, Outline]) -> Lesson | Misfit:
        """The lesson that `raw` describes, and every fault of it and of its words."""
        decoder = Decoder()
        lesson = decoder.struct(Lesson, raw, ())
        listed = frozenset(use.text for use in decoder.uses if use.role.value == "file")
        present = self.files()
        names = Names(raw, decoder.uses, self.known, present)
        misread = [path for path, _ in decoder.faults]
        sound = [(part, path) for part, path in decoder.structs if not any(p[: len(path)] == path for p in misread)]
        found = [*decoder.faults, *broken_rules(sound), *names.faults(), *self.identity(raw)]
        if found:
            positions = Positions(source)
            for path, told in found:
                self.blame(self.toml, positions.line(path), told)
        for name in sorted(present & listed):
            if why := file_fault(self.folder / "files" / name, self.folder.parent):
                self.blame(self.folder / "files" / name, None, why)
        for name in sorted(present - listed):
            self.blame(self.folder / "files" / name, None, Told("fault.stray-file", {"name": name}))
        self.words(raw, names, outlines)
        return lesson

    def identity(self, raw: Mapping[str, Any]) -> Iterator[tuple[TreePath, Told]]:
        if isinstance(raw.get("id"), str) and raw["id"] != self.folder.resolve().name:
            yield ("id",), Told("fault.folder-name", {"name": raw["id"], "folder": self.folder.resolve().name})

    def files(self) -> frozenset[str]:
        """The names in `files/`; none if there is no such folder."""
        try:
            return frozenset(os.listdir(self.folder / "files"))
        except OSError:
            return frozenset()  # what lesson.toml lists is then told as missing

    def words(self, raw: Mapping[str, Any], names: Names, outlines: Mapping[Lang, Outline]) -> None:
        expected = _expected(raw)
        for lang, outline in outlines.items():
            path = self.folder / f"{lang}.md"
            strange = strangers(outline, self.known.terms[lang]) if self.known.terms is not None else ()
            for line, told in [*prose.compare(outline, expected), *_values(outline, expected, names), *strange]:
                self.blame(path, line, told)


def _values(outline: Outline, expected: Expected, names: Names) -> Iterator[tuple[int, Told]]:
    """Names in the words that no value stands behind. What is read without a machine has none: the title, the hook, and
    the card, which repeats questions and answers."""
    order = {step: i for i, step in enumerate(expected.steps)}
    for key, section in outline.sections.items():
        without_lab = key[:1] != ("step",) or key[2:3] in (("predict",), ("choice",))
        parts = ((without_lab, section.words), (False, section.reply or []))
        for no_values, (line, name) in ((bare, found) for bare, part in parts for found in prose.names(part)):
            if no_values:
                yield line, Told("fault.value-without-lab", {"name": name})
            elif key[1] in order and (told := names.in_words(order[key[1]], name)):
                yield line, told


def _expected(raw: Mapping[str, Any]) -> Expected:
    """What wants words. Read off the bare tree, so that a fault elsewhere in a step doesn't make its words strange."""
    steps: dict[str, tuple[tuple[str, ...], dict[str, int]]] = {}
    for step in _tables(raw.get("step")):
        choices = tuple(str(choice["id"]) for choice in _tables(step.get("predict")) if "id" in choice)
        hints = {str(task["id"]): task.get("hints", 0) for task in _tables(step.get("do")) if "id" in task}
        counted = {task: min(n, 9) if isinstance(n, int) else 0 for task, n in hints.items()}
        if isinstance(step.get("id"), str):
            steps.setdefault(step["id"], (choices, counted))
    return Expected(steps)


def _tables(raw: Any) -> Iterable[Mapping[str, Any]]:
    return [item for item in raw if isinstance(item, dict)] if isinstance(raw, list) else []
