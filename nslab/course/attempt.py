"""One try at the ordering puzzle: the learner's order, run by the engine in a lab of its own."""

from __future__ import annotations

from nslab.course.moments import HOST, moment_of
from nslab.course.ordering import SPEC, Attempt, change, played
from nslab.course.verdict import PROOFS, missing
from nslab.engine.client import Lab
from nslab.engine.protocol import Advanced
from nslab.observe.moment import Moment, read_path
from nslab.observe.roots import ProcRoot


def run_order(order: tuple[str, ...]) -> Attempt:
    """Make a lab and in it a container in this order of cards. Raises LabError; the lab is gone then too."""
    with Lab.start() as lab, ProcRoot(lab.proc) as root:
        host = moment_of(lab, root, HOST)
        plan = lab.conceive(SPEC).plan
        lab.delete(SPEC.name)
        conceived = lab.conceive(SPEC, change(plan, order))
        born = lab.advance(SPEC.name, len(conceived.plan))
        return Attempt(order, played(born.plan, born.outcomes, order), _missing(lab, root, host, born))


def _missing(lab: Lab, root: ProcRoot, host: Moment | None, born: Advanced) -> tuple[str, ...]:
    """What the container lacks; nothing where there is none, for then a call has said so."""
    box = moment_of(lab, root, born.pid) if born.pid > 0 else None
    now = moment_of(lab, root, HOST)
    if host is None or now is None or box is None:
        return ()
    return missing(host, now, box, {path: read_path(root, born.pid, path) for path in PROOFS.values()})
