"""Finding words, and choosing the language they are in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nslab import locale
from nslab.errors import Because
from nslab.words import Lang, MissingWords, Words, choose_language, words_for

PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "greeting"
msgstr "{text}, {{name}}"
"""


def test_words_are_filled_with_facts() -> None:
    assert "/tmp/report" in words_for("en")("error.internal.next", report="/tmp/report")


@pytest.mark.parametrize(("lang", "said"), [("en", "its PID 1"), ("zh", "1 号进程")])
def test_a_reason_among_the_facts_is_said_in_the_same_language(lang: Lang, said: str) -> None:
    assert said in words_for(lang)("error.lab-gone.why", why=Because("error.lab-gone.because.pid1-ended"))


def test_a_reasons_own_placeholders_are_filled_from_the_same_facts_reasons_too() -> None:
    call, meaning = Because("error.lab.because.call"), Because("error.meaning.mount-busy")
    said = words_for("en")("error.lab.why", why=call, call="mount()", errno="EBUSY", meaning=meaning)
    assert said.startswith("mount() = EBUSY: something is already mounted")


def test_no_fact_gives_orders_to_the_readers_terminal() -> None:
    words = words_for("en")
    assert (
        words("error.no-process-number.what", given="a\x1b]0;b\x07\u202e\udcff")
        == r"a\x1b]0;b\x07\u202e\xff is no process."
    )
    assert "1: x\n2: y" in words("error.nobody-called.why", name="web", known="1: x\n2: y")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_words_know_their_language(lang: str) -> None:
    assert words_for(lang).lang == lang


def test_a_missing_id_raises_while_debugging() -> None:
    with pytest.raises(MissingWords, match="no-such-id"):
        words_for("en")("no-such-id")


def test_a_missing_fact_raises_while_debugging() -> None:
    with pytest.raises(MissingWords, match="report"):
        words_for("en")("error.internal.next")


def test_a_person_sees_the_bare_id_where_words_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NSLAB_DEBUG")
    assert words_for("en")("no-such-id") == "no-such-id"


def test_a_person_sees_the_bare_placeholder_where_a_fact_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NSLAB_DEBUG")
    assert "{report}" in words_for("en")("error.internal.next")


@pytest.mark.parametrize(
    ("arg", "environ", "lang"),
    [
        ("zh", {"LANG": "en_US.UTF-8"}, "zh"),
        ("en", {"NSLAB_LANG": "zh"}, "en"),
        (None, {"NSLAB_LANG": "zh", "LC_ALL": "C"}, "zh"),
        (None, {"LC_ALL": "C", "LC_MESSAGES": "zh_CN.UTF-8"}, "en"),
        (None, {"LC_ALL": "", "LC_MESSAGES": "zh_TW.UTF-8", "LANG": "de_DE"}, "zh"),
        (None, {"LANG": "zh_CN.UTF-8"}, "zh"),
        (None, {"LANG": "fr_FR.UTF-8"}, "en"),
        (None, {}, "en"),
    ],
)
def test_the_language_is_the_first_one_that_is_set(arg: str | None, environ: dict[str, str], lang: str) -> None:
    assert choose_language(arg, environ) == lang


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout's catalogue folder with one .po, the compiled form beside it."""
    monkeypatch.setattr(locale, "FOLDER", str(tmp_path))
    path = tmp_path / "en.po"
    path.write_text(PO.format(text="Hello"))
    words_for("en")
    return path


def greeting(words: Words) -> str:
    return words("greeting", name="box")


def test_an_edited_catalogue_is_read_at_the_next_start(catalogue: Path) -> None:
    assert greeting(words_for("en")) == "Hello, box"
    catalogue.write_text(PO.format(text="Good day"))
    assert greeting(words_for("en")) == "Good day, box"


def test_a_catalogue_compiled_once_is_read_as_it_is(catalogue: Path) -> None:
    compiled = catalogue.with_suffix(".mo")
    before = compiled.stat().st_ino
    words_for("en")
    assert compiled.stat().st_ino == before
    assert {path.name for path in catalogue.parent.iterdir()} == {"en.po", "en.mo"}


def test_a_wheel_needs_no_po_file(catalogue: Path) -> None:
    catalogue.unlink()
    assert greeting(words_for("en")) == "Hello, box"


def test_a_checkout_that_cannot_be_written_is_compiled_in_memory(
    catalogue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    catalogue.write_text(PO.format(text="Good day"))
    monkeypatch.setattr(os, "replace", refuse)
    assert greeting(words_for("en")) == "Good day, box"
