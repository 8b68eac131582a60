"""Record what real programs print, and how tmux shows it: `python tests/tui/terminal/record.py [NAME…]`.

Each program runs in a pty that is answered by our own screen. Its output is then given to tmux in a window of the same size,
and both are kept under recorded/, so that the tests need neither the programs nor tmux.
Needs: root, tmux, vim, less, htop, procps, man-db.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

import msgspec

from nslab.tui.terminal.screen import Screen
from nslab.tui.terminal.stream import Stream

RECORDED = Path(__file__).parent / "recorded"
QUIET_SECONDS = 0.7


class Step(msgspec.Struct, frozen=True):
    """Output that arrived while the window had this size."""

    columns: int
    lines: int
    output: bytes


class Recording(msgspec.Struct, frozen=True):
    """A program's output, step by step, and the rows and the cursor (column, row) that tmux shows after the last."""

    made_with: str
    steps: tuple[Step, ...]
    rows: tuple[str, ...]
    cursor: tuple[int, int]


class Scenario(msgspec.Struct, frozen=True):
    """A command; then each a size (columns, lines) to change to, or keys to type."""

    command: str
    acts: tuple[str | tuple[int, int], ...] = ()
    size: tuple[int, int] = (80, 24)


CHINESE = "命名空间（namespace）隔离进程的视图：容器里的进程看到的编号，和宿主机上看到的不一样。"
TEXT = CHINESE + "é ü naïve — “quotes” ─│┌┐ ✓ ▸ 한국어 日本語"
MIXED = f'for i in $(seq 1 60); do echo "$i {TEXT}"; done'
SHELL = "env -i PATH=$PATH HOME=/tmp TERM=xterm-256color LANG=C.UTF-8 PS1='box:\\w\\$ ' bash --norc --noprofile"
SCENARIOS = {
    "bash": Scenario(
        SHELL,
        (
            "echo hello\r",
            "ls --color=always /usr\r",
            "cd /us\t",
            "\t",
            "\x15",
            "echo 中文 é\x02\x02\x02x\r",
            "false || \x0c",
        ),
    ),
    "bash-wrap": Scenario(SHELL, ("echo " + "word " * 30, "\x01", "中" * 5, "\x05!\x7f\x7f", "\r"), (50, 12)),
    "bash-completion": Scenario(SHELL, ("ls /usr/lib/\t\t", "y", "\x03"), (70, 20)),
    "bash-resize": Scenario(SHELL, (MIXED + "\r", (60, 24), (100, 30), (72, 10), "echo done\r")),
    "ls": Scenario("ls --color=always -la /usr /etc/ssl /bin/.. ; sleep 9"),
    "less": Scenario(f"{MIXED} | less", ("jjj", " ", "/20 \r", "G", "5k")),
    "less-resize": Scenario(f"{MIXED} | less", (" ", (50, 15), "j", (100, 30), "b")),
    "man": Scenario(
        "MANWIDTH=78 MAN_KEEP_FORMATTING=1 man -P 'less -R' bash 2>/dev/null || true", ("  ", "/SHELL\r", "n")
    ),
    "vim": Scenario(
        "vim -n -u NONE -N -c 'syntax on' -c 'set number' /etc/services",
        ("ihello 中文\x1b", ":vsplit\r", "5jdd", ":set list\r", "G", "v5k", "\x1b", ":%s/tcp/TCP/g\r"),
    ),
    "vim-resize": Scenario(
        "vim -n -u NONE -N -c 'set number' /etc/services", (":split\r", (60, 20), "10j", (110, 32), ":help\r")
    ),
    "htop": Scenario("unshare --fork --pid --mount-proc htop -d 5", ("\x1bOQ", "\x1b", "j", "t")),
    "top": Scenario("unshare --fork --pid --mount-proc top -d 2", ("1", "z", "x", "V")),
    "colours": Scenario(
        "for i in $(seq 0 255); do printf '\\033[48;5;%dm %3d \\033[0m' $i $i; done;"
        "printf '\\033[38;2;1;2;3mtrue\\033[m\\n'; sleep 9"
    ),
    "scroll-region": Scenario(
        "printf '\\033[5;10r\\033[10;1H'; for i in $(seq 1 20); do printf 'line %d\\r\\n' $i; done;"
        "printf '\\033[6;1H\\033[2L two\\033[r\\033[20;75Hwrap中文文\\033[3;1H\\033[4hins\\033[4l\\033[2P\\033[12X\\033M\\033[99b';"
        "sleep 9"
    ),
    "tabs": Scenario("printf 'ab\\ttab\\t\\tq\\033[Zz\\b\\b!\\n'; sleep 9"),
}


