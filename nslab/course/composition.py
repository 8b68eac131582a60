"""The compose board of a session, as it is now."""

from __future__ import annotations

from msgspec.structs import replace

from nslab.course.cast import HOST
from nslab.course.composing import preset_of, spec_of
from nslab.course.session import Session
from nslab.observe.compose_view import ComposeView, compose_view
from nslab.observe.namespace_view import Subject


def composition(session: Session) -> ComposeView:
    """The host and the containers that were asked for, as the last look saw them."""
    world = session.world
    roles = {name: world.cast.role(name) for name in session.asked}
    subjects = (
        Subject(HOST, world.seen.host),
        *(Subject(name, role.process, role.alive) if role else Subject(name, None) for name, role in roles.items()),
    )
    specs = tuple(spec_of(container) for container in session.asked.values())
    view = compose_view(subjects, specs, session.births, world.observer.letters, world.seen.scan)
    return replace(view, preset=preset_of(session.asked.values()))
