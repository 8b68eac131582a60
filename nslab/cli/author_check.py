"""What `nslab author check` does: packs' files are read, lessons are played, and whatever does not hold is told as it is found."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

from msgspec import Struct

from nslab.cli.failures import faults_told
from nslab.course.bench import new_bench
from nslab.course.faults import Fault
from nslab.course.loader import Faulty, Pack
from nslab.course.packs import pack_faults, unlisted_faults, unmet_faults
from nslab.course.rehearsal import Confirmed, LeftOut, rehearse
from nslab.course.rehearsal import Finding as Broken
from nslab.course.standing import lacking
from nslab.course.syllabus import Syllabus, syllabus_at
from nslab.course.told import say
from nslab.engine.doctor import Finding, examine
from nslab.errors import NslabError
from nslab.words import Words


class Report(Struct):
    """What came of one lesson, or of a pack's own files: its faults in files, what the machine did not keep, and how much it
    kept; `left_out` are the steps that are only for other machines, `lacks` is why none of it could be played on this one."""

    lesson: str
    problems: list[str] = []
    left_out: list[str] = []
    lacks: list[str] = []
    held: int = 0


def divided(names: Iterable[str | None]) -> bool:
    """Whether a lesson of these divides its lab's control group; the names are those that `Checker.check` takes."""
    return any(map(_divided, names))


def _divided(name: str | None) -> bool:
    with suppress(NslabError):  # what is wrong with it is told when it is checked
        syllabus, lesson = syllabus_at(name)
        pack = syllabus.load(lesson) if lesson is not None else None
        return syllabus.divided() if lesson is None else isinstance(pack, Pack) and pack.lesson.divided
    return False


class Checker:
    """Holds lessons and packs to what they promise. Unless `quiet`, each problem is printed, and a line for each lesson."""

    def __init__(self, words: Words, *, quiet: bool) -> None:
        self._words, self._quiet = words, quiet
        self._packs: dict[Path, bool] = {}  # whether their own files are sound
        self._examine = cache(examine)
        self.reports: list[Report] = []

    def check(self, name: str | None) -> None:
        """A lesson by its id or path, all of a pack by its path, or all of our own. Raises NoSuchLesson."""
        syllabus, lesson = syllabus_at(name)
        if not self._files_hold(syllabus):
            return
        if lesson is not None:
            self._lesson(syllabus, lesson, name or lesson)
            return
        for each in syllabus.order():
            self._lesson(syllabus, each, each if syllabus.ours else str(syllabus.root / each))

    def _files_hold(self, syllabus: Syllabus) -> bool:
        """Read a pack's map and glossary, once. With faults in them its lessons can't be held to anything."""
        if syllabus.root not in self._packs:
            broken = pack_faults(syllabus)
            self._packs[syllabus.root] = not broken
            if faults := (*broken, *unlisted_faults(syllabus)):
                report = Report(str(syllabus.root))
                self.reports.append(report)
                self._blame(report, faults)
        return self._packs[syllabus.root]

    def _lesson(self, syllabus: Syllabus, lesson: str, told: str) -> None:
        report = Report(told)
        self.reports.append(report)
        pack = syllabus.load(lesson)
        if isinstance(pack, Faulty):
            self._blame(report, pack.faults)
            return
        self._blame(report, unmet_faults(syllabus, pack))
        if lacks := lacking(pack.lesson, self._examine):
            self._leave_out(report, lacks)
            return
        for result in rehearse(pack.lesson, new_bench(pack.folder)):
            self._take(report, result)
        outcome = "broken" if report.problems else "kept"
        self._say(self._words(f"cli.author.{outcome}", lesson=told, held=report.held, broken=len(report.problems)))

    def _leave_out(self, report: Report, lacks: Iterable[Finding]) -> None:
        """Nothing can be said of a lesson that can't run here; with what it lacks it may keep all it promises."""
        for one in lacks:
            report.lacks.append(self._words(f"doctor.cause.{one.cause}.why", **one.facts))
            self._say(self._words("cli.author.lacking", lesson=report.lesson, lack=report.lacks[-1]))

    def _take(self, report: Report, result: Broken | LeftOut | Confirmed) -> None:
        words = self._words
        match result:
            case Broken(step, told):
                problem = words("cli.author.finding", lesson=report.lesson, step=step, problem=say(told, words))
                report.problems.append(problem)
                self._say(problem)
            case LeftOut(step, wanted, found):
                report.left_out.append(step)
                facts = {"wanted": say(wanted, words), "found": say(found, words)}
                self._say(words("cli.author.left-out", lesson=report.lesson, step=step, **facts))
            case Confirmed():
                report.held += 1

    def _blame(self, report: Report, faults: Iterable[Fault]) -> None:
        for fault in faults:
            report.problems.append(faults_told((fault,), self._words))
            self._say(report.problems[-1])

    def _say(self, line: str) -> None:
        if not self._quiet:
            print(line, flush=True)
