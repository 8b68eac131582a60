"""Looking at this machine again and again."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from nslab.engine.client import Lab
from nslab.engine.spec import Process
from nslab.kernel.namespaces import Kind
from nslab.observe.machine.explorer import Explorer
from nslab.observe.machine.reach import Ref
from nslab.observe.machine.rows import Machine, rows_of
from nslab.observe.machine.worlds import Arrangement
from nslab.observe.namespaces import NamespaceId
from nslab.observe.observer import HostMissing
from nslab.observe.roots import ProcRoot
from tests.engine.conftest import run_piped

pytestmark = pytest.mark.alone

Boxed = Callable[..., AbstractContextManager[int]]


@pytest.fixture
def explorer(machine: ProcRoot) -> Explorer:
    return Explorer(machine, os.getpid())


def uts_of(explorer: Explorer, pid: int) -> Ref:
    return Ref(Kind.UTS, explorer.root.namespace(os.stat(f"/proc/{pid}/ns/uts").st_ino))


def row_led_by(machine: Machine, pid: int) -> str:
    return next(row.key for row in rows_of(machine, Arrangement.OWNER) if row.leader and row.leader.pid == pid)


def test_the_host_s_namespaces_are_a_and_others_get_letters_that_stay(explorer: Explorer, boxed: Boxed) -> None:
    with boxed("--uts") as pid:
        ref = uts_of(explorer, pid)
        first, second = explorer.look(), explorer.look(thorough=False)
        assert first.letters[ref] == second.letters[ref] != "A"
    assert first.letters[uts_of(explorer, os.getpid())] == "A"
    assert ref not in explorer.look().letters


def test_a_look_that_is_not_thorough_sees_new_processes_but_no_new_holders(explorer: Explorer, boxed: Boxed) -> None:
    explorer.look()
    with boxed("--uts") as pid:
        opened = os.open(f"/proc/{pid}/ns/uts", os.O_RDONLY)
        ref = uts_of(explorer, pid)
        assert ref in {one.ref for one in explorer.look(thorough=False).census.namespaces}
        row_led_by(explorer.look(thorough=False), pid)
    try:
        assert ref not in explorer.look(thorough=False).letters
        assert ref in explorer.look().letters
    finally:
        os.close(opened)


def test_a_process_of_the_last_look_can_be_explained_with_the_letters_on_show(explorer: Explorer, boxed: Boxed) -> None:
    with boxed("--uts") as pid:
        machine = explorer.look()
        told = explorer.explain(pid)
        assert told is not None
        (uts,) = (share for share in told.of(False) if share.kind is Kind.UTS)
        assert uts.letter == machine.letters[uts_of(explorer, pid)]
    explorer.look()
    assert explorer.explain(pid) is None


@pytest.mark.program("lsns")
def test_a_lab_s_own_procfs_is_told_as_lsns_tells_it_in_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with Lab.start() as lab, ProcRoot(lab.proc) as root:
        box = "unshare --uts --pid --fork sh -c 'echo > /tmp/up; exec sleep 60' > /dev/null 2>&1 &"
        lsns = "lsns --json --list --output ns,type,nprocs,pns,ons"
        script = f"{box} while [ ! -e /tmp/up ]; do :; done; {lsns}"
        listed = json.loads(run_piped(lab, lambda pipes: lab.spawn(Process(("sh", "-c", script)), pipes)).out)[
            "namespaces"
        ]
        told = {(one.kind.value, one.id.inode): one for one in Explorer(root, 1).look().census.namespaces}
    rows = {(row["type"], int(row["ns"])): row for row in listed}
    assert len([key for key in rows if key[0] == "uts"]) == 2
    assert rows.keys() <= told.keys()
    for key, row in rows.items():
        owner = told[key].owner
        assert isinstance(owner, NamespaceId)
        assert int(row["ons"]) in (0, owner.inode)  # lsns sees none above its own user namespace


def test_a_host_that_is_not_there_is_missing(machine: ProcRoot) -> None:
    with pytest.raises(HostMissing):
        Explorer(machine, 4194305)


def test_looking_leaves_no_descriptor_open(explorer: Explorer) -> None:
    before = os.listdir("/proc/self/fd")
    explorer.look()
    assert os.listdir("/proc/self/fd") == before
