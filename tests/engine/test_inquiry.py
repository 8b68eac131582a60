"""What the lab finds out in other network namespaces, and that it comes home from each."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nslab.engine.client import Lab
from nslab.engine.spec import Process, Spec
from nslab.kernel import rtnetlink
from nslab.kernel.namespaces import Kind

pytestmark = pytest.mark.needs("net-namespaces")


def link_names(descriptor: int) -> list[str]:
    with socket.socket(fileno=descriptor) as netlink:
        return [link.name for link in rtnetlink.links(netlink)]


def net_of(pid: int) -> str:
    return os.readlink(f"/proc/{pid}/ns/net")


@pytest.mark.program("ip")
def test_a_netlink_socket_belongs_to_the_network_of_the_process_it_was_asked_for(
    lab: Lab, in_lab: Callable[..., Any]
) -> None:
    in_lab(lab, "ip link add br0 type bridge")
    box = lab.run(Spec("box", Process(("sleep", "60"), pipes=(), terminal=True), (Kind.NET, Kind.USER)))
    os.close(box.pidfd)
    home = net_of(lab.pid)
    while not (opened := lab.sockets((box.pid,))):  # in the midst of execve nobody may join it
        pass
    os.close(box.master)  # not before: it hangs up, and the container's process ends
    opened |= lab.sockets((1,))
    assert net_of(lab.pid) == home
    assert not os.get_inheritable(opened[box.pid])
    assert {pid: link_names(fd) for pid, fd in opened.items()} == {1: ["lo", "br0"], box.pid: ["lo"]}


def test_a_process_that_is_gone_has_no_network_to_look_into(lab: Lab) -> None:
    assert lab.sockets((4711,)) == {}
    assert Path(f"/proc/{lab.pid}").exists()
