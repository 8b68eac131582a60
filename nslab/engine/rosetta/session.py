"""What was done in a lab as a script that does it again: containers made, and commands typed in terminals.

A terminal is a shell on a pseudoterminal that script(1) lends it; what is typed there comes through a pipe, so that a shell
that was started in a shell gets its lines as it did when a person typed them. Numbers of processes are not those of then: the
script asks its own lab for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct, structs

from nslab.engine.attach import attach_plan
from nslab.engine.ground import RUN
from nslab.engine.inventory import Inventory
from nslab.engine.plan import plan
from nslab.engine.rosetta.frame import LAB, Section, assembled, ground_section, lab_section, script_ground
from nslab.engine.rosetta.lines import comment, continued
from nslab.engine.rosetta.script import box_section, room_lines, start_box
from nslab.engine.rosetta.section import last_line
from nslab.engine.rosetta.shell import quoted, unshare_option
from nslab.engine.spec import DEFAULT_ENVIRONMENT, Process, Spec
from nslab.kernel.namespaces import Kind
from nslab.words import Words

HOST = "host"
HOME = "/root"
PROMPT = r"PS1='\h:\w\$ '"
BEHIND = "</dev/null >/dev/null 2>&1 &"
DUMB = "TERM=dumb"  # no colours and no marks: what is shown is text among the texts of other terminals


class Number(Struct, frozen=True):
    """The lab's number for a process: `place` is a container's first process, the lab's own (`host`), or `box`, whoever
    last began a namespace by hand; with `program`, the oldest one called so in all namespaces of that process."""

    place: str
    program: str = ""


class Recalled(Struct, frozen=True):
    """A number that was kept under this name."""

    name: str


class Kept(Struct, frozen=True):
    """Find a number out now, for later."""

    name: str
    number: Number


class Typed(Struct, frozen=True):
    """A command typed in a terminal; the numbers in it are found out when it is typed."""

    terminal: str
    words: tuple[str | Number | Recalled, ...]


class Made(Struct, frozen=True):
    """A container. Where a terminal has its name, it gets that, whatever ran there; and one of its name gives way to it."""

    spec: Spec


class Joined(Struct, frozen=True):
    """A program in a container that was made before, as docker exec starts one; it is hardened like the first."""

    name: str
    beside: str
    process: Process


class Ended(Struct, frozen=True):
    """A container's first process is killed."""

    name: str


class Noted(Struct, frozen=True):
    """A remark."""

    text: str


Act = Typed | Kept | Made | Joined | Ended | Noted


class Session(Struct, frozen=True):
    """What was done in one lab, in its order. `files` lie in its home."""

    files: Mapping[str, str]
    terminals: tuple[str, ...]
    acts: tuple[Act, ...]


def session_script(sessions: tuple[Session, ...], inventory: Inventory, title: str, words: Words) -> str:
    """The script: each session in a lab of its own. After the last it waits: on a terminal with a shell in the lab, else until
    its input ends."""
    labs = [LAB] if len(sessions) == 1 else [f"lab_{number}_script" for number in range(1, len(sessions) + 1)]
    told = [_Told(session, inventory, words, f"_{lab}") for session, lab in zip(sessions, labs, strict=True)]
    sections: list[Section] = [ground_section(inventory, words)]
    for lab, one in zip(labs, told, strict=True):
        body = (*one.lines(), *(ending(words) if one is told[-1] else ()))
        sections += [*one.boxes, lab_section(lab, inventory, body, words)]
    return assembled(f"{title}\n{words('rosetta.session.about')}", sections, tuple(labs), words)


def ending(words: Words) -> list[str]:
    """What the last lab waits for."""
    return ["", *comment(words("rosetta.session.ending")), "nap; if [ -t 0 ]; then bash; else cat >/dev/null; fi"]


