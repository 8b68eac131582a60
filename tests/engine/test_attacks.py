"""Attacks from inside, as the lab's root and as a container's, each named after its CVE or its trick.

The victim stands for what is at risk on a real machine: a directory that the user who runs the lab owns and everybody may write,
bound into the lab as /opt and /usr are, by the same steps. Every attack must leave it as it was.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from nslab.engine import inventory, stages
from nslab.engine.client import Lab, Told
from nslab.kernel.capabilities import Capability
from nslab.kernel.namespaces import Kind

Run = Callable[..., Any]
ROOT = os.geteuid() == 0
ALL_RIGHTS = {"capabilities": tuple(Capability), "no_new_privileges": False}


# The machine's root gets a directory more, which lies elsewhere.
WITH_VICTIM = """
from msgspec import structs
look, build = keeper.take_inventory, stages.stage_a
def take_inventory():
    found = look()
    return structs.replace(found, directories=(*found.directories, "victim"))
def stage_a(base, inventory):
    return tuple(
        structs.replace(step, args=({victim!r}, *step.args[1:])) if step.id == "bind_victim" else step
        for step in build(base, inventory)
    )
keeper.take_inventory, stages.stage_a = take_inventory, stage_a
"""


@pytest.fixture(scope="module")
def victim() -> Iterator[Path]:
    """Not below pytest's own directory: that is closed even to the id that the lab's root has outside."""
    directory = Path(tempfile.mkdtemp(prefix="nslab-victim-"))
    (directory / "file").write_text("precious\n")
    (directory / "program").write_text("#!/bin/sh\necho harmless\n")
    for path, mode in ((directory, 0o777), (directory / "file", 0o666), (directory / "program", 0o777)):
        path.chmod(mode)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def lab(victim: Path, changed_lab: Callable[..., Lab]) -> Iterator[Lab]:
    with changed_lab(WITH_VICTIM.format(victim=str(victim))) as started:
        yield started


@pytest.fixture(scope="module")
def shared_lab(victim: Path, changed_lab: Callable[..., Lab]) -> Iterator[Lab]:
    with changed_lab(WITH_VICTIM.format(victim=str(victim))) as started:
        yield started


@pytest.fixture(params=["lab root", "container root", "container root with every right"])
def attack(request: pytest.FixtureRequest, shared_lab: Lab, in_lab: Run, in_box: Run) -> Callable[..., Any]:
    """Run a script as each kind of root. The lab's gets a lab of its own, for some of these take it apart.

    The container has the namespaces that leave it the most rights over the lab.
    """
    if request.param == "lab root":
        lab: Lab = request.getfixturevalue("lab")
        return lambda script, *args: in_lab(lab, script, *args)
    changes = ALL_RIGHTS if "every" in request.param else {}
    kinds = (Kind.PID, Kind.MNT, Kind.UTS, Kind.IPC)
    return lambda script, *args: in_box(shared_lab, script, kinds, *args, **changes)


class Fact(Struct, frozen=True):
    """A file as it was: contents, mode, owner, times of change."""

    data: bytes
    mode: int
    owner: int
    changed_ns: int


def facts(directory: Path) -> dict[str, Fact]:
    found = {}
    for path in sorted(directory.rglob("*")):
        about = path.lstat()
        data = path.read_bytes() if path.is_file() else b""
        found[str(path)] = Fact(data, about.st_mode, about.st_uid, about.st_ctime_ns)
    return found


@pytest.fixture(autouse=True)
def the_machine_is_unharmed(victim: Path) -> Iterator[None]:
    before = (facts(victim), os.uname().nodename, Path("/proc/sys/net/ipv4/ip_forward").read_bytes())
    yield
    assert (facts(victim), os.uname().nodename, Path("/proc/sys/net/ipv4/ip_forward").read_bytes()) == before


WRITE = (
    "for f in {0}/file {0}/program {0}/new; do echo OWNED >$f; done; rm -f {0}/file; mv {0}/program {0}/moved; "
    "chmod 4777 {0}/program; touch {0}/program; ln {0}/file {0}/link; setfattr -n user.x -v y {0}/file"
)


def test_the_victim_could_be_written_but_for_the_mount(attack: Callable[..., Any]) -> None:
    told = attack(f"test -r /victim/file && echo readable; {WRITE.format('/victim')}")
    assert told.lines[0] == "readable"
    assert told.out.count("Read-only file system") >= 4


@pytest.mark.parametrize(
    "trick",
    [
        "mount -o remount,rw /victim",
        "mount -o remount,bind,rw /victim",
        "mount -o remount,bind,rw,suid,dev /victim",
        "mount --bind /victim /mnt && mount -o remount,bind,rw /mnt",
        "mount --rbind / /mnt && mount -o remount,bind,rw /mnt/victim",
        "mount --rbind / /mnt && mount --make-rprivate /mnt && mount -o remount,bind,rw /mnt/victim",
        "umount /victim",
        "umount -l /victim",
        "umount -R -l /victim",
        "mount --move /victim /mnt && mount -o remount,bind,rw /mnt",
        "mount -t tmpfs none /mnt && mkdir /mnt/up /mnt/work && "
        "mount -t overlay -o lowerdir=/victim,upperdir=/mnt/up,workdir=/mnt/work,userxattr o /victim; umount /victim",
        "unshare -m mount -o remount,bind,rw /victim",
        "unshare -Ur mount -o remount,bind,rw /victim",
        "unshare -Urm mount -o remount,bind,rw /victim",
        "unshare -Urmpf --mount-proc mount -o remount,bind,rw /victim",
        "unshare -Urm sh -c 'mount --bind /victim /mnt && mount -o remount,bind,rw /mnt'",
        "nsenter -t 1 -m mount -o remount,bind,rw /victim",
        "nsenter -t 1 -a mount -o remount,bind,rw /victim",
        "nsenter -t 1 -U -m --preserve-credentials mount -o remount,bind,rw /victim",
        "mount --make-rshared / && mount -o remount,bind,rw /victim",
        "pivot_root . mnt && mount -o remount,bind,rw /victim",
    ],
)
def test_a_read_only_bind_can_not_be_made_writable(trick: str, attack: Callable[..., Any]) -> None:
    attack(f"cd /; {trick}; {WRITE.format('/victim')}; {WRITE.format('/mnt/victim')}; {WRITE.format('/mnt')}")


def mount_setattr_attack() -> str:
    """mount_setattr(2) and open_tree(2), which mount(8) of this age does not use."""
    return """
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
top = sys.argv[1].encode()
clear = struct.pack("=4Q", 0, 1 | 2 | 4, 0, 0)
def said(what, value): print(what, value if value >= 0 else -ctypes.get_errno())
said("setattr", libc.syscall(442, -100, top, 0, clear, 32))
said("setattr recursive", libc.syscall(442, -100, top, 0x8000, clear, 32))
tree = libc.syscall(428, -100, top, 1 | 0x80000)
said("open_tree", tree)
if tree >= 0:
    said("setattr of a clone", libc.syscall(442, tree, b"", 0x1000, clear, 32))
    said("move_mount", libc.syscall(429, tree, b"", -100, b"/mnt", 4))
