"""One step in the words of others."""

from __future__ import annotations

from msgspec import Struct

from nslab.engine.joins import JOINER
from nslab.engine.rosetta.docker import docker_words
from nslab.engine.rosetta.oci import oci_field
from nslab.engine.rosetta.shell import shell_words
from nslab.engine.steps import Step


class Elsewhere(Struct, frozen=True):
    """The same step as a shell command, as docker's flags, as a field of OCI's config.json; "" where it has no word there."""

    shell: str = ""
    docker: str = ""
    oci: str = ""


def elsewhere(step: Step) -> Elsewhere:
    """What a step is called elsewhere; nothing for the birth of a joiner, which only this plan has."""
    if step.id == JOINER:
        return Elsewhere()
    return Elsewhere(shell_words(step), docker_words(step), oci_field(step))
