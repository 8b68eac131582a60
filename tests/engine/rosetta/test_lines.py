"""Lines of a script: what repeats becomes a loop, what is long goes on below."""

from __future__ import annotations

import subprocess

import pytest

from nslab.engine.rosetta.lines import WIDTH, Line, comment, continued, joined, listed


def said_by(text: str) -> str:
    return subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=True).stdout


def test_three_lines_of_one_shape_are_a_loop() -> None:
    lines = [Line(f"mount --bind /dev/{name} $root/dev/{name}", name) for name in ("null", "zero", "full")]
    assert list(joined(lines)) == ["for name in null zero full; do mount --bind /dev/$name $root/dev/$name; done"]


def test_two_lines_of_one_shape_stay_two() -> None:
    lines = [Line(f"mount --rbind /{name} $root/{name}", name) for name in ("usr", "opt")]
    assert list(joined(lines)) == [line.text for line in lines]


def test_directories_and_files_are_made_by_one_command() -> None:
    lines = [Line("mkdir a", "a"), Line("mkdir -m 700 b", "b"), Line("touch c", "c"), Line("touch d", "d")]
    assert list(joined(lines)) == ["mkdir a", "mkdir -m 700 b", "touch c d"]


def test_a_long_loop_stands_on_three_lines() -> None:
    lines = [Line(f"echo {'x' * 70} {name}", name) for name in ("a", "b", "c")]
    assert list(joined(lines)) == ["for name in a b c; do", f"  echo {'x' * 70} $name", "done"]


@pytest.mark.parametrize(
    ("text", "name", "shape"),
    [
        ("ln -s pts/ptmx $root/dev/ptmx", "ptmx", "ln -s pts/$name $root/dev/$name"),
        ("mount x /x-y/x", "x", "mount $name /x-y/$name"),
        ("mount /a/proc.d/proc", "proc", "mount /a/proc.d/$name"),
        ("echo 'x' x", "x", "echo 'x' x"),
        ("cd $root", "root", "cd $root"),
        ("cd /", "", "cd /"),
    ],
)
def test_only_a_word_or_a_whole_part_of_a_path_varies(text: str, name: str, shape: str) -> None:
    assert Line(text, name).shape == shape


def test_loops_say_what_their_lines_said() -> None:
    lines = [Line(f"echo {kind} /a/{name}", name) for kind in ("one", "two") for name in ("b", "c", "d")]
    assert said_by("\n".join(joined(lines))) == said_by("\n".join(line.text for line in lines))


def test_a_command_goes_on_below_and_is_still_one() -> None:
    words = ["printf", "%s,", *(f"{'word' * 5}{number}" for number in range(20))]
    lines = continued(words)
    assert len(lines) > 1
    assert max(map(len, lines)) <= WIDTH
    assert said_by("\n".join(lines)) == said_by(" ".join(words))


def test_each_part_of_a_command_begins_a_line() -> None:
    assert continued(["exec", "a"], ["env", "-i"], ["b"]) == ["exec a \\", "  env -i \\", "  b"]


def test_a_list_that_is_too_long_for_a_line_is_broken_within() -> None:
    word = "--set=" + ",".join(f"+capability_{number}" for number in range(20))
    lines = continued(["echo", word, "end"])
    assert max(map(len, lines)) <= WIDTH
    assert said_by("\n".join(lines)) == f"{word} end\n"


def test_what_is_quoted_is_never_broken() -> None:
    word = "'" + "a, " * 60 + "'"
    assert continued(["echo", word])[1] == f"  {word}"


def test_a_comment_has_a_mark_on_every_line() -> None:
    assert comment("a\n\nb") == ["# a", "#", "# b"]


def test_a_listed_item_is_kept_whole() -> None:
    assert listed("head", [f"call({'x' * 60})", f"call({'y' * 60})"]) == [
        "# head",
        f"#   call({'x' * 60});",
        f"#   call({'y' * 60})",
    ]
