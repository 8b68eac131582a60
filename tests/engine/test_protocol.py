"""Packets between owner, keeper, and lab: what may come, and what is made of nonsense."""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nslab.engine import protocol
from nslab.engine.client import Lab, LabGone, Told
from nslab.engine.failures import NotUnicode, RequestTooLarge
from nslab.engine.protocol import MOST_FDS, PACKET_BYTES, REPLIES, REQUESTS, ProtocolError, receive, send
from nslab.engine.spec import Process, Spec
from nslab.kernel.namespaces import Kind

Pair = tuple[socket.socket, socket.socket]
Run = Callable[..., Any]
FUZZ = settings(database=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    yield ours, theirs
    ours.close()
    theirs.close()


def test_a_message_and_its_descriptors_arrive_together_and_close_on_exec(pair: Pair) -> None:
    read, write = os.pipe()
    send(pair[0], protocol.Create(Spec("box", Process(("sh",)), (Kind.PID,))), (read, write))
    received = receive(pair[1], REQUESTS)
    assert received is not None
    message, fds = received
    assert message == protocol.Create(Spec("box", Process(("sh",)), (Kind.PID,)))
    assert [os.get_inheritable(fd) for fd in fds] == [False, False]
    protocol.close_all((*fds, read, write))


def test_the_end_of_the_other_side_is_none(pair: Pair) -> None:
    pair[0].close()
    assert receive(pair[1], REQUESTS) is None


def test_a_message_that_does_not_fit_is_not_sent_at_all(pair: Pair) -> None:
    with pytest.raises(RequestTooLarge):
        send(pair[0], protocol.Spawn(Process(("x" * PACKET_BYTES,))))
    assert select.select([pair[1]], [], [], 0)[0] == []


def test_the_largest_packet_passes(pair: Pair) -> None:
    message = protocol.Put("x" * (PACKET_BYTES - 100), 0)
    send(pair[0], message)
    assert receive(pair[1], REQUESTS) == (message, [])


def test_what_is_not_utf8_is_told_by_its_bytes(pair: Pair) -> None:
    with pytest.raises(NotUnicode) as refused:
        send(pair[0], protocol.Spawn(Process((os.fsdecode(b"a\xff"),))))
    assert refused.value.facts == {"text": r"a\xff"}


def received_fds() -> set[str]:
    return set(os.listdir("/proc/self/fd"))


@pytest.mark.parametrize(
    "packet",
    [
        b"{",
        b"\0",
        b"null",
        b"[]",
        b'{"type":"Nosuch"}',
        b'{"type":"Put"}',
        b'{"type":"Delete","name":1}',
        b"[" * 100_000,
        b'{"type":"Delete","name":"' + b"\xff" + b'"}',
        b"x" * (PACKET_BYTES + 1000),
    ],
    ids=range(10),
)
def test_nonsense_is_a_protocol_error_and_its_descriptors_are_closed(packet: bytes, pair: Pair) -> None:
    before = received_fds()
    socket.send_fds(pair[0], [packet], [0, 1])
    with pytest.raises(ProtocolError):
        receive(pair[1], REQUESTS)
    assert received_fds() == before


def test_more_descriptors_than_anyone_sends_are_a_protocol_error_and_closed(pair: Pair) -> None:
    before = received_fds()
    socket.send_fds(pair[0], [b'{"type":"Agreed"}'], [0] * (MOST_FDS + 20))
    with pytest.raises(ProtocolError):
        receive(pair[1], REPLIES)
    assert received_fds() == before


@given(st.binary(max_size=2000))
@FUZZ
def test_any_bytes_are_a_message_or_a_protocol_error(data: bytes) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        ours.send(data)
        for decoder in (REQUESTS, REPLIES, protocol.EVENTS, protocol.KEEPER_NEWS):
            try:
                receive(theirs, decoder)
            except ProtocolError:
                pass
            ours.send(data)


requests = st.one_of(
    st.builds(protocol.Delete, st.text(max_size=80)),
    st.builds(protocol.Start, st.text(max_size=80)),
    st.builds(protocol.Signal, st.text(max_size=80), st.integers(-(2**63), 2**63)),
    st.builds(protocol.Names, st.lists(st.integers(-(2**63), 2**63), max_size=5).map(tuple)),
    st.builds(protocol.Account, st.integers(-(2**63), 2**63)),
    st.builds(protocol.Read, st.integers(-(2**63), 2**63), st.sampled_from(Kind), st.text(max_size=80)),
    st.builds(
        protocol.Exec,
        st.integers(-(2**63), 2**63),
        st.builds(Process, st.lists(st.text(max_size=20), max_size=3).map(tuple)),
    ),
    st.builds(
        protocol.Create,
        st.builds(
            Spec,
            st.text(max_size=10),
            st.builds(Process, st.lists(st.text(max_size=20), max_size=3).map(tuple), pipes=st.just((7, -1))),
            st.lists(st.sampled_from(Kind), max_size=9).map(tuple),
        ),
    ),
)


@given(request=requests)
@FUZZ
def test_any_well_formed_request_gets_one_answer_and_the_lab_goes_on(request: Any, shared_lab: Lab) -> None:
    if not (isinstance(request, protocol.Exec) and request.pid in (0, 1)):
        try:
            _, fds = shared_lab._requests.ask(request)
            protocol.close_all(fds)
        except LabGone:
            raise
        except Told:
            pass
    assert shared_lab.names((1,))[0] is not None


def raw(lab: Lab, packet: bytes, fds: list[int]) -> None:
    socket.send_fds(lab._control, [packet], fds)


@pytest.mark.parametrize(
    ("packet", "fds"),
    [
        (b"nonsense", []),
        (b'{"type":"Put"', [0]),
        (b"x" * 200_000, []),
        (b'{"type":"Agreed"}', [0] * 50),
        (b'{"type":"Put","path":"/tmp/x","mode":420}', []),
        (b"[" * 50_000, []),
    ],
    ids=range(6),
)
def test_a_lab_that_is_sent_nonsense_ends_cleanly(packet: bytes, fds: list[int], lab: Lab) -> None:
    raw(lab, packet, fds)
    assert select.select([lab.events], [], [], 5)[0]
    with pytest.raises(LabGone):
        lab.collect()
    with pytest.raises(LabGone):
        lab.delete("box")


HOSTILE = """
from nslab.engine import protocol
import socket
class Hostile(lab.Lab):
    def _serve(self):
        self._lines.control.recv(1 << 18)
        socket.send_fds(self._lines.control, [{packet!r}], [0] * {fds})
        return True
lab.Lab = Hostile
"""


@pytest.mark.parametrize(
    ("packet", "fds"),
    [
        (b"", 1),
        (b"nonsense", 3),
        (msgspec.json.encode(protocol.Agreed()), 0),
        (msgspec.json.encode(protocol.Running(5)), 0),
        (msgspec.json.encode(protocol.Running(5)), 4),
        (msgspec.json.encode(protocol.Probed(0)), 8),
        (b"{" * 190_000, 0),
        (msgspec.json.encode(protocol.Agreed()), 60),
    ],
    ids=range(8),
)
def test_an_owner_that_is_sent_nonsense_says_that_the_lab_is_gone(
    packet: bytes, fds: int, changed_lab: Callable[..., Lab]
) -> None:
    """Who has taken over PID 1 can send anything; no descriptor may stay with the owner."""
    with changed_lab(HOSTILE.format(packet=packet, fds=fds)) as lab, pytest.raises(LabGone):
        lab.spawn(Process(("true",)))


def test_an_event_that_makes_no_sense_says_that_the_lab_is_gone(changed_lab: Callable[..., Lab]) -> None:
    patch = """
    class Hostile(lab.Lab):
        def run(self):
            self._lines.events.send(b"nonsense")
            super().run()
    lab.Lab = Hostile
    """
    with changed_lab(patch) as lab, pytest.raises(LabGone):
        lab.wait(5, 5)
