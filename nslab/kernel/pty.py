"""Pseudoterminals of a given devpts, their controlling process, and their size. See pts(4), ioctl_tty(2)."""

from __future__ import annotations

import fcntl
import os
import struct
import termios

from msgspec import Struct

TIOCSPTLCK = 0x4004_5431
TIOCGPTPEER = 0x5441
WINSIZE = struct.Struct("=4H")


class WindowSize(Struct, frozen=True):
    """A terminal's size in character cells."""

    rows: int = 24
    columns: int = 80


def open_master(ptmx: str) -> int:
    """A new pseudoterminal's master, unlocked; `ptmx` is the multiplexer of the devpts wanted. Raises OSError."""
    master = os.open(ptmx, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        fcntl.ioctl(master, TIOCSPTLCK, struct.pack("=i", 0))
    except OSError:
        os.close(master)
        raise
    return master


def open_slave(master: int) -> int:
    """The master's slave, by TIOCGPTPEER and never by a path, which a container could have replaced (CVE-2025-52565)."""
    return fcntl.ioctl(master, TIOCGPTPEER, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)


def set_controlling_terminal(slave: int) -> int:
    """Make `slave` the terminal of the caller's session, which it must lead. Raises OSError (EPERM: not a session leader)."""
    return fcntl.ioctl(slave, termios.TIOCSCTTY, 0)


def set_size(terminal: int, size: WindowSize) -> None:
    """Tell the terminal its size; the kernel signals SIGWINCH to its foreground process group. Raises OSError."""
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, WINSIZE.pack(size.rows, size.columns, 0, 0))
