"""A step as a shell command: util-linux, mount(8), hostname(1), ip(8), and what POSIX has.

"" where a shell has no word: for what a process does to itself and no program does for it (seccomp, close_range, a dumpable flag).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from itertools import chain

from nslab.engine.arguments import capabilities_in, number, program_of
from nslab.engine.calls import SIBLING
from nslab.engine.joins import whose
from nslab.engine.steps import Argument, Fd, Step
from nslab.kernel.mounts import (
    MNT_DETACH,
    MOUNT_ATTR_NODEV,
    MOUNT_ATTR_NOSUID,
    MOUNT_ATTR_RDONLY,
    MountFlag,
)
from nslab.kernel.namespaces import Kind
from nslab.kernel.process import PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG

USUAL_MODE = 0o755

MOUNT_OPTIONS = {
    MountFlag.RDONLY: "ro",
    MountFlag.NOSUID: "nosuid",
    MountFlag.NODEV: "nodev",
    MountFlag.NOEXEC: "noexec",
}
ATTRIBUTE_OPTIONS = {MOUNT_ATTR_RDONLY: "ro", MOUNT_ATTR_NOSUID: "nosuid", MOUNT_ATTR_NODEV: "nodev"}
PROPAGATION = {MountFlag.PRIVATE: "private", MountFlag.SLAVE: "slave", MountFlag.SHARED: "shared"}


IN_CHILD = "nsenter --target $child --net"


def shell_words(step: Step) -> str:
    """The step as a command line; "" where a shell has no word for it."""
    said = SHELL.get(step.call)
    return said(step) if said else ""


def quoted(value: Argument) -> str:
    """A word as a shell takes it."""
    return shlex.quote(str(value))


def fd_name(value: Argument) -> str:
    """What a plan calls a descriptor; that of a device is called as the device is."""
    return value.name if isinstance(value, Fd) else str(value)


def mount_options(flags: int) -> tuple[str, ...]:
    """The options of mount(8) behind the flags that a mount keeps."""
    return tuple(word for flag, word in MOUNT_OPTIONS.items() if flags & flag)


def mount_words(step: Step) -> str:
    """mount(8), in the spelling that makes just this one mount(2)."""
    source, target, fstype, flags, data = step.args
    bits = MountFlag(number(flags))
    place, options = quoted(target), mount_options(bits)
    for flag, word in PROPAGATION.items():
        if bits & flag:
            return f"mount --make-{'r' if bits & MountFlag.REC else ''}{word} {place}"
    if bits & MountFlag.REMOUNT:
        kept = ("bind",) if bits & MountFlag.BIND else ()
        return f"mount -o {','.join(('remount', *kept, *options))} {place}"
    if bits & MountFlag.BIND:
        return f"mount --{'r' if bits & MountFlag.REC else ''}bind {quoted(source)} {place}"
    every = ",".join((*options, *([str(data)] if data else [])))
    return f"mount -t {fstype} {f'-o {quoted(every)} ' if every else ''}{quoted(source)} {place}"


def lock_words(step: Step) -> str:
    """mount_setattr(2) with AT_RECURSIVE, for a mount(8) older than 2.39, which can do one mount at a time."""
    path, attributes = step.args
    options = ",".join(word for flag, word in ATTRIBUTE_OPTIONS.items() if number(attributes) & flag)
    each = f'mount -o remount,bind,{options} "$at"'
    return f"findmnt -Rrno TARGET {quoted(path)} | while read -r at; do {each}; done"


def unshare_option(kind: Kind) -> str:
    """The name of the option that unshare(1) and nsenter(1) have for a kind."""
    return "--mount" if kind is Kind.MNT else f"--{kind}"


def clone_words(step: Step) -> str:
    """unshare(1), told not to make the new mounts private by itself: that is a step of its own here.

    A sibling is a child there. Without a namespace there is nothing to say: nsenter(1) starts it.
    """
    kinds = tuple(Kind(word) for word in step.args if isinstance(word, str) and word != SIBLING)
    if SIBLING in step.args and not kinds:
        return ""
    as_they_are = ("--propagation", "unchanged") if Kind.MNT in kinds else ()
    moved = any(isinstance(word, Fd) for word in step.args)
    start = (
        "echo 0 >$group/cgroup.procs; " if moved else ""
    )  # a shell can't be born into a group: it moves, and its children are there
    return start + " ".join(("unshare", "--fork", *map(unshare_option, kinds), *as_they_are))


def target_variable(handle: Fd) -> str:
    """The variable that holds a process's number: the container's name, as far as a shell takes it."""
    return re.sub(r"\W", "_", whose(handle) or handle.name, flags=re.ASCII)


def join_words(step: Step) -> str:
    """nsenter(1), for the process that the descriptor stands for."""
    target, *kinds = step.args
    options = (unshare_option(Kind(str(kind))) for kind in kinds)
    return " ".join((f"nsenter --target ${target_variable(target)}", *options)) if isinstance(target, Fd) else ""


def map_words(step: Step) -> str:
    """A write to a file of the child's /proc directory."""
    name, text = map(str, step.args)
    return f"printf {quoted(text.encode('unicode_escape').decode())} >/proc/$child/{name}"


