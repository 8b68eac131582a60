"""The lesson `cgroupns` where the lab's root has a control group of its own: what it leaves out elsewhere is played here."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import pytest

from nslab.kernel.idmap import ROOT_RANGE
from tests.delegated import delegated, nslab_in

NOBODY = 65534
OWNERS = {0: ROOT_RANGE.outside, NOBODY: NOBODY}  # by who runs nslab: the lab's root, as the machine numbers it
PATIENCE_SECONDS = 120.0

pytestmark = pytest.mark.as_root


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that any user may write to."""
    home = tmp_path_factory.mktemp("home")
    for directory in home.parents:
        if directory.is_relative_to(tempfile.gettempdir()) and directory != Path(tempfile.gettempdir()):
            os.chmod(directory, 0o755)
    os.chmod(home, 0o777)
    return home


@pytest.mark.program("setpriv")
@pytest.mark.needs("cgroup-namespaces")
@pytest.mark.parametrize("user", OWNERS)
def test_with_a_group_of_its_own_the_lesson_keeps_all_that_it_promises(user: int, home: Path) -> None:
    with delegated(OWNERS[user]) as group:
        done = nslab_in(group, user, home, "author", "check", "cgroupns", "--json", seconds=PATIENCE_SECONDS)
    assert done.stderr == ""
    (report,) = json.loads(done.stdout)
    assert (report["problems"], report["left_out"]) == ([], ["not-yours"])


@pytest.mark.program("setpriv")
@pytest.mark.needs("cgroup-namespaces")
@pytest.mark.parametrize("user", OWNERS)
def test_doctor_finds_a_group_that_was_handed_over(user: int, home: Path) -> None:
    with delegated(OWNERS[user]) as group:
        done = nslab_in(group, user, home, "doctor", "--json", seconds=PATIENCE_SECONDS)
        assert [path.name for path in group.iterdir() if path.is_dir()] == []
    states = {finding["probe"]: finding["state"] for finding in json.loads(done.stdout)["findings"]}
    assert states["own-cgroup"] == "ok"
