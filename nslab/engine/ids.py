"""Which ids a lab gets, and who writes its maps: the one place where root and an ordinary user differ.

Root gives a shifted range, never its own id. An ordinary user gives its own id as 0, and its subordinate ids behind it where
newuidmap(1) may write them.
"""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from nslab.engine.failures import MapsRefused, NoIds
from nslab.errors import Because
from nslab.kernel import idmap
from nslab.kernel.syscalls import errno_name

NEWGIDMAP = Because("error.maps-refused.because.newgidmap")


def own_maps() -> idmap.IdMaps:
    """The maps this user may have: root a shifted range, others their subordinate ids or their own alone. Raises NoIds."""
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        here = (idmap.parse_map(Path(f"/proc/self/{name}").read_text()) for name in ("uid_map", "gid_map"))
        try:
            return idmap.maps_for_root(*here)
        except idmap.NoRange as error:
            raise NoIds from error
    return idmap.maps_for_user(uid, gid, subordinate("/etc/subuid", uid), subordinate("/etc/subgid", uid))


def subordinate(path: str, uid: int) -> idmap.Extent | None:
    """This user's range in a file; None where newuidmap(1) is not there or could not work."""
    if idmap.newidmap_commands(0, idmap.IdMaps((), (), setgroups=True)) is None or no_new_privileges():
        return None
    try:
        text, user = Path(path).read_text(), pwd.getpwuid(uid).pw_name
    except (OSError, KeyError):
        return None
    return idmap.subordinate(text, user, uid)


def no_new_privileges() -> bool:
    """Whether setuid programs have lost their power for this process."""
    return "NoNewPrivs:\t1" in Path("/proc/self/status").read_text()


def write_maps(proc: int, pid: int, maps: idmap.IdMaps) -> None:
    """Give stage A its ids, by newuidmap(1) where ids of others are among them. Raises MapsRefused.

    Where newuidmap has no power, as in a container without privileges, the user's own id must do: doctor says what is amiss.
    """
    try:
        if os.geteuid() == 0 or not maps.setgroups:
            idmap.write_maps(proc, pid, maps)
            return
        commands = idmap.newidmap_commands(pid, maps)
        if commands is None or run(commands[0]):
            idmap.write_maps(proc, pid, idmap.maps_for_user(os.geteuid(), os.getegid(), None, None))
        elif code := run(commands[1]):
            raise MapsRefused(call=" ".join(commands[1]), errno=str(code), meaning=NEWGIDMAP)
    except OSError as error:
        raise MapsRefused(
            call=f"write(/proc/{pid}/{error.filename or 'uid_map'})",
            errno=errno_name(error.errno or 0),
            meaning=str(error.strerror),
        ) from error


def run(command: tuple[str, ...]) -> int:
    """Run a program with an empty environment and wait for it; its exit status. Raises OSError."""
    child = os.posix_spawn(command[0], command, {})
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
