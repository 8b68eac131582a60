"""A container's creation as data: `plan(spec)` is the ordered list of what the kernel is asked.

Pure: nothing here looks at the machine. What differs between machines comes in as a `Ground`. The order is the kernel's own
demand in most places; where it is not obvious, the reason stands beside the step.
"""

from __future__ import annotations

import errno

from msgspec import Struct

from nslab.engine.profiles import CONTAINER
from nslab.engine.spec import OCI_NAMES, Process, Spec
from nslab.engine.steps import Elsewhere, Fd, Plan, Step
from nslab.kernel import idmap
from nslab.kernel.mounts import MNT_DETACH, MountFlag
from nslab.kernel.namespaces import Kind
from nslab.kernel.process import PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS

RUN = "/run/nslab"
SKELETON = f"{RUN}/.skeleton"
WORKSPACE_BYTES = 256 << 20

BIND = int(MountFlag.BIND)
RBIND = int(MountFlag.BIND | MountFlag.REC)
KERNEL_FS = int(MountFlag.NOSUID | MountFlag.NODEV | MountFlag.NOEXEC)

NODES = ("null", "zero", "full", "random", "urandom", "tty")
DEV_LINKS = (
    ("pts/ptmx", "ptmx"),
    ("/proc/self/fd", "fd"),
    ("/proc/self/fd/0", "stdin"),
    ("/proc/self/fd/1", "stdout"),
    ("/proc/self/fd/2", "stderr"),
)

# The runtime specification's maskedPaths and readonlyPaths as moby fills them; what a kernel lacks answers ENOENT.
MASKED_FILES = ("kcore", "keys", "latency_stats", "timer_list", "sched_debug")
MASKED_DIRECTORIES = ("acpi", "scsi", "asound")
READ_ONLY = ("bus", "fs", "irq", "sys", "sysrq-trigger")


COVERED = (*MASKED_FILES, *MASKED_DIRECTORIES, *READ_ONLY)


class Ground(Struct, frozen=True):
    """The machine a container stands on: what the lab found when it was made.

    `system` are the directories of the lab's root that a container gets as read-only binds (usr, opt …); `ids` is how many ids
    the lab has, `proc` what of COVERED this kernel's /proc has.
    """

    system: tuple[str, ...]
    ids: int
    proc: tuple[str, ...] = COVERED


def plan(spec: Spec, ground: Ground) -> Plan:
    """The steps that create `spec` on `ground`, from the first directory to execve(2)."""
    own_root = spec.has(Kind.MNT)
    return (
        *(make_room(spec) if own_root else ()),
        *make_namespaces(spec, ground),
        *(make_root(spec, ground) if own_root else ()),
        *open_terminal(spec.process, place(spec, "root", "dev/pts") if own_root else "/dev/pts"),
        *(enter_root(spec) if own_root else ()),
        *settle(spec),
        *harden(spec.process),
        *hand_over(spec.process),
    )


def place(spec: Spec, *parts: str) -> str:
    """A path in the lab where the container keeps its things."""
    return "/".join((RUN, spec.name, *parts))


def make_room(spec: Spec) -> Plan:
    """A file system of its own for what the container writes, so that deleting it never walks a tree."""
    options = f"size={WORKSPACE_BYTES},mode=755"
    return (
        Step("room", "lab", "mkdir", (place(spec), 0o755), say=Elsewhere(shell=f"mkdir {place(spec)}")),
        Step(
            "space",
            "lab",
            "mount",
            ("tmpfs", place(spec), "tmpfs", int(MountFlag.NOSUID | MountFlag.NODEV), options),
            say=Elsewhere(shell=f"mount -t tmpfs -o {options} tmpfs {place(spec)}"),
        ),
        *(Step(part, "lab", "mkdir", (place(spec, part), 0o755)) for part in ("upper", "work", "root")),
    )


