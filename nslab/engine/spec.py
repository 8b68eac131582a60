"""What a container shall be, in the words of the OCI runtime specification (config.json)."""

from __future__ import annotations

import re

from msgspec import Struct

from nslab.engine.resources import KEPT, Resources
from nslab.errors import NslabError
from nslab.kernel.capabilities import Capability
from nslab.kernel.namespaces import Kind
from nslab.kernel.pty import WindowSize

NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")

OCI_NAMES: dict[Kind, str] = {
    Kind.PID: "pid",
    Kind.UTS: "uts",
    Kind.MNT: "mount",
    Kind.NET: "network",
    Kind.IPC: "ipc",
    Kind.USER: "user",
    Kind.CGROUP: "cgroup",
    Kind.TIME: "time",
}

# moby, oci/defaults.go and daemon/oci_linux.go: mount, network, UTS, PID, and IPC always; cgroup with cgroup v2; time, with offset
# zero, since 29.5.0 (PR 52326). Never user, unless the daemon runs rootless or with userns-remap.
DOCKER_NAMESPACES = (Kind.PID, Kind.UTS, Kind.MNT, Kind.NET, Kind.IPC, Kind.CGROUP, Kind.TIME)

# containers/common, pkg/config/default.go: private for these five, and for cgroup with cgroup v2. Without root, user as well.
PODMAN_NAMESPACES = (Kind.PID, Kind.UTS, Kind.MNT, Kind.NET, Kind.IPC, Kind.CGROUP)

# podman-pod-create(1), --share; Kubernetes, "Pods": what the containers of a pod share with its pause container.
POD_NAMESPACES = (Kind.NET, Kind.IPC, Kind.UTS)

# moby, oci/caps/defaults.go
DEFAULT_CAPABILITIES = (
    Capability.CHOWN,
    Capability.DAC_OVERRIDE,
    Capability.FOWNER,
    Capability.FSETID,
    Capability.KILL,
    Capability.SETGID,
    Capability.SETUID,
    Capability.SETPCAP,
    Capability.NET_BIND_SERVICE,
    Capability.NET_RAW,
    Capability.SYS_CHROOT,
    Capability.MKNOD,
    Capability.AUDIT_WRITE,
    Capability.SETFCAP,
)

COMPILER_NAMES = "/cc/bin"
"""Where the compiler of the extra `cc` is called cc and gcc: last in PATH, so that the machine's own comes first."""

DEFAULT_ENVIRONMENT = (
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:" + COMPILER_NAMES,
    "HOME=/root",
    "TERM=xterm-256color",
    "LANG=C.UTF-8",
)


class BadName(NslabError):
    """A container's name is not fit for a directory and a cgroup."""

    code = "bad-name"


class NameKept(BadName):
    """A container with a control group would have one that the lab keeps for itself."""

    code = "name-kept"


class HostnameWithoutUts(NslabError):
    """A host name was asked for without a UTS namespace of its own: it would rename the lab."""

    code = "hostname-without-uts"


class HostnameShared(HostnameWithoutUts):
    """The UTS namespace is another container's: it would rename that."""

    code = "hostname-shared"


class JoinedTwice(NslabError):
    """A container can be in one namespace of a kind: not in its own and another's."""

    code = "joined-twice"


class JoinedBoth(JoinedTwice):
    """Nor in two others'."""

    code = "joined-both"


class UserApart(NslabError):
    """It would be seen in another's PID namespace before it is anybody in its own user namespace.

    Its id maps are written from outside, through files that nobody may open of a process that hides (see joins.hide); and if it
    did not hide, the other's root would be the owner of its user namespace, with every right over it. Docker joins both, too.
    """

    code = "user-apart"


class Process(Struct, frozen=True):
    """`process` of config.json. With `terminal` the container gets a pseudoterminal of its own, `size` large.

    `pipes` tells which of 0, 1, 2 are descriptors that the caller hands in; the others are the terminal.
    """

    args: tuple[str, ...]
    env: tuple[str, ...] = DEFAULT_ENVIRONMENT
    cwd: str = "/"
    pipes: tuple[int, ...] = (0, 1, 2)
    terminal: bool = False
    size: WindowSize = WindowSize()
    capabilities: tuple[int, ...] = DEFAULT_CAPABILITIES
    no_new_privileges: bool = True
    seccomp: bool = True


class NetworkWithoutNet(NslabError):
    """A network was asked for without a network namespace of its own: its link would be the lab's."""

    code = "network-without-net"


class NetworkShared(NetworkWithoutNet):
    """The network namespace is another container's, with its links and addresses."""

    code = "network-shared"


class Network(Struct, frozen=True):
    """A link into the container's network namespace, `eth0`, whose other end is a port of a bridge in the lab.

    `address` is eth0's, with the length of its prefix; `gateway` is the bridge's, and the way to everywhere else. The bridge is
    made if there is none of that name. OCI has no such field: there a hook does it.
    """

    address: str
    gateway: str
    bridge: str = "nslab0"


class Join(Struct, frozen=True):
    """A namespace that a container shares with another one, `of` this name.

    In config.json it is a `path` beside the `type`: that of the other's first process, /proc/PID/ns/….
    """

    kind: Kind
    of: str


class Spec(Struct, frozen=True):
    """A container. `namespaces` are the ones it gets of its own, `joins` those of others; all else it shares with the lab.

    With `resources`, empty ones too, it has a control group of its own. In a lab that divides its group each container has one.
    """

    name: str
    process: Process
    namespaces: tuple[Kind, ...]
    hostname: str | None = None
    network: Network | None = None
    joins: tuple[Join, ...] = ()
    resources: Resources | None = None

    def has(self, kind: Kind) -> bool:
        """Whether the container gets a namespace of this kind of its own."""
        return kind in self.namespaces

    def joined(self, kind: Kind) -> str | None:
        """The container whose namespace of this kind it shares; None where that is its own, or the lab's."""
        return next((join.of for join in self.joins if join.kind is kind), None)


def checked(spec: Spec) -> Spec:
    """The spec itself. Raises BadName, NameKept, HostnameWithoutUts, NetworkWithoutNet, JoinedTwice, or UserApart."""
    for name in (spec.name, *(join.of for join in spec.joins)):
        if not NAME.fullmatch(name):
            raise BadName(name=name)
    if spec.resources is not None and spec.name in KEPT:
        raise NameKept(name=spec.name)
    for join in spec.joins:
        if spec.has(join.kind):
            raise JoinedTwice(kind=join.kind.value, of=join.of)
        if (first := spec.joined(join.kind)) != join.of or spec.joins.count(join) > 1:
            raise JoinedBoth(kind=join.kind.value, of=str(first), other=join.of)
    if spec.has(Kind.USER) and (other := spec.joined(Kind.PID)):
        raise UserApart(of=other)
    if spec.hostname is not None and (other := spec.joined(Kind.UTS)):
        raise HostnameShared(hostname=spec.hostname, of=other)
    if spec.network is not None and (other := spec.joined(Kind.NET)):
        raise NetworkShared(address=spec.network.address, of=other)
    if spec.hostname is not None and not spec.has(Kind.UTS):
        raise HostnameWithoutUts(hostname=spec.hostname)
    if spec.network is not None and not spec.has(Kind.NET):
        raise NetworkWithoutNet(address=spec.network.address)
    return spec