try:
    open("/mnt/file", "w").write("OWNED")
except OSError as error:
    print(error)
"""


def test_mount_setattr_and_open_tree_do_not_unlock_it_either(attack: Callable[..., Any]) -> None:
    told = attack('/usr/bin/python3 -c "$1" /victim', mount_setattr_attack())
    assert [line for line in told.lines if line.startswith("setattr") and line.split()[-1] == "0"] == []


@pytest.mark.parametrize(
    "path", ["/proc/1/exe", "/proc/self/exe", "/proc/1/root", "/proc/1/cwd", "/proc/self/root", "/proc/self/cwd"]
)
def test_a_magic_link_leads_nowhere_outside_cve_2019_5736(path: str, attack: Callable[..., Any]) -> None:
    told = attack(
        f"echo OWNED >{path}; chmod 4777 {path}; touch {path}; chown 1:1 {path}; ls {path}/home {path}/work {path}/srv; "
        f"echo OWNED >{path}/victim/file; cat {path}/etc/shadow"
    )
    assert [line for line in told.lines if line.startswith("root:")] == []


def test_no_descriptor_of_pid_1_leads_outside_cve_2024_21626(attack: Callable[..., Any]) -> None:
    told = attack(
        "for fd in /proc/1/fd/* /proc/self/fd/*; do (cd $fd/../../../.. && ls -A . home root); ls -A $fd/home; "
        "done </dev/null 2>/dev/null"
    )
    assert set(told.lines) & set(os.listdir("/")) <= {*inventory.SYSTEM, *stages.EMPTY}


def test_a_working_directory_in_a_descriptor_is_refused_cve_2024_21626(shared_lab: Lab, in_box: Run) -> None:
    for fd in range(3, 20):
        with pytest.raises(Told) as refused:
            in_box(shared_lab, "cat ../../../../etc/hostname", cwd=f"/proc/self/fd/{fd}/")
        assert refused.value.facts["step"] == "cwd"


@pytest.mark.parametrize(
    "number", ["INT", "TERM", "QUIT", "USR1", "USR2", "HUP", "KILL", "STOP", "TSTP", "SEGV", "ABRT"]
)
def test_pid_1_survives_every_signal_from_inside(number: str, shared_lab: Lab, in_lab: Run) -> None:
    in_lab(shared_lab, f"kill -{number} 1; kill -{number} 1; nsenter -t 1 -p kill -{number} 1")
    assert in_lab(shared_lab, "echo alive; grep State /proc/1/status").lines[0] == "alive"


def test_keys_can_not_be_typed_into_a_terminal_cve_2017_5226(attack: Callable[..., Any]) -> None:
    script = """
