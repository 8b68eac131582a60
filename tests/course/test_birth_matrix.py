"""What a piece buys beyond the board's own attacks: the remaining rows of the ablation matrix, each a call from inside.

Every row is a primitive left out, a call, and the kernel's answers with it and without it. The board's own rows are held by
`test_ablation`; the guest holds both to a 6.1 kernel.
"""

from __future__ import annotations

import errno
from functools import cache

import pytest

from nslab.course.ablation import BASES, LEFT_OUT
from nslab.course.attacks import Attack, init, lab
from nslab.course.trial import Trial, run_trial
from nslab.engine.steps import Done
from nslab.kernel.namespaces import Kind

pytestmark = pytest.mark.needs("lab", "overlay")

RENAME = Attack("sethostname", (init("hostname", "sethostname", "pwned"),), ())
RENAME_HOST = Attack("pwned", (*RENAME.moves, lab("renamed", "is_named", "pwned")), ())
LINK = Attack("link", (init("lo", "link_up", "lo"),), ())
FORWARD = Attack("forward", (init("forward", "write_text", "/proc/sys/net/ipv4/ip_forward", "1"),), ())
NEST = Attack("nest", (init("nest", "unshare", Kind.USER),), ())
SELF = Attack("self", (init("self", "write_text", "/proc/self/comm", "me"),), ())

ROWS = [
    # with caps and the filter there is one lock each on these; without both, none
    (RENAME, "caps", "EPERM", "0"),
    (LINK, "caps", "EPERM", "0"),
    # two locks: which of them is left shows in the errno
    (FORWARD, "caps", "EACCES", "EROFS"),
    (FORWARD, "masks", "EACCES", "EACCES"),
    (FORWARD, "caps masks", "EACCES", "0"),
    (NEST, "secc", "EPERM", "0"),
    (NEST, "secc pivot", "EPERM", "EPERM"),  # EPERM for another reason: whoever is chrooted makes no user namespace
    (SELF, "proc", "0", "ENOENT"),  # without /proc it does not even find itself
    (RENAME_HOST, "caps uts", "EPERM", "0"),
    (RENAME_HOST, "caps", "EPERM", "ENOENT"),  # it renames itself, and nobody else
]


@cache
def tried(attack: Attack, off: frozenset[str]) -> Trial:
    return run_trial(attack, off)


def answer(attack: Attack, off: frozenset[str]) -> str:
    trial = tried(attack, off)
    assert trial.refused is None
    last = trial.outcomes[-1]
    assert isinstance(last, Done)
    return errno.errorcode.get(last.errno, "0")


@pytest.mark.parametrize(("attack", "off", "whole", "without"), ROWS, ids=lambda one: getattr(one, "id", one))
def test_what_a_call_is_answered_with_a_piece_in_place_and_left_out(
    attack: Attack, off: str, whole: str, without: str
) -> None:
    assert answer(attack, frozenset()) == whole
    assert answer(attack, frozenset(off.split())) == without


@pytest.mark.parametrize("attack", [RENAME, LINK, FORWARD], ids=lambda attack: attack.id)
def test_on_the_bare_base_a_container_does_as_it_likes_with_what_is_its_own(attack: Attack) -> None:
    assert answer(attack, BASES["bare"]) == "0"


def test_a_filter_without_no_new_privs_is_refused_once_the_capabilities_are_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the board goes round by setting the filter earlier."""
    monkeypatch.setitem(LEFT_OUT, "bset", ("nnp",))
    refused = tried(RENAME, frozenset({"bset"})).refused
    assert refused is not None
    assert isinstance(refused.outcome, Done)
    assert (refused.step.id, refused.outcome.errno) == ("seccomp", errno.EACCES)