def make_namespaces(spec: Spec, ground: Ground) -> Plan:
    """The first process, born into its namespaces, and the maps without which it has no ids in a user namespace."""
    kinds = tuple(kind for kind in Kind if spec.has(kind))
    say = Elsewhere(
        shell="unshare --fork " + " ".join(f"--{word}" for word in map(unshare_option, kinds)),
        docker="docker run",
        oci="linux.namespaces: " + ", ".join(OCI_NAMES[kind] for kind in kinds),
    )
    maps = (idmap.format_map(idmap.identity(ground.ids)),)
    own_ids = (
        Step("setgroups", "lab", "write_proc", ("setgroups", "deny")),
        Step("uid_map", "lab", "write_proc", ("uid_map", *maps), say=Elsewhere(oci="linux.uidMappings")),
        Step("gid_map", "lab", "write_proc", ("gid_map", *maps), say=Elsewhere(oci="linux.gidMappings")),
        Step("ids", "init", "set_ids", (0, 0)),
        # A change of ids makes a process undumpable, and then nobody may read its /proc/PID/ns.
        Step("dumpable", "init", "prctl", (PR_SET_DUMPABLE, 1)),
    )
    return (
        Step("clone", "lab", "clone3", tuple(kinds), say=say),
        Step("comm", "init", "set_name", (spec.name[:15],)),
        Step("session", "init", "setsid", (), say=Elsewhere(shell="setsid")),
        *(own_ids if spec.has(Kind.USER) else ()),
    )


def unshare_option(kind: Kind) -> str:
    """The name of unshare(1)'s option."""
    return "mount" if kind is Kind.MNT else str(kind)


def make_root(spec: Spec, ground: Ground) -> Plan:
    """The container's file tree: an overlay over a skeleton, the system's programs, and the kernel's own file systems."""
    root = place(spec, "root")
    layers = f"lowerdir={SKELETON},upperdir={place(spec, 'upper')},workdir={place(spec, 'work')},userxattr"
    return (
        # Before any mount, or it would show in the lab: the lab's root is shared.
        Step(
            "private",
            "init",
            "mount",
            (None, "/", None, int(MountFlag.REC | MountFlag.PRIVATE), None),
            say=Elsewhere(shell="mount --make-rprivate /", oci="linux.rootfsPropagation"),
        ),
        Step(
            "overlay",
            "init",
            "mount",
            ("overlay", root, "overlay", 0, layers),
            say=Elsewhere(shell=f"mount -t overlay -o {layers} overlay {root}", docker="the image", oci="root.path"),
        ),
        *(bind(name, f"/{name}", f"{root}/{name}") for name in ground.system),
        *kernel_filesystems(spec, root),
        *devices(root, ground),
        *(mask(root, ground.proc) if spec.has(Kind.PID) else ()),
    )


def bind(name: str, source: str, target: str) -> Step:
    """A recursive bind of one of the lab's directories. What is read-only there stays so: the flag is locked."""
    return Step(
        name,
        "init",
        "mount",
        (source, target, None, RBIND, None),
        say=Elsewhere(shell=f"mount --rbind {source} {target}"),
    )


def kernel_filesystems(spec: Spec, root: str) -> Plan:
    """proc, sysfs, cgroup2: new ones where the namespace that they show is new, else the lab's.

    A proc shows the PID namespace of its mounting, sysfs the network namespace, cgroup2 the cgroup namespace; with a user
    namespace of its own a container may mount only those whose namespace it owns.
    """
    read_only = KERNEL_FS | MountFlag.RDONLY
    proc = Step(
        "proc",
        "init",
        "mount",
        ("proc", f"{root}/proc", "proc", KERNEL_FS, None),
        say=Elsewhere(shell=f"mount -t proc proc {root}/proc", oci="mounts: /proc"),
    )
    sysfs = Step(
        "sys",
        "init",
        "mount",
        ("sysfs", f"{root}/sys", "sysfs", int(read_only), None),
        say=Elsewhere(oci="mounts: /sys"),
    )
    cgroup = Step(
        "cgroup",
        "init",
        "mount",
        ("cgroup2", f"{root}/sys/fs/cgroup", "cgroup2", int(read_only), None),
        tolerates=(errno.ENODEV, errno.EBUSY),  # no cgroup v2 in this kernel, or a v1 hierarchy has all of it
        say=Elsewhere(docker="--cgroupns=private", oci="mounts: /sys/fs/cgroup"),
    )
    return (
        proc if spec.has(Kind.PID) else bind("proc", "/proc", f"{root}/proc"),
        sysfs if spec.has(Kind.NET) else bind("sys", "/sys", f"{root}/sys"),
        *((cgroup,) if spec.has(Kind.CGROUP) and spec.has(Kind.NET) else ()),
    )