import fcntl, os, termios
for name in ("/dev/tty", "/dev/pts/0", "/dev/console", "/dev/tty0", "/dev/tty1"):
    for request in (termios.TIOCSTI, 0x541C, termios.TIOCSTI | 1 << 32):
        try:
            fd = os.open(name, os.O_RDWR | os.O_NOCTTY)
            import ctypes
            libc = ctypes.CDLL(None, use_errno=True)
            key = ctypes.create_string_buffer(b"x")
            got = libc.syscall(16 if os.uname().machine == "x86_64" else 29, fd, ctypes.c_long(request), key)
            print("typed" if got == 0 else -ctypes.get_errno())
        except OSError as error:
            print(error.strerror)
"""
    assert "typed" not in attack('/usr/bin/python3 -c "$1"', script).lines


def test_groups_can_not_be_dropped_where_that_could_give_a_right_cve_2014_8989(attack: Callable[..., Any]) -> None:
    told = attack("cat /proc/self/setgroups; setpriv --clear-groups true && echo dropped")
    assert told.lines[0] == ("allow" if ROOT else told.lines[0])
    assert ("dropped" in told.lines) is (told.lines[0] == "allow")


def test_device_nodes_can_not_be_made(attack: Callable[..., Any]) -> None:
    told = attack("mknod /tmp/sda b 8 0; mknod /tmp/mem c 1 1; mknod /tmp/kmsg c 1 11; ls /tmp; rm -f /tmp/*")
    assert told.out.count("Operation not permitted") == 3


def test_the_machines_sysctls_can_not_be_written(attack: Callable[..., Any]) -> None:
    told = attack(
        "cd /proc/sys; for f in kernel/core_pattern kernel/modprobe kernel/sysrq kernel/panic vm/overcommit_memory "
        "fs/protected_symlinks kernel/random/boot_id kernel/yama/ptrace_scope kernel/unprivileged_bpf_disabled "
        "user/max_user_namespaces vm/drop_caches; do [ -e $f ] && (cat $f >$f) 2>/dev/null && echo WRITTEN $f; done; "
        "(echo b >/proc/sysrq-trigger) 2>/dev/null && echo WRITTEN sysrq; true"
    )
    assert [line for line in told.lines if line != "WRITTEN user/max_user_namespaces"] == []


def test_only_the_labs_own_network_is_changed(attack: Callable[..., Any]) -> None:
    attack(
        "echo 1 >/proc/sys/net/ipv4/ip_forward; ip link add d0 type dummy; ip link del d0; ip link set lo down; ip link set lo up"
    )


FORBIDDEN = {
    "open_by_handle_at": 304,
    "bpf": 321,
    "keyctl": 250,
    "add_key": 248,
    "request_key": 249,
    "perf_event_open": 298,
    "userfaultfd": 323,
    "io_uring_setup": 425,
    "init_module": 175,
    "finit_module": 313,
    "delete_module": 176,
    "kexec_load": 246,
    "kexec_file_load": 320,
}


@pytest.mark.machine("x86_64")  # its numbers of system calls
def test_what_exploits_start_from_is_refused_by_the_filter(attack: Callable[..., Any]) -> None:
    """open_by_handle_at is shocker.c, which read the machine's /etc/shadow."""
    script = (
        "import ctypes, sys\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "for n in map(int, sys.argv[1:]): print(libc.syscall(n, 0, 0, 0, 0, 0), ctypes.get_errno())"
    )
    numbers = " ".join(map(str, FORBIDDEN.values()))
    assert attack(f'/usr/bin/python3 -c "$1" {numbers}', script).lines == ["-1 1"] * len(FORBIDDEN)


