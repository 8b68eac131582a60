"""`nslab doctor`: what this machine can do, what it lacks, and what to do about each."""

from __future__ import annotations

import argparse

from nslab.cli.output import print_json, print_table
from nslab.engine.doctor import PROGRAMS, REQUIRED, Finding, State, examine_all
from nslab.words import Words

MARKS: dict[State, str] = {"ok": "✓", "limited": "!", "missing": "✗"}


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--json", action="store_true", help=words("doctor.json"))


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Print all findings. The status is 0 if lessons can run, else 1."""
    findings = examine_all()
    able = all(finding.state != "missing" for finding in findings if finding.probe in REQUIRED)
    if arguments.json:
        print_json({"able": able, "findings": findings})
    else:
        print_report(findings, words)
        print(words(f"doctor.verdict.{'ok' if able else 'missing'}"))
    return 0 if able else 1


def print_report(findings: tuple[Finding, ...], words: Words) -> None:
    """A table of all findings, then the remedies, whole lines each, so that they can be copied."""
    head = "", words("doctor.head.probe"), words("doctor.head.found")
    print_table(head, ((MARKS[each.state], name(each, words), found(each, words)) for each in findings))
    remedies = {remedy: name(each, words) for each in reversed(findings) if (remedy := remedy_for(each, words))}
    if remedies:
        print(f"\n{words('doctor.todo')}")
    for remedy, probe in reversed(remedies.items()):
        print(f"\n  {probe}", *(f"    {line}" for line in remedy.splitlines()), sep="\n")
    print()


def name(finding: Finding, words: Words) -> str:
    """What was probed."""
    if finding.probe in PROGRAMS:
        return words("doctor.name.program", program=finding.probe)
    if kind := kind_of(finding):
        return words("doctor.name.kind", kind=kind)
    return words(f"doctor.name.{finding.probe}")


def found(finding: Finding, words: Words) -> str:
    """What was found: the evidence, or why it does not work."""
    if finding.cause:
        return words(f"doctor.cause.{finding.cause}.why", **finding.facts)
    if finding.probe in PROGRAMS:
        return words("doctor.ok.program", **finding.facts)
    if kind_of(finding):
        return words("doctor.ok.kind")
    return words(f"doctor.ok.{finding.probe}", **finding.facts)


def remedy_for(finding: Finding, words: Words) -> str:
    """What to do; "" where nothing needs doing."""
    return words(f"doctor.cause.{finding.cause}.remedy", **finding.facts) if finding.cause else ""


def kind_of(finding: Finding) -> str:
    """The kind of namespace whose probe this is; "" for other probes, and for user, which has words of its own."""
    kind, _, rest = finding.probe.partition("-")
    return kind if rest == "namespaces" and kind != "user" else ""
