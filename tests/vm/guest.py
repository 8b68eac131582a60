"""Run a command as root in a throw-away guest: Debian's own 6.1 kernel, nothing but cgroup v2, all controllers.

    python tests/vm/guest.py [--timeout SECONDS] [--verbose] -- COMMAND...

The guest's / is this machine's / under a tmpfs: every program is there at the same path, and what is written is forgotten.
/tmp, /var/tmp, and /run are empty. It is emulated in software, so that it works on machines that are guests themselves, and
some 20 times slower than they are. The exit status is COMMAND's; 124 after the time-out, 125 if the guest did not start.

Needs root, qemu-system-x86, virtiofsd (part of bookworm's qemu-system-x86), busybox-static, and apt for the kernel, which
is unpacked into a cache, never installed.
"""

from __future__ import annotations

import argparse
import glob
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import IO

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("NSLAB_GUEST_CACHE", "/var/cache/nslab-guest"))
KERNEL_PACKAGE = "linux-image-cloud-amd64"
BUSYBOX = "/bin/busybox"

# In the order that insmod needs. Those a kernel has built in are passed over.
MODULES = (
    "virtio_ring",
    "virtio",
    "virtio_pci_modern_dev",
    "virtio_pci_legacy_dev",
    "virtio_pci",
    "fuse",
    "virtiofs",
    "overlay",
)
KERNEL_ARGUMENTS = "console=ttyS0 panic=-1 psi=1 mitigations=off tsc=reliable no_timer_check cryptomgr.notests audit=0"

MEMORY = "2G"
BOOT_LIMIT_SECONDS = 60
TIMED_OUT, NOT_STARTED = 124, 125

PASSED_ON = re.compile(r"PATH|HOME|LANG|LC_\w+|TERM|PY\w+|VIRTUAL_ENV|NSLAB_\w+")


class GuestError(Exception):
    """The guest could not be prepared."""


def prepare() -> None:
    """Fill the cache: the kernel, its modules, and an initramfs. What is there already stays."""
    CACHE.mkdir(parents=True, exist_ok=True)
    if not (CACHE / "vmlinuz").exists():
        unpack_kernel()
    build_initramfs()


def unpack_kernel() -> None:
    """Download the newest kernel of KERNEL_PACKAGE by apt and unpack it."""
    depends = output("apt-cache", "depends", KERNEL_PACKAGE)
    package = re.search(r"linux-image-\d\S+", depends)
    if not package:
        raise GuestError(f"apt knows no {KERNEL_PACKAGE}; run apt-get update")
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        # apt's own download user can't write here, and needs not to
        run("apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", package[0], cwd=scratch)
        run("dpkg-deb", "-x", *glob.glob(f"{scratch}/*.deb"), scratch)
        run(BUSYBOX, "depmod", "-b", scratch, *os.listdir(f"{scratch}/lib/modules"))
        shutil.rmtree(CACHE / "modules", ignore_errors=True)
        os.rename(f"{scratch}/lib/modules", CACHE / "modules")
        os.rename(glob.glob(f"{scratch}/boot/vmlinuz-*")[0], CACHE / "vmlinuz")


def build_initramfs() -> None:
    """Pack busybox, the two init scripts, and the modules they load."""
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        for directory in ("bin", "proc", "sys", "dev"):
            os.mkdir(f"{scratch}/{directory}")
        found = [
            path for name in MODULES for path in glob.glob(f"{CACHE}/modules/*/kernel/**/{name}.ko", recursive=True)
        ]
        for path in (*found, str(HERE / "boot.sh")):
            shutil.copy(path, scratch)
        shutil.copy(BUSYBOX, f"{scratch}/bin/busybox")
        shutil.copy(HERE / "initramfs.sh", f"{scratch}/init")
        os.chmod(f"{scratch}/init", 0o755)
        Path(scratch, "modules").write_text("".join(f"{os.path.basename(path)}\n" for path in found))
        archive = CACHE / "initramfs"
        run("sh", "-c", f"find . | {BUSYBOX} cpio -o -H newc 2>/dev/null >{shlex.quote(str(archive))}", cwd=scratch)


def write_command(control: Path, command: list[str]) -> None:
    """The script that the guest runs: our environment's essentials, this directory, the command."""
    exports = [
        f"export {name}={shlex.quote(value)}\n" for name, value in os.environ.items() if PASSED_ON.fullmatch(name)
    ]
    (control / "command.sh").write_text(
        f"{''.join(exports)}cd {shlex.quote(os.getcwd())}\nexec {shlex.join(command)}\n"
    )