class _Told:
    """One session being told: its lines, and the sections of the containers that are made in it."""

    def __init__(self, session: Session, inventory: Inventory, words: Words, suffix: str) -> None:
        self.session, self.inventory, self.words = session, inventory, words
        self.boxes: list[Section] = []
        self._suffix = suffix
        self._specs: dict[str, Spec] = {}

    def lines(self) -> tuple[str, ...]:
        """The body of the lab, behind its own making. The sections of the containers are known once this was asked."""
        acts = self.session.acts
        first = next((at for at, act in enumerate(acts) if not isinstance(act, Made)), len(acts))
        return (
            *self._files(),
            "",
            *functions(self.words),
            "",
            *(line for act in acts[:first] for line in self._act(act)),
            *self._open(),
            *(line for act in acts[first:] for line in self._act(act)),
        )

    def _files(self) -> Iterator[str]:
        yield ""
        yield from comment(self.words("rosetta.session.files"))
        yield f"cd {HOME}"
        yield f"printf '%s\\n' {quoted(PROMPT)} >.bashrc"
        for name, text in self.session.files.items():
            yield from document(name, text)

    def _act(self, act: Act) -> Iterator[str]:
        match act:
            case Noted(text):
                yield from ("", *comment(text))
            case Typed(terminal, words):
                yield f"typed {quoted(terminal)} {typed(words)}"
            case Kept(name, wanted):
                yield f"{identifier(name)}=$({number(wanted)})"
            case Made(spec):
                yield from self._contain(spec)
            case Ended(name):
                yield f'kill -9 "$({number(Number(name))})"; nap'
            case Joined(name, beside, process):
                yield from self._join(name, self._specs[beside], process)

    def _open(self) -> Iterator[str]:
        """A terminal that no container of the beginning has got begins with a shell of the lab."""
        for terminal in self.session.terminals:
            if terminal not in self._specs:
                yield f'terminal {quoted(terminal)} "$a_shell"'

    def _contain(self, spec: Spec) -> Iterator[str]:
        own = spec.name in self.session.terminals
        if own:
            spec = structs.replace(spec, process=structs.replace(spec.process, env=plain(spec.process.env)))
        steps = plan(spec, script_ground(self.inventory))
        variable = f"{identifier(spec.name)}_{len(self.boxes) + 1}{self._suffix}"
        self.boxes.append(box_section(variable, steps, self.words))
        if spec.name in self._specs:
            yield f"gone {quoted(spec.name)}"
        self._specs[spec.name] = spec
        yield from room_lines(steps, self.words)
        shared = [*self._shared(spec)]
        for at, (name, _) in enumerate(shared):
            yield f"of_{at}=$({number(Number(name))}); export of_{at}"
        first, second = start_box(steps, variable, terminal=own)
        joins = [f'nsenter --target "$of_{at}" {kinds}' for at, (_, kinds) in enumerate(shared)]
        start = continued(*([join] for join in joins), first, second)
        if own:
            yield from (f"terminal {quoted(spec.name)} 'exec {start[0]}", *start[1:-1], f"{start[-1]}'")
        else:
            yield from (*start[:-1], f"{start[-1]} {BEHIND}")
        yield f"born {quoted(spec.name)} $! {1 + own + (spec.joined(Kind.PID) is not None)}"

    def _shared(self, spec: Spec) -> Iterator[tuple[str, str]]:
        """Whose namespaces a container joins, and which, as nsenter(1) has them; user namespaces last, as in `joins`."""
        for name in dict.fromkeys(join.of for join in spec.joins):
            kinds = [join.kind for join in spec.joins if join.of == name and join.kind is not Kind.USER]
            if kinds:
                yield name, " ".join(map(unshare_option, kinds))
        if user := spec.joined(Kind.USER):
            yield user, "--user --preserve-credentials"

    def _join(self, name: str, spec: Spec, process: Process) -> Iterator[str]:
        """nsenter(1), which puts a child into a PID namespace, and itself into all others."""
        yield f"beside=$({number(Number(spec.name))})"  # not in the line itself, whose children `born` looks at
        own = " ".join(map(unshare_option, spec.namespaces)) + (
            " --preserve-credentials" if spec.has(Kind.USER) else ""
        )
        first, *others = last_line(attach_plan(process, spec.namespaces))
        start = [f'nsenter --target "$beside" {own} \\', f"  {first.removeprefix('exec ')}", *others]
        yield from (*start[:-1], f"{start[-1]} {BEHIND}")
        yield f"born {quoted(name)} $! {int(spec.has(Kind.PID))}"


def identifier(name: str) -> str:
    """A container's name as a shell's variable may be called."""
    return re.sub(r"[^a-zA-Z0-9]", "_", name if name[0].isalpha() else f"c{name}")


def shell() -> list[str]:
    """What runs on a terminal of the lab, as words for exec."""
    return ["env", "-i", *plain(DEFAULT_ENVIRONMENT), "bash"]


def plain(env: tuple[str, ...]) -> tuple[str, ...]:
    """The environment, for a terminal that can do nothing but print."""
    return tuple(DUMB if word.startswith("TERM=") else word for word in env)


def document(name: str, text: str) -> Iterator[str]:
    """A file, by a here-document whose end is no line of it."""
    end, lines = "END_OF_FILE", text.removesuffix("\n").split("\n")
    while end in lines:
        end += "_"
    yield from (f"cat >{quoted(name)} <<'{end}'", *lines, end)


def typed(words: tuple[str | Number | Recalled, ...]) -> str:
    """What is typed, as one word of the script's."""
    return "".join(map(piece, words))


def piece(word: str | Number | Recalled) -> str:
    """A part of it."""
    match word:
        case Number():
            return f'"$({number(word)})"'
        case Recalled(name):
            return f'"${identifier(name)}"'
        case _:
            return quoted(word) if word else ""


def number(wanted: Number) -> str:
    """The command that finds a process."""
    return " ".join(("number", quoted(wanted.place), *([quoted(wanted.program)] if wanted.program else [])))


