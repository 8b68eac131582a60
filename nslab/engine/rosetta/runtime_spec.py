"""The part of the OCI runtime specification's config.json that plans have words for.

Source: opencontainers/runtime-spec 1.0.2, config.md and config-linux.md. `time` among the namespaces came with 1.1.
"""

from __future__ import annotations

from msgspec import Struct, field

VERSION = "1.0.2"
VERSION_WITH_TIME = "1.1.0"
"""Least versions with all that a configuration says: runtimes refuse one that is newer than they are."""


class User(Struct, frozen=True):
    """Who the program is, by the container's numbers."""

    uid: int = 0
    gid: int = 0


class Box(Struct, frozen=True):
    """A terminal's size in characters."""

    height: int
    width: int


class Capabilities(Struct, frozen=True):
    """Sets by their names, CAP_CHOWN and the like. The inheritable and ambient ones are empty."""

    bounding: tuple[str, ...]
    effective: tuple[str, ...]
    permitted: tuple[str, ...]


class Process(Struct, frozen=True, rename="camel", omit_defaults=True):
    """`process`."""

    args: tuple[str, ...]
    env: tuple[str, ...]
    cwd: str
    capabilities: Capabilities
    user: User
    terminal: bool = False
    console_size: Box | None = None
    no_new_privileges: bool = False


class Root(Struct, frozen=True):
    """`root`: the directory in the bundle that becomes /."""

    path: str


class Mount(Struct, frozen=True):
    """An entry of `mounts`, in the order of mounting."""

    destination: str
    type: str
    source: str
    options: tuple[str, ...]


class Namespace(Struct, frozen=True, omit_defaults=True):
    """An entry of `linux.namespaces`: a new one of this type, or the one at the path."""

    type: str
    path: str | None = None


class IdMapping(Struct, frozen=True):
    """A line of an id map."""

    containerID: int
    hostID: int
    size: int


class DeviceRule(Struct, frozen=True):
    """An entry of `linux.resources.devices`."""

    allow: bool
    access: str


class Memory(Struct, frozen=True, omit_defaults=True):
    """`linux.resources.memory`, in bytes; -1 is no limit. Its `swap` is a sum, which some limits can't be said with."""

    limit: int | None = None


class Cpu(Struct, frozen=True, omit_defaults=True):
    """`linux.resources.cpu`: a quota of so many microseconds in each period; -1 is no limit."""

    quota: int | None = None
    period: int | None = None
    cpus: str | None = None


class Pids(Struct, frozen=True):
    """`linux.resources.pids`; -1 is no limit."""

    limit: int


class Throttle(Struct, frozen=True):
    """A disk, and so many bytes or operations a second."""

    major: int
    minor: int
    rate: int


class BlockIo(Struct, frozen=True, omit_defaults=True):
    """`linux.resources.blockIO`."""

    throttleReadBpsDevice: tuple[Throttle, ...] = ()
    throttleWriteBpsDevice: tuple[Throttle, ...] = ()
    throttleReadIOPSDevice: tuple[Throttle, ...] = ()
    throttleWriteIOPSDevice: tuple[Throttle, ...] = ()


class Resources(Struct, frozen=True, omit_defaults=True):
    """`linux.resources`. `unified`, files of cgroup v2 by their names, came with 1.1."""

    devices: tuple[DeviceRule, ...] = ()
    memory: Memory | None = None
    cpu: Cpu | None = None
    pids: Pids | None = None
    block_io: BlockIo | None = field(name="blockIO", default=None)
    unified: dict[str, str] = {}


class SeccompArgument(Struct, frozen=True, rename="camel", omit_defaults=True):
    """What an argument of a call must be for a rule to hold."""

    index: int
    value: int
    op: str
    value_two: int | None = None


class SeccompRule(Struct, frozen=True, rename="camel", omit_defaults=True):
    """What becomes of calls."""

    names: tuple[str, ...]
    action: str
    errno_ret: int
    args: tuple[SeccompArgument, ...] = ()


class Seccomp(Struct, frozen=True, rename="camel"):
    """`linux.seccomp`."""

    default_action: str
    syscalls: tuple[SeccompRule, ...]


class Linux(Struct, frozen=True, rename="camel", omit_defaults=True):
    """`linux`."""

    namespaces: tuple[Namespace, ...]
    uid_mappings: tuple[IdMapping, ...] = ()
    gid_mappings: tuple[IdMapping, ...] = ()
    resources: Resources | None = None
    rootfs_propagation: str | None = None
    masked_paths: tuple[str, ...] = ()
    readonly_paths: tuple[str, ...] = ()
    seccomp: Seccomp | None = None


class Config(Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """All of config.json."""

    oci_version: str
    hostname: str | None = None
    process: Process
    root: Root
    mounts: tuple[Mount, ...]
    linux: Linux
