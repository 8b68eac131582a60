"""Every cause that a probe can give has its words, and gives the facts that they want."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

import nslab.engine.doctor
from nslab.engine.doctor import PROBES

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "nslab" / "engine" / "doctor"
REFUSAL_FACTS = {"call", "errno", "meaning"}
MAKERS = {"limited", "missing"}


def words() -> dict[str, str]:
    with (ROOT / "nslab" / "locale" / "en.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def strings(node: ast.AST) -> list[str]:
    return [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def made() -> Iterator[tuple[str, set[str]]]:
    """Each cause in the package's calls of `limited` and `missing`, with the names of the facts that come along."""
    for path in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {*MAKERS, "_tried"}:
                facts = {keyword.arg or "" for keyword in node.keywords}
                if "" in facts or getattr(node.func, "id", "") == "_tried":  # **facts: those of a refusal, or a limit
                    facts |= REFUSAL_FACTS | {"value"}
                for cause in strings(node.args[1]):
                    yield cause, facts
            elif isinstance(node, ast.FunctionDef) and node.name == "forbidden_by":
                for returned in ast.walk(node):
                    if isinstance(returned, ast.Return) and returned.value:
                        yield strings(returned.value)[0], REFUSAL_FACTS | {"launcher"}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_causes_in_the_code_are_those_with_words() -> None:
    told = {id_.split(".")[2] for id_ in words() if id_.startswith("doctor.cause.")}
    assert {cause for cause, _ in made()} == told


def test_each_cause_comes_with_the_facts_that_its_words_want() -> None:
    known = words()
    assert [
        (cause, part)
        for cause, facts in made()
        for part in ("why", "remedy")
        if not placeholders(known[f"doctor.cause.{cause}.{part}"]) <= facts
    ] == []


def test_every_probe_has_a_name() -> None:
    known = words()
    shared = {
        probe for probe in PROBES if probe.endswith(("-namespaces", "-controller")) and probe != "user-namespaces"
    }
    own = PROBES.keys() - shared - nslab.engine.doctor.PROGRAMS.keys()
    assert [probe for probe in own if f"doctor.name.{probe}" not in known or f"doctor.ok.{probe}" not in known] == []
