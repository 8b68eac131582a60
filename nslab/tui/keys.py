"""The keys, one table: bindings, the footer, the sheet of all keys, the palette, and help read it.

Every action has a function or plain key, and a second way after the leader, ctrl+g, because terminals eat function
keys and the shells take all others. The words are `keys.<action>`; the screen on show has an `action_<action>`.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from textual.binding import Binding

LEADER = "ctrl+g"
LEADER_SHOWN = "^G"
IN_A_TALK = 3  # keys that a footer names before a room
PALETTE_KEY = "f12"  # Textual binds it on every screen


class Key(Struct, frozen=True):
    """One action and the keys that call it."""

    action: str
    key: str | None  # Textual's name, such as "f1"; None: only after the leader
    after_leader: str | None = None
    rank: int = 9  # of a footer that has no room for all, the highest go first
    in_footer: bool = True
    in_a_talk: int | None = None  # before a room, a footer names the three that come first

    @property
    def shown(self) -> str:
        """How the key is written on screen."""
        if self.key is None:
            return f"{LEADER_SHOWN} {self.after_leader}"
        return SHOWN.get(self.key, self.key.upper() if _is_function(self.key) else self.key)


SHOWN = {
    "enter": "⏎",
    "escape": "Esc",
    "tab": "Tab",
    "slash": "/",
    "question_mark": "?",
    "minus": "-",
    "plus": "+",
    "up": "↑↓",  # one entry stands for the pair
    "left": "←→",
    "pagedown": "PgDn",
    LEADER: LEADER_SHOWN,
}

HELP = Key("help", "f1", "h", rank=1)
BOARD_HELP = Key("help", "f1", "h", rank=2)
"""On a screen whose own keys come first where a footer has not room for all."""
ALL_KEYS = Key("all_keys", LEADER, LEADER, rank=2)
LEAVE = Key("leave", "f10", "q", rank=0)
LANGUAGE = Key("language", None, "l", in_footer=False)
THEME = Key("theme", None, "t", in_footer=False)
WORDS = Key("glossary", None, "g", in_footer=False)
PALETTE = Key("palette", PALETTE_KEY, "x", in_footer=False)
CARDS = Key("cards", None, "d", in_footer=False)
PRESENT = Key("present", None, "v", in_footer=False)

WHOLE_SCREEN = (LANGUAGE, THEME, PRESENT, PALETTE, ALL_KEYS, LEAVE)
"""What every screen has that a command opens."""
BOARD_SCREEN = (BOARD_HELP, *WHOLE_SCREEN)
"""What every board has besides its own keys, where it is a whole screen."""

LESSON: tuple[Key, ...] = (
    HELP,
    Key("hint", "f2", "i", rank=3),
    Key("show_me", "f3", "s", rank=5, in_a_talk=3),
    Key("check", "f5", "c", rank=4),
    Key("next_pane", "f6", "p", rank=2),
    Key("back", "f8", "b", rank=7, in_a_talk=2),
    Key("next", "f9", "n", rank=3, in_a_talk=1),
    Key("next_terminal", "f7", "w", in_footer=False),
    Key("enlarge", None, "m", in_footer=False),
    Key("tongues", None, "e", in_footer=False),
    Key("reset_lab", None, "r", in_footer=False),
    LANGUAGE,
    THEME,
    PRESENT,
    WORDS,
    CARDS,
    PALETTE,
    ALL_KEYS,
    LEAVE,
)
MAP: tuple[Key, ...] = (
    Key("search", "slash", "f", rank=2, in_a_talk=2),
    Key("move", "up", rank=5, in_a_talk=3),
    Key("open", "enter", "o", rank=1, in_a_talk=1),
    Key("cards", "c", "d", rank=4),
    Key("glossary", "g", "g", rank=6),
    Key("help", "f1", "h", rank=3),
    *WHOLE_SCREEN,
)
CARD: tuple[Key, ...] = (
    Key("other_cards", "left", rank=1, in_a_talk=2),
    Key("copy_commands", "y", rank=3),
    Key("next_lesson", "enter", rank=2, in_a_talk=1),
    Key("glossary", "g", rank=4),
    Key("close", "escape", rank=1, in_a_talk=3),
    LANGUAGE,
    LEAVE,
)
GLOSSARY: tuple[Key, ...] = (
    Key("search", "slash", rank=2, in_a_talk=2),
    Key("move", "up", rank=4, in_a_talk=3),
    Key("its_lesson", "enter", rank=2),
    Key("swap_languages", "t", rank=5),
    Key("close", "escape", rank=1, in_a_talk=3),
    LANGUAGE,
    LEAVE,
)
WITHOUT_KEYS: tuple[Key, ...] = (
    Key("move_cell", "up", rank=3, in_a_talk=3),
    Key("leave_out", "space", "o", rank=1, in_a_talk=1),
    Key("base", "b", "b", rank=2, in_a_talk=2),
    Key("whole", "0", "0", rank=3),
    Key("open_cell", "enter", "c", rank=2),
    Key("run_all", "r", "r", rank=4),
)
WITHOUT: tuple[Key, ...] = (
    *WITHOUT_KEYS,
    *BOARD_SCREEN,
)
ORDER_KEYS: tuple[Key, ...] = (
    Key("move_card", "up", rank=3, in_a_talk=3),
    Key("take", "space", "o", rank=1, in_a_talk=2),
    Key("run_order", "r", "r", rank=1, in_a_talk=1),
    Key("why", "enter", "y", rank=2),
    Key("undo", "u", "u", rank=4),
)
ORDER: tuple[Key, ...] = (
    *ORDER_KEYS,
    *BOARD_SCREEN,
)
BIRTH_KEYS: tuple[Key, ...] = (
    Key("step", "left", rank=1, in_a_talk=1),
    Key("scene", "pagedown", rank=4),
    Key("play", "space", "p", rank=2, in_a_talk=2),
    Key("mark", "d", "d", rank=3),
    Key("why", "enter", "y", rank=3, in_a_talk=3),
    Key("anew", "n", "n", rank=5),
)
TONGUES_KEY = Key("tongues", "e", "e", rank=4)
BIRTH: tuple[Key, ...] = (
    *BIRTH_KEYS,
    TONGUES_KEY,
    *BOARD_SCREEN,
)
KINDS: tuple[Key, ...] = (
    Key("move", "up", rank=4),
    Key("prove", "enter", rank=1, in_a_talk=1),
)
COMPOSE_KEYS: tuple[Key, ...] = (
    Key("move", "up", rank=5),
    Key("turn_switch", "left", rank=2, in_a_talk=2),
    Key("other_container", "tab", rank=2),
    Key("preset", "p", "p", rank=2, in_a_talk=3),
    Key("make_so", "enter", rank=1, in_a_talk=1),
    Key("kill", "x", "k", rank=3),
)
COMPOSE: tuple[Key, ...] = (
    *COMPOSE_KEYS,
    *BOARD_SCREEN,
)
BOARDS: Mapping[str, tuple[Key, ...]] = {
    "compose": COMPOSE_KEYS,
    "kinds": KINDS,
    "birth": BIRTH_KEYS,
    "without": tuple(key for key in WITHOUT_KEYS if key.action != "run_all"),  # a lesson's board tries all by itself
    "order": ORDER_KEYS,
}
"""The keys that a board takes itself; the lesson's stand beside them in the footer."""

