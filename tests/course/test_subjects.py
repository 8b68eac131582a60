"""How a verdict calls processes and places."""

from __future__ import annotations

import pytest

from nslab.course.subjects import called, listed, where, whole
from nslab.course.told import Told, say
from nslab.words import words_for


def said(fact: object) -> tuple[object, object]:
    if isinstance(fact, Told):
        return say(fact, words_for("en")), say(fact, words_for("zh"))
    return fact, fact


@pytest.mark.parametrize(
    ("process", "en", "zh"),
    [
        ("host", "the host", "宿主机"),
        ("box", "box", "box"),
        ("box:bash", "the shell in box", "box 里的 bash"),
        ("host:ns_pid", "ns_pid on the host", "宿主机上的 ns_pid"),
        ("web:init", "process 1 in web", "web 里的 1 号进程"),
        ("deep:sleep", "the innermost sleep", "最里层的 sleep"),
    ],
)
def test_a_process_is_called_as_a_learner_would(process: str, en: str, zh: str) -> None:
    assert said(called(process)) == (en, zh)


@pytest.mark.parametrize(
    ("process", "en", "zh"),
    [
        ("box", "the container in box", "box 里的容器"),
        ("web", "the container web", "容器 web"),
        ("host", "the host", "宿主机"),
        ("box:bash", "the shell in box", "box 里的 bash"),
    ],
)
def test_what_comes_and_goes_is_the_whole_container(process: str, en: str, zh: str) -> None:
    assert said(whole(process)) == (en, zh)


def test_a_place_may_be_a_process_within_a_place() -> None:
    assert said(where("host:sh")) == ("in sh on the host", "宿主机上的 sh 里")


def test_names_are_parted_as_each_language_parts_them() -> None:
    assert said(listed(["alpha", "beta", "lab"])) == ("alpha, beta, lab", "alpha、beta、lab")
    assert listed(["lab"]) == "lab"
    assert listed([]) == ""
