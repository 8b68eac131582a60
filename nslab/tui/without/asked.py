"""The attack at hand for a room: what is left out, and what came of it. Pure."""

from __future__ import annotations

from nslab.course.ablation import PRIMITIVES
from nslab.course.trial import Refusal, Trial
from nslab.course.trials import Failed, Result
from nslab.tui.asked import Asked
from nslab.tui.faces import Role
from nslab.tui.without.cell_rows import told
from nslab.tui.without.view import Side, WithoutView
from nslab.words import Words


def attack_asked(view: WithoutView, words: Words) -> Asked:
    """What the bar above the board says."""
    row = view.rows[view.at[0]]
    name = words(f"without.attack.{view.attack.id}")
    off = " ".join(words(f"without.sheet.{one}") for one in PRIMITIVES if one in view.off)
    what = words("without.asked-off", attack=name, off=off) if off else words("without.asked", attack=name)
    tag, ink = _verdict(row.result, words)
    return Asked(tag, (what, told(view.attack, Side(view.off, row.result, row.asked), words)), ink)


def _verdict(result: Result | None, words: Words) -> tuple[str, Role]:
    match result:
        case Trial(refused=Refusal()):
            return f"✗ {words('without.asked-refused')}", Role.BAD
        case Trial(through=True):
            return f"✗ {words('without.asked-through')}", Role.BAD
        case Trial():
            return f"✓ {words('without.asked-held')}", Role.OK
        case Failed():
            return "?", Role.BAD
    return "?", Role.TEXT