EXPLORE: tuple[Key, ...] = (
    Key("move", "up", rank=4, in_a_talk=3),
    Key("kind", "left", rank=5),
    Key("what_it_shares", "enter", "w", rank=1, in_a_talk=1),
    Key("by_owner", "o", "o", rank=3),
    Key("by_process", "p", "p", rank=3),
    Key("search", "slash", "f", rank=2, in_a_talk=2),
    *BOARD_SCREEN,
)
TOP: tuple[Key, ...] = (
    Key("move", "up", rank=4, in_a_talk=3),
    Key("by_cpu", "P", "p", rank=3),
    Key("by_memory", "M", "m", rank=3),
    Key("by_time", "T", "u", rank=7),
    Key("by_pids", "N", "n", rank=6),
    Key("by_io", "I", "i", rank=7),
    Key("as_tree", "t", "e", rank=6),
    Key("side_by_side", "s", "s", rank=1, in_a_talk=1),
    Key("hold", "space", "o", rank=5),
    Key("next_knob", "k", "k", in_footer=False),
    Key("turn_down", "minus", "d", in_footer=False),
    Key("turn_up", "plus", "b", in_footer=False),
    Key("search", "slash", "f", rank=2, in_a_talk=2),
    *BOARD_SCREEN,
)
EXPLORE_PANEL: tuple[Key, ...] = (
    Key("move", "up", rank=2, in_a_talk=3),
    Key("close", "escape", rank=1, in_a_talk=3),
    LANGUAGE,
    THEME,
    PRESENT,
    ALL_KEYS,
    LEAVE,
)
TONGUES: tuple[Key, ...] = (
    Key("turn", "left", rank=1),
    Key("move", "up", rank=4),
    Key("next_subject", "tab", rank=3),
    Key("copy_text", "y", rank=2),
    Key("close", "escape", rank=1),
    LANGUAGE,
    THEME,
    ALL_KEYS,
    LEAVE,
)
HELP_SCREEN: tuple[Key, ...] = (
    Key("help", "f1", in_footer=False),
    Key("close", "escape", rank=1, in_a_talk=3),
    Key("move", "up", rank=3),
    Key("next_help", "tab", rank=2),
    LEAVE,
)


