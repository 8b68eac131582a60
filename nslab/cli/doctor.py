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
    """A table of all findings, then each remedy with all that it is for, in whole lines, so that they can be copied."""
    head = "", words("doctor.head.probe"), words("doctor.head.found")
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(group_of(finding), []).append(finding)
    print_table(head, (row(name, members, words) for name, members in groups.items()))
    remedies: dict[str, list[str]] = {}
    for each in findings:
        if remedy := remedy_for(each, words):
            remedies.setdefault(remedy, []).append(name_of(each, words))
    if remedies:
        print(f"\n{words('doctor.todo')}")
    for remedy, probes in remedies.items():
        print(f"\n  {words('doctor.comma').join(probes)}", *(f"    {line}" for line in remedy.splitlines()), sep="\n")
    print()


def group_of(finding: Finding) -> str:
    """What shares a row: the kinds of namespace that work, the programs that are there, controllers in the same state."""
    if controller_of(finding):
        return f"controllers {finding.cause or ''}"
    if finding.state == "ok" and finding.probe in PROGRAMS:
        return "programs"
    return "kinds" if finding.state == "ok" and kind_of(finding) else finding.probe


def row(group: str, members: list[Finding], words: Words) -> tuple[str, str, str]:
    """The mark, what was probed, and what was found: the evidence, or why it does not work."""
    first = members[0]
    if group.startswith("controllers"):
        names = " ".join(map(controller_of, members))
        why = words(f"doctor.cause.{first.cause}.why", **first.facts | {"controller": names}) if first.cause else names
        return MARKS[first.state], words("doctor.name.controllers"), why
    if group in ("kinds", "programs"):
        names = " ".join(kind_of(each) or each.probe for each in members)
        return MARKS["ok"], words(f"doctor.name.{group}"), names
    if first.cause:
        return MARKS[first.state], name_of(first, words), words(f"doctor.cause.{first.cause}.why", **first.facts)
    return MARKS[first.state], name_of(first, words), words(f"doctor.ok.{first.probe}", **first.facts)


def name_of(finding: Finding, words: Words) -> str:
    """What was probed."""
    if finding.probe in PROGRAMS:
        return finding.probe
    if kind := kind_of(finding):
        return words("doctor.name.kind", kind=kind)
    if controller := controller_of(finding):
        return words("doctor.name.controller", controller=controller)
    return words(f"doctor.name.{finding.probe}")


def remedy_for(finding: Finding, words: Words) -> str:
    """What to do; "" where nothing needs doing."""
    return words(f"doctor.cause.{finding.cause}.remedy", **finding.facts) if finding.cause else ""


def kind_of(finding: Finding) -> str:
    """The kind of namespace whose probe this is; "" for other probes, and for user, which has words of its own."""
    kind, _, rest = finding.probe.partition("-")
    return kind if rest == "namespaces" and kind != "user" else ""


def controller_of(finding: Finding) -> str:
    """The controller of cgroup v2 whose probe this is; "" for other probes."""
    name, _, rest = finding.probe.partition("-")
    return name if rest == "controller" else ""