def prctl_words(step: Step) -> str:
    """Those that setpriv(1) has an option for."""
    match step.args:
        case (option, 1) if option == PR_SET_NO_NEW_PRIVS:
            return "setpriv --no-new-privs"
        case (option, number) if option == PR_SET_PDEATHSIG:
            return f"setpriv --pdeathsig {number}"
    return ""


def capability_words(step: Step) -> str:
    """`-all,+chown,+kill` as setpriv(1) wants it."""
    return ",".join(("-all", *(f"+{one.name.lower()}" for one in capabilities_in(step.args))))


def unmount_words(step: Step) -> str:
    """umount(8)."""
    target, flags = step.args
    return f"umount {'-l ' if flags == MNT_DETACH else ''}{quoted(target)}"


def bridge_words(step: Step) -> str:
    """ip(8), three times."""
    name, address = map(quoted, step.args)
    return f"ip link add {name} type bridge; ip addr add {address} dev {name}; ip link set {name} up"


def make_words(step: Step) -> str:
    """mkdir(1)."""
    path, mode = step.args
    return f"mkdir {'' if mode == USUAL_MODE else f'-m {number(mode):o} '}{quoted(path)}"


def exec_parts(step: Step) -> tuple[list[str], list[str]]:
    """The environment that a program gets, and no other, and the program, as words for exec."""
    program = program_of(step)
    return ["env", "-i", *map(quoted, program.env)], [*map(quoted, program.args)]


SHELL: dict[str, Callable[[Step], str]] = {
    "bind_fd": lambda step: f"mount --bind /dev/{fd_name(step.args[0])} {quoted(step.args[1])}",
    # The permitted set needs no word: a program that root executes gets what the bounding set leaves.
    "capset": lambda _: "setpriv --inh-caps=-all --ambient-caps=-all",
    "chdir": lambda step: f"cd {quoted(step.args[0])}",
    "chdir_inside": lambda step: f"cd {quoted(step.args[0])}",
    "clone3": clone_words,
    "create": lambda step: f"touch {quoted(step.args[0])}",
    "drop_bounding": lambda step: f"setpriv --bounding-set={capability_words(step)}",
    "execve": lambda step: " ".join(("exec", *chain(*exec_parts(step)))),
    "limit_processes": lambda step: f"prlimit --pid $$ --nproc={step.args[0]}",
    "link_up": lambda step: f"ip link set {quoted(step.args[0])} up",
    "mkdir": make_words,
    "mount": mount_words,
    "mount_setattr": lock_words,
    "net_address": lambda step: f"{IN_CHILD} ip addr add {quoted(step.args[1])} dev {quoted(step.args[0])}",
    "net_bridge": bridge_words,
    "net_port": lambda step: f"ip link set {quoted(step.args[0])} master {quoted(step.args[1])} up",
    "net_route": lambda step: f"{IN_CHILD} ip route add default via {quoted(step.args[0])}",
    "net_up": lambda step: f"{IN_CHILD} ip link set {quoted(step.args[0])} up",
    "net_veth": lambda step: (
        f"ip link add {quoted(step.args[0])} type veth peer name {quoted(step.args[1])} netns $child"
    ),
    "open_group": lambda step: f"group={quoted(step.args[1])}",
    "pivot_root": lambda step: f"pivot_root {' '.join(map(quoted, step.args))}",
    "prctl": prctl_words,
    "set_ids": lambda step: f"setpriv --reuid={step.args[0]} --regid={step.args[1]} --keep-groups",
    "set_name": lambda step: f"printf {quoted(step.args[0])} >/proc/self/comm",
    "sethostname": lambda step: f"hostname {quoted(step.args[0])}",
    "setns": join_words,
    "setsid": lambda _: "setsid",
    "symlink": lambda step: f"ln -s {' '.join(map(quoted, step.args))}",
    "umount2": unmount_words,
    "write_group": lambda step: f"echo {quoted(step.args[2])} >{quoted(f'{step.args[0]}/{step.args[1]}')}",
    "write_proc": map_words,
}