def serve(owned: ExitStack, tag: str, directory: Path, scratch: Path, *, read_only: bool) -> list[str]:
    """Start virtiofsd for a directory; returns qemu's arguments for it. Raises GuestError."""
    program = next(filter(os.path.exists, ("/usr/libexec/virtiofsd", "/usr/lib/qemu/virtiofsd")), None)
    if program is None:
        raise GuestError("virtiofsd is missing")
    shared, socket = directory, scratch / f"{tag}.sock"
    before = ""
    if (
        read_only
    ):  # served from a read-only bind mount of its own, so that no mistake in the guest writes to the machine
        shared = scratch / tag
        shared.mkdir()
        before = f"mount --bind {shlex.quote(str(directory))} {shared} && mount -o remount,bind,ro {shared} && "
    options = f"source={shared}", f"xattr,cache={'always' if read_only else 'auto'},log_level=err"
    arguments = [program, f"--socket-path={socket}", *(part for option in options for part in ("-o", option))]
    log = scratch / f"{tag}.log"
    with log.open("wb") as stderr:
        server = start(owned, ["unshare", "--mount", "sh", "-c", f'{before}exec "$@"', "sh", *arguments], stderr)
    while not socket.exists():
        if server.poll() is not None:
            raise GuestError(f"virtiofsd ended with {server.returncode}: {log.read_text()}")
        time.sleep(0.01)
    return [
        *("-chardev", f"socket,id={tag},path={socket}"),
        *("-device", f"vhost-user-fs-pci,chardev={tag},tag={tag}"),
    ]


def start(owned: ExitStack, command: list[str], stderr: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    """Start a process that ends, at the latest, with us."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=stderr)
    owned.callback(process.wait)
    owned.callback(process.kill)
    return process


def qemu(shares: list[str], console: Path, *, verbose: bool) -> list[str]:
    """The emulator's command line. Its memory is shared with virtiofsd, as vhost-user demands."""
    return [
        *("qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"),
        *("-M", "q35,memory-backend=memory", "-object", f"memory-backend-memfd,id=memory,size={MEMORY},share=on"),
        *("-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max", "-smp", "2", "-m", MEMORY),
        *("-kernel", str(CACHE / "vmlinuz"), "-initrd", str(CACHE / "initramfs")),
        *("-append", KERNEL_ARGUMENTS + ("" if verbose else " quiet"), "-serial", f"file:{console}"),
        *shares,
    ]


def boot(command: list[str], *, timeout_seconds: float, verbose: bool) -> int | None:
    """Boot one guest, run the command in it, and return its exit status; None if the guest showed no sign of life."""
    with ExitStack() as owned:
        scratch = Path(owned.enter_context(tempfile.TemporaryDirectory(prefix="nslab-guest.")))
        control = scratch / "control"
        control.mkdir()
        (control / "output").touch()
        write_command(control, command)
        shares = [
            *serve(owned, "machine", Path("/"), scratch, read_only=True),
            *serve(owned, "modules", CACHE / "modules", scratch, read_only=True),
            *serve(owned, "control", control, scratch, read_only=False),
        ]
        machine = start(owned, qemu(shares, scratch / "console", verbose=verbose))
        timed_out = not follow(machine, control, timeout_seconds)
        status = control / "status"
        if verbose or not status.exists():
            sys.stderr.write((scratch / "console").read_text(errors="replace"))
        if status.exists():
            return int(status.read_text())
        if not (control / "up").exists():
            return None
        return TIMED_OUT if timed_out else NOT_STARTED


def follow(machine: subprocess.Popen[bytes], control: Path, timeout_seconds: float) -> bool:
    """Pass the command's output on until the guest has ended; False if it had to be given up."""
    begun = time.monotonic()
    with (control / "output").open("rb") as output_file:
        while True:
            ended = machine.poll() is not None
            sys.stdout.buffer.write(output_file.read())
            sys.stdout.flush()
            if ended:
                return True
            limit = timeout_seconds if (control / "up").exists() else min(BOOT_LIMIT_SECONDS, timeout_seconds)
            if time.monotonic() - begun > limit:
                return False
            time.sleep(0.05)


def run(*command: str, cwd: str | None = None) -> None:
    """Run a program of the machine; its output is not ours. Raises GuestError."""
    done = subprocess.run(command, cwd=cwd, stdout=sys.stderr, check=False)
    if done.returncode:
        raise GuestError(f"{shlex.join(command)} ended with {done.returncode}")


def output(*command: str) -> str:
    """What a program of the machine prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main() -> int:
    """Prepare, boot, and start over once: about one emulated guest in fifty hangs before its first program."""
    parser = argparse.ArgumentParser(description="Run a command in a throw-away guest.")
    parser.add_argument("--timeout", type=float, default=600, metavar="SECONDS")
    parser.add_argument("--verbose", action="store_true", help="show the guest's console")
    parser.add_argument("command", nargs="+")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that what was started is ended
    try:
        prepare()
        for _ in range(2):
            status = boot(asked.command, timeout_seconds=asked.timeout, verbose=asked.verbose)
            if status is not None:
                return status
            print("guest: no sign of life", file=sys.stderr)
    except GuestError as error:
        print(f"guest: {error}", file=sys.stderr)
    return NOT_STARTED


if __name__ == "__main__":
    sys.exit(main())
