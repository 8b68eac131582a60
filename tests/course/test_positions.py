"""On which line of a TOML file something stands."""

from __future__ import annotations

import tomllib
from pathlib import Path as FilePath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nslab.course.positions import Path, Positions

SOURCE = """\
# a comment
id = "x"

[[step]]
id = "one"          # another
values.inner = { pid_of = "a", in = "b" }

do = [
  # between
  { id = "run", check = { all = [
    { kind = "alive" },
    { kind = "gone" },
  ] } },
]

[[step]]
"quoted key" = 1
[step.values]
deep.er = "v"

[[step.setup]]
run = "x"
[[step.setup]]
run = "y"
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("id",), 2),
        (("step",), 4),
        (("step", 0), 4),
        (("step", 0, "id"), 5),
        (("step", 0, "values", "inner", "pid_of"), 6),
        (("step", 0, "do"), 8),
        (("step", 0, "do", 0), 10),
        (("step", 0, "do", 0, "check", "all", 1, "kind"), 12),
        (("step", 1), 16),
        (("step", 1, "quoted key"), 17),
        (("step", 1, "values", "deep", "er"), 19),
        (("step", 1, "setup", 1, "run"), 24),
        (("step", 1, "setup", 1, "in"), 23),
        (("nowhere", 3), 1),
    ],
)
def test_a_path_is_found_and_what_is_missing_is_placed_at_its_parent(path: Path, line: int) -> None:
    assert Positions(SOURCE.encode()).line(path) == line


def paths(tree: Any, path: Path = ()) -> list[Path]:
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(below for key, child in children for below in paths(child, (*path, key)))]


@pytest.mark.parametrize("file", sorted((FilePath(__file__).parents[2] / "lessons").glob("*/lesson.toml")), ids=str)
def test_every_leaf_of_the_lessons_stands_on_the_line_that_is_told(file: FilePath) -> None:
    source = file.read_bytes()
    positions, lines = Positions(source), source.decode().split("\n")
    for path in paths(tomllib.loads(source.decode())):
        if path and isinstance(path[-1], str):
            assert path[-1] in lines[positions.line(path) - 1]


@given(st.binary(max_size=300))
def test_any_bytes_have_positions(source: bytes) -> None:
    assert Positions(source).line(("step", 0, "id")) >= 1
