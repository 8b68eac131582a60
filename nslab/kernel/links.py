"""Network links, as far as two ioctls reach: bringing one up. Everything beyond is netlink's. See netdevice(7)."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import struct

SIOCGIFFLAGS = 0x8913
SIOCSIFFLAGS = 0x8914
IFF_UP = 0x1
LONGEST_NAME = 15  # IFNAMSIZ without its NUL
IFREQ = struct.Struct("16sH14x")


def link_up(name: str) -> None:
    """Set a link up in the caller's network namespace. Raises OSError (ENODEV: no such link; EPERM: no CAP_NET_ADMIN)."""
    link = os.fsencode(name)
    if len(link) > LONGEST_NAME:  # packing would cut it off, and another link could have the rest as its name
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV), name)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as control:
        answer = fcntl.ioctl(control, SIOCGIFFLAGS, IFREQ.pack(link, 0))
        flags = IFREQ.unpack(answer)[1]
        fcntl.ioctl(control, SIOCSIFFLAGS, IFREQ.pack(link, flags | IFF_UP))
