"""What can go wrong with a lab or a container, as errors with words in both languages."""

from __future__ import annotations

import errno
import os

from nslab.engine.decode import decoded
from nslab.engine.joins import whose
from nslab.engine.resources import LIMIT, MAKE
from nslab.engine.steps import Done, Fd, Lost, Outcome, Plan, Step
from nslab.errors import Because, NslabError
from nslab.kernel.cgroup2.core import parse_controllers
from nslab.kernel.seccomp import UnknownMachine
from nslab.kernel.syscalls import SyscallError, errno_name, meaning

FILE_BYTES = 4096
BEGUN, NOT_BEGUN = Because("error.step-lost.begun.yes"), Because("error.step-lost.begun.no")


class LabError(NslabError):
    """The lab could not do what it was asked."""

    code = "lab"


class StepRefused(LabError):
    """The kernel refused a step: the call as made, the errno, and what it means there."""

    code = "step-refused"


class NamespaceLimit(LabError):
    """clone3 answered ENOSPC: a limit on namespaces."""

    code = "namespace-limit"


class NamespacesForbidden(LabError):
    """clone3 answered EPERM: this machine does not let this user make a user namespace."""

    code = "namespaces-forbidden"


class ProgramMissing(LabError):
    """execve answered ENOENT: no such program in the container."""

    code = "program-missing"


class ProgramNotExecutable(LabError):
    """execve answered EACCES or ENOEXEC."""

    code = "program-not-executable"


class StepLost(LabError):
    """A process died in the middle of a plan without a word."""

    code = "step-lost"


class MapsRefused(LabError):
    """The id maps of the lab could not be written."""

    code = "maps-refused"


class NoIds(LabError):
    """Root runs where no id but its own is mapped, so there is none to give to the lab."""

    code = "no-ids"


class NoRunDirectory(LabError):
    """The run directory could not be made."""

    code = "no-run-directory"


class NoSuchContainer(LabError):
    """No container of that name."""

    code = "no-such-container"


class NoSuchStep(LabError):
    """A change names a step that the plan does not have."""

    code = "no-such-step"


class NoAccount(LabError):
    """The lab did not make this process, or made it too long ago."""

    code = "no-account"


class NoNetHelper(LabError):
    """The process that makes network links could not do its work: no pyroute2, or no answer."""

    code = "no-net-helper"


class NameTaken(LabError):
    """A container of that name is there already."""

    code = "name-taken"


class AddressTaken(LabError):
    """A container on the same bridge has that address."""

    code = "address-taken"


class NotDivided(LabError):
    """A container with limits was asked for in a lab that has no control group to divide."""

    code = "not-divided"


class Ungrouped(LabError):
    """The limits of a container were to be changed that has no control group of its own."""

    code = "ungrouped"


class GroupTaken(LabError):
    """There is a control group of a container's name already, made by somebody in the lab."""

    code = "group-taken"


class LimitRefused(LabError):
    """The kernel refused a limit: the file, the value, the errno, and what it means there."""

    code = "limit-refused"


class LabGone(LabError):
    """The lab has ended, or does not answer."""

    code = "lab-gone"


class LabSilent(LabError):
    """The lab did not answer in time."""

    code = "lab-silent"


class RequestTooLarge(LabError):
    """A request that does not fit into a packet, mostly for its arguments and environment."""

    code = "request-too-large"


class NotUnicode(LabError):
    """A request with a string that is not UTF-8, as a file name may be."""

    code = "not-unicode"


class JoinTargetEnded(LabError):
    """setns answered ESRCH: the process whose namespaces are to be shared has ended."""

    code = "join-target-ended"


class TooFewDescriptors(LabError):
    """A process of ours may open no more files, or there was no room for those that came with a packet (EMFILE)."""

    code = "too-few-descriptors"


def hung_up(error: OSError) -> LabGone:
    """A socket at whose other end nobody is any more, or that fails otherwise. See unix(7)."""
    if error.errno in (errno.EPIPE, errno.ECONNRESET):
        return LabGone(why=Because("error.lab-gone.because.pid1-ended"))
    return LabGone(why=str(error.strerror))


