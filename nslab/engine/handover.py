"""The last steps of every process that a plan brings to life: a terminal, fewer rights, and the program itself."""

from __future__ import annotations

from nslab.engine.profiles import CONTAINER
from nslab.engine.spec import Process
from nslab.engine.steps import STREAMS, Fd, Plan, Step
from nslab.kernel.process import PR_SET_NO_NEW_PRIVS


def open_terminal(process: Process, pts: str) -> Plan:
    """A pseudoterminal of the devpts mounted at `pts`; its master goes back to the lab (the OCI console way)."""
    if not process.terminal:
        return ()
    return (
        Step("master", "init", "open_master", ("master", f"{pts}/ptmx")),
        Step("slave", "init", "open_slave", ("slave", Fd("master"))),
        Step("size", "init", "set_size", (Fd("master"), process.size.rows, process.size.columns)),
        Step("send_master", "init", "send_fd", (Fd("master"),)),
    )


def harden(process: Process) -> Plan:
    """Give up rights, in the only order that works: the bounding set while CAP_SETPCAP is held, seccomp after no_new_privs.

    Attaching runs these again: setns(2) brings none of them along.
    """
    keep = tuple(int(number) for number in process.capabilities)
    return (
        Step("bounding", "init", "drop_bounding", keep),
        Step("capset", "init", "capset", keep),
        *((Step("nnp", "init", "prctl", (PR_SET_NO_NEW_PRIVS, 1)),) if process.no_new_privileges else ()),
        *((Step("seccomp", "init", "seccomp", (CONTAINER,)),) if process.seccomp else ()),
    )


def hand_over(process: Process) -> Plan:
    """Standard streams, working directory, and the program itself. Nothing of ours may be open behind it.

    Signals need no step: the lab ignores and blocks none, and execve(2) forgets handlers.
    """
    terminal = (Step("ctty", "init", "set_controlling_terminal", (Fd("slave"),)),) if process.terminal else ()
    return (
        *terminal,
        *(
            Step(name, "init", "dup2", (Fd(name) if number in process.pipes else Fd("slave"), number))
            for number, name in enumerate(STREAMS)
        ),
        Step("cwd", "init", "chdir_inside", (process.cwd,)),
        # Closed, not only marked: in the middle of an execve the new program can be looked into, and the marked ones are open.
        Step("close", "init", "close_others", (3,)),
        Step("cloexec", "init", "close_on_exec_from", (3,)),
        Step("exec", "init", "execve", (len(process.args), *process.args, *process.env)),
    )
