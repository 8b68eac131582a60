"""The limits of a lesson's container, by the names that `nslab run` has for them."""

from __future__ import annotations

from typing import Annotated, cast

from msgspec import Meta, Struct

from nslab.engine.amounts import OPTIONS
from nslab.engine.resources import Resources

Amount = Annotated[str, Meta(pattern="^([0-9]+[kmgtKMGT]?|max)$")]
Processors = Annotated[str, Meta(pattern=r"^([0-9]{1,4}(\.[0-9]+)?|\.[0-9]+|max)$")]
Count = Annotated[str, Meta(pattern="^([0-9]+|max)$")]
Weight = Annotated[int, Meta(ge=1, le=10_000)]


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """What a container may use; what is not given is not limited. Without a disk's, which each machine calls otherwise."""

    memory: Amount | None = None
    memory_high: Amount | None = None
    swap: Amount | None = None
    cpus: Processors | None = None
    cpu_weight: Weight | None = None
    cpuset: str | None = None
    pids: Count | None = None

    @property
    def controllers(self) -> tuple[str, ...]:
        """Those that these limits take, by name."""
        return tuple(sorted({file.partition(".")[0] for file, _ in self.resources.knobs}))

    @property
    def resources(self) -> Resources:
        """As the engine has them."""
        given = ((option, getattr(self, option.key)) for option in OPTIONS)
        found = {option.field: option.parse(str(value)) for option, value in given if value is not None}
        return Resources(io_max=(), **cast(dict[str, None], found))
