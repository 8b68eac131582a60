"""Which ids a lab of ours can have: a range, or a single one."""

from __future__ import annotations

import os
import signal
import subprocess

from nslab.engine import ids
from nslab.engine.doctor.findings import Finding, limited, ok
from nslab.engine.doctor.programs import NEWUIDMAP, install_command
from nslab.kernel import idmap
from nslab.kernel.clone import clone3
from nslab.kernel.namespaces import Kind
from nslab.kernel.pidfd import pidfd_send_signal
from nslab.kernel.syscalls import SyscallError, errno_name


def subordinate_ids(probe: str) -> Finding:
    """For a user, whether newuidmap(1) really writes a map with the subordinate ids. Root has all ids."""
    if os.geteuid() == 0:
        return ok(probe, count=idmap.ROOT_RANGE.count)
    match ids.subordinate_ranges():
        case "no-newuidmap":
            install = install_command(NEWUIDMAP)
            if ids.has_ranges():
                return limited(probe, "no-newuidmap", install=install)
            user, (first, last) = ids.user_name(), _unclaimed()
            return limited(probe, "no-newuidmap-no-ids", install=install, user=user, first=first, last=last)
        case "no-subordinate-ids":
            user, (first, last) = ids.user_name(), _unclaimed()
            return limited(probe, "no-subordinate-ids", user=user, first=first, last=last)
        case "no-new-privs":
            return limited(probe, "no-new-privs")
        case ranges:
            maps = ids.user_maps(*ranges)
    problem = _try(maps)
    return limited(probe, "newuidmap-fails", problem=problem) if problem else ok(probe, count=maps.count)


def _unclaimed() -> tuple[int, int]:
    """The first and the last of the ids that could be this user's."""
    free = ids.unclaimed_range()
    return free.start, free.stop - 1


def _try(maps: idmap.IdMaps) -> str:
    """What newuidmap or newgidmap say of a waiting child; "" if both are content."""
    try:
        pid, pidfd = clone3(Kind.USER.clone_flag)
    except SyscallError as error:
        return f"{error.call} = {errno_name(error.errno or 0)}"
    if pid == 0:
        try:
            signal.pause()
        finally:
            os._exit(0)
    try:
        for command in idmap.newidmap_commands(pid, maps) or ():
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                return done.stderr.strip() or f"{command[0]} = {done.returncode}"
        return ""
    finally:
        pidfd_send_signal(pidfd, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(pidfd)
