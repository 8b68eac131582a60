"""Sockets and routes: a real namespace's, and the kernel's tables in every form that their numbers allow."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nslab.kernel import links, procnet
from nslab.kernel.namespaces import Kind
from nslab.kernel.procnet import Route, UnixSocket

HEAD = b"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


def own_directory() -> int:
    return os.open("/proc/self", os.O_PATH | os.O_DIRECTORY)


@pytest.mark.needs("net-namespaces")
def test_a_server_a_client_and_an_abstract_name_are_seen_in_a_namespace_of_their_own(
    inside: Callable[..., Any],
) -> None:
    def look() -> dict[str, Any]:
        links.link_up("lo")
        server, client, sixth = socket.socket(), socket.socket(), socket.socket(socket.AF_INET6)
        server.bind(("0.0.0.0", 80))
        server.listen()
        client.connect(("127.0.0.1", 80))
        accepted, _ = server.accept()
        sixth.bind(("::1", 81))
        sixth.listen()
        with accepted, socket.socket(socket.AF_UNIX) as abstract:
            abstract.bind("\0lesson one")
            abstract.listen()
            directory = own_directory()
            counts = procnet.socket_counts(directory)
            found = [one for table in counts for one in procnet.sockets(directory, table) if one.inode]
            names = procnet.unix_sockets(directory)
        return {
            "counts": counts,
            "sockets": sorted([one.protocol, one.local, one.local_port, one.remote_port, one.state] for one in found),
            "client": client.getsockname()[1],
            "inode": os.fstat(server.fileno()).st_ino in {one.inode for one in found},
            "unix": [[one.name, one.listening, one.abstract] for one in names],
            "routes": len(procnet.routes(directory)),
        }

    seen = inside(look, Kind.NET)
    client = seen["client"]
    assert {name: count for name, count in seen["counts"].items() if count} == {"tcp": 3, "tcp6": 1}
    assert seen["sockets"] == sorted(
        [
            ["tcp", "0.0.0.0", 80, 0, procnet.TCP_LISTEN],
            ["tcp", "127.0.0.1", 80, client, procnet.TCP_ESTABLISHED],
            ["tcp", "127.0.0.1", client, 80, procnet.TCP_ESTABLISHED],
            ["tcp", "::1", 81, 0, procnet.TCP_LISTEN],
        ]
    )
    assert seen["inode"]
    assert seen["unix"] == [["@lesson one", True, True]]
    assert seen["routes"] == 0


addresses = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))
ports = st.integers(0, 65535)


def in_hex(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    words = (address.packed[at : at + 4] for at in range(0, len(address.packed), 4))
    return "".join(f"{int.from_bytes(word, sys.byteorder):08X}" for word in words)


@given(addresses, ports, ports, st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_any_row_of_a_table_reads_as_it_was_written(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, local: int, remote: int, state: int, inode: int
) -> None:
    ends = f"{in_hex(address)}:{local:04X} {in_hex(address)}:{remote:04X}"
    row = (
        f"   0: {ends} {state:02X} 00000000:00000000 00:00000000 00000000     0        0 {inode} 1 0000 100 0 0 10 0\n"
    )
    (found,) = procnet.parse_inet(HEAD + row.encode(), "tcp")
    assert ipaddress.ip_address(found.local) == ipaddress.ip_address(found.remote) == address
    assert (found.local_port, found.remote_port, found.state, found.inode) == (local, remote, state, inode)


def test_a_table_without_rows_is_empty() -> None:
    assert (
        procnet.parse_inet(HEAD, "udp") == procnet.parse_unix(b"Num Path\n") == procnet.parse_routes(b"Iface\n") == ()
    )


def test_unix_sockets_without_a_name_are_left_out_and_a_path_is_not_abstract() -> None:
    content = (
        b"Num       RefCount Protocol Flags    Type St Inode Path\n"
        b"0000000000000000: 00000002 00000000 00010000 0001 01  4711 /tmp/a b.sock\n"
        b"0000000000000000: 00000003 00000000 00000000 0001 03  4712\n"
        b"0000000000000000: 00000002 00000000 00000000 0002 01  4713 @@odd\xff\n"
    )
    assert procnet.parse_unix(content) == (
        UnixSocket("/tmp/a b.sock", listening=True, inode=4711),
        UnixSocket("@@odd\udcff", listening=False, inode=4713),
    )
    assert [one.abstract for one in procnet.parse_unix(content)] == [False, True]


def test_routes_have_a_gateway_or_none() -> None:
    def word(text: str) -> str:
        return in_hex(ipaddress.IPv4Address(text))

    content = "\n".join(
        [
            "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
            f"eth0\t{word('0.0.0.0')}\t{word('10.77.0.1')}\t0003\t0\t0\t0\t{word('0.0.0.0')}\t0\t0\t0",
            f"eth0\t{word('10.77.0.0')}\t{word('0.0.0.0')}\t0001\t0\t0\t0\t{word('255.255.255.0')}\t0\t0\t0",
            f"eth1\t{word('10.78.0.0')}\t{word('0.0.0.0')}\t0000\t0\t0\t0\t{word('255.255.255.0')}\t0\t0\t0",
        ]
    )
    assert procnet.parse_routes(content.encode()) == (
        Route("eth0", "0.0.0.0", 0, "10.77.0.1"),
        Route("eth0", "10.77.0.0", 24, None),
    )


def test_only_this_namespaces_own_numbers_are_taken_from_sockstat() -> None:
    content = b"sockets: used 27\nTCP: inuse 1 orphan 7 tw 3 alloc 99 mem 240\nUDP: inuse 0 mem 0\nUDPLITE: inuse 5\n"
    assert procnet.parse_counts(content) == {"tcp": 1, "udp": 0}
    assert procnet.parse_counts(b"TCP6: inuse 12\nUDP6: inuse 2\n") == {"tcp6": 12, "udp6": 2}
