"""What help says about each part of the lesson screen, and about the map. Pure; the words are `help.<part>.<name>`."""

from __future__ import annotations

from msgspec import Struct

from nslab.tui.keys import EXPLORE as EXPLORE_KEYS
from nslab.tui.keys import KINDS as KINDS_KEYS
from nslab.tui.keys import LEADER_SHOWN, shown
from nslab.tui.keys import MAP as MAP_KEYS
from nslab.tui.keys import TOP as TOP_KEYS
from nslab.tui.lesson.places import STORY
from nslab.tui.screens.help_view import HelpView, Label, Part
from nslab.words import Words

ROOM = "room"
TERMINAL = "terminal"
MAP = "map"
EXPLORE = "explore"
TOP = "top"
OWNER_AND_MAKER = f"{shown('by_owner', EXPLORE_KEYS)}  {shown('by_process', EXPLORE_KEYS)}"
CARDS_AND_WORDS = f"{shown('cards', MAP_KEYS)}  {shown('glossary', MAP_KEYS)}"


class Helped(Struct, frozen=True):
    """A part's signs and keys, each with the name of the words that say what it means; labels by their column."""

    signs: tuple[tuple[str, str], ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    labels: tuple[tuple[int, str], ...] = ()


HELPED = {
    STORY: Helped(
        signs=(("? $ ◉ »", "stages"), ("▸", "now"), ("✓ ✗", "held")),
        keys=(("1 2 3", "pick"), ("⏎", "commit"), ("⌫", "back"), ("↑↓", "scroll")),
    ),
    ROOM: Helped(
        signs=(("▸ 2/3", "tasks"),),
        keys=(
            ("1 2 3", "pick"),
            (shown("next"), "on"),
            (shown("show_me"), "show"),
            (shown("next_pane"), "pane"),
            (shown("next_terminal"), "terminal"),
            ("PgDn PgUp", "click"),
            (shown("present"), "alone"),
        ),
    ),
    TERMINAL: Helped(
        signs=(("▌", "edge"), ("pid B", "owns")),
        keys=(
            ("⇧PgUp", "scroll"),
            ("⌃⇧C", "copy"),
            (f"{LEADER_SHOWN} {LEADER_SHOWN}", "leader"),
            (shown("enlarge"), "enlarge"),
        ),
    ),
    "namespaces": Helped(
        signs=(("A  B", "letter"), ("4026…", "inode"), ("≠", "two"), ("bash 2", "process")),
        keys=(("↑↓", "row"), ("⏎", "more"), (shown("enlarge"), "enlarge")),
        labels=((9, "label-letter"), (15, "label-inode"), (23, "label-two")),
    ),
    "processes": Helped(
        signs=(("host box", "columns"), ("╌", "unseen"), ("╘═ B", "entered"), ("▌", "inside"), ("6╌", "deep")),
        keys=(("↑↓", "row"), ("⏎", "more"), (shown("enlarge"), "enlarge")),
    ),
    "network": Helped(
        signs=(
            ("eth0 ●", "link"),
            ("━━", "wire"),
            ("╌✗╌", "cut"),
            ("━ br0 ━", "bridge"),
            (":80 LISTEN", "listen"),
            ("━━►", "ping"),
        ),
        keys=(("↑↓", "row"), ("⏎", "more"), (shown("enlarge"), "enlarge")),
    ),
    "calls": Helped(
        signs=(("A  B", "asker"), ("= 0", "agreed"), ("✗", "refused"), ("µs", "took")),
        keys=(("↑↓", "row"), ("⏎", "more"), (shown("enlarge"), "enlarge")),
    ),
    "mounts": Helped(
        signs=(
            ("━►", "inward"),
            ("◂━►", "both"),
            ("├ ┤", "neither"),
            ("shared:1", "group"),
            ("master:1", "master"),
            ("╌", "absent"),
            ("B", "new"),
        ),
        keys=(("↑↓", "row"), ("⏎", "more"), (shown("enlarge"), "enlarge")),
    ),
    "users": Helped(
        signs=(("A  B", "letter"), ("≠", "two"), ("──", "outside"), ("uts user", "governed"), ("41", "sets")),
        keys=(("↑↓", "row"), ("⏎", "more"), (shown("enlarge"), "enlarge")),
    ),
    "cgroups": Helped(
        signs=(("━━━", "limit"), ("░", "held-up"), ("╎", "cause")),
        keys=(("↑↓", "row"), (shown("enlarge"), "enlarge")),
    ),
    "kinds": Helped(
        signs=(("CLONE_NEW…", "flag"), ("2.6.24", "since"), ("A  B", "letter"), ("≠", "two")),
        keys=(("↑↓", "row"), (shown("prove", KINDS_KEYS), "prove")),
    ),
    "compose": Helped(
        signs=(("◂ joins ▸", "switch"), (" B ", "letter"), ("━━━", "shared"), ("setns", "joined")),
        keys=(("↑↓", "row"), ("←→", "turn"), ("Tab", "container"), ("⏎", "make"), ("p", "preset"), ("x", "kill")),
    ),
    "birth": Helped(
        signs=(("A ── B ━━", "line"), ("◉", "now"), ("▾", "marked"), ("╌╌", "to-come")),
        keys=(
            ("←→", "step"),
            ("PgUp PgDn", "scene"),
            ("space", "play"),
            ("d", "mark"),
            ("⏎", "why"),
            ("n", "anew"),
        ),
    ),
    "without": Helped(
        signs=(
            ("┤", "stops"),
            ("┆", "second"),
            ("╪", "no-help"),
            ("━►", "through"),
            ("✗ EPERM", "refused"),
            ("╌", "lacks"),
        ),
        keys=(("↑↓←→", "choose"), ("space", "leave-out"), ("0", "whole"), ("b", "base"), ("⏎", "open")),
    ),
    "order": Helped(
        signs=(("┃", "agreed"), ("✗", "refused"), ("?", "lost"), ("╎", "not-tried")),
        keys=(("↑↓", "move"), ("space", "take"), ("r", "run"), ("u", "undo"), ("⏎", "why")),
    ),
    EXPLORE: Helped(
        signs=((" B ", "begins"), ("│", "inherited"), ("╌", "nobody")),
        keys=(("↑↓", "row"), ("←→", "kind"), ("⏎", "more"), (OWNER_AND_MAKER, "trees")),
    ),
    TOP: Helped(
        signs=(("━━──╿", "gauge"), ("━━━", "limit"), ("░", "held-up"), ("╎", "cause"), ("╌", "lacks")),
        keys=(
            ("↑↓", "row"),
            ("P M T N I", "sort"),
            (shown("as_tree", TOP_KEYS), "tree"),
            (shown("side_by_side", TOP_KEYS), "beside"),
            (shown("hold", TOP_KEYS), "hold"),
            ("k  - +", "turn"),
        ),
    ),
    MAP: Helped(
        signs=(("✓", "done"), ("▸", "started"), ("✗", "lacks")),
        keys=(("↑↓", "move"), ("⏎", "open"), (shown("search", MAP_KEYS), "search"), (CARDS_AND_WORDS, "cards")),
    ),
}


def help_view(name: str, words: Words) -> HelpView:
    """Help for a part of the screen by its name there; what has none of its own is a terminal."""
    part = name if name in HELPED else TERMINAL
    helped = HELPED[part]

    def said(which: str) -> str:
        return words(f"help.{part}.{which}")

    return HelpView(
        name=said("name"),
        what=said("what"),
        parts=tuple(Part(sign, said(meaning)) for sign, meaning in helped.signs),
        keys=tuple(Part(key, said(meaning)) for key, meaning in helped.keys),
        reads=said("reads"),
        more=said("read-on"),
        labels=tuple(Label(x, said(label)) for x, label in helped.labels),
    )
