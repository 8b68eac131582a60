"""Asking systemd: what is said to it, and that nobody asks twice."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from nslab.engine.delegation import systemd


@pytest.mark.parametrize(("uid", "whose"), [(0, []), (1000, ["--user"])])
def test_a_scope_is_asked_for_that_is_handed_over_and_leaves_nothing(uid: int, whose: list[str]) -> None:
    asked = systemd.command(uid, "nslab-1.scope", ["python", "-m", "nslab"])
    assert asked[: asked.index("--")] == [
        "systemd-run",
        *whose,
        "--scope",
        "--quiet",
        "--collect",
        "--property=Delegate=yes",
        "--unit=nslab-1.scope",
    ]
    assert asked[asked.index("--") + 1 :] == ["python", "-m", "nslab"]


def test_a_user_s_manager_is_where_sudo_does_not_say() -> None:
    assert systemd.runtime_directory({}, 1000) == "/run/user/1000"
    assert systemd.runtime_directory({"XDG_RUNTIME_DIR": "/x"}, 1000) == "/x"


def test_a_manager_is_there_when_it_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systemd, "BOOTED", tmp_path)
    monkeypatch.setattr(systemd, "PROGRAM", "true")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert not systemd.reachable(1000)
    (tmp_path / "systemd").mkdir()
    with socket.socket(socket.AF_UNIX) as manager:
        manager.bind(str(tmp_path / "systemd/private"))
        assert not systemd.reachable(1000)
        manager.listen()
        assert systemd.reachable(1000)
    monkeypatch.setattr(systemd, "PROGRAM", "no-such-program")
    assert not systemd.reachable(1000)


FAKE = """#!/bin/sh
for word; do case $word in --unit=*) echo "$NSLAB_SCOPE $word" ;; esac; done
while [ "$1" != -- ]; do shift; done
shift
exec "$@"
"""

ASKS_ONCE = """
import os
from nslab.engine.delegation import systemd
if not systemd.asked():
    systemd.enter_scope()
print("in", systemd.is_ours(os.environ["NSLAB_SCOPE"]), systemd.is_ours("other.scope"), os.getpid())
"""


def test_the_program_goes_on_in_the_scope_as_the_same_process_and_does_not_ask_again(tmp_path: Path) -> None:
    (tmp_path / "systemd-run").write_text(FAKE)
    (tmp_path / "systemd-run").chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if name != systemd.UNIT}
    with subprocess.Popen(
        [sys.executable, "-P", "-c", ASKS_ONCE],
        env=environment | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        said, went_on = process.communicate()[0].splitlines()
    unit = said.partition(" ")[0]
    assert said == f"{unit} --unit={unit}"
    assert went_on == f"in True False {process.pid}"
