"""Every step of every plan has its scene, and words that say what it does and why it stands there."""

from __future__ import annotations

from itertools import combinations

import pytest

from nslab.engine.changes import Move, changed
from nslab.engine.ground import Ground
from nslab.engine.plan import plan
from nslab.engine.spec import Process, Spec
from nslab.engine.steps import Plan
from nslab.kernel.namespaces import Kind
from nslab.observe.scenes import SCENES, scenes, topic
from nslab.words import LANGS, Lang, words_for


def made(kinds: tuple[Kind, ...], *, terminal: bool = True) -> Plan:
    process = Process(("sh",), pipes=() if terminal else (0, 1, 2), terminal=terminal)
    return plan(Spec("box", process, kinds, "box" if Kind.UTS in kinds else None), Ground(("usr", "opt"), 65536))


PLANS = [made(kinds) for kinds in [(), *combinations(Kind, 1), *combinations(Kind, 2), tuple(Kind)]]


@pytest.mark.parametrize("lang", LANGS)
def test_each_step_is_told_in_words(lang: Lang) -> None:
    words = words_for(lang)
    for topic_ in {topic(step) for steps in PLANS for step in steps}:
        assert words(f"birth.what.{topic_}") != words(f"birth.why.{topic_}")


def test_the_scenes_of_a_plan_follow_one_another_and_leave_nothing_out() -> None:
    for steps in PLANS:
        found = scenes(steps)
        assert [scene.first for scene in found] == [0, *(scene.end for scene in found[:-1])]
        assert found[-1].end == len(steps)
        assert len({scene.id for scene in found}) == len(found)


def test_only_the_file_tree_is_named_by_what_is_left() -> None:
    tree = [scene for scene in scenes(made(tuple(Kind))) if scene.id not in SCENES]
    assert [(scene.id, scene.end - scene.first) for scene in tree] == [("tree", 3)]


def test_a_changed_order_may_come_back_to_a_scene() -> None:
    moved = changed(made((Kind.MNT, Kind.UTS)), (Move("hostname", after="private"),))
    assert [scene.id for scene in scenes(moved)].count("names") == 1
    assert [scene.id for scene in scenes(changed(moved, (Move("drop_old", after="hostname"),)))].count("pivot") == 2
