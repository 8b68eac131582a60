"""A new lesson to start from, or a pack of one: whole, of a single step, which passes the author's check as it is."""

from __future__ import annotations

import re
from pathlib import Path

from nslab.errors import NslabError

TEMPLATE = Path(__file__).parent / "template"
PACK_TEMPLATE = Path(__file__).parent / "pack_template"
FIRST = "first"
"""The id of a new pack's lesson."""
ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")


class BadLessonId(NslabError):
    """A folder's name is not fit to be a lesson's id. Facts: name."""

    code = "bad-lesson-id"


class LessonExists(NslabError):
    """There is something at the path already. Facts: path."""

    code = "lesson-exists"


class LessonUnwritable(NslabError):
    """The folder can't be made. Facts: path, problem."""

    code = "lesson-unwritable"


def make_lesson(folder: Path) -> tuple[Path, ...]:
    """Write a new lesson whose id is the folder's name; returns its files.

    Raises BadLessonId, LessonExists, LessonUnwritable.
    """
    if not ID.fullmatch(folder.name):
        raise BadLessonId(name=folder.name)
    try:
        (folder / "files").mkdir(parents=True)
        return tuple(_write(template, folder) for template in sorted(TEMPLATE.iterdir()))
    except FileExistsError as error:
        raise LessonExists(path=str(folder)) from error
    except OSError as error:
        raise LessonUnwritable(path=str(folder), problem=str(error.strerror)) from error


def make_pack(folder: Path) -> tuple[Path, ...]:
    """Write a new pack: a map, a glossary, and one lesson; returns its files. What is there already stays as it is.

    Raises LessonExists, LessonUnwritable.
    """
    templates = sorted(PACK_TEMPLATE.iterdir())
    for path in (folder / template.name for template in templates):
        if path.exists():
            raise LessonExists(path=str(path))
    lesson = make_lesson(folder / FIRST)
    try:
        return (*(_write(template, folder) for template in templates), *lesson)
    except OSError as error:
        raise LessonUnwritable(path=str(folder), problem=str(error.strerror)) from error


def _write(template: Path, folder: Path) -> Path:
    made = folder / template.name
    text = template.read_text(encoding="utf-8")
    made.write_text(text.replace('id = "{id}"', f'id = "{folder.name}"'), encoding="utf-8")
    return made