def devices(root: str, ground: Ground) -> Plan:
    """A fresh /dev: an image's could be a link. Its nodes are the lab's, bound one by one, for mknod(2) is refused here."""
    dev = f"{root}/dev"
    group = ",gid=5" if ground.ids > 5 else ""  # the tty group, where it is mapped
    options = f"newinstance,ptmxmode=0666,mode=0620{group}"
    return (
        Step(
            "dev",
            "init",
            "mount",
            ("dev", dev, "tmpfs", int(MountFlag.NOSUID), "mode=755,size=64k"),
            say=Elsewhere(oci="mounts: /dev"),
        ),
        *(Step(f"make_{name}", "init", "create", (f"{dev}/{name}", 0o666)) for name in NODES),
        *(Step(f"dev_{name}", "init", "mount", (f"/dev/{name}", f"{dev}/{name}", None, BIND, None)) for name in NODES),
        *(Step(f"link_{name}", "init", "symlink", (target, f"{dev}/{name}")) for target, name in DEV_LINKS),
        *(Step(f"make_{name}", "init", "mkdir", (f"{dev}/{name}", 0o755)) for name in ("pts", "shm", "mqueue")),
        Step(
            "devpts",
            "init",
            "mount",
            ("devpts", f"{dev}/pts", "devpts", int(MountFlag.NOSUID | MountFlag.NOEXEC), options),
            say=Elsewhere(docker="-t", oci="mounts: /dev/pts"),
        ),
        Step(
            "shm",
            "init",
            "mount",
            ("shm", f"{dev}/shm", "tmpfs", KERNEL_FS, "mode=1777,size=64m"),
            say=Elsewhere(docker="--shm-size=64m"),
        ),
        Step(
            "mqueue",
            "init",
            "mount",
            ("mqueue", f"{dev}/mqueue", "mqueue", KERNEL_FS, None),
            tolerates=(
                errno.ENODEV,
                errno.EPERM,
            ),  # no POSIX queues in this kernel; or the IPC namespace belongs to the lab
            say=Elsewhere(oci="mounts: /dev/mqueue"),
        ),
    )


def mask(root: str, there: tuple[str, ...]) -> Plan:
    """Hide and freeze what a fresh proc would tell or let change. The cover is an fd proved to be /dev/null (CVE-2025-31133)."""
    proc, read_only = f"{root}/proc", int(MountFlag.RDONLY | MountFlag.BIND | MountFlag.REMOUNT) | KERNEL_FS
    absent = (errno.ENOENT,)
    return (
        Step("null", "init", "open_device", ("null", "/dev/null", 1, 3)),
        *(
            Step(
                f"mask_{name}",
                "init",
                "bind_fd",
                (Fd("null"), f"{proc}/{name}"),
                absent,
                Elsewhere(oci="linux.maskedPaths"),
            )
            for name in MASKED_FILES
            if name in there
        ),
        *(
            Step(
                f"mask_{name}",
                "init",
                "mount",
                ("tmpfs", f"{proc}/{name}", "tmpfs", read_only & ~int(MountFlag.BIND | MountFlag.REMOUNT), "size=0"),
                absent,
            )
            for name in MASKED_DIRECTORIES
            if name in there
        ),
        *(
            Step(f"hold_{name}", "init", "mount", (f"{proc}/{name}", f"{proc}/{name}", None, RBIND, None), absent)
            for name in READ_ONLY
            if name in there
        ),
        *(
            Step(
                f"freeze_{name}",
                "init",
                "mount",
                (None, f"{proc}/{name}", None, read_only, None),
                (errno.ENOENT, errno.EINVAL),
                Elsewhere(oci="linux.readonlyPaths"),
            )
            for name in READ_ONLY
            if name in there
        ),
    )


