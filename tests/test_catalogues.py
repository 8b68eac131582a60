"""The two catalogues agree with each other and with the code, and their Chinese is set as Chinese."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from nslab.tui.keys import NAMED

PACKAGE = Path(__file__).parent.parent / "nslab"
HAN = "\u4e00-\u9fff"

# ASCII punctuation that touches a Chinese character, and Chinese glued to a Latin letter or a digit.
ASCII_BESIDE_HAN = re.compile(rf"[{HAN}][,;:!?()]|[,;:!?()][{HAN}]|[{HAN}]\.(?=\s|$)")
NO_SPACE = re.compile(rf"[{HAN}][A-Za-z0-9`]|[A-Za-z0-9`%][{HAN}]")


@cache
def catalogue(lang: str) -> dict[str, str]:
    with (PACKAGE / "locale" / f"{lang}.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, abort_invalid=True) if message.id}


@cache
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text()) for path in sorted(PACKAGE.rglob("*.py"))}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def asked_for() -> Iterator[tuple[str, ast.expr]]:
    """Each call of a thing named `words` or `_words`: where it stands, and its first argument."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args:
                callee = node.func
                name = getattr(callee, "attr", None) or getattr(callee, "id", "")
                if name.lstrip("_") == "words":
                    yield f"{path}:{node.lineno}", node.args[0]


def pattern_of(formatted: ast.JoinedStr) -> re.Pattern[str]:
    """`f"pane.{name}.title"` asks for every id of that shape."""
    return re.compile("".join(re.escape(p.value) if isinstance(p, ast.Constant) else ".+" for p in formatted.values))


def used_ids() -> set[str]:
    literals: set[str] = set()
    patterns: set[re.Pattern[str]] = set()
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                literals.add(node.value)
            elif isinstance(node, ast.JoinedStr) and "." in ast.unparse(node):
                patterns.add(pattern_of(node))
    ids = catalogue("en").keys()
    return {id_ for id_ in ids if id_ in literals or any(p.fullmatch(id_) for p in patterns if p.pattern[:2] != ".+")}


def test_both_languages_have_the_same_ids() -> None:
    assert catalogue("en").keys() ^ catalogue("zh").keys() == set()


def test_both_languages_have_the_same_placeholders() -> None:
    en, zh = catalogue("en"), catalogue("zh")
    assert [id_ for id_ in en.keys() & zh.keys() if placeholders(en[id_]) != placeholders(zh[id_])] == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_id_is_without_words(lang: str) -> None:
    assert [id_ for id_, text in catalogue(lang).items() if not text.strip()] == []


def test_every_id_the_code_asks_for_has_words() -> None:
    ids = catalogue("en").keys()
    missing = [
        f"{where}: {ast.unparse(id_)}"
        for where, id_ in asked_for()
        if (isinstance(id_, ast.Constant) and id_.value not in ids)
        or (isinstance(id_, ast.JoinedStr) and not any(pattern_of(id_).fullmatch(known) for known in ids))
    ]
    assert missing == []


def test_every_id_in_the_catalogues_is_asked_for() -> None:
    assert sorted(catalogue("en").keys() - used_ids()) == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_key_is_named_by_its_placeholder_so_that_the_table_of_keys_alone_says_how_it_is_written(lang: str) -> None:
    named = {id_: placeholders(text) for id_, text in catalogue(lang).items()}
    assert [id_ for id_, text in catalogue(lang).items() if re.search(r"\bF\d+\b|\^[A-Z]\b|\bEsc\b", text)] == []
    assert {name for names in named.values() for name in names if name.endswith("_key")} <= NAMED.keys()


def test_chinese_words_have_chinese_punctuation() -> None:
    assert [(id_, text) for id_, text in catalogue("zh").items() if ASCII_BESIDE_HAN.search(text)] == []


def test_chinese_and_latin_words_have_a_space_between_them() -> None:
    assert [(id_, text) for id_, text in catalogue("zh").items() if NO_SPACE.search(text)] == []


@pytest.mark.parametrize("text", ["进程,死了", "进程 (pid)死了", "进程死了.", "好:"])
def test_the_punctuation_rule_can_fail(text: str) -> None:
    assert ASCII_BESIDE_HAN.search(text)


@pytest.mark.parametrize("text", ["进程pid", "pid进程", "3个"])
def test_the_space_rule_can_fail(text: str) -> None:
    assert NO_SPACE.search(text)


@pytest.mark.parametrize("text", ["进程 {pid} 在 /proc/{pid}/ns 中，共 3 个（nslab）。", "运行 `nslab clean`，再试。"])
def test_well_set_chinese_passes_both_rules(text: str) -> None:
    assert not ASCII_BESIDE_HAN.search(text)
    assert not NO_SPACE.search(text)
