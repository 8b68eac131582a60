"""The net helper, seen from the owner of a lab: start one, and end it."""

from __future__ import annotations

import contextlib
import socket
import subprocess

from nslab.engine import protocol
from nslab.engine.failures import LabError, NoNetHelper, unplanned
from nslab.engine.spawn import spawn
from nslab.engine.waiting import readable
from nslab.errors import Because

START_SECONDS = 15.0
END_SECONDS = 2.0


class NetHelper:
    """A running helper. It ends by itself when its owner does, when the lab does, and when it is closed."""

    def __init__(self, process: subprocess.Popen[bytes], line: socket.socket) -> None:
        self._process, self._line = process, line

    @classmethod
    def start(cls, lab: int) -> tuple[NetHelper, socket.socket]:
        """A helper for the lab behind a pidfd, once it is ready, and the socket on which it takes errands.

        Raises NoNetHelper, LabError: pyroute2 can't be imported, or the kernel did not let it join.
        """
        sockets: list[socket.socket] = []
        try:
            for _ in range(2):
                sockets += socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            errands, its_errands, line, its_line = sockets
            inherited = [lab, its_errands.fileno(), its_line.fileno()]
            process = spawn("nslab.engine.net", [str(fd) for fd in inherited], inherited)
        except OSError as error:
            for sock in sockets:
                sock.close()
            raise unplanned(error) from error
        its_errands.close()
        its_line.close()
        helper = cls(process, line)
        try:
            helper._await_ready()
        except BaseException:
            errands.close()
            helper.close()
            raise
        return helper, errands

    def _await_ready(self) -> None:
        packet = None
        if readable({self._line}, START_SECONDS):
            with contextlib.suppress(OSError, protocol.ProtocolError):
                packet = protocol.receive(self._line, protocol.REPLIES)
        match packet:
            case (protocol.Agreed(), _):
                return
            case (protocol.Refused() as refused, _):
                raise told(refused)
        raise NoNetHelper(why=Because("error.no-net-helper.because.silent"))

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def close(self) -> None:
        """Let it go; returns once it has ended."""
        self._line.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def told(refused: protocol.Refused) -> LabError:
    """The helper's error, as one of ours."""
    error = NoNetHelper(**refused.facts) if refused.code == NoNetHelper.code else LabError(**refused.facts)
    error.code = refused.code
    return error