def open_terminal(process: Process, pts: str) -> Plan:
    """A pseudoterminal of the devpts mounted at `pts`; its master goes back to the lab (the OCI console way)."""
    if not process.terminal:
        return ()
    return (
        Step(
            "master",
            "init",
            "open_master",
            ("master", f"{pts}/ptmx"),
            say=Elsewhere(docker="-t", oci="process.terminal"),
        ),
        Step("slave", "init", "open_slave", ("slave", Fd("master"))),
        Step("size", "init", "set_size", (Fd("master"), process.size.rows, process.size.columns)),
        Step("send_master", "init", "send_fd", (Fd("master"),)),
    )


def enter_root(spec: Spec) -> Plan:
    """Leave the lab's file tree for good. With the old root unmounted nothing of it can be reached by any path."""
    return (
        # pivot_root(".", "."): the old root comes to lie on top of the new one, and "." then names it.
        Step("chdir_root", "init", "chdir", (place(spec, "root"),)),
        Step("pivot", "init", "pivot_root", (".", "."), say=Elsewhere(shell="pivot_root . .", oci="root.path")),
        Step("drop_old", "init", "umount2", (".", MNT_DETACH), say=Elsewhere(shell="umount -l .")),
        Step("chdir_new", "init", "chdir", ("/",)),
    )


def settle(spec: Spec) -> Plan:
    """What the first process does for the namespaces that it alone is in, while it still has the right."""
    steps: list[Step] = []
    if spec.hostname is not None:
        say = Elsewhere(shell=f"hostname {spec.hostname}", docker=f"--hostname {spec.hostname}", oci="hostname")
        steps.append(Step("hostname", "init", "sethostname", (spec.hostname,), say=say))
    if spec.has(Kind.NET):
        steps.append(Step("lo", "init", "link_up", ("lo",), say=Elsewhere(shell="ip link set lo up")))
    return tuple(steps)


def harden(process: Process) -> Plan:
    """Give up rights, in the only order that works: the bounding set while CAP_SETPCAP is held, seccomp after no_new_privs.

    Attaching runs these again: setns(2) brings none of them along.
    """
    keep = tuple(int(number) for number in process.capabilities)
    say = Elsewhere(docker="--cap-drop", oci="process.capabilities")
    return (
        Step("bounding", "init", "drop_bounding", keep, say=say),
        Step("capset", "init", "capset", keep, say=say),
        *(
            (
                Step(
                    "nnp",
                    "init",
                    "prctl",
                    (PR_SET_NO_NEW_PRIVS, 1),
                    say=Elsewhere(shell="setpriv --no-new-privs", oci="process.noNewPrivileges"),
                ),
            )
            if process.no_new_privileges
            else ()
        ),
        *(
            (
                Step(
                    "seccomp",
                    "init",
                    "seccomp",
                    (CONTAINER,),
                    say=Elsewhere(docker="the default profile", oci="linux.seccomp"),
                ),
            )
            if process.seccomp
            else ()
        ),
    )


def hand_over(process: Process) -> Plan:
    """Standard streams, working directory, and the program itself. Nothing of ours may be open behind it.

    Signals need no step: the lab ignores and blocks none, and execve(2) forgets handlers.
    """
    names = ("stdin", "stdout", "stderr")
    terminal = (Step("ctty", "init", "set_controlling_terminal", (Fd("slave"),)),) if process.terminal else ()
    return (
        *terminal,
        *(
            Step(name, "init", "dup2", (Fd(name) if number in process.pipes else Fd("slave"), number))
            for number, name in enumerate(names)
        ),
        Step(
            "cwd",
            "init",
            "chdir_inside",
            (process.cwd,),
            say=Elsewhere(docker=f"--workdir {process.cwd}", oci="process.cwd"),
        ),
        Step("cloexec", "init", "close_on_exec_from", (3,)),
        Step(
            "exec",
            "init",
            "execve",
            (len(process.args), *process.args, *process.env),
            say=Elsewhere(oci="process.args"),
        ),
    )
