"""The layouts of cgroup v2's files: what is written is what is read, and anything else is refused by one error."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nslab.kernel.cgroup2.core import parse_cgroup_events, parse_controllers, parse_procs, parse_type
from nslab.kernel.cgroup2.cpu import parse_cpu_max, parse_cpu_stat
from nslab.kernel.cgroup2.formats import (
    MalformedCgroup,
    flat_keyed,
    nested_keyed,
    parse_flag,
    parse_limit,
    parse_number,
)
from nslab.kernel.cgroup2.io import parse_io_max, parse_io_stat
from nslab.kernel.cgroup2.memory import parse_memory_events, parse_memory_stat
from nslab.kernel.cgroup2.pids import parse_pids_events
from nslab.kernel.cgroup2.pressure import parse_pressure

PARSERS: tuple[Callable[[bytes], object], ...] = (
    parse_cgroup_events,
    parse_controllers,
    parse_cpu_max,
    parse_cpu_stat,
    parse_flag,
    parse_io_max,
    parse_io_stat,
    parse_limit,
    parse_memory_events,
    parse_memory_stat,
    parse_number,
    parse_pids_events,
    parse_pressure,
    parse_procs,
    parse_type,
)

KEYS = st.text("abcdefghijklmnopqrstuvwxyz_.:0123456789", min_size=1).map(str.encode)
NUMBERS = st.integers(0, 2**64 - 1)
# what files are made of, in an order that no kernel writes
SCRAPS = st.lists(
    st.sampled_from([b"max", b"0", b"1", b"-1", b"some", b"full", b"avg10=0.5", b"total=x", b"8:0", b"rbytes=1", b"="])
    | st.sampled_from([b" ", b"\n", b"\xff", b"\0", b"populated", b"usage_usec", b"anon", b"\xc2\xb2"])
).map(b"".join)


@pytest.mark.parametrize("parse", PARSERS)
@given(content=st.binary() | SCRAPS)
def test_whatever_the_bytes_a_parser_gives_a_value_or_says_malformed(
    parse: Callable[[bytes], object], content: bytes
) -> None:
    try:
        parse(content)
    except MalformedCgroup:
        pass


@given(st.none() | NUMBERS)
def test_a_limit_is_a_number_or_none_for_max(limit: int | None) -> None:
    assert parse_limit(b"max\n" if limit is None else b"%d\n" % limit) == limit


@given(NUMBERS)
def test_a_number_is_itself(number: int) -> None:
    assert parse_number(b"%d\n" % number) == number


@pytest.mark.parametrize("content", [b"", b"-1\n", b"+1\n", b"1_0\n", b" 1\n", b"1.0\n", b"\xc2\xb2\n", b"1\n\n"])
def test_what_python_would_take_for_a_number_and_the_kernel_does_not_write_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedCgroup):
        parse_number(content)


@given(st.booleans())
def test_a_flag_is_0_or_1(flag: bool) -> None:
    assert parse_flag(b"%d\n" % flag) is flag


@given(st.dictionaries(KEYS, NUMBERS))
def test_a_flat_keyed_file_is_its_keys_with_their_values(table: dict[bytes, int]) -> None:
    content = b"".join(b"%s %d\n" % item for item in table.items())
    assert flat_keyed(content) == {key: b"%d" % value for key, value in table.items()}


@given(st.dictionaries(KEYS, st.dictionaries(KEYS, NUMBERS)))
def test_a_nested_keyed_file_is_its_keys_with_their_fields(table: dict[bytes, dict[bytes, int]]) -> None:
    lines = (b" ".join((key, *(b"%s=%d" % item for item in fields.items()))) for key, fields in table.items())
    expected = {key: {sub: b"%d" % value for sub, value in fields.items()} for key, fields in table.items()}
    assert nested_keyed(b"".join(line + b"\n" for line in lines)) == expected


def test_fields_before_any_key_are_refused() -> None:
    with pytest.raises(MalformedCgroup):
        nested_keyed(b"rbps=1\n")
