"""Words that are still to be said."""

from __future__ import annotations

from nslab.course.told import Namespace, Told, say
from nslab.kernel.namespaces import Kind
from nslab.observe.namespaces import NamespaceId
from nslab.words import words_for

BOX = Namespace(Kind.PID, NamespaceId(4, 4026532254))
FOUND = Told("check.found.one-namespace", {"type": "pid", "namespace": BOX})


def test_facts_are_said_in_the_language_that_is_asked_for() -> None:
    assert say(FOUND, words_for("en")) == "both pid 4026532254"
    assert say(FOUND, words_for("zh")) == "都是 pid 4026532254"


def test_a_screen_may_show_namespaces_its_own_way_also_inside_other_words() -> None:
    told = Told("check.not.wanted", {"wanted": FOUND})
    assert say(told, words_for("en"), lambda namespace: f"B {namespace}") == "not: both pid B 4026532254"
