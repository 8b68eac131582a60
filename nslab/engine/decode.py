"""Steps as a person reads them: the call with its arguments decoded, in strace(1)'s manner."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable

from nslab.engine.arguments import capabilities_in, number, program_of
from nslab.engine.calls import ASIDE, SIBLING
from nslab.engine.steps import Argument, Fd, Step
from nslab.kernel.mounts import MNT_DETACH, MountFlag
from nslab.kernel.namespaces import Kind
from nslab.kernel.process import PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG

# Now: a lab reads no file of Python's any more, and could not load it for its first error.
codecs.lookup("unicode_escape")

CLONE_NAMES = {Kind.MNT: "CLONE_NEWNS"}
PRCTL_NAMES = {
    PR_SET_PDEATHSIG: "PR_SET_PDEATHSIG",
    PR_SET_DUMPABLE: "PR_SET_DUMPABLE",
    PR_SET_NO_NEW_PRIVS: "PR_SET_NO_NEW_PRIVS",
}


def decoded(step: Step) -> str:
    """The step as one line: `mount("proc", "/run/nslab/box/root/proc", "proc", MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)`."""
    special = SPECIAL.get(step.call)
    return special(step) if special else f"{step.call}({', '.join(shown(value) for value in step.args)})"


def shown(value: Argument) -> str:
    """An argument: strings quoted, NULL for None, an fd by its name."""
    if value is None:
        return "NULL"
    if isinstance(value, Fd):
        return f"<{value.name}>"
    return f'"{value.encode("unicode_escape").decode()}"' if isinstance(value, str) else str(value)


def flag_names(value: int) -> str:
    """MS_NOSUID|MS_NODEV, and 0 for none."""
    return "|".join(f"MS_{flag.name}" for flag in MountFlag(value)) or "0"


def clone_name(word: str) -> str:
    """CLONE_NEWPID for pid, CLONE_NEWNS for mnt."""
    if word == SIBLING:
        return SIBLING
    return CLONE_NAMES.get(Kind(word), f"CLONE_NEW{word.upper()}")


def clone_names(words: tuple[Argument, ...]) -> str:
    """The flags of setns(2)."""
    return "|".join(clone_name(str(word)) for word in words) or "0"


def clone_call(step: Step) -> str:
    """clone3(2) as `kernel.clone` makes it: always with a pidfd, and a sibling takes its caller's exit signal."""
    words = [clone_name(word) for word in step.args if isinstance(word, str) and word != ASIDE]
    group = next((word for word in step.args if isinstance(word, Fd)), None)
    flags = "|".join((*words, *(("CLONE_INTO_CGROUP",) if group else ()), "CLONE_PIDFD"))
    into = f", cgroup={shown(group)}" if group else ""
    return f"clone3({{flags={flags}, exit_signal={'0' if SIBLING in step.args else 'SIGCHLD'}{into}}})"


def mount_call(step: Step) -> str:
    """mount(2) with its flags by name."""
    source, target, fstype, flags, data = step.args
    return f"mount({shown(source)}, {shown(target)}, {shown(fstype)}, {flag_names(number(flags))}, {shown(data)})"


def execve_call(step: Step) -> str:
    """execve(2) with its arguments, its environment counted."""
    program = program_of(step)
    arguments = ", ".join(map(shown, program.args))
    return f"execve({shown(step.args[1])}, [{arguments}], /* {len(program.env)} variables */)"


def capability_names(numbers: tuple[Argument, ...]) -> str:
    """CAP_CHOWN|CAP_KILL, and 0 for none."""
    return "|".join(f"CAP_{one.name}" for one in capabilities_in(numbers)) or "0"


def open_flags(step: Step) -> str:
    """What there is to say of how open(2) opens."""
    return ", O_DIRECTORY" if number(step.args[2]) & os.O_DIRECTORY else ""


