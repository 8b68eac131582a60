"""What doctor finds: here, where all should be well, and on machines that lack something, made so for the test."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from nslab.engine import rundir
from nslab.engine.doctor import PROBES, PROGRAMS, Finding, examine, examine_all, identity, lab, programs, surroundings
from nslab.engine.doctor.findings import missing
from nslab.engine.doctor.trial import attempt
from nslab.engine.failures import LabError
from nslab.errors import Because
from nslab.kernel.mounts import MountFlag, mount
from nslab.kernel.namespaces import Kind
from nslab.words import LANGS, Lang, words_for

LIVES_HERE = ("kernel", "user-namespaces", *(f"{kind}-namespaces" for kind in Kind if kind is not Kind.USER))


def in_a_child(ask: Callable[[], Finding], before: Callable[[], None], *kinds: Kind) -> dict[str, object]:
    """What `ask` finds in a user namespace of its own where `before` has changed something."""
    read, write = os.pipe()
    try:

        def action() -> None:
            before()
            found = ask()
            told = {"state": found.state, "cause": found.cause, "facts": found.facts}
            os.write(write, json.dumps(told).encode())

        assert attempt(action, Kind.MNT, *kinds) is None
        told: dict[str, object] = json.loads(os.read(read, 4096))
        return told
    finally:
        os.close(read)
        os.close(write)


@pytest.mark.as_root
def test_cgroup_v2_is_found_wherever_it_is_mounted_when_it_is_not_alone() -> None:
    def cover() -> None:
        mount(None, "/", None, int(MountFlag.REC | MountFlag.PRIVATE), None)
        mount("cover", "/sys/fs/cgroup", "tmpfs", 0, None)
        os.mkdir("/sys/fs/cgroup/v2")
        mount("cgroup2", "/sys/fs/cgroup/v2", "cgroup2", 0, None)

    found = in_a_child(lambda: examine("cgroup2"), cover, Kind.CGROUP)
    assert found == {"state": "limited", "cause": "cgroup-hybrid", "facts": {"path": "/sys/fs/cgroup/v2"}}


@pytest.mark.parametrize(("ranges", "cause"), [(True, "no-newuidmap"), (False, "no-newuidmap-no-ids")])
def test_without_newuidmap_and_ids_for_it_both_are_told(
    ranges: bool, cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 65534)
    monkeypatch.setattr(identity.ids, "subordinate_ranges", lambda: "no-newuidmap")
    monkeypatch.setattr(identity.ids, "has_ranges", lambda: ranges)
    assert examine("subordinate-ids").cause == cause


@pytest.mark.parametrize("probe", [*LIVES_HERE, "proc-mount", "mqueue-mount", "overlay", "lab"])
def test_a_machine_that_runs_these_tests_can_run_lessons(probe: str) -> None:
    finding = examine(probe)
    assert (finding.state, finding.cause) == ("ok", None)


def test_every_probe_answers_under_its_own_name() -> None:
    assert [finding.probe for finding in examine_all()] == list(PROBES)


def test_a_finding_has_a_cause_exactly_where_something_is_amiss() -> None:
    assert [finding for finding in examine_all() if (finding.state == "ok") != (finding.cause is None)] == []


@pytest.mark.as_root
def test_a_limit_on_namespaces_is_named_with_its_setting() -> None:
    def forbid() -> None:
        Path("/proc/sys/user/max_net_namespaces").write_text("0")

    found = in_a_child(lambda: examine("net-namespaces"), forbid)
    assert found == {
        "state": "missing",
        "cause": "namespace-limit",
        "facts": {"setting": "user.max_net_namespaces", "value": 0},
    }


@pytest.mark.as_root
def test_a_limit_on_user_namespaces_explains_the_kinds_that_need_them() -> None:
    def forbid() -> None:
        Path("/proc/sys/user/max_user_namespaces").write_text("0")

    assert in_a_child(lambda: examine("user-namespaces"), forbid)["cause"] == "namespace-limit"
    assert in_a_child(lambda: examine("pid-namespaces"), forbid)["cause"] == "needs-user-namespaces"
    assert in_a_child(lambda: examine("overlay"), forbid)["cause"] == "needs-user-namespaces"


@pytest.mark.as_user
def test_root_without_ids_to_give_away_is_told_apart() -> None:
    assert in_a_child(lambda: examine("user-namespaces"), lambda: None)["cause"] == "no-ids"


def test_a_chroot_is_recognised() -> None:
    def enter() -> None:
        mount(None, "/", None, int(MountFlag.REC | MountFlag.PRIVATE), None)
        mount("new-root", "/mnt", "tmpfs", 0, None)
        os.makedirs("/mnt/root/proc")
        mount("/proc", "/mnt/root/proc", None, int(MountFlag.BIND | MountFlag.REC), None)
        os.chroot("/mnt/root")

    def ask() -> Finding:
        return missing("chroot", surroundings.forbidden_by())

    assert not surroundings.in_chroot()
    assert in_a_child(ask, enter)["cause"] == "chroot"


@pytest.mark.parametrize(
    ("release", "cause"),
    [("5.10.0-8-amd64", "old-kernel"), ("4.4.0-19041-Microsoft", "wsl1"), ("5.14.0", None), ("6.1.0-rc1", None)],
)
def test_the_kernels_age_is_read_from_its_release(
    release: str, cause: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(release=release))
    assert examine("kernel").cause == cause


@pytest.mark.parametrize(
    ("settings", "cause"),
    [
        ({"kernel/unprivileged_userns_clone": 0}, "userns-switched-off"),
        ({"kernel/apparmor_restrict_unprivileged_userns": 1}, "apparmor"),
    ],
)
@pytest.mark.as_user
def test_a_denial_is_explained_by_the_setting_behind_it(
    settings: dict[str, int], cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surroundings, "kernel_setting", settings.get)
    assert surroundings.forbidden_by() == cause


def test_a_program_is_looked_for_where_the_lab_sees_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert str(examine("ps").facts["path"]).endswith("bin/ps")


def test_the_compiler_of_the_extra_counts_and_without_any_both_ways_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs.shutil, "which", lambda name, path: None)
    monkeypatch.setattr(programs, "brought_compiler", lambda: "/venv/ziglang")
    assert examine("cc").facts == {"path": "/venv/ziglang/zig"}
    monkeypatch.setattr(programs, "brought_compiler", lambda: None)
    assert examine("cc").cause == "no-compiler"
    assert examine("cc").facts["python"] == sys.executable


@pytest.mark.parametrize(
    ("release", "command"),
    [
        ({"ID": "debian"}, "sudo apt install gcc libc6-dev"),
        ({"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}, "sudo apt install gcc libc6-dev"),
        ({"ID": "fedora"}, "sudo dnf install gcc"),
        ({"ID": "rocky", "ID_LIKE": "rhel centos fedora"}, "sudo dnf install gcc"),
        ({"ID": "arch"}, "sudo pacman -S gcc"),
        ({"ID": "alpine"}, "sudo apk add gcc musl-dev"),
        ({"ID": "unheard-of"}, "sudo apt install gcc libc6-dev"),
    ],
)
def test_a_missing_program_is_told_with_this_distributions_package(
    release: dict[str, str], command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs.platform, "freedesktop_os_release", lambda: release)
    assert programs.install_command(PROGRAMS["cc"]) == command


def test_what_a_dead_lab_left_is_told_apart_from_a_living_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rundir, "base", lambda environ, uid: tmp_path)
    living = rundir.make(tmp_path, os.getpid(), "nslab")
    assert (examine("leftovers").state, examine("leftovers").facts) == ("ok", {"alive": 1})
    os.close(living.lock_fd)
    assert examine("leftovers").cause == "leftovers"


def asked_on_a_terminal(columns: int, rows: int, **environ: str) -> dict[str, object]:
    """The terminal probe's finding in a program whose terminal has this size."""
    code = (
        f"import json, fcntl, termios, struct; fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('4H', {rows}, {columns}, 0, 0));"
        "from nslab.engine.doctor import examine; f = examine('terminal'); print(json.dumps([f.state, f.cause]))"
    )
    pid, master = pty.fork()
    if pid == 0:
        os.execve(sys.executable, [sys.executable, "-c", code], {**os.environ, "LC_ALL": "C.UTF-8", **environ})
    told = b""
    try:
        while chunk := os.read(master, 4096):
            told += chunk
    except OSError:  # EIO: the program has ended
        pass
    os.close(master)
    os.waitpid(pid, 0)
    state, cause = json.loads(told)
    return {"state": state, "cause": cause}


