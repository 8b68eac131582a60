"""`{name}` in a lesson's texts. `{{name}}` stands for a literal `{name}`; other braces mean nothing here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

NAME = re.compile(r"\{\{(?P<literal>[a-z][a-z0-9_-]*(?:\.[a-z_]+)?)\}\}|\{(?P<name>[a-z][a-z0-9_-]*(?:\.[a-z_]+)?)\}")


def names_in(text: str) -> Iterator[str]:
    """Each name that `text` wants a value for, as often as it stands there."""
    return (match["name"] for match in NAME.finditer(text) if match["name"])


def sole_name(text: str) -> str | None:
    """The name, where `text` is nothing but that name in braces."""
    match = NAME.fullmatch(text)
    return match["name"] if match else None


def fill(text: str, value_of: Callable[[str], str]) -> str:
    """`text` with each name replaced by its value. What a value contains is not looked at again."""
    return NAME.sub(lambda match: value_of(match["name"]) if match["name"] else f"{{{match['literal']}}}", text)
