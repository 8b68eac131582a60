"""A plan as a shell script that makes the same container by itself: without nslab, without a lab, root or not.

Three processes one inside the other, as in nslab: the ground, a tree of the machine's programs; the lab, a machine of its own
made on it; the container. Each is the text of a plan (`stages.stage_a`, `stages.stage_b`, `plan.plan`) between the line that
starts it and the line that it ends with. Nothing of it is ever on a disk, and every process is bound to its parent's life by
PR_SET_PDEATHSIG, so that the kernel takes all of it back however the script ends.

It stands on a single id: with more, the maps would have to be written from outside, by newuidmap(1) or by root.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, structs

from nslab.engine import skeleton
from nslab.engine.ground import RUN, SKELETON, Ground
from nslab.engine.inventory import Inventory
from nslab.engine.rosetta.lines import comment, continued
from nslab.engine.rosetta.section import last_line, lines_of
from nslab.engine.rosetta.shell import quoted, shell_words, unshare_option
from nslab.engine.stages import EMPTY, Found, ground, stage_a, stage_b
from nslab.engine.steps import Plan, Step
from nslab.kernel.namespaces import Kind
from nslab.words import Words

IDS = 1
BASE = "/tmp"
"""Where the ground is made: a place to mount on, that every machine has. Only the script's processes see what lies there."""
NOBODY = 65534
LAB_NAMES = {"lab": BASE}
PRELUDE = ("set -eu", "umask 022")


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


def script(plan: Plan, inventory: Inventory, title: str, words: Words) -> str:
    """The script. `plan` is one for `script_ground`; `title` says in a line what the container is of."""
    inventory = structs.replace(inventory, compiler=None)  # nslab's own, and this is to do without
    sections = (ground_section(inventory, words), lab_section(inventory, plan, words), box_section(plan, words))
    return "\n".join(
        (
            "#!/bin/sh",
            *comment(f"{title}\n{words('rosetta.script.about')}"),
            *PRELUDE,
            "cd /",
            "PATH=$PATH:/usr/sbin:/sbin",
            "",
            *(line for section in sections for line in section.text()),
            *start_lines(sections, words),
            "",
        )
    )


def ground_section(inventory: Inventory, words: Words) -> Section:
    """Stage A. It goes on as unshare(1), which waits for the lab."""
    kinds = " ".join(map(unshare_option, Kind))
    lab = f"exec unshare --fork --kill-child --map-root-user {kinds} --propagation unchanged"
    lines = (
        *PRELUDE,
        f"lab={BASE}",
        *lines_of(stage_a(BASE, inventory), LAB_NAMES, words),
        "",
        *continued(lab.split(), ['$session sh -c "$lab_script"']),
    )
    return Section("ground_script", words("rosetta.script.ground"), lines)


def lab_section(inventory: Inventory, plan: Plan, words: Words) -> Section:
    """Stage B, and what the lab does to make the container. It is PID 1: with it all the rest ends."""
    name = container_of(plan)
    made = lines_of((step for step in plan if step.who == "lab"), place_names(name), words)
    lines = (
        *PRELUDE,
        f"lab={BASE}",
        *lines_of(stage_b(BASE, IDS), LAB_NAMES, words),
        "",
        *comment(words("rosetta.script.skeleton")),
        *skeleton_lines(inventory),
        *with_variables(name, made),
        "",
        *from_outside(plan, words),
        *comment(words("rosetta.script.start-box")),
        *(line for step in plan if step.call == "clone3" for line in start_box(step, plan)),
    )
    return Section("lab_script", words("rosetta.script.lab"), lines)


def box_section(plan: Plan, words: Words) -> Section:
    """The container's first process."""
    steps = [step for step in plan if step.who == "init"]
    name = container_of(plan)
    lines = (
        *PRELUDE,
        *with_variables(name, lines_of(steps, place_names(name), words)),
        *last_line(steps),
    )
    return Section("box_script", words("rosetta.script.box"), lines)


def container_of(plan: Plan) -> str:
    """The container's name: what its directory in RUN is called, or what it calls itself."""
    places = (str(step.args[0]).removeprefix(f"{RUN}/") for step in plan if step.call == "mkdir")
    names = (str(step.args[0]) for step in plan if step.call == "set_name")
    return next(places, None) or next(names, "box")


def place_names(name: str) -> dict[str, str]:
    """The container's places by the variables that the script has for them, the longest first."""
    return {"root": f"{RUN}/{name}/root", "room": f"{RUN}/{name}", "skeleton": SKELETON}


def with_variables(name: str, lines: Iterable[str]) -> list[str]:
    """The lines, and before them those of the variables that they use."""
    made = list(lines)
    used = [
        f"{var}={path}" for var, path in reversed(place_names(name).items()) if any(f"${var}" in line for line in made)
    ]
    return [*([" ".join(used)] if used else []), *made]


def start_box(clone: Step, plan: Plan) -> list[str]:
    """unshare(1) for the container's namespaces, with all that is made before the shell in it can speak."""
    made = {step.call for step in plan if step.who == "init"} | {step.id for step in plan if step.who == "lab"}
    words = shell_words(clone).replace("--fork", "--fork --kill-child").split()
    maps = ["--map-root-user"] if "uid_map" in made else []
    session = ["$session"] if "setsid" in made else []
    return continued([*words, *maps], [*session, 'sh -c "$box_script" || exit'])


def from_outside(plan: Plan, words: Words) -> list[str]:
    """Links can be made only once the container is there, and the lab waits for it then: whoever wants them types them."""
    made = [shell_words(step) for step in plan if step.who == "net"]
    return [*comment("\n  ".join((words("rosetta.script.links"), *made))), ""] if made else []


def start_lines(sections: Iterable[Section], words: Words) -> list[str]:
    """The first process. Root lets go of being root: all else would be root's outside, too.

    `|| exit`, here and in the lab, keeps a shell from executing the command in its own place: unshare(1) blocks SIGTERM while it
    waits, and as PID 1 it could not end as its child did.
    """
    ids = f"--reuid={NOBODY} --regid={NOBODY} --clear-groups"
    start = "setpriv --pdeathsig KILL $nobody unshare --user --map-root-user --mount --propagation unchanged"
    return [
        *comment(words("rosetta.script.session")),
        "session=setsid; [ -t 0 ] && session=",
        *comment(words("rosetta.script.nobody")),
        f"nobody=; [ \"$(id -u)\" -ne 0 ] || nobody='{ids}'",
        f"export session {' '.join(section.name for section in sections)}",
        *continued(start.split(), ['sh -c "$ground_script" || exit']),
    ]


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