@pytest.mark.parametrize(
    ("columns", "environ", "cause"),
    [
        (80, {"TERM": "xterm"}, None),
        (79, {"TERM": "xterm"}, "small-terminal"),
        (80, {"TERM": "dumb"}, "dumb-terminal"),
        (80, {"TERM": "xterm", "LC_ALL": "C"}, "not-utf8"),
    ],
)
def test_a_terminal_unfit_for_the_screen_is_told_apart(
    columns: int, environ: dict[str, str], cause: str | None
) -> None:
    assert asked_on_a_terminal(columns, 24, **environ)["cause"] == cause


def test_a_pipe_is_no_terminal() -> None:
    code = "from nslab.engine.doctor import examine; print(examine('terminal').cause)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "no-terminal\n"


@pytest.mark.parametrize("lang", LANGS)
def test_why_no_lab_starts_is_said_in_words_and_not_by_a_code(lang: Lang, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise LabError(
            why=Because("error.lab.because.path"), path="/run", errno="EROFS", meaning="Read-only file system"
        )

    monkeypatch.setattr(lab.Lab, "start", refuse)
    finding = examine("lab")
    assert (finding.state, finding.cause) == ("missing", "lab-refused")
    said = words_for(lang)("doctor.cause.lab-refused.why", **finding.facts)
    assert said.startswith("/run")
    assert "EROFS" in said
    assert "error." not in said
