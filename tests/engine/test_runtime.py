"""Requests that no owner of ours makes: each is refused by itself, and the lab goes on with all that a person has in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nslab.engine import protocol
from nslab.engine.changes import Order, Put, Without
from nslab.engine.client import Lab, LabGone, Told
from nslab.engine.spec import Process, Spec
from nslab.engine.steps import Fd, Step
from nslab.kernel.namespaces import Kind

Run = Callable[..., Any]
BOX = Spec("odd", Process(("sleep", "60"), pipes=(), terminal=True), (Kind.UTS,))


def made(*steps: Step, after: str | None = None) -> protocol.Run:
    return protocol.Run(BOX, (Put(steps, after),))


ODD = {
    "an unknown call": made(Step("x", "lab", "nosuch")),
    "an unknown errand": made(Step("x", "net", "nosuch")),
    "no path": made(Step("x", "lab", "mkdir", (None,))),
    "a mode that no register holds": made(Step("x", "lab", "mkdir", ("/root/x", 2**80))),
    "a word for a descriptor": made(Step("x", "lab", "dup2", ("stdin", 3))),
    "a second clone3": made(Step("x", "lab", "clone3", ("uts",))),
    "a clone3 by the first process": made(Step("x", "init", "clone3", ("uts",)), after="clone"),
    "an order that repeats": protocol.Run(BOX, (Order(("comm", "clone", "clone")),)),
    "no exec": protocol.Create(BOX, (Without(("exec",)),)),
    "a probe of nothing": protocol.Probe(1, Step("x", "init", "mkdir", (None, Fd("x")))),
    "ten thousand names": protocol.Names((1,) * 10_000),
}


@pytest.mark.parametrize("request_", ODD.values(), ids=ODD)
def test_a_request_that_nobody_foresaw_is_refused_and_the_lab_goes_on(
    request_: Any, shared_lab: Lab, in_lab: Run
) -> None:
    """A second clone3 above all: the process that bears its number in the lab would be taken for the container's, and killed."""
    with pytest.raises(Told):
        shared_lab._requests.ask(request_)
    assert in_lab(shared_lab, "pgrep -x odd || echo none").out == "none\n"


@pytest.mark.parametrize("until", [-1, -(2**70), 2**70])
def test_a_container_is_advanced_to_any_number(until: int, shared_lab: Lab) -> None:
    plan = shared_lab.conceive(BOX).plan
    try:
        assert len(shared_lab.advance(BOX.name, until).outcomes) == (0 if until < 0 else len(plan))
    finally:
        shared_lab.delete(BOX.name)


def test_an_account_that_fits_into_no_packet_is_refused_and_the_lab_goes_on(shared_lab: Lab) -> None:
    ticks = tuple(Step(str(at), "lab", "clock_gettime", (1,)) for at in range(1500))
    shared_lab.conceive(BOX, (Put(ticks),))
    try:
        with pytest.raises(Told) as refused:
            shared_lab.advance(BOX.name, 1500)
        assert refused.value.code == "request-too-large"
    finally:
        shared_lab.delete(BOX.name)


def test_an_owner_that_wants_more_sockets_than_fit_beside_a_packet_is_none_of_ours(lab: Lab) -> None:
    with pytest.raises(LabGone):
        lab.sockets((1,) * (protocol.MOST_FDS + 1))
