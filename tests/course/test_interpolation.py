"""`{name}` in texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nslab.course.interpolation import fill, names_in, sole_name


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{outer} and {host.pid_ns}", ["outer", "host.pid_ns"]),
        ("ns/{pid,uts} ${x:-y} {} { a } {A} {1}", []),
        ("awk '{{print}}'", []),
        ("{{.Names}} {a}", ["a"]),
        ("{{a}} {a}", ["a"]),
    ],
)
def test_only_plain_lower_case_names_in_single_braces_are_names(text: str, names: list[str]) -> None:
    assert list(names_in(text)) == names


def test_names_are_replaced_and_doubled_braces_made_single() -> None:
    assert (
        fill("kill {outer}; awk '{{print}}' {pid,uts}", {"outer": "8"}.__getitem__) == "kill 8; awk '{print}' {pid,uts}"
    )


def test_a_value_that_looks_like_a_name_is_left_alone() -> None:
    assert fill("{a}{b}", {"a": "{b}", "b": "{a}"}.__getitem__) == "{b}{a}"


@pytest.mark.parametrize(("text", "name"), [("{a}", "a"), ("{a} ", None), ("{{a}}", None), ("a", None)])
def test_a_text_that_is_nothing_but_a_name_is_known(text: str, name: str | None) -> None:
    assert sole_name(text) == name


@given(st.text())
def test_a_text_without_names_and_doubled_braces_is_kept(text: str) -> None:
    if not list(names_in(text)) and "{{" not in text:
        assert fill(text, pytest.fail) == text
