"""The interpreter behind /proc/1/exe, where it belongs to the user."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nslab.engine import interpreter
from nslab.engine.client import Lab
from nslab.kernel.memfd import program_file

ATTACK = "cd /proc/1; echo OWNED >exe; chmod 4777 exe; touch exe; setfattr -n user.x -v y exe; ls -lL exe"


@pytest.fixture
def own_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Python that belongs to whoever runs the tests, as uv's and pyenv's do; it finds the same modules."""
    copy = tmp_path / "python3"
    shutil.copyfile(Path(sys.executable).resolve(), copy)
    copy.chmod(0o755)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
    monkeypatch.setattr(sys, "executable", str(copy))
    return copy


def test_the_users_own_interpreter_is_not_changed_from_inside_cve_2019_5736(
    own_python: Path, in_lab: Callable[..., Any]
) -> None:
    before = own_python.stat()
    with Lab.start() as lab:
        told = in_lab(lab, ATTACK)
    after = own_python.stat()
    assert (after.st_mode, after.st_ctime_ns) == (before.st_mode, before.st_ctime_ns)
    assert "Text file busy" in told.out or "Permission denied" in told.out


@pytest.mark.as_user
def test_the_copy_can_not_be_written_either(own_python: Path) -> None:
    with interpreter.harmless() as path:
        assert path != str(own_python)
        assert Path(path).read_bytes() == own_python.read_bytes()
        fd = os.open(path, os.O_RDWR)
        with pytest.raises(PermissionError):
            os.write(fd, b"x")
        os.close(fd)
    assert not os.path.exists(path)


def test_a_copy_that_came_out_short_is_an_error_and_not_run(tmp_path: Path) -> None:
    (tmp_path / "short").write_bytes(b"x" * 100)
    copy = program_file("short")
    try:
        with pytest.raises(OSError, match="short") as refused:
            interpreter.fill(copy, str(tmp_path / "short"), 101)
    finally:
        os.close(copy)
    assert refused.value.errno == errno.EIO


@pytest.mark.as_user
def test_an_interpreter_of_the_systems_is_run_as_it_is() -> None:
    with interpreter.harmless() as path:
        assert (path == sys.executable) is (os.stat(sys.executable).st_uid != os.geteuid())


@pytest.mark.as_root
def test_root_runs_its_own_for_its_owner_does_not_exist_inside(own_python: Path) -> None:
    with interpreter.harmless() as path:
        assert path == str(own_python)
