"""Steps as a person reads them."""

from __future__ import annotations

import pytest

from nslab.engine.decode import decoded
from nslab.engine.steps import Argument, Fd, Step
from nslab.kernel.mounts import MountFlag

LINES: list[tuple[tuple[str, tuple[Argument, ...]], str]] = [
    (
        ("mount", ("proc", "/p", "proc", int(MountFlag.NOSUID | MountFlag.NODEV | MountFlag.NOEXEC), None)),
        'mount("proc", "/p", "proc", MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)',
    ),
    (("mount", (None, "/", None, 0, None)), 'mount(NULL, "/", NULL, 0, NULL)'),
    (("clone3", ("pid", "mnt")), "clone3({flags=CLONE_NEWPID|CLONE_NEWNS|CLONE_PIDFD, exit_signal=SIGCHLD})"),
    (("clone3", ()), "clone3({flags=CLONE_PIDFD, exit_signal=SIGCHLD})"),
    (("clone3", ("CLONE_PARENT",)), "clone3({flags=CLONE_PARENT|CLONE_PIDFD, exit_signal=0})"),
    (
        ("clone3", ("cgroup", Fd("group"))),
        "clone3({flags=CLONE_NEWCGROUP|CLONE_INTO_CGROUP|CLONE_PIDFD, exit_signal=SIGCHLD, cgroup=<group>})",
    ),
    (("open_group", ("group", "/g/box")), 'open("/g/box", O_PATH|O_DIRECTORY) = <group>'),
    (("write_group", ("/g/box", "pids.max", "20")), 'write(open("/g/box/pids.max"), "20")'),
    (("setns", (Fd("target"), "uts")), "setns(<target>, CLONE_NEWUTS)"),
    (("umount2", (".", 2)), 'umount2(".", MNT_DETACH)'),
    (("umount2", ("/x", 0)), 'umount2("/x", 0)'),
    (("prctl", (38, 1)), "prctl(PR_SET_NO_NEW_PRIVS, 1)"),
    (("capset", (0, 21)), "capset({effective=permitted=CAP_CHOWN|CAP_SYS_ADMIN, inheritable=0})"),
    (("mkdir", ("/x", 0o755)), 'mkdir("/x", 0o755)'),
    (("execve", (2, "sh", "-c", "A=1")), 'execve("sh", ["sh", "-c"], /* 1 variables */)'),
    (("dup2", (Fd("slave"), 0)), "dup2(<slave>, 0)"),
    (("sethostname", ("a\nb\x1b[31m",)), r'sethostname("a\nb\x1b[31m")'),
    (("link_up", ("lo",)), 'ioctl(SIOCSIFFLAGS, "lo", IFF_UP)'),
]


@pytest.mark.parametrize(("call", "line"), LINES, ids=range(len(LINES)))
def test_a_step_reads_as_strace_would_show_it(call: tuple[str, tuple[Argument, ...]], line: str) -> None:
    assert decoded(Step("x", "lab", call[0], call[1])) == line