CLICKS: Mapping[str, str] = {"click_on": "pagedown", "click_back": "pageup"}
"""What a lesson does at the keys of a speaker's clicker."""
CLICKER = [Binding(key, f"screen.{action}", action, show=False, priority=True) for action, key in CLICKS.items()]


def bindings(keys: tuple[Key, ...]) -> list[Binding]:
    """What Textual binds for a screen. Function keys and the leader come before the widget that has the focus."""
    return [
        Binding(key.key, f"screen.{key.action}", key.action, show=False, priority=_is_function(key.key))
        for key in keys
        if key.key and key.action not in MOVING
    ]


# Keys that the widget at hand takes itself: the footer names them, nothing is bound.
MOVING = frozenset(
    {
        "move",
        "other_cards",
        "step",
        "scene",
        "prove",
        "move_cell",
        "move_card",
        "kind",
        "turn",
        "turn_switch",
        "other_container",
        "make_so",
    }
)


def _is_function(key: str) -> bool:
    return key == LEADER or (key[0] == "f" and key[1:].isdigit())


def footer_keys(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    """The keys a footer names, without leaving, which always stands at its right end."""
    return tuple(key for key in keys if key.in_footer and key.action != LEAVE.action)


def talk_keys(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    """The three keys that a footer names before a room, and leaving. Those of a board stand beside the lesson's."""
    known = [(key.in_a_talk, at) for at, key in enumerate(keys) if key.in_a_talk is not None]
    chosen = {at for _, at in sorted(known)[:IN_A_TALK]}
    return tuple(key for at, key in enumerate(keys) if at in chosen or key.action == LEAVE.action)


def after_leader(keys: tuple[Key, ...], pressed: str) -> str | None:
    """The action for the key pressed after the leader; None where it means nothing."""
    return next((key.action for key in keys if key.after_leader == pressed), None)


def shown(action: str, table: tuple[Key, ...] = LESSON) -> str:
    """How the key of an action is written on screen, where it is named outside the footer."""
    return next(key.shown for key in table if key.action == action)


SCREENS = (BIRTH, ORDER, WITHOUT, COMPOSE)
"""The boards that are whole screens too."""

NAMED: Mapping[str, str] = {
    **{
        f"{key.action}_key": key.shown
        for table in (TONGUES, EXPLORE_PANEL, TOP, EXPLORE, HELP_SCREEN, GLOSSARY, CARD, *SCREENS, MAP, LESSON)
        for key in table
    },
    "leader_key": LEADER_SHOWN,
}
"""How each key is written, by the placeholder that stands for it in the catalogues: `{show_me_key}`."""
