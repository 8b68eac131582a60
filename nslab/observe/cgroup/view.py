"""What a pane shows of a lab's control groups."""

from __future__ import annotations

from msgspec import Struct

from nslab.observe.cgroup.history import History

PARTS = (".scope",)  # as the lab calls leaves of its own


class GroupsView(Struct, frozen=True, tag="cgroups"):
    """The last minute of a lab's groups; `source` is the directory of the top one, as it is called outside."""

    history: History
    source: str

    @property
    def paths(self) -> tuple[str, ...]:
        """Groups that there are now: those of containers and of the learner first, then the lab's own leaves, then the top."""
        samples = self.history.samples
        own = [path for path in samples if path and not path.endswith(PARTS)]
        leaves = [path for path in samples if path.endswith(PARTS)]
        return (*own, *leaves, *(path for path in samples if not path))
