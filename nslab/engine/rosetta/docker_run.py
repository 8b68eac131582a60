"""A plan as one `docker run`, with what docker does besides, and what it can't be asked for."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from nslab.engine.arguments import new_kinds, program_of
from nslab.engine.joins import JOINER, joined
from nslab.engine.resources import limits_in
from nslab.engine.rosetta.docker import HOST_FLAGS, IMAGE, JOIN_FLAGS, NO_LINKS, docker_flags
from nslab.engine.rosetta.inside import inside
from nslab.engine.rosetta.limits import docker_limits
from nslab.engine.rosetta.lines import comment, continued
from nslab.engine.steps import Plan, Step
from nslab.kernel.namespaces import Kind
from nslab.words import Words


def docker_run(plan: Plan, title: str, words: Words) -> str:
    """The command line, below comments; `title` says in a line what the container is of."""
    name = next((str(step.args[0]) for step in plan if step.call == "set_name"), "box")
    plugged_in = any(step.call == "net_veth" for step in plan)
    asked = (flag for step in plan if step.id != JOINER and step.call != "write_group" for flag in docker_flags(step))
    flags = [flag for flag in asked if not (plugged_in and flag == NO_LINKS)]
    program = next((step for step in plan if step.call == "execve"), None)
    return "\n".join(
        (
            *comment(title),
            *(line for id_ in remarks(plan) for line in comment(words(f"rosetta.docker.{id_}", image=IMAGE))),
            *(line for kind in apart(plan) for line in comment(words("rosetta.docker.apart", kind=kind.value))),
            "",
            *continued(
                ["docker", "run", "--rm", "--interactive", f"--name={name}"],
                *([flag] for flag in (*flags, *map(shlex.quote, docker_limits(plan)), *undoing(plan))),
                *(program_parts(program) if program else ([IMAGE],)),
            ),
            "",
        )
    )


def program_parts(step: Step) -> tuple[list[str], ...]:
    """The environment, one variable a line, then the image and the program."""
    program = program_of(step)
    return (*([f"--env={shlex.quote(word)}"] for word in program.env), [IMAGE, *map(shlex.quote, program.args)])


def undoing(plan: Plan) -> Iterator[str]:
    """Flags for what docker does by itself and the plan has no step for."""
    calls = {step.call for step in plan}
    if shared := joined(plan):
        made = new_kinds(plan)
        yield from (flag for kind, flag in HOST_FLAGS.items() if kind not in made and kind not in shared)
    if "seccomp" not in calls:
        yield "--security-opt=seccomp=unconfined"
    if not masked(plan):
        yield "--security-opt=systempaths=unconfined"


def apart(plan: Plan) -> Iterator[Kind]:
    """The kinds that are shared with another container here, and can't be there."""
    return (kind for kind in joined(plan) if kind not in JOIN_FLAGS)


def masked(plan: Plan) -> bool:
    """Whether the plan covers or freezes any of /proc."""
    return any((inside(arg) or "").startswith("/proc/") for step in plan for arg in step.args)


def remarks(plan: Plan) -> Iterator[str]:
    """What the flags can't say, by its id among the words."""
    kinds = new_kinds(plan)
    yield "itself"
    yield "image" if Kind.MNT in kinds else "mount"
    yield "user" if Kind.USER in kinds else "root"
    if any(step.call == "net_veth" for step in plan):
        yield "network"
    yield "time" if Kind.TIME in kinds else "no-time"
    if any(step.call == "seccomp" for step in plan):
        yield "seccomp"
    if any(file == "cpu.weight" for file, _ in limits_in(plan)):
        yield "shares"
    if masked(plan):
        yield "masks"
