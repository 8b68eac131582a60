"""Which ids a lab gets, and who writes its maps: where root and an ordinary user differ.

Root gives a shifted range, never its own id. An ordinary user gives its own id as 0, and its subordinate ids behind it where
newuidmap(1) may write them.
"""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from typing import Literal

from nslab.engine.failures import MapsRefused, NoIds
from nslab.errors import Because
from nslab.kernel import idmap, procfs
from nslab.kernel.syscalls import errno_name

NEWGIDMAP = Because("error.maps-refused.because.newgidmap")

Lack = Literal["no-newuidmap", "no-subordinate-ids", "no-new-privs"]
"""Why a user's lab has a single id, as doctor's causes are called."""


def own_maps() -> idmap.IdMaps:
    """The maps this user may have: root a shifted range, others their subordinate ids or their own alone. Raises NoIds."""
    if os.geteuid() != 0:
        ranges = subordinate_ranges()
        return user_maps() if isinstance(ranges, str) else user_maps(*ranges)
    with procfs.own_process() as process:
        here = procfs.read_uid_map(process), procfs.read_gid_map(process)
    try:
        return idmap.maps_for_root(*here)
    except idmap.NoRange as error:
        raise NoIds from error


def user_maps(subuids: idmap.Extent | None = None, subgids: idmap.Extent | None = None) -> idmap.IdMaps:
    """This user's own ids as 0, and subordinate ones behind them."""
    return idmap.maps_for_user(os.geteuid(), os.getegid(), subuids, subgids)


def subordinate_ranges() -> tuple[idmap.Extent, idmap.Extent] | Lack:
    """This user's subordinate uids and gids, or why it can't have any. That newuidmap(1) really writes them is not tried."""
    if idmap.newidmap_commands(0, idmap.IdMaps((), (), setgroups=True)) is None:
        return "no-newuidmap"
    uids, gids = _ranges()
    if uids is None or gids is None:
        return "no-subordinate-ids"
    with procfs.own_process() as process:
        powerless = procfs.read_status(process).no_new_privs  # setuid programs have lost their power for this process
    return "no-new-privs" if powerless else (uids, gids)


def has_ranges() -> bool:
    """Whether subordinate ids are set aside for this user, whoever may write them into a map."""
    return None not in _ranges()


def _ranges() -> tuple[idmap.Extent | None, idmap.Extent | None]:
    return subordinate_range(Path("/etc/subuid")), subordinate_range(Path("/etc/subgid"))


def subordinate_range(path: Path) -> idmap.Extent | None:
    """What such a file gives to this user; None where it gives nothing, or is not there."""
    try:
        return idmap.subordinate(path.read_text(), user_name(), os.geteuid())
    except OSError:
        return None


def unclaimed_range() -> range:
    """As many ids as useradd(8) gives to a user, behind all that are given to anybody, as uids or as gids."""
    return idmap.unclaimed("\n".join(_text(Path(path)) for path in ("/etc/subuid", "/etc/subgid")))


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def user_name() -> str:
    """This user's name; its number where it has none, as in many containers."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


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
            idmap.write_maps(proc, pid, user_maps())
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


def root_outside() -> str:
    """The uid outside that is a lab's root here: whom its control group must belong to."""
    try:
        return str(idmap.outside_root(own_maps().uids))
    except NoIds:
        return str(os.geteuid())