SPECIAL: dict[str, Callable[[Step], str]] = {
    "mount": mount_call,
    "execve": execve_call,
    "clone3": clone_call,
    "setns": lambda step: f"setns({shown(step.args[0])}, {clone_names(step.args[1:])})",
    "umount2": lambda step: (
        f"umount2({shown(step.args[0])}, {'MNT_DETACH' if step.args[1] == MNT_DETACH else step.args[1]})"
    ),
    "prctl": lambda step: f"prctl({PRCTL_NAMES.get(number(step.args[0]), step.args[0])}, {step.args[1]})",
    "capset": lambda step: f"capset({{effective=permitted={capability_names(step.args)}, inheritable=0}})",
    "drop_bounding": lambda step: f"prctl(PR_CAPBSET_DROP, all but {capability_names(step.args)})",
    "mkdir": lambda step: f"mkdir({shown(step.args[0])}, {number(step.args[1]):#o})",
    "set_name": lambda step: f"prctl(PR_SET_NAME, {shown(step.args[0])})",
    "set_ids": lambda step: f"setresgid({step.args[1]}) setresuid({step.args[0]})",
    "open_group": lambda step: f"open({shown(step.args[1])}, O_PATH|O_DIRECTORY) = <{step.args[0]}>",
    "write_group": lambda step: f"write(open({shown(f'{step.args[0]}/{step.args[1]}')}), {shown(step.args[2])})",
    "write_proc": lambda step: f"write(/proc/<child>/{step.args[0]}, {shown(step.args[1])})",
    "seccomp": lambda step: f"prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, <{step.args[0]}>)",
    "close_others": lambda step: f"close_range({step.args[0]}, ~0, 0), all but the channel to the lab",
    "close_on_exec_from": lambda step: f"close_range({step.args[0]}, ~0, CLOSE_RANGE_CLOEXEC)",
    "open_device": lambda step: (
        f"open({shown(step.args[1])}) = <{step.args[0]}>, a {step.args[2]}:{step.args[3]} device"
    ),
    "open_master": lambda step: f"open({shown(step.args[1])}) = <{step.args[0]}>",
    "open_slave": lambda step: f"ioctl({shown(step.args[1])}, TIOCGPTPEER) = <{step.args[0]}>",
    "set_size": lambda step: f"ioctl({shown(step.args[0])}, TIOCSWINSZ, {step.args[1]}x{step.args[2]})",
    "set_controlling_terminal": lambda step: f"ioctl({shown(step.args[0])}, TIOCSCTTY)",
    "send_fd": lambda step: f"sendmsg(<lab>, SCM_RIGHTS {shown(step.args[0])})",
    "bind_fd": lambda step: f'mount("/proc/self/fd/{shown(step.args[0])}", {shown(step.args[1])}, NULL, MS_BIND, NULL)',
    "link_up": lambda step: f"ioctl(SIOCSIFFLAGS, {shown(step.args[0])}, IFF_UP)",
    "net_bridge": lambda step: f'RTM_NEWLINK({{"{step.args[0]}", bridge}}) RTM_NEWADDR({step.args[1]}) IFF_UP',
    "net_veth": lambda step: f'RTM_NEWLINK({{"{step.args[0]}", veth, peer "{step.args[1]}" in <child>}})',
    "net_port": lambda step: f'RTM_SETLINK({{"{step.args[0]}", master "{step.args[1]}", IFF_UP}})',
    "net_address": lambda step: f'RTM_NEWADDR({{"{step.args[0]}", {step.args[1]}}}) in <child>',
    "net_up": lambda step: f'RTM_SETLINK({{"{step.args[0]}", IFF_UP}}) in <child>',
    "net_route": lambda step: f"RTM_NEWROUTE({{default via {step.args[0]}}}) in <child>",
    "limit_processes": lambda step: f"prlimit(0, RLIMIT_NPROC, {step.args[0]})",
    "create": lambda step: f"open({shown(step.args[0])}, O_CREAT|O_EXCL|O_NOFOLLOW)",
    "open": lambda step: f"open({shown(step.args[1])}{open_flags(step)}) = <{step.args[0]}>",
    "climb": lambda step: f'chdir("..") × {step.args[0]}',
    "read_number": lambda step: f"read(open({shown(step.args[0])}))",
    "read_number_at": lambda step: f"read(openat({shown(step.args[0])}, {shown(step.args[1])}))",
    "write_text": lambda step: f"write(open({shown(step.args[0])}), {shown(step.args[1])})",
    "count_processes": lambda step: f"readdir({shown(step.args[0])}), processes counted",
    "is_gone": lambda step: f"lstat({shown(step.args[0])}), gone?",
    "look_for": lambda step: f"lstat({shown(step.args[0])})",
    "is_mounted": lambda step: f"stat({shown(step.args[0])}), a mount point?",
    "is_named": lambda step: f"uname(), nodename {shown(step.args[0])}?",
    "listen": lambda step: f"listen({step.args[1]}:{step.args[2]}) = <{step.args[0]}>",
    "listen_abstract": lambda step: f'listen("@{step.args[0]}")',
    "connect": lambda step: f"connect({step.args[0]}:{step.args[1]})",
    "connect_abstract": lambda step: f'connect("@{step.args[0]}")',
    "shm_put": lambda step: f"shmget({step.args[0]:#x}, IPC_CREAT) shmat()",
    "shm_read": lambda step: f"shmget({step.args[0]:#x}) shmat()",
    "unshare": lambda step: f"unshare({clone_names(step.args)})",
    "chdir_inside": lambda step: f"chdir({shown(step.args[0])}) getcwd()",
}
