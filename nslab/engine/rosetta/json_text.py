"""JSON as a person would lay it out: what fits into a line stands in one, and a long list of words is filled into lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from nslab.engine.rosetta.lines import WIDTH

INDENT = "  "


def laid_out(value: Any, indent: str = "", key: str = "") -> str:
    """A value of JSON's types as JSON, behind its key; all its lines but the first one are indented by `indent`."""
    whole = key + json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or len(indent) + len(whole) <= WIDTH:
        return whole
    inner = indent + INDENT
    if isinstance(value, dict):
        items = [laid_out(item, inner, f"{json.dumps(name)}: ") for name, item in value.items()]
        first, last = "{}"
    else:
        items = [laid_out(item, inner) for item in value]
        first, last = "[]"
        if not any(isinstance(item, dict | list) for item in value):
            items = list(filled(items, WIDTH - len(inner)))
    return f"{key}{first}\n{inner}" + f",\n{inner}".join(items) + f"\n{indent}{last}"


def filled(items: Iterable[str], width: int) -> Iterator[str]:
    """The items in lines, a comma between those of one."""
    line = ""
    for item in items:
        if line and len(line) + len(item) + 3 > width:
            yield line
            line = item
        else:
            line = f"{line}, {item}" if line else item
    yield line