def unexpected(reply: object) -> LabGone:
    """The error for an answer to another question: whoever gave it is no lab of ours."""
    return LabGone(why=Because("error.lab-gone.because.unexpected"), reply=type(reply).__name__)


def unplanned(error: Exception) -> LabError:
    """The error for what failed outside of any plan."""
    if isinstance(error, UnknownMachine):
        return LabError(why=Because("error.lab.because.unknown-machine"), machine=str(error))
    if isinstance(error, ValueError):
        return LabError(why=Because("error.lab.because.nul"))  # Python's own refusal, in front of the kernel
    if not isinstance(error, OSError):
        return LabError(why=Because("error.lab.because.unfit"), problem=repr(error))
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return TooFewDescriptors()
    number = error.errno or 0
    if isinstance(error, SyscallError):
        call = Because("error.lab.because.call")
        return LabError(why=call, call=error.call, errno=errno_name(number), meaning=error.meaning)
    if error.filename is None:
        return LabError(why=str(error.strerror or error))
    path = Because("error.lab.because.path")
    return LabError(why=path, path=str(error.filename), errno=errno_name(number), meaning=str(error.strerror))


def refusal(step: Step, outcome: Outcome) -> LabError:
    """The error for a step that ended its plan."""
    if not isinstance(outcome, Done):
        return StepLost(step=step.id, call=decoded(step), run=BEGUN if isinstance(outcome, Lost) else NOT_BEGUN)
    number = outcome.errno
    if step.call == "execve":
        program = str(step.args[1])
        if number == errno.ENOENT:
            return ProgramMissing(program=program)
        if number in (errno.EACCES, errno.ENOEXEC, errno.EISDIR, errno.ENOTDIR):
            return ProgramNotExecutable(program=program, errno=errno_name(number), meaning=meaning("execve", number))
    if (
        step.call == "setns"
        and number == errno.ESRCH
        and isinstance(step.args[0], Fd)
        and (name := whose(step.args[0]))
    ):
        return JoinTargetEnded(name=name, call=decoded(step))
    if step.call == "write_group" and step.id.startswith(LIMIT):
        return limit_refused(*map(str, step.args), number=number)
    if step.id == MAKE and number == errno.EEXIST:
        return GroupTaken(group=str(step.args[0]))
    if step.call == "clone3" and number == errno.ENOSPC:
        return NamespaceLimit(call=decoded(step))
    if step.call == "clone3" and number == errno.EPERM:
        return NamespacesForbidden(call=decoded(step))
    return StepRefused(step=step.id, call=decoded(step), errno=errno_name(number), meaning=meaning(step.call, number))


LIMIT_REMEDIES = {errno.ENODEV: "device", errno.EINVAL: "value", errno.ERANGE: "value"}


def limit_refused(group: str, file: str, value: str, *, number: int) -> LimitRefused:
    """The error for a file of a control group that was not written. Whether a missing file's controller is there, it looks for."""
    controller = file.partition(".")[0]
    missing = "file" if controller in handed_on(os.path.dirname(group)) else "controller"
    kind = missing if number == errno.ENOENT else LIMIT_REMEDIES.get(number, "other")
    remedy = Because(f"error.limit-refused.remedy.{kind}")
    facts = {"controller": controller, "errno": errno_name(number), "meaning": meaning("write", number)}
    return LimitRefused(file=f"{group}/{file}", value=value, remedy=remedy, **facts)


def handed_on(group: str) -> frozenset[str]:
    """The controllers that groups below this one have; none where nobody can tell."""
    try:
        # Not blocking: in a lab, somebody may have put a FIFO there.
        file = os.open(f"{group}/cgroup.subtree_control", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            return parse_controllers(os.read(file, FILE_BYTES))
        finally:
            os.close(file)
    except (OSError, ValueError):
        return frozenset()


def plan_refusal(plan: Plan, outcomes: tuple[Outcome, ...]) -> LabError:
    """The error for the last outcome of a plan that failed."""
    return refusal(plan[len(outcomes) - 1], outcomes[-1])
