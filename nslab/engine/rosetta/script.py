"""A plan as a shell script that makes the same container by itself: without nslab, without a lab, root or not.

`frame` says how such a script is built.
"""

from __future__ import annotations

from collections.abc import Iterable

from nslab.engine.ground import RUN, SKELETON
from nslab.engine.inventory import Inventory
from nslab.engine.joins import JOINER
from nslab.engine.rosetta.divided import controllers_of, moved
from nslab.engine.rosetta.frame import LAB, PRELUDE, Section, assembled, ground_section, lab_section
from nslab.engine.rosetta.lines import comment, continued
from nslab.engine.rosetta.section import last_line, lines_of
from nslab.engine.rosetta.shell import shell_words
from nslab.engine.steps import Plan
from nslab.words import Words

BOX = "box_script"


def script(plan: Plan, inventory: Inventory, title: str, words: Words) -> str:
    """The script. `plan` is one for `frame.script_ground`; `title` says in a line what the container is of."""
    go = [f"9<>{go_pipe(plan)}"] if links(plan) else []
    controllers = controllers_of(plan)
    command = continued(*start_box(plan, BOX, *go, *([] if controllers else ["|| exit"])))
    box = moved("$group", command, " || exit") if controllers else command
    body = (*link_lines(plan, words), "", *comment(words("rosetta.script.start-box")), *box)
    sections = (
        ground_section(inventory, words, divided=bool(controllers)),
        lab_section(LAB, inventory, (*room_lines(plan, words), *body), words, controllers),
        box_section(BOX, plan, words),
    )
    return assembled(f"{title}\n{words('rosetta.script.about')}", sections, (LAB,), words, controllers)


def room_lines(plan: Plan, words: Words) -> list[str]:
    """What the lab itself does for the container."""
    name = container_of(plan)
    return with_variables(name, lines_of((step for step in plan if step.who == "lab"), place_names(name), words))


def box_section(variable: str, plan: Plan, words: Words) -> Section:
    """The container's first process."""
    steps = [step for step in plan if step.who == "init"]
    name = container_of(plan)
    linked = next((at for at, step in enumerate(plan) if step.who == "net"), len(plan))
    before, after = ([step for step in part if step.who == "init"] for part in (plan[:linked], plan[linked:]))
    told = [
        *lines_of(before, place_names(name), words),
        *(wait_for_links(words) if links(plan) else ()),
        *lines_of(after, place_names(name), words),
    ]
    return Section(variable, words("rosetta.script.box"), (*PRELUDE, *with_variables(name, told), *last_line(steps)))


def container_of(plan: Plan) -> str:
    """The container's name: what its directory in RUN is called, or what it calls itself."""
    made = (str(step.args[0]) for step in plan if step.call == "mkdir")
    places = (path.removeprefix(f"{RUN}/") for path in made if path.startswith(f"{RUN}/"))
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


def start_box(plan: Plan, variable: str, *behind: str, terminal: bool = False) -> tuple[list[str], list[str]]:
    """unshare(1) for the container's namespaces, with all that is made before the shell in it can speak, as words for a line.

    On a terminal of its own it is in a session of its own already.
    """
    made = {step.call for step in plan if step.who == "init"} | {step.id for step in plan if step.who == "lab"}
    clones = (shell_words(step) for step in plan if step.call == "clone3" and step.id != JOINER)
    words = (next(clones, "").rpartition("; ")[2] or "unshare --fork").replace("--fork", "--fork --kill-child").split()
    maps = ["--map-root-user"] if "uid_map" in made else []
    session = ["$session"] if "setsid" in made and not terminal else []
    return [*words, *maps], [*session, f'sh -c "${variable}"', *behind]


def links(plan: Plan) -> list[str]:
    """What is done for the container's network from outside; `$child` is somebody in it."""
    return [shell_words(step) for step in plan if step.who == "net"]


def go_pipe(plan: Plan) -> str:
    """Where the container waits to hear that it is linked. It is handed the pipe open, for it can't reach it by then."""
    return f"{RUN}/{container_of(plan)}.linked"


def link_lines(plan: Plan, words: Words) -> list[str]:
    """A process of the lab's that waits until somebody is in a network namespace that is not the lab's, and makes the links.

    The oldest there is the one that lasts: mount(8) and its like come and go.
    It tells its status in any case, or the container would wait for ever.
    """
    if not (made := links(plan)):
        return []
    return [
        "",
        *comment(words("rosetta.script.links")),
        f"mkfifo {go_pipe(plan)}",
        f"( trap 'echo $? >{go_pipe(plan)}' EXIT",
        "  here=$(readlink /proc/self/ns/net) child=",
        '  until [ "$child" ]; do',
        "    for at in $(ls /proc | grep '^[0-9]*$' | sort -n); do",
        '      there=$(readlink "/proc/$at/ns/net" 2>/dev/null) || continue',
        '      [ "$there" = "$here" ] || { child=$at; break; }',
        "    done",
        "  done",
        *(f"  {line}" for line in made),
        ") &",
    ]


def wait_for_links(words: Words) -> list[str]:
    """The other side of it."""
    return ["", *comment(words("rosetta.script.wait")), "read -r status <&9; exec 9<&-", '[ "$status" = 0 ]']
