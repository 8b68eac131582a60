"""`nslab doctor`: a report that can be acted on, and a status that scripts can use."""

from __future__ import annotations

import json

import pytest

from nslab.cli import doctor
from nslab.cli.main import main
from nslab.engine.doctor import PROBES, Finding
from nslab.engine.doctor.findings import limited, missing, ok


def stub(monkeypatch: pytest.MonkeyPatch, *findings: Finding) -> None:
    monkeypatch.setattr(doctor, "examine_all", lambda: findings)


def test_json_holds_every_probe(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["able"] is True
    assert [finding["probe"] for finding in told["findings"]] == list(PROBES)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_report_of_this_machine_has_all_its_words(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--lang", lang]) == 0
    assert "doctor." not in capsys.readouterr().out


def test_what_is_required_and_missing_is_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stub(monkeypatch, missing("user-namespaces", "namespace-limit", setting="user.max_user_namespaces", value=0))
    assert main(["doctor", "--lang", "en"]) == 1
    assert "\n    sudo sysctl user.max_user_namespaces=15000\n" in capsys.readouterr().out


def test_what_is_only_limited_is_status_0(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    stub(monkeypatch, ok("kernel", release="6.1"), limited("terminal", "dumb-terminal", term="dumb"))
    assert main(["doctor", "--lang", "en"]) == 0
    assert "export TERM=xterm-256color" in capsys.readouterr().out


def test_a_missing_program_stops_no_lesson_but_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    stub(monkeypatch, missing("strace", "no-program", program="strace", install="sudo apt install strace"))
    assert main(["doctor"]) == 0


def test_one_remedy_is_told_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    stub(monkeypatch, *(missing(f"{kind}-namespaces", "needs-user-namespaces") for kind in ("pid", "uts")))
    main(["doctor", "--lang", "en"])
    assert capsys.readouterr().out.count("First do what is said") == 1


def test_nothing_is_advised_where_all_is_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stub(monkeypatch, ok("kernel", release="6.1"))
    main(["doctor", "--lang", "en"])
    assert "What you can do" not in capsys.readouterr().out


def test_all_that_one_remedy_is_for_stands_above_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    install = "sudo apt install iproute2"
    stub(
        monkeypatch,
        limited("veth", "no-ip", install=install),
        missing("ip", "no-program", program="ip", install=install),
        missing("pstree", "no-program", program="pstree", install="sudo apt install psmisc"),
    )
    main(["doctor", "--lang", "en"])
    told = capsys.readouterr().out
    assert f"\n  network links, ip\n    {install}\n" in told
    assert "\n  pstree\n    sudo apt install psmisc\n" in told


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_cgroup_v2_beside_v1_is_told_where_it_is_and_stops_no_lesson(
    lang: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stub(monkeypatch, limited("cgroup2", "cgroup-hybrid", path="/sys/fs/cgroup/unified"))
    assert main(["doctor", "--lang", lang]) == 0
    told = capsys.readouterr().out
    assert "/sys/fs/cgroup/unified" in told
    assert "limits" not in told
    assert "限制" not in told
