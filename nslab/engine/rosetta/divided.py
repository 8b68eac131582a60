"""Limits in a script that stands alone: the control groups that the keeper and the lab make, in a shell's words.

    $place/outside    the script itself
    $place/lab        the lab's own, the root of its cgroup namespace
    $place/lab/init   the ground, and the lab once it has its namespace

A shell is not born into a group: it moves, and what it starts is there. So the lab has all its namespaces but this one first,
goes into its group, and only then makes that: the root of a cgroup namespace is the group that its maker is in.
"""

from __future__ import annotations

from nslab.engine.delegation.place import CONTROLLERS
from nslab.engine.resources import GROUPS, limits_in
from nslab.engine.rosetta.lines import comment
from nslab.engine.steps import Plan
from nslab.words import Words

PLACE, LAB_GROUP = "place", "$place/lab"
INIT_GROUP = f"{LAB_GROUP}/init"
FILES = ("cgroup.procs", "cgroup.threads", "cgroup.subtree_control")


def controllers_of(plan: Plan) -> tuple[str, ...]:
    """What the plan's limits take; () for a plan without."""
    wanted = {file.partition(".")[0] for file, _ in limits_in(plan)}
    return tuple(name for name in CONTROLLERS if name in wanted)


def place_lines(controllers: tuple[str, ...], nobody: int, words: Words) -> list[str]:
    """Outside: a group for the lab, in the one that the script was started in; both as they were at the end, however it comes.

    Where that is by a signal, dash runs no EXIT trap, and with a trap for the signal it would wait for the lab first: hence
    another process that sees to it. What was handed on before, at the top of a machine, is others'.
    """
    handed = " ".join((f'"{LAB_GROUP}"', *(f'"{LAB_GROUP}/"{name}' for name in FILES)))
    return [
        *comment(words("rosetta.script.place")),
        f"{PLACE}={GROUPS}$(sed -n 's/^0:://p' /proc/self/cgroup)",
        f'before=" $(cat "${PLACE}/cgroup.subtree_control") " added=',
        f"for name in {' '.join(controllers)}; do",
        '  case "$before" in *" $name "*) ;; *) added="$added $name" ;; esac',
        "done",
        "leave() {",
        f'  echo 1 >"{LAB_GROUP}/cgroup.kill" 2>/dev/null || :',
        "  tries=50",
        f'  while [ -d "{LAB_GROUP}" ] && [ $tries -gt 0 ]; do',
        f'    find "{LAB_GROUP}" -depth -type d -exec rmdir {{}} + 2>/dev/null || sleep 0.1',
        "    tries=$((tries - 1))",
        "  done",
        f'  for name in $added; do echo "-$name" >"${PLACE}/cgroup.subtree_control" || :; done',
        f'  while read -r pid; do echo "$pid" >"${PLACE}/cgroup.procs" || :; done <"${PLACE}/outside/cgroup.procs"',
        f'  rmdir "${PLACE}/outside" || :',
        "}",
        *comment(words("rosetta.script.watcher")),
        f'mkdir "${PLACE}/outside" "{LAB_GROUP}" "{INIT_GROUP}"',
        f'echo $$ >"${PLACE}/outside/cgroup.procs"',
        "( trap '' HUP INT TERM",
        "  while kill -0 $$; do sleep 0.1; done",
        "  leave ) </dev/null >/dev/null 2>&1 &",
        "watcher=$!",
        "trap 'kill -KILL $watcher; leave' EXIT",
        f'for name in $added; do echo "+$name" >"${PLACE}/cgroup.subtree_control"; done',
        f'[ -z "$nobody" ] || chown {nobody} {handed} "{INIT_GROUP}" "{INIT_GROUP}/cgroup.procs"',
    ]


def moved(group: str, command: list[str], behind: str = "") -> list[str]:
    """A command, made in a process that goes into the group first, and not made where that is refused."""
    first, *rest = command
    lines = [f'( echo 0 >"{group}/cgroup.procs" && {first}', *rest]
    lines[-1] = f"{lines[-1]} ){behind}"
    return lines


def namespace_lines(variable: str, words: Words) -> list[str]:
    """The lab's first: into its group, a cgroup namespace, and back to the leaf. unshare(1) goes on as this script once more."""
    return [
        *comment(words("rosetta.script.cgroup-namespace")),
        'if [ -z "${grouped:-}" ]; then',
        f'  echo 0 >"{LAB_GROUP}/cgroup.procs"',
        "  export grouped=1",
        f'  exec unshare --cgroup sh -c "${variable}"',
        "fi",
        f'echo 0 >"{INIT_GROUP}/cgroup.procs"',
    ]


def hand_on_lines(controllers: tuple[str, ...], words: Words) -> list[str]:
    """The lab's next, once it has its own mount: nobody is in its group any more."""
    each = f"for name in {' '.join(controllers)}; do"
    return [
        "",
        *comment(words("rosetta.script.hand-on")),
        f'{each} echo "+$name" >{GROUPS}/cgroup.subtree_control; done',
        "",
    ]
