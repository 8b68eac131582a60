"""A step's words elsewhere follow from its call and its arguments alone."""

from __future__ import annotations

import subprocess

import pytest

from nslab.engine.attach import attach_plan
from nslab.engine.ground import Ground
from nslab.engine.inventory import Inventory
from nslab.engine.plan import plan
from nslab.engine.rosetta.docker import RUN, docker_words
from nslab.engine.rosetta.elsewhere import Elsewhere, elsewhere
from nslab.engine.rosetta.oci import oci_field
from nslab.engine.rosetta.shell import shell_words
from nslab.engine.spec import OCI_NAMES, Process, Spec
from nslab.engine.stages import stage_a, stage_b
from nslab.engine.steps import Fd, Plan, Step
from nslab.kernel.mounts import MountFlag
from nslab.kernel.namespaces import Kind

GROUND = Ground(("usr", "opt"), 65536)
ROOT = "/run/nslab/box/root"
READ_ONLY = int(MountFlag.RDONLY | MountFlag.NOSUID)
BIND = int(MountFlag.BIND)

# What a process does to itself and no program does for it, and what a shell does for every program unasked.
NO_SHELL_WORD = {
    *("seccomp", "close_others", "close_on_exec_from", "dup2", "open_device"),
    *("open_master", "open_slave", "set_size", "send_fd", "set_controlling_terminal"),
}


def creation(*kinds: Kind, terminal: bool = True) -> Plan:
    """A plan for these namespaces."""
    return plan(Spec("box", Process(("sh", "-c", "echo 'a b'"), terminal=terminal), kinds), GROUND)


def every_step() -> list[Step]:
    """Of creations in all namespaces and none, of an attach, and of a lab."""
    plans = (
        creation(*Kind),
        creation(),
        attach_plan(Process(("sh",)), tuple(Kind)),
        stage_a("/tmp", Inventory(("usr", "etc"), (("bin", "usr/bin"),))),
        stage_b("/tmp", 1),
    )
    return [step for steps in plans for step in steps]


def step_of(id_: str, *kinds: Kind) -> Step:
    """A step of a plan for these namespaces, all by default."""
    return next(step for step in creation(*(kinds or Kind)) if step.id == id_)


def words(id_: str, *kinds: Kind) -> Elsewhere:
    return elsewhere(step_of(id_, *kinds))


def test_a_shell_has_a_word_for_all_but_what_a_process_does_to_itself() -> None:
    silent = {step.call for step in every_step() if not shell_words(step)}
    assert silent == NO_SHELL_WORD | {"prctl", "clone3"}  # a dumpable flag; a sibling, as an attach needs one


def test_shell_words_are_commands_that_a_shell_can_read() -> None:
    script = "\n".join(shell_words(step) for step in every_step())
    assert subprocess.run(["sh", "-n"], input=script, text=True, capture_output=True, check=True).stderr == ""


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("proc", "/p", "proc", READ_ONLY, None), "mount -t proc -o ro,nosuid proc /p"),
        (("t", "/p", "tmpfs", 0, "size=4k"), "mount -t tmpfs -o size=4k t /p"),
        (("t", "/p", "tmpfs", 0, None), "mount -t tmpfs t /p"),
        (("/a b", "/p", None, BIND, None), "mount --bind '/a b' /p"),
        (("/a", "/p", None, BIND | int(MountFlag.REC), None), "mount --rbind /a /p"),
        ((None, "/p", None, BIND | int(MountFlag.REMOUNT | MountFlag.RDONLY), None), "mount -o remount,bind,ro /p"),
        ((None, "/", None, int(MountFlag.REC | MountFlag.PRIVATE), None), "mount --make-rprivate /"),
        ((None, "/", None, int(MountFlag.SHARED), None), "mount --make-shared /"),
    ],
)
def test_a_mount_reads_as_mount_8_has_it(args: tuple[str | int | None, ...], said: str) -> None:
    assert shell_words(Step("x", "init", "mount", args)) == said


@pytest.mark.parametrize(
    ("call", "args", "said"),
    [
        ("clone3", ("pid", "uts"), "unshare --fork --pid --uts"),
        ("clone3", ("mnt",), "unshare --fork --mount --propagation unchanged"),
        ("setns", (Fd("target"), "mnt", "pid"), "nsenter --target $target --mount --pid"),
        ("write_proc", ("uid_map", "0 0 1\n1 1 9\n"), r"printf '0 0 1\n1 1 9\n' >/proc/$child/uid_map"),
        ("drop_bounding", (0, 21), "setpriv --bounding-set=-all,+chown,+sys_admin"),
        ("execve", (2, "sh", "a b", "A=1 2"), "exec env -i 'A=1 2' sh 'a b'"),
        ("mkdir", ("/x", 0o700), "mkdir -m 700 /x"),
        ("umount2", (".", 2), "umount -l ."),
        ("umount2", (".", 0), "umount ."),
        ("prctl", (1, 9), "setpriv --pdeathsig 9"),
    ],
)
def test_a_call_reads_as_its_program_has_it(call: str, args: tuple[str | int | Fd, ...], said: str) -> None:
    assert shell_words(Step("x", "init", call, args)) == said


def test_docker_is_asked_for_what_it_would_not_do_and_to_leave_out_what_it_would() -> None:
    assert words("nnp").docker == "run --security-opt=no-new-privileges"
    assert words("usr").docker == "run --volume=/usr:/usr:ro"
    assert words("clone").docker == "run --network=none"
    assert words("clone", Kind.MNT, Kind.UTS, Kind.CGROUP).docker == "run --pid=host --network=host --ipc=host"
    assert words("room").docker == ""


@pytest.mark.parametrize(
    "id_", ["proc", "dev", "dev_null", "mask_keys", "freeze_sys", "capset", "pivot", "lo", "cwd", "shm"]
)
def test_what_docker_does_by_itself_is_docker_run(id_: str) -> None:
    assert words(id_).docker == RUN


def test_other_capabilities_than_its_own_must_be_told_to_docker() -> None:
    assert docker_words(Step("x", "init", "drop_bounding", (12,))) == "run --cap-drop=ALL --cap-add=NET_ADMIN"


@pytest.mark.parametrize(
    ("id_", "field"),
    [
        ("proc", "mounts: /proc"),
        ("overlay", "root.path"),
        ("private", "linux.rootfsPropagation"),
        ("dev_null", "default devices: /dev/null"),
        ("link_fd", "default devices: /dev/fd"),
        ("mask_keys", "linux.maskedPaths: /proc/keys"),
        ("mask_acpi", "linux.maskedPaths: /proc/acpi"),
        ("freeze_sys", "linux.readonlyPaths: /proc/sys"),
        ("uid_map", "linux.uidMappings"),
        ("setgroups", ""),
        ("nnp", "process.noNewPrivileges"),
        ("master", "process.terminal"),
        ("room", ""),
    ],
)
def test_a_field_of_the_specification_stands_behind_a_step(id_: str, field: str) -> None:
    assert oci_field(step_of(id_)) == field


def test_namespaces_have_the_specifications_names() -> None:
    said = words("clone").oci.removeprefix("linux.namespaces: ").split(", ")
    assert sorted(said) == sorted(OCI_NAMES.values())


def test_paths_of_the_lab_are_no_paths_of_a_container() -> None:
    """The lab's own mounts are no container's, however alike they look."""
    for step in stage_b("/tmp", 1):
        assert "mounts:" not in oci_field(step)
