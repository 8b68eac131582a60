"""The limits of a lesson's container: written as for `nslab run`, and held to it when the lesson is read."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from nslab.course.composing import spec_of
from nslab.course.limits import Limits
from nslab.course.loader import Pack
from nslab.course.model import Container, Lesson
from nslab.course.scaffold import make_lesson
from nslab.course.syllabus import Syllabus
from nslab.engine.resources import Resources
from nslab.kernel.cgroup2.cpu import CpuMax
from nslab.kernel.namespaces import Kind


def test_they_are_the_engine_s_by_other_names() -> None:
    limits = Limits("64m", "48m", "0", "0.2", 50, "0-1", "max")
    spec = spec_of(Container("web", (Kind.PID,), limits=limits))
    assert spec.resources == Resources(
        memory_max=64 << 20,
        memory_high=48 << 20,
        swap_max=0,
        cpu_max=CpuMax(20_000, 100_000),
        cpu_weight=50,
        cpuset_cpus="0-1",
        pids_max="max",
    )
    assert spec_of(Container("web", (Kind.PID,))).resources is None


@pytest.mark.parametrize(
    "wrong",
    [{"memory": "64mb"}, {"memory": 64}, {"cpus": "20%"}, {"pids": "some"}, {"cpu_weight": 0}, {"memroy": "64m"}],
)
def test_what_nobody_could_write_is_refused_when_the_lesson_is_read(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"container": "web", "namespaces": ["pid"], "limits": wrong}, Container)


@pytest.mark.parametrize(
    ("needs", "divided"), [(("user-namespaces",), False), (("cgroup2", "memory-controller"), True)]
)
def test_a_lesson_that_needs_a_controller_has_a_lab_that_divides_its_group(
    needs: tuple[str, ...], divided: bool
) -> None:
    assert Lesson(1, "x", 10, (), needs=needs).divided == divided


def test_a_lesson_s_file_with_limits_is_read_where_it_needs_their_controllers(tmp_path: Path) -> None:
    make_lesson(tmp_path / "limited")
    limits = '{ memory = "64m", cpus = "0.2", cpu_weight = 50, pids = "max" }'
    setup = f'setup = [{{ container = "web", namespaces = ["pid"], limits = {limits} }}]'
    needs = '"memory-controller", "cpu-controller", "pids-controller"'
    path = tmp_path / "limited" / "lesson.toml"
    text = path.read_text().replace('id = "split"', f'id = "split"\n{setup}', 1)
    path.write_text(text.replace('needs = ["', f'needs = [{needs}, "', 1))
    pack = Syllabus().load(str(tmp_path / "limited"))
    assert isinstance(pack, Pack), pack
    (made,) = pack.lesson.step[0].setup
    assert isinstance(made, Container)
    assert made.limits == Limits(memory="64m", cpus="0.2", cpu_weight=50, pids="max")


def test_a_lesson_reads_amounts_as_the_command_line_does() -> None:
    limits = msgspec.convert({"cpus": ".5", "memory": "64m", "cpu_weight": 50, "pids": "max"}, Limits)
    assert limits.resources.knobs == (
        ("cpu.weight", "50"),
        ("cpu.max", "50000 100000"),
        ("pids.max", "max"),
        ("memory.max", "67108864"),
    )
