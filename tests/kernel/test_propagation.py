"""How mounts pass on what is mounted below them: by mountinfo's optional fields, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nslab.kernel.propagation import Propagation, masters, propagation, reaches

GROUPS = st.one_of(st.none(), st.integers(1, 4))
PROPAGATIONS = st.builds(Propagation, GROUPS, GROUPS, GROUPS)


@pytest.mark.parametrize(
    ("optional", "expected"),
    [
        ((), Propagation()),
        (("shared:1",), Propagation(1)),
        (("master:2",), Propagation(None, 2)),
        (("shared:3", "master:2", "propagate_from:1"), Propagation(3, 2, 1)),
        (("unbindable",), Propagation(unbindable=True)),
        (("shared:1", "from_a_later_kernel:7", "flag"), Propagation(1)),
    ],
)
def test_the_optional_fields_tell_how_a_mount_propagates(optional: tuple[str, ...], expected: Propagation) -> None:
    assert propagation(optional) == expected


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (Propagation(), "private"),
        (Propagation(1), "shared:1"),
        (Propagation(3, 2, 1), "shared:3 master:2"),
        (Propagation(unbindable=True), "unbindable"),
    ],
)
def test_it_is_told_in_the_words_of_mountinfo(one: Propagation, told: str) -> None:
    assert str(one) == told


@given(numbers=st.dictionaries(st.sampled_from(["shared", "master", "propagate_from"]), st.integers(1, 2**31)))
def test_any_group_number_comes_back(numbers: dict[str, int]) -> None:
    told = propagation(f"{name}:{number}" for name, number in numbers.items())
    assert (told.group, told.master, told.dominant) == tuple(
        numbers.get(name) for name in ("shared", "master", "propagate_from")
    )
    assert told.private == (told.group is None and told.master is None)


@pytest.mark.parametrize(
    ("source", "target", "above", "reached"),
    [
        (Propagation(1), Propagation(1), {}, True),
        (Propagation(1), Propagation(2), {}, False),
        (Propagation(), Propagation(), {}, False),
        (Propagation(1), Propagation(None, 1), {}, True),
        (Propagation(None, 1), Propagation(1), {}, False),
        (Propagation(1), Propagation(3, 2), {2: 1}, True),
        (Propagation(3, 2), Propagation(1), {2: 1}, False),
        (Propagation(1), Propagation(None, 2, 1), {}, True),
        (Propagation(1), Propagation(None, 2), {2: 3}, False),
        (Propagation(1), Propagation(None, 2), {2: 3, 3: 2}, False),
    ],
    ids=[
        "peers",
        "two groups",
        "private",
        "a slave",
        "not back to the master",
        "a slave's peers' slave",
        "nor up from there",
        "a group above that is out of sight",
        "another master's slave",
        "masters in a circle, read in between",
    ],
)
def test_a_new_mount_goes_to_peers_and_down_to_slaves_and_never_up(
    source: Propagation, target: Propagation, above: Mapping[int, int], reached: bool
) -> None:
    assert reaches(source, target, above) is reached


@given(source=PROPAGATIONS, target=PROPAGATIONS, others=st.lists(PROPAGATIONS))
def test_who_is_in_no_group_gives_nothing_and_who_is_private_takes_nothing(
    source: Propagation, target: Propagation, others: list[Propagation]
) -> None:
    above = masters([source, target, *others])
    if source.group is None:
        assert not reaches(source, target, above)
    if target.private and target.dominant is None:
        assert not reaches(source, target, above)
