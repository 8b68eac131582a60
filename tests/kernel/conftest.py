"""Calls that change the process that makes them are made in a child, as root of new namespaces."""

from __future__ import annotations

import json
import os
import socket
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from nslab.engine.ids import own_maps, write_maps
from nslab.kernel.clone import clone3
from nslab.kernel.namespaces import Kind
from nslab.kernel.process import PR_SET_DUMPABLE, prctl, set_ids


class ChildFailed(AssertionError):
    """What the child raised, with its own traceback as text."""


def answer(action: Callable[[], Any]) -> str:
    """JSON of what it returned, or of the errno it was refused with."""
    try:
        return json.dumps({"value": action()})
    except OSError as error:
        return json.dumps({"value": f"errno {error.errno}"})
    except BaseException:  # noqa: BLE001 - forked: told to the parent, who raises it; pytest's own outcomes are no Exceptions
        return json.dumps({"trace": traceback.format_exc()})


def as_root_of(kinds: tuple[Kind, ...], action: Callable[[], Any]) -> str:
    """Make the namespaces, be given ids in them, act. In a process of one thread only."""
    ours, theirs = socket.socketpair()
    proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
    pid, _ = clone3(sum(kind.clone_flag for kind in kinds))
    if pid == 0:
        try:
            ours.close()
            theirs.recv(2)
            set_ids(0, 0)
            prctl(PR_SET_DUMPABLE, 1)
            theirs.sendall(answer(action).encode())
        finally:
            os._exit(0)  # whatever happened: a second pytest must not go on
    theirs.close()
    write_maps(proc, pid, own_maps())
    ours.sendall(b"go")
    told = b"".join(iter(lambda: ours.recv(1 << 16), b""))
    os.waitpid(pid, 0)
    return told.decode()


@pytest.fixture
def inside() -> Callable[..., Any]:
    """`inside(action, *kinds)` is what `action` returns in a child; "errno N" where the kernel refused it.

    With kinds the child is root of new namespaces, a user namespace always among them.
    """

    def run(action: Callable[[], Any], *kinds: Kind) -> Any:
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.close(read)
                chosen = tuple({Kind.USER, *kinds}) if kinds else ()
                os.write(write, (as_root_of(chosen, action) if chosen else answer(action)).encode())
            finally:
                os._exit(0)  # whatever happened: a second pytest must not go on
        os.close(write)
        with open(read, "rb") as pipe:
            told = pipe.read()
        _, status = os.waitpid(pid, 0)
        result = json.loads(told) if told else {"value": f"status {status}"}
        if "trace" in result:
            raise ChildFailed(result["trace"])
        return result["value"]

    return run
