"""The tree of processes that were read one after another."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from nslab.kernel.namespaces import Kind
from nslab.observe.namespaces import NamespaceId, Namespaces
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process, Scanner
from nslab.observe.tree import tree

HOST = Namespaces(*(NamespaceId(4, 1) for _ in Kind))
any_processes = st.lists(
    st.builds(
        Process, st.integers(1, 12), st.integers(0, 12), st.integers(0, 3), st.just("x"), st.just("S"), st.just(HOST)
    ),
    unique_by=lambda process: process.pid,
)


@given(any_processes)
def test_every_process_stands_in_the_tree_once_below_its_parent(processes: list[Process]) -> None:
    nodes = tree(processes)
    assert sorted(node.process.pid for node in nodes) == sorted(process.pid for process in processes)
    drawn: list[Process] = []
    for node in nodes:
        if node.parent is None:
            assert len(node.last_of) == 1
        else:
            assert node.parent in drawn
        drawn.append(node.process)


@given(any_processes)
def test_the_last_child_of_each_parent_is_marked_and_no_other(processes: list[Process]) -> None:
    nodes = tree(processes)
    families: dict[int | None, list[bool]] = {}
    for node in nodes:
        families.setdefault(node.parent.pid if node.parent else None, []).append(node.last_of[-1])
    for marks in families.values():
        assert marks == [False] * (len(marks) - 1) + [True]


def test_the_recorded_lab_is_drawn_as_pstree_would(recorded_lab: ProcRoot) -> None:
    nodes = tree(Scanner(recorded_lab).scan().processes)
    assert [f"{'  ' * (len(node.last_of) - 1)}{node.process.comm}" for node in nodes] == [
        "lab",
        "  bash",
        "    sleep",
        "  bash",
        "    ns_pid",
        "      bash",
        "        sleep",
        "        sleep",
        "  sleep",
        "  sleep",
        "    sleep",
    ]
    assert [node.process.pid for node in nodes if node.entered] == [181]
    assert next(node.entered for node in nodes if node.entered) == (Kind.PID, Kind.UTS)


def test_a_chain_of_forks_deeper_than_pythons_stack_is_a_tree(process: Callable[..., Process]) -> None:
    chain = [process(pid, ppid=pid - 1) for pid in range(1, 3000)]
    assert len(tree(chain)[-1].last_of) == 2999


def test_a_child_whose_parents_number_went_to_a_younger_process_is_a_root(process: Callable[..., Process]) -> None:
    nodes = tree([process(8, ppid=9, start=10), process(9, ppid=8, start=50)])
    assert [(node.process.pid, node.parent.pid if node.parent else None) for node in nodes] == [(8, None), (9, 8)]
