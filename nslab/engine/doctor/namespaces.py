"""Can we make namespaces here? Each kind tried as the lab makes it, and each refusal told apart."""

from __future__ import annotations

import errno

from nslab.engine.doctor.findings import Finding, missing, ok
from nslab.engine.doctor.surroundings import forbidden_by, kernel_setting, launcher
from nslab.engine.doctor.trial import Refusal, attempt
from nslab.kernel.mounts import MountFlag, mount
from nslab.kernel.namespaces import Kind


def user_namespaces(probe: str) -> Finding:
    """A user namespace whose root may really do something: mount. AppArmor lets it be made, then takes all rights."""
    refusal = attempt(nothing) or attempt(mount_something, Kind.MNT)
    return explained(probe, Kind.USER, refusal) if refusal else ok(probe)


def kind_namespaces(probe: str, kind: Kind) -> Finding:
    """A namespace of one kind, in a user namespace of ours."""
    if attempt(nothing):
        return missing(probe, "needs-user-namespaces")
    refusal = attempt(nothing, kind)
    return explained(probe, kind, refusal) if refusal else ok(probe)


def nothing() -> None:
    """To be born is all that is tried."""


def mount_something() -> None:
    """What a user namespace is for: a mount that shows nowhere else."""
    mount(None, "/", None, int(MountFlag.REC | MountFlag.PRIVATE), None)
    mount("trial", "/proc", "tmpfs", 0, "size=64k")


def explained(probe: str, kind: Kind, refusal: Refusal) -> Finding:
    """Why the kernel made no namespace of this kind."""
    match refusal.errno:
        case errno.ENOSPC:
            setting = first_exhausted(kind)
            return missing(probe, "namespace-limit", setting=setting.replace("/", "."), **limit_fact(setting))
        case errno.EINVAL:
            return missing(probe, "not-in-kernel", kind=kind.value)
        case errno.EOVERFLOW:
            return missing(probe, "no-ids")
        case errno.EUSERS:
            return missing(probe, "nested-too-deep")
        case _:
            return missing(probe, forbidden_by(), launcher=launcher(), **refusal.facts)


def first_exhausted(kind: Kind) -> str:
    """The setting behind ENOSPC: one that is 0, else the one of this kind, whose count is used up."""
    settings = [f"user/max_{name}_namespaces" for name in (Kind.USER, kind)]
    return next((setting for setting in settings if kernel_setting(setting) == 0), settings[-1])


def limit_fact(setting: str) -> dict[str, str | int]:
    """The limit's value, as a fact for words."""
    value = kernel_setting(setting)
    return {"value": "?" if value is None else value}
