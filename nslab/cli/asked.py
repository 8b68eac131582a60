"""What a command line asks for of a container: lists with commas, kinds of namespaces, an address, whose things it shares."""

from __future__ import annotations

import argparse
import contextlib
from ipaddress import ip_interface

from nslab.engine.spec import POD_NAMESPACES, Join, Network
from nslab.kernel.namespaces import Kind
from nslab.words import Words


def listed(text: str) -> list[str]:
    """The words between the commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def parse_namespaces(text: str) -> tuple[Kind, ...]:
    """`pid,mnt`, or `all`, or `none`. Words that are no kind are passed over."""
    names = listed(text)
    return tuple(kind for kind in Kind if kind in names or text == "all")


def unknown_namespaces(text: str) -> list[str]:
    """The words of such a list that are no kind of namespace."""
    return [] if text in ("all", "none") else [name for name in listed(text) if name not in set(Kind)]


def joins_of(arguments: argparse.Namespace, words: Words) -> tuple[Join, ...]:
    """What --share and --pod ask for. Wrong usage ends the program with 2."""
    joins = [Join(kind, arguments.pod) for kind in POD_NAMESPACES if arguments.pod is not None]
    for wanted in arguments.share:
        kind, equals, name = wanted.partition("=")
        if kind not in set(Kind) or not equals or not name:
            arguments.misused(words("cli.run.bad-share", wanted=wanted, known=", ".join(Kind)))
        joins.append(Join(Kind(kind), name))
    return tuple(dict.fromkeys(joins))


def network_of(arguments: argparse.Namespace, words: Words) -> Network | None:
    """What --network asks for. The bridge gets the network's first address. Wrong usage ends the program with 2."""
    if arguments.network is None:
        return None
    with contextlib.suppress(ValueError):
        wanted = ip_interface(arguments.network)
        first, last = int(wanted.network.network_address), int(wanted.network.broadcast_address)
        if first + 1 < int(wanted) < last:
            return Network(str(wanted), str(wanted.network[1]))
    arguments.misused(words("cli.run.bad-network", address=arguments.network))
    return None