def test_tracing_pid_1_gains_nothing_outside(lab: Lab, in_lab: Run) -> None:
    """The lab's root may trace PID 1 and take it over: what PID 1 can do, it can do anyway. Its exe and maps lead outside."""
    script = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long] * 4
print("attach", libc.ptrace(16, 1, 0, 0))
os.waitpid(1, 0x40000000)
for name in sorted(os.listdir("/proc/1/map_files")):
    try:
        os.open(f"/proc/1/map_files/{name}", os.O_RDWR)
        print("OPENED", name)
    except OSError as error:
        pass
try:
    os.open("/proc/1/exe", os.O_RDWR)
    print("OPENED exe")
except OSError as error:
    print(error.strerror)
"""
    told = in_lab(lab, '/usr/bin/python3 -c "$1"', script)
    assert told.lines[0] == "attach 0"
    assert "OPENED" not in told.out
    assert in_lab(lab, f"nsenter -t 1 -a sh -c '{WRITE.format('/victim')}'").out.count("Read-only") >= 4


def test_chroot_is_not_escaped_from_a_container(shared_lab: Lab, in_lab: Run, in_box: Run) -> None:
    """An fd on /, chroot below, and up again: after pivot_root with the old root gone there is nothing above."""
    in_lab(shared_lab, "echo secret of the lab >/root/secret")
    script = """
import os
root = os.open("/", os.O_RDONLY)
os.makedirs("/tmp/jail", exist_ok=True)
os.chroot("/tmp/jail")
os.fchdir(root)
for _ in range(64):
    os.chdir("..")
os.chroot(".")
print(os.listdir("/"), os.path.exists("/root/secret"))
"""
    told = in_box(shared_lab, '/usr/bin/python3 -c "$1"', (Kind.MNT, Kind.PID), script, **ALL_RIGHTS)
    assert told.lines[-1].endswith("False")
    in_lab(shared_lab, "rm /root/secret")


@pytest.mark.parametrize("link", ["cwd", "root", "exe", "fd/0"])
def test_a_container_does_not_leave_by_the_links_of_its_init(
    link: str, shared_lab: Lab, in_lab: Run, in_box: Run
) -> None:
    in_lab(shared_lab, "echo secret of the lab >/root/secret")
    told = in_box(
        shared_lab,
        f"cat /proc/1/{link}/../root/secret /proc/1/{link}/root/secret; ls /proc/1/{link}/run/nslab",
        tuple(Kind),
        **ALL_RIGHTS,
    )
    assert "secret of the lab" not in told.out
    in_lab(shared_lab, "rm /root/secret")


def test_a_process_of_the_lab_can_not_be_signalled_from_a_container(shared_lab: Lab, in_box: Run) -> None:
    told = in_box(shared_lab, "kill -9 -1; kill -9 2; kill -0 7; echo $$", (Kind.PID, Kind.MNT))
    assert told.lines[-1] == "1"


def test_nothing_in_the_lab_can_signal_the_keeper(shared_lab: Lab, in_lab: Run) -> None:
    """kill(0) reaches a process group, and PID 1's must not be one of the machine's."""
    assert in_lab(shared_lab, "ps -o pgid=,sid= -p 1").out.split() == ["1", "1"]
    assert shared_lab.probe(1, "kill", (-1, signal.SIGCONT)) in (0, 3)
    in_lab(shared_lab, "nsenter -t 1 -p sh -c 'kill -TERM 0'")
    assert in_lab(shared_lab, "echo alive").out == "alive\n"


def test_files_of_other_users_stay_unreadable(attack: Callable[..., Any]) -> None:
    told = attack("cat /etc/shadow /etc/gshadow; ls /etc/ssl/private; ls -l /etc/shadow")
    assert [line for line in told.lines if line.startswith("root:")] == []


def test_a_socket_of_the_machines_can_not_be_found_in_the_abstract_namespace(attack: Callable[..., Any]) -> None:
    import socket

    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0nslab-test-secret")
        server.listen()
        script = (
            "import socket\ntry: socket.socket(socket.AF_UNIX).connect('\\0nslab-test-secret'); print('CONNECTED')\n"
            "except OSError as error: print(error)"
        )
        assert "CONNECTED" not in attack('/usr/bin/python3 -c "$1"', script).out
