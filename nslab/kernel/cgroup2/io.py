"""The disks' files: cgroup-v2.rst, "IO Interface Files". A device is told as `MAJOR:MINOR`, and is a whole disk."""

from __future__ import annotations

from msgspec import Struct

from nslab.kernel.cgroup2.formats import Limit, known, known_number, later_number, nested_keyed, number

_NAMELESS = b"(unknown)"
_KEYS = (b"rbps", b"wbps", b"riops", b"wiops")


class IoStat(Struct, frozen=True):
    """A line of io.stat: bytes and operations on one device since the group was made; `d`: discarded, None before Linux 5.0."""

    device: str
    rbytes: int
    wbytes: int
    rios: int
    wios: int
    dbytes: int | None
    dios: int | None


class IoMax(Struct, frozen=True):
    """A line of io.max: bytes and operations a second. A device without any limit has no line.

    None is in no line that was read; in one to write it is not asked for, and leaves what the file says.
    """

    device: str
    rbps: Limit | None = None
    wbps: Limit | None = None
    riops: Limit | None = None
    wiops: Limit | None = None

    @property
    def text(self) -> str:
        """As the file takes it: amounts from 2 on, else EINVAL. ENODEV: no such device, or a partition."""
        amounts = (("rbps", self.rbps), ("wbps", self.wbps), ("riops", self.riops), ("wiops", self.wiops))
        return " ".join((self.device, *(f"{key}={value}" for key, value in amounts if value is not None)))


def parse_io_stat(content: bytes) -> tuple[IoStat, ...]:
    """io.stat, in the order of the file. Raises MalformedCgroup.

    A device that is named without figures has done nothing, and is passed over. So are paths of a multipath device, which the
    kernel calls `(unknown)`, one like the other: what goes through them is in the device's own line (containerd/cgroups issue 393).
    """
    lines = nested_keyed(content)
    return tuple(
        _stat(device, fields) for device, fields in lines.items() if b"rbytes" in fields and device != _NAMELESS
    )


def parse_io_max(content: bytes) -> tuple[IoMax, ...]:
    """io.max, in the order of the file. Raises MalformedCgroup."""
    return tuple(_max(device, fields) for device, fields in nested_keyed(content).items())


def asked_of_io(text: str) -> IoMax:
    """What IoMax.text writes, read back: only some of the keys. Raises MalformedCgroup, or ValueError where it is no one line."""
    ((device, fields),) = nested_keyed(text.encode()).items()
    return IoMax(_name(device), *(_amount(fields[key]) if key in fields else None for key in _KEYS))


def _stat(device: bytes, fields: dict[bytes, bytes]) -> IoStat:
    rbytes, wbytes, rios, wios = (known_number(fields, key) for key in (b"rbytes", b"wbytes", b"rios", b"wios"))
    return IoStat(
        _name(device), rbytes, wbytes, rios, wios, later_number(fields, b"dbytes"), later_number(fields, b"dios")
    )


def _max(device: bytes, fields: dict[bytes, bytes]) -> IoMax:
    return IoMax(_name(device), *(_amount(known(fields, key)) for key in _KEYS))


def _amount(text: bytes) -> Limit:
    return "max" if text == b"max" else number(text)


def _name(device: bytes) -> str:
    return device.decode("utf-8", "surrogateescape")