def functions(words: Words) -> list[str]:
    """What the lab does over and over."""
    return [
        "export SHELL=/bin/sh",
        *a_shell(),
        *comment(words("rosetta.session.nap")),
        "nap() { sleep 0.1 || :; }",
        *terminal_functions(words),
        *container_functions(words),
        *number_functions(words),
    ]


def a_shell() -> list[str]:
    """The variable with what runs on a terminal of the lab."""
    return continued([f"a_shell='stty rows 50 columns 200; cd {HOME}; exec", *shell(), "'"])


def terminal_functions(words: Words) -> list[str]:
    """A terminal, and a line typed in it. The pipe is opened for both ways, or opening it would wait for the other side.

    A terminal is settled when the program in front of it is a shell that sleeps, as it was a moment ago: field 8 of
    proc_pid_stat(5), tpgid.
    """
    return [
        *comment(words("rosetta.session.terminal")),
        "terminal() {",
        f'  [ ! -e "{RUN}/$1.keys" ] || kill -9 "$(cat "{RUN}/$1.on")" 2>/dev/null || :',
        f'  [ -e "{RUN}/$1.keys" ] || mkfifo "{RUN}/$1.keys"',
        f'  script -qfc "$2" /dev/null <>"{RUN}/$1.keys" &',
        f'  echo $! >"{RUN}/$1.on"; settled "$1"',
        "}",
        *comment(words("rosetta.session.settled")),
        "settled() {",
        "  tenths=$((${PAUSE:-3} * 10)) before=",
        '  while [ "$tenths" -gt 0 ]; do',
        "    nap; tenths=$((tenths - 1))",
        f'    shell=$(cat /proc/"$(cat "{RUN}/$1.on")"/task/*/children 2>/dev/null || :)',
        '    front=$(sed "s/.*) //" "/proc/${shell%% *}/stat" 2>/dev/null | cut -d " " -f 6)',
        '    now=$(sed -n "s/^State:.//p; s/^Name:.//p" "/proc/$front/status" 2>/dev/null | tr "\\n" " ")',
        '    case $now in *sh\\ S*) [ "$now" != "$before" ] || return 0 ;; esac',
        "    before=$now",
        "  done",
        "}",
        *comment(words("rosetta.session.typed")),
        "at_hand=",
        "typed() {",
        """  [ "$1" = "$at_hand" ] || printf '\\n-- %s --\\n' "$1"; at_hand=$1""",
        f"""  printf '%s\\n' "$2" 1<>"{RUN}/$1.keys"; settled "$1\"""",
        "}",
    ]


def container_functions(words: Words) -> list[str]:
    """A container's first process, so many births below the one that was started for it; and its end."""
    return [
        *comment(words("rosetta.session.born")),
        "born() {",
        "  at=$2 above=$3",
        '  while [ "$above" -gt 0 ]; do',
        """    child=$(grep -ls "^PPid:.$at\\$" /proc/[0-9]*/status | tr -dc '0-9\\n' | sort -n | head -n 1)""",
        '    if [ "$child" ]; then at=$child above=$((above - 1)); else kill -0 "$at" || return 0; nap; fi',
        "  done",
        # In the program that it is for, no shell of ours: as `setpriv`, `env`, and the shell, it is on its way there.
        f'  echo "$at" >"{RUN}/$1.pid"; nap; nap; nap',
        "}",
        "gone() {",
        f'  kill -9 "$(cat "{RUN}/$1.pid")" 2>/dev/null || :',
        f'  umount -l "{RUN}/$1" 2>/dev/null && rmdir "{RUN}/$1" || :',
        "}",
    ]


def number_functions(words: Words) -> list[str]:
    """Finding a process, as `Number` says. Who began a namespace is the oldest in it; the newest of those is wanted."""
    kinds = [f'"/proc/$1/ns/{kind}"' for kind in Kind]
    return [
        *comment(words("rosetta.session.number")),
        *continued(["spaces()", "{", "readlink", *kinds, "2>/dev/null", "||", ":;", "}"]),
        "numbers() { ls /proc | grep '^[0-9]*$' | sort -n; }",
        "number() {",
        f'  if [ "$1" = {HOST} ]; then found=1',
        f'  elif [ -e "{RUN}/$1.pid" ]; then found=$(cat "{RUN}/$1.pid")',
        "  else found=$(newcomer); fi",
        '  [ $# -gt 1 ] || { echo "$found"; return; }',
        "  for pid in $(numbers); do",
        '    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$2" ] || continue',
        '    [ "$(spaces "$pid")" != "$(spaces "$found")" ] || { echo "$pid"; return; }',
        "  done",
        "}",
        "newcomer() {",
        f'  seen=$(spaces 1; for file in {RUN}/*.pid; do spaces "$(cat "$file" 2>/dev/null)"; done) newest=',
        "  for pid in $(numbers); do",
        '    for space in $(spaces "$pid"); do',
        '      case $seen in *"$space"*) ;; *) seen="$seen $space" newest=$pid ;; esac',
        "    done",
        "  done",
        '  echo "$newest"',
        "}",
    ]
