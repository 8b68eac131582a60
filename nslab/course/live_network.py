"""The networks of a running lab, read at most once a look, and only for who asks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from msgspec.structs import replace

from nslab.engine.client import Lab
from nslab.engine.failures import LabError
from nslab.observe.letters import Letters
from nslab.observe.namespace_view import Subject
from nslab.observe.namespaces import Membership, Unread
from nslab.observe.network import NetworkReader, Networks
from nslab.observe.network_view import NetworkView, WorldView, network_view
from nslab.observe.observer import Look
from nslab.observe.pings import PingWatch
from nslab.observe.roots import ProcRoot
from nslab.observe.sockets import SocketHolders


class LiveNetworks:
    """Not for two threads at once."""

    def __init__(self, root: ProcRoot, lab: Lab) -> None:
        self._reader = NetworkReader(root, lab.sockets)
        self._holders = SocketHolders(root)
        self._pings = PingWatch(partial(lab.sockets, family="packet"))
        self._look: Look | None = None
        self._networks: Networks = {}

    def view(self, look: Look, letters: Letters, subjects: Sequence[Subject] = ()) -> NetworkView:
        """Every network as it was at this look; none once the lab has ended."""
        if look is not self._look:
            self._look, self._networks = look, self._read(look)
        networks = [one for one in self._networks.values() if not isinstance(one, Unread)]
        holders = self._holders.of({inode for network in networks for inode in network.inodes}, look.scan)
        return network_view(subjects, letters, look.scan, self._networks, holders)

    def listened(self, look: Look, letters: Letters, subjects: Sequence[Subject]) -> NetworkView:
        """The same, and the last ping over the host's links: those before the first call are not heard."""
        view = self.view(look, letters, subjects)
        try:
            return replace(view, ping=self._pings.look(look.host.pid))
        except LabError:
            return view

    def close(self) -> None:
        """Let go of what listens."""
        self._pings.close()

    def world(self, namespace: Membership, look: Look, letters: Letters) -> WorldView | None:
        """One of them; None where it could not be looked into, its last process having ended just now."""
        inode = None if isinstance(namespace, Unread) else namespace.inode
        return next((one for one in self.view(look, letters).worlds if one.inode == inode), None)

    def _read(self, look: Look) -> Networks:
        try:
            return self._reader.read(look.scan)
        except LabError:
            return {}
