"""The few layouts that all files of cgroup v2 have: cgroup-v2.rst, "Interface Files", "Format" and "Conventions".

A key that this program does not know is passed over, as new kernels add some; a known one that is missing, or not a
number, is no such file. The word `max` is None: no limit.
"""

from __future__ import annotations

from typing import Literal

Limit = int | Literal["max"]
"""An amount, or none: the word takes a limit away."""


class MalformedCgroup(ValueError):
    """A file does not read as cgroup-v2.rst has it: not a control group's, or a broken recording."""


def number(text: bytes) -> int:
    """A count, an amount, or microseconds: decimal digits. Raises MalformedCgroup."""
    if not text.isdigit():
        raise MalformedCgroup(f"no number: {text!r}")
    return int(text)


def parse_number(content: bytes) -> int:
    """A file that is one number, such as memory.current. Raises MalformedCgroup."""
    return number(content.removesuffix(b"\n"))


def limit(text: bytes) -> int | None:
    """A number, or None for `max`. Raises MalformedCgroup."""
    return None if text == b"max" else number(text)


def parse_limit(content: bytes) -> int | None:
    """A file that is one limit, such as memory.max; None for `max`. Raises MalformedCgroup."""
    return limit(content.removesuffix(b"\n"))


def parse_flag(content: bytes) -> bool:
    """A file that is `0` or `1`, such as cgroup.freeze. Raises MalformedCgroup."""
    return flag(content.removesuffix(b"\n"))


def flag(text: bytes) -> bool:
    """`0` or `1`. Raises MalformedCgroup."""
    if text not in (b"0", b"1"):
        raise MalformedCgroup(f"neither 0 nor 1: {text!r}")
    return text == b"1"


def flat_keyed(content: bytes) -> dict[bytes, bytes]:
    """Lines of `KEY VALUE`, such as cpu.stat. Raises MalformedCgroup."""
    try:
        return dict(line.split(b" ", 1) for line in content.splitlines())
    except ValueError:
        raise MalformedCgroup(f"not flat keyed: {content!r}") from None


def known(fields: dict[bytes, bytes], key: bytes) -> bytes:
    """The value of a key that every kernel writes. Raises MalformedCgroup."""
    try:
        return fields[key]
    except KeyError:
        raise MalformedCgroup(f"no {key.decode()} in {fields!r}") from None


def known_number(fields: dict[bytes, bytes], key: bytes) -> int:
    """The number of a key that every kernel writes. Raises MalformedCgroup."""
    return number(known(fields, key))


def later_number(fields: dict[bytes, bytes], key: bytes) -> int | None:
    """The number of a key that only newer kernels write, or only some groups have; None where it is missing."""
    value = fields.get(key)
    return None if value is None else number(value)


def nested_keyed(content: bytes) -> dict[bytes, dict[bytes, bytes]]:
    """Lines of `KEY SUB=VALUE SUB=VALUE…`, such as io.max. Raises MalformedCgroup.

    A key without anything is kept, empty. Some kernels forget the newline after such a one in io.stat, so that the next
    device stands on its line (canonical/lxd issue 10052): whatever holds no `=` begins anew.
    """
    found: dict[bytes, dict[bytes, bytes]] = {}
    for line in content.splitlines():
        fields: dict[bytes, bytes] | None = None
        for part in line.split():
            name, equals, value = part.partition(b"=")
            if not equals:
                fields = found.setdefault(name, {})
            elif fields is None:
                raise MalformedCgroup(f"no key before {part!r}")
            else:
                fields[name] = value
    return found