def record(scenario: Scenario) -> list[Step]:
    """Run it, do its acts, and stop it while its screen is still on show."""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", LANG="C.UTF-8", HOME="/tmp", LESS="", LESSHISTFILE="-")
        os.chdir("/usr")
        time.sleep(0.1)  # until the window has its size
        os.execvp("sh", ["sh", "-c", scenario.command])
    columns, lines = scenario.size
    stream = Stream(screen := Screen(columns, lines))
    screen.reply = lambda answer: os.write(fd, answer)
    set_size(fd, lines, columns)
    steps, output = [], drain(fd, stream)
    for act in scenario.acts:
        if isinstance(act, str):
            os.write(fd, act.encode())
            output += drain(fd, stream)
        else:
            steps.append(Step(columns, lines, output))
            columns, lines = act
            screen.resize(lines, columns)
            set_size(fd, lines, columns)
            output = drain(fd, stream)
    os.kill(pid, signal.SIGKILL)
    os.close(fd)
    os.waitpid(pid, 0)
    return [*steps, Step(columns, lines, output)]


def drain(fd: int, stream: Stream) -> bytes:
    """What is printed until nothing has come for a while, or five seconds are over."""
    output = b""
    end = time.monotonic() + 5
    while time.monotonic() < end and select.select([fd], [], [], QUIET_SECONDS)[0]:
        try:
            piece = os.read(fd, 65536)
        except OSError:
            break
        stream.feed(piece)
        output += piece
    return output


def set_size(fd: int, lines: int, columns: int) -> None:
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))


def shown_by_tmux(steps: list[Step]) -> tuple[tuple[str, ...], tuple[int, int]]:
    """The rows and the cursor after the output of all steps, the window changing its size between them."""
    with tempfile.TemporaryDirectory() as folder:
        config, fifo = Path(folder, "conf"), Path(folder, "fifo")
        config.write_text("set -g status off\nset -g history-limit 2000\nset -g remain-on-exit on\n")
        os.mkfifo(fifo)

        def tmux(*words: str) -> str:
            command = ["tmux", "-u", "-S", f"{folder}/socket", "-f", str(config), *words]
            return subprocess.run(command, check=True, text=True, capture_output=True).stdout

        first = steps[0]
        shell = f"stty raw -echo; cat {fifo}; sleep 60"
        tmux("new-session", "-d", "-x", str(first.columns), "-y", str(first.lines), shell)
        with fifo.open("wb", buffering=0) as pipe:
            for step in steps:
                tmux("resize-window", "-x", str(step.columns), "-y", str(step.lines))
                time.sleep(0.3)
                pipe.write(step.output)
                time.sleep(0.7)
            rows = tmux("capture-pane", "-p", "-N").split("\n")[: steps[-1].lines]
            x, y = tmux("display-message", "-p", "#{cursor_x} #{cursor_y}").split()
        tmux("kill-server")
    return tuple(row.rstrip() for row in rows), (int(x), int(y))


def main() -> None:
    version = subprocess.run(["tmux", "-V"], check=True, text=True, capture_output=True).stdout.strip()
    for name in sys.argv[1:] or SCENARIOS:
        steps = record(SCENARIOS[name])
        recording = Recording(version, tuple(steps), *shown_by_tmux(steps))
        (RECORDED / f"{name}.json").write_bytes(msgspec.json.format(msgspec.json.encode(recording)) + b"\n")
        print(name, [len(step.output) for step in steps])


if __name__ == "__main__":
    main()
