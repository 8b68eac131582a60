"""Checks of links, and of who listens, in the network namespace of a process."""

from __future__ import annotations

from collections.abc import Iterator

from nslab.course.checks.verdict import Found, Observation
from nslab.course.look import Look
from nslab.course.roles import ProcessName, Text
from nslab.course.subjects import called, listed, where
from nslab.course.told import Absent, Fact, Told, as_fact
from nslab.observe.network_view import LinkRow, WorldView


class Link(Observation, frozen=True, forbid_unknown_fields=True, tag="link"):
    """There is a link of this name, and it is as asked: set up or not, with or without a carrier, with an address (its
    prefix may be left out), a port of a bridge, its other end in the network of a process."""

    of: ProcessName
    name: Text
    up: bool | None = None
    carrier: bool | None = None
    address: Text | None = None
    port_of: Text | None = None
    to: ProcessName | None = None

    def observe(self, look: Look) -> Found | Absent:
        world, name = look.world.network(self.of), look.text(self.name)
        if isinstance(world, Absent):
            return world
        if isinstance(name, Absent):
            return name
        place: dict[str, Fact] = {"name": name, "where": where(self.of)}
        link = next((link for link in world.links if link.name == name), None)
        if link is None:
            return Found(False, Told("check.found.no-link", place))
        wanted = self._holds(look, link)
        if isinstance(wanted, Absent):
            return wanted
        return Found(wanted, Told("check.found.link", {**place, "how": listed(told_of(link))}))

    def _holds(self, look: Look, link: LinkRow) -> bool | Absent:
        address = None if self.address is None else look.text(self.address)
        bridge = None if self.port_of is None else look.text(self.port_of)
        there = None if self.to is None else look.world.network(self.to)
        if isinstance(address, Absent):
            return address
        if isinstance(bridge, Absent):
            return bridge
        if isinstance(there, Absent):
            return there
        return (
            self.up in (None, link.up)
            and self.carrier in (None, link.carrier)
            and (address is None or any(address in (one, one.partition("/")[0]) for one in link.addresses))
            and bridge in (None, link.master)
            and (there is None or leads_to(link, there))
        )

    def facts(self, look: Look) -> dict[str, Fact]:
        wanted = listed(self._wanted(look)) or Told("check.link.there")
        return {"name": as_fact(look.text(self.name)), "where": where(self.of), "how": wanted}

    def _wanted(self, look: Look) -> Iterator[Fact]:
        if self.up is not None:
            yield "UP" if self.up else "DOWN"
        if self.carrier is not None:
            yield Told("check.link.carrier") if self.carrier else "NO-CARRIER"
        if self.address is not None:
            yield as_fact(look.text(self.address))
        if self.port_of is not None:
            yield Told("check.link.port", {"bridge": as_fact(look.text(self.port_of))})
        if self.to is not None:
            yield Told("check.link.to", {"where": where(self.to)})


class Listening(Observation, frozen=True, forbid_unknown_fields=True, tag="listening"):
    """A TCP server waits for connections on a port, in the network of a process; whose it is does not matter."""

    of: ProcessName
    port: int

    def facts(self, look: Look) -> dict[str, Fact]:
        return {"where": where(self.of), "port": self.port}

    def observe(self, look: Look) -> Found | Absent:
        world = look.world.network(self.of)
        if isinstance(world, Absent):
            return world
        servers = [one for one in world.sockets if one.listening and one.protocol == "tcp"]
        server = next((one for one in servers if one.local.endswith(f":{self.port}")), None)
        facts: dict[str, Fact] = {"where": where(self.of), "port": self.port}
        if server is None:
            return Found(False, Told("check.found.no-server", facts))
        who = called(self.of) if server.comm is None else f"{server.comm} {server.pid}"
        return Found(True, Told("check.found.server", {**facts, "who": who}))


def told_of(link: LinkRow) -> Iterator[Fact]:
    """A link as it is: its state, its addresses, its bridge."""
    yield link.state
    yield from link.addresses or (Told("check.link.no-address"),)
    if link.master is not None:
        yield Told("check.link.port", {"bridge": link.master})


def leads_to(link: LinkRow, world: WorldView) -> bool:
    """Whether its other end is a link of that network."""
    return link.other_end is not None and link.other_end.letter == world.letter
