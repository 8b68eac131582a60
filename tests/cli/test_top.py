"""`nslab top` without a screen: lines of JSON and CSV, a table, and what can't be looked at."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from nslab.cli.main import main
from nslab.cli.top import writer
from nslab.observe.cgroup.lines import Line
from nslab.observe.cgroup.place import hierarchy
from nslab.tui.top.knobs import Write

OOM = str(Path(__file__).parents[1] / "observe" / "recorded" / "oom.jsonl")
LOOKS = len(Path(OOM).read_bytes().splitlines()) - 1


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert main(["top", *arguments]) == status
    told = capsys.readouterr()
    return told.out if status == 0 else told.err


def test_a_recording_as_lines_of_json_has_a_line_for_each_group_and_look(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [json.loads(line) for line in printed(capsys, "--replay", OOM, "--json").splitlines()]
    assert len(lines) == 2 * (LOOKS - 1)
    assert {tuple(line) for line in lines} == {Line.__struct_fields__}
    box = [line for line in lines if line["path"] == "/box"]
    assert max(line["memory"] for line in box) > 30_000_000
    assert [line["oom_kills"] for line in box] == [0] * 12 + [1] * 2


def test_csv_says_the_same_and_leaves_empty_what_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(printed(capsys, "--replay", OOM, "--csv", "--count", "2").splitlines()))
    told = [json.loads(line) for line in printed(capsys, "--replay", OOM, "--json", "--count", "2").splitlines()]
    assert [row["path"] for row in rows] == ["/", "/box"] * 2
    assert [row["memory_max"] for row in rows] == ["", "33554432"] * 2
    assert [row["cpu_percent"] for row in rows] == [str(line["cpu_percent"]) for line in told]


def test_piped_without_a_wish_it_is_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    table = printed(capsys, "--replay", OOM)
    assert "memory.max" in table
    assert any(line.split() == ["/box", "44", "%", "3.5", "MiB", "32", "MiB", "1"] for line in table.splitlines())


def test_this_machine_is_looked_at_as_often_as_asked(capsys: pytest.CaptureFixture[str]) -> None:
    directory = hierarchy().directory
    if directory is None:
        assert "no cgroup v2 tree" in printed(capsys, "--json", "--count", "1", status=1)
        return
    lines = [json.loads(line) for line in printed(capsys, "--json", "--count", "2", "--every", "0.1").splitlines()]
    top = [line for line in lines if line["path"] == "/"]
    assert len(top) == 2
    assert top[0]["time"] < top[1]["time"]
    assert all(line["cpu_percent"] >= 0 for line in top)
    named = printed(capsys, str(directory), "--json", "--count", "1", "--every", "0.1")
    assert json.loads(named.splitlines()[0])["path"] == "/"


@pytest.mark.parametrize("path", ["no/such/group", "/no-such-group"])
def test_what_is_no_group_is_refused_with_where_it_was_looked_for(
    capsys: pytest.CaptureFixture[str], path: str
) -> None:
    told = printed(capsys, path, status=1)
    directory = hierarchy().directory
    assert (f"{directory}/{path.lstrip('/')}" if directory else "cgroup2") in told


def test_what_is_no_recording_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "No such file" in printed(capsys, "--replay", str(tmp_path / "none"), status=1)
    broken = tmp_path / "broken"
    broken.write_bytes(b"".join(Path(OOM).read_bytes().splitlines(keepends=True)[:4]) + b"{}\n")
    assert "line 5" in printed(capsys, "--replay", str(broken), "--json", status=1)
    broken.write_bytes(b"\0\xff")
    assert "line 1" in printed(capsys, "--replay", str(broken), "--csv", status=1)


@pytest.mark.parametrize("wrong", [["--count", "0"], ["--count", "x"], ["--every", "0"], ["--every", "inf"]])
def test_numbers_that_make_no_sense_are_wrong_usage(capsys: pytest.CaptureFixture[str], wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["top", *wrong])
    assert ended.value.code == 2
    assert wrong[1] in capsys.readouterr().err


def test_the_help_names_every_field(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["top", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert all(field in told for field in Line.__struct_fields__)


def test_limits_are_written_in_groups_of_labs_alone_and_a_refusal_is_told(tmp_path: Path) -> None:
    assert writer(str(tmp_path)) is None
    group = tmp_path / "nslab-1" / "web"
    group.mkdir(parents=True)
    (group / "cpu.weight").write_text("100\n")
    write = writer(str(group.parent))
    assert write is not None
    wanted = Write("web", "cpu.weight", "300")
    assert write(wanted) == wanted
    assert (group / "cpu.weight").read_text() == "300\n"
    assert write(Write("web", "memory.max", "1")).errno == "ENOENT"
    assert write(Write("gone", "cpu.weight", "1")).errno == "ENOENT"
