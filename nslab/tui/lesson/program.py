"""The learner's C program beside the panes: the call that made the namespaces lit, and what each of its flags made. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from nslab.course.snapshot import Source
from nslab.engine.decode import clone_name
from nslab.observe.views import Tag
from nslab.tui.panes.program import Made, ProgramView
from nslab.words import Words

CALLS = ("clone(", "unshare(")


def program_view(source: Source | None, owned: Iterable[Tag], words: Words) -> ProgramView:
    """The source as it is now; `owned` are the namespaces that the container does not share with the host."""
    if source is None:
        return ProgramView("", "", ())
    lines = tuple(source.text.splitlines())
    lit = lit_lines(lines)
    flags = "\n".join(lines[number - 1] for number in lit)
    made = (Made(clone_name(tag.kind), tag.kind.value, tag.letter) for tag in owned)
    program = source.name.rpartition(".")[0]
    about = (
        words("pane.runs-as", program=program, pid=source.pid) if source.pid is not None else words("pane.not-running")
    )
    return ProgramView(
        source.name, about, lines, lit, tuple(one for one in made if one.flag in flags and source.pid is not None)
    )


def lit_lines(lines: tuple[str, ...]) -> frozenset[int]:
    """The numbers of the lines of the first call that makes namespaces, from its name to its semicolon."""
    for start, line in enumerate(lines):
        if any(call in line for call in CALLS) and not line.lstrip().startswith(("/*", "*", "//")):
            end = next((at for at in range(start, len(lines)) if ";" in lines[at]), start)
            return frozenset(range(start + 1, end + 2))
    return frozenset()
