"""What every script of ours is made of: the ground, the lab, and how both are begun.

Three processes one inside the other, as in nslab: the ground, a tree of the machine's programs; the lab, a machine of its own
made on it; and whatever the lab makes. Each is the text of a plan (`stages.stage_a`, `stages.stage_b`, `plan.plan`) between the
line that starts it and the line that it ends with. Nothing of it is ever on a disk, and every process is bound to its parent's
life by PR_SET_PDEATHSIG, so that the kernel takes all of it back however the script ends.

It stands on a single id: with more, the maps would have to be written from outside, by newuidmap(1) or by root.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, structs

from nslab.engine import skeleton
from nslab.engine.ground import SKELETON, Ground
from nslab.engine.inventory import Inventory
from nslab.engine.rosetta.divided import INIT_GROUP, PLACE, hand_on_lines, moved, namespace_lines, place_lines
from nslab.engine.rosetta.lines import comment, continued
from nslab.engine.rosetta.section import lines_of
from nslab.engine.rosetta.shell import quoted, unshare_option
from nslab.engine.stages import EMPTY, Found, ground, stage_a, stage_b
from nslab.kernel.namespaces import Kind
from nslab.words import Words

IDS = 1
BASE = "/tmp"
"""Where the ground is made: a place to mount on, that every machine has. Only the script's processes see what lies there."""
NOBODY = 65534
LAB_NAMES = {"lab": BASE}
PRELUDE = ("set -eu", "umask 022")
LAB = "lab_script"


class Section(Struct, frozen=True):
    """A process of the script: the variable that holds its text, and the lines."""

    name: str
    about: str
    lines: tuple[str, ...]

    def text(self) -> list[str]:
        """The variable's assignment, by a here-document whose end is no line of it."""
        end = self.name.upper()
        while end in self.lines:
            end += "_"
        return [*comment(self.about), f"{self.name}=$(cat <<'{end}'", *self.lines, end, ")", ""]


def script_ground(inventory: Inventory) -> Ground:
    """The ground that the script's container stands on: plans for it are made with this one."""
    return ground(Found(inventory, IDS))


def assembled(
    head: str, sections: Iterable[Section], labs: tuple[str, ...], words: Words, controllers: tuple[str, ...] = ()
) -> str:
    """The script: `head` as comments, and that it does no harm; the sections' texts; the line that starts each of `labs`, one after
    the other. `controllers`: of limits that a container has."""
    named = tuple(sections)
    return "\n".join(
        (
            "#!/bin/sh",
            *comment(f"{head}\n{words('rosetta.script.safe')}"),
            *PRELUDE,
            "cd /",
            "PATH=$PATH:/usr/sbin:/sbin",
            "",
            *(line for section in named for line in section.text()),
            *start_lines(named, labs, words, controllers),
            "",
        )
    )


def ground_section(inventory: Inventory, words: Words, *, divided: bool = False) -> Section:
    """Stage A. It goes on as unshare(1), which waits for the lab. `divided`: the lab makes its cgroup namespace itself.

    Without the compiler that may have come with nslab: a script does without nslab.
    """
    inventory = structs.replace(inventory, compiler=None)
    kinds = " ".join(unshare_option(kind) for kind in Kind if not (divided and kind is Kind.CGROUP))
    lab = f"exec unshare --fork --kill-child --map-root-user {kinds} --propagation unchanged"
    lines = (
        *PRELUDE,
        f"lab={BASE}",
        *lines_of(stage_a(BASE, inventory), LAB_NAMES, words),
        "",
        *continued(lab.split(), ['$session sh -c "$lab_script"']),
    )
    return Section("ground_script", words("rosetta.script.ground"), lines)


def lab_section(
    name: str, inventory: Inventory, body: Iterable[str], words: Words, controllers: tuple[str, ...] = ()
) -> Section:
    """Stage B, and then what the lab does. It is PID 1: with it all the rest ends."""
    lines = (
        *PRELUDE,
        *(namespace_lines(name, words) if controllers else ()),
        f"lab={BASE}",
        *lines_of(stage_b(BASE, IDS), LAB_NAMES, words),
        "",
        *(hand_on_lines(controllers, words) if controllers else ()),
        *comment(words("rosetta.script.skeleton")),
        *skeleton_lines(inventory),
        *body,
    )
    return Section(name, words("rosetta.script.lab"), lines)


def start_lines(
    sections: Iterable[Section], labs: tuple[str, ...], words: Words, controllers: tuple[str, ...] = ()
) -> list[str]:
    """The first process. Root lets go of being root: all else would be root's outside, too.

    `|| exit`, here and in the lab, keeps a shell from executing the command in its own place: unshare(1) blocks SIGTERM while it
    waits, and as PID 1 it could not end as its child did.
    """
    ids = f"--reuid={NOBODY} --regid={NOBODY} --clear-groups"
    start = "setpriv --pdeathsig KILL $nobody unshare --user --map-root-user --mount --propagation unchanged"
    first = continued(start.split(), ['sh -c "$ground_script" || exit'])
    exported = ("session", *((PLACE,) if controllers else ()), *(section.name for section in sections))
    return [
        *comment(words("rosetta.script.session")),
        "session=setsid; [ -t 0 ] && session=",
        *comment(words("rosetta.script.nobody")),
        f"nobody=; [ \"$(id -u)\" -ne 0 ] || nobody='{ids}'",
        *(place_lines(controllers, NOBODY, words) if controllers else ()),
        f"export {' '.join(exported)}",
        *started(labs, moved(INIT_GROUP, first) if controllers else first),
    ]


def started(labs: tuple[str, ...], start: list[str]) -> list[str]:
    """The line that starts the lab, once for each; the ground knows the lab at hand as `lab_script`."""
    if labs == (LAB,):
        return start
    texts = " ".join(f'"${lab}"' for lab in labs)
    return [f"for lab_script in {texts}; do", f"  export {LAB}", *(f"  {line}" for line in start), "done"]


def skeleton_lines(inventory: Inventory) -> list[str]:
    """`skeleton.build` in a shell's words."""
    taken = " ".join(skeleton.TAKEN_FROM_ETC)
    directories = (*EMPTY, "etc", *(name for name in inventory.directories if name != "etc"), *skeleton.WITHIN)
    return [
        f"mkdir -p {SKELETON}",
        f"cd {SKELETON}",
        *continued(["mkdir", "-p", *directories]),
        *(f"ln -s {target} {name}" for name, target in inventory.links),
        f"chmod 1777 {' '.join(skeleton.STICKY)}",
        "chmod 700 root",
        *(line for name, text in skeleton.FILES.items() for line in written(text, f"etc/{name}")),
        f"for name in {taken}; do",
        '  [ ! -e "/etc/$name" ] || cp -RP "/etc/$name" etc/ 2>/dev/null || :',
        "done",
        "cd /",
    ]


def written(text: str, path: str) -> list[str]:
    """A file with these lines."""
    lines = [quoted(line) for line in text.splitlines()]
    return continued(["printf", r"'%s\n'", *lines, f">{path}"]) if lines else [f": >{path}"]
