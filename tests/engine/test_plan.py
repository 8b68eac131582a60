"""A plan is pure data: what it may hold, and in which order the kernel wants it."""

from __future__ import annotations

from itertools import combinations

import msgspec
import pytest
from msgspec import structs

from nslab.engine.attach import attach_plan, children_probe_plan, probe_plan, read_plan, spawn_plan
from nslab.engine.calls import CALLS
from nslab.engine.decode import decoded
from nslab.engine.ground import Ground
from nslab.engine.inventory import Inventory
from nslab.engine.plan import plan
from nslab.engine.resources import Resources
from nslab.engine.spec import BadName, HostnameWithoutUts, NameKept, Network, Process, Spec, checked
from nslab.engine.stages import divide_group, stage_a, stage_b
from nslab.engine.steps import Fd, Plan, Step
from nslab.kernel.cgroup2.io import IoMax
from nslab.kernel.namespaces import Kind

GROUND = Ground(("usr", "opt"), 65536)
SUBSETS = [kinds for count in range(len(Kind) + 1) for kinds in combinations(Kind, count)]
PROCESSES = (
    Process(("sh",)),
    Process(("sh",), terminal=True, pipes=()),
    Process(("sh",), capabilities=(), no_new_privileges=False, seccomp=False, terminal=True, pipes=(0, 2)),
)
LIMITS = Resources(
    memory_max=64 << 20, swap_max=0, pids_max="max", io_max=tuple(IoMax(f"8:{n}", 2, *[None] * 3) for n in (0, 16))
)
PROBE = Step("probe", "init", "sethostname", ("x",))


def creations() -> list[Plan]:
    hostname = {True: "boxed", False: None}
    return [
        plan(Spec("box", process, kinds, hostname[Kind.UTS in kinds]), GROUND)
        for kinds in SUBSETS
        for process in PROCESSES
    ]


def all_plans() -> list[Plan]:
    inventory = Inventory(("usr", "etc"), (("bin", "usr/bin"),))
    return [
        *creations(),
        *(attach_plan(process, kinds) for process in PROCESSES for kinds in SUBSETS),
        *(attach_plan(PROCESSES[0], kinds, "/sys/fs/cgroup/box") for kinds in SUBSETS),
        spawn_plan(PROCESSES[0], "/sys/fs/cgroup/host.scope"),
        *(spawn_plan(process) for process in PROCESSES),
        *(make(PROBE, kinds, (1, 2)) for make in (probe_plan, children_probe_plan) for kinds in SUBSETS),
        *(read_plan(kinds, "uptime") for kinds in SUBSETS),
        *(plan(Spec("box", PROCESSES[0], kinds, resources=LIMITS), GROUND) for kinds in SUBSETS),
        stage_a("/run/x", inventory),
        divide_group(("cpu", "memory")),
        stage_b("/run/x", 1),
        stage_b("/run/x", 65536),
    ]


def calls(steps: Plan) -> list[str]:
    return [step.call for step in steps]


def ids(steps: Plan) -> list[str]:
    return [step.id for step in steps]


def test_ids_are_unique_in_every_plan() -> None:
    assert [ids(steps) for steps in all_plans() if len(set(ids(steps))) != len(steps)] == []


def test_every_call_is_in_the_table_and_every_step_reads_as_one_line() -> None:
    for steps in all_plans():
        for step in steps:
            assert step.call in CALLS
            assert "\n" not in decoded(step)


def test_each_call_of_the_table_can_be_reached() -> None:
    """Or it is dead: by a plan of ours, or by a lesson's probe."""
    used = {step.call for steps in all_plans() for step in steps}
    assert set(CALLS) - used <= {"clock_gettime", "kill", *(call for call in CALLS if call.startswith("try_"))}


def test_a_plan_survives_the_wire() -> None:
    for steps in all_plans():
        assert msgspec.json.decode(msgspec.json.encode(steps), type=Plan) == steps


def test_the_same_spec_gives_the_same_plan() -> None:
    assert creations() == creations()


def test_execve_is_last_and_close_range_stands_before_it() -> None:
    for steps in (*creations(), *(attach_plan(process, (Kind.PID,)) for process in PROCESSES)):
        assert calls(steps)[-2:] == ["close_on_exec_from", "execve"]
        assert calls(steps).count("execve") == 1


def test_every_named_descriptor_is_opened_before_it_is_used() -> None:
    handed_in = {"stdin", "stdout", "stderr", "target", "children", "text"}
    for steps in all_plans():
        known = set(handed_in)
        for step in steps:
            names = {arg.name for arg in step.args if isinstance(arg, Fd)}
            assert names <= known
            if step.call in ("open_device", "open_group", "open_master", "open_slave"):
                known.add(str(step.args[0]))


def test_the_mount_tree_is_private_before_anything_is_mounted_in_it() -> None:
    for steps in creations():
        mounts = [step for step in steps if step.who == "init" and step.call in ("mount", "bind_fd")]
        assert not mounts or mounts[0].id == "private"


def test_masks_lie_over_proc_before_the_old_root_is_gone() -> None:
    steps = plan(Spec("box", PROCESSES[0], tuple(Kind)), GROUND)
    order = [ids(steps).index(name) for name in ("proc", "null", "mask_kcore", "pivot", "drop_old")]
    assert order == sorted(order)


def test_rights_are_given_up_in_the_only_order_that_works() -> None:
    for steps in (*creations(), *(attach_plan(process, ()) for process in PROCESSES)):
        found = [name for name in ids(steps) if name in ("bounding", "capset", "nnp", "seccomp", "exec")]
        assert found == sorted(found, key=["bounding", "capset", "nnp", "seccomp", "exec"].index)


def test_an_attach_is_hardened_exactly_as_a_creation_is() -> None:
    """setns brings none of it along."""
    wanted = ("bounding", "capset", "nnp", "seccomp")
    for process in PROCESSES:
        made = [step for step in plan(Spec("box", process, (Kind.PID,)), GROUND) if step.id in wanted]
        joined = [step for step in attach_plan(process, (Kind.PID,)) if step.id in wanted]
        assert made == joined


def test_an_attach_is_not_dumpable_from_before_setns_on_cve_2016_9962() -> None:
    steps = attach_plan(PROCESSES[0], tuple(Kind))
    assert ids(steps).index("undumpable") < ids(steps).index("setns")
    assert "dumpable" not in ids(steps)


def test_a_container_without_a_mount_namespace_mounts_nothing() -> None:
    for steps in creations():
        clone = next(step for step in steps if step.call == "clone3")
        if "mnt" not in clone.args:
            assert not {"mount", "pivot_root", "umount2", "bind_fd"} & set(calls(steps))


def test_clone3_asks_for_the_namespaces_of_the_spec_and_no_other() -> None:
    for kinds in SUBSETS:
        steps = plan(Spec("box", PROCESSES[0], kinds), GROUND)
        assert next(step.args for step in steps if step.call == "clone3") == kinds


def test_the_tty_group_is_named_only_where_it_is_mapped() -> None:
    """gid=5 unmapped is EINVAL: with a single id devpts would not mount."""
    for count, found in ((1, False), (5, False), (6, True), (65536, True)):
        steps = plan(Spec("box", PROCESSES[0], (Kind.MNT,)), Ground((), count))
        assert any("gid=5" in str(step.args[-1]) for step in steps if step.id == "devpts") is found


@pytest.mark.parametrize(
    "name", ["../x", "", "x" * 64, "a\nb", "-rf", "Box", "a/b", ".hidden", "a\0", "box ", "盒", "_a", "a\n"]
)
def test_names_that_are_no_fit_for_a_directory_are_refused(name: str) -> None:
    with pytest.raises(BadName):
        checked(Spec(name, PROCESSES[0], ()))


@pytest.mark.parametrize("name", ["a", "0", "web-1", "a.b_c", "x" * 63])
def test_plain_names_are_taken(name: str) -> None:
    assert checked(Spec(name, PROCESSES[0], ())).name == name


@pytest.mark.parametrize("name", ["init.scope", "host.scope"])
def test_a_name_that_the_lab_keeps_for_a_group_of_its_own_is_refused_where_a_group_would_be_made(name: str) -> None:
    assert checked(Spec(name, PROCESSES[0], ())).name == name
    with pytest.raises(NameKept):
        checked(Spec(name, PROCESSES[0], (), resources=Resources()))


def test_a_host_name_needs_a_namespace_of_its_own() -> None:
    with pytest.raises(HostnameWithoutUts):
        checked(Spec("box", PROCESSES[0], (Kind.PID,), "boxed"))


def test_a_network_is_made_from_outside_once_there_is_a_process_and_before_it_loses_its_rights() -> None:
    steps = plan(Spec("box", Process(("sh",)), (Kind.NET,), network=Network("10.88.0.2/24", "10.88.0.1")), GROUND)
    ids = [step.id for step in steps]
    made = [step.id for step in steps if step.who == "net"]
    assert made == ["bridge", "veth", "port", "address", "up", "route"]
    assert ids.index("clone") < ids.index("lo") < ids.index("bridge")
    assert ids.index("route") < ids.index("bounding")


def test_a_long_name_gives_a_link_a_name_that_the_kernel_takes() -> None:
    name = "a-container-with-a-long-name"
    steps = plan(Spec(name, Process(("sh",)), (Kind.NET,), network=Network("10.88.0.2/24", "10.88.0.1")), GROUND)
    (veth,) = [step for step in steps if step.id == "veth"]
    assert veth.args == ("v-a-container-w", "eth0")


@pytest.mark.parametrize("kinds", SUBSETS)
def test_limits_add_steps_of_their_own_and_a_handle_at_the_birth_and_change_nothing_else(
    kinds: tuple[Kind, ...],
) -> None:
    plain = plan(Spec("box", PROCESSES[0], kinds), GROUND)
    limited = plan(Spec("box", PROCESSES[0], kinds, resources=LIMITS), GROUND)
    added = {"group", "group_fd", "cgroup_read_only", *(id_ for id_ in ids(limited) if id_.startswith("limit_"))}
    rest = tuple(step for step in limited if step.id not in added)
    assert tuple(structs.replace(step, args=step.args[:-1]) if step.id == "clone" else step for step in rest) == plain
    birth = next(step for step in limited if step.id == "clone")
    assert birth.args[-1] == Fd("group")


def test_every_limit_is_written_in_an_empty_group_and_swap_before_memory_pushes_into_it() -> None:
    steps = plan(Spec("box", PROCESSES[0], (), resources=LIMITS), GROUND)
    group = "/sys/fs/cgroup/box"
    assert [(step.call, *step.args) for step in steps[:7]] == [
        ("mkdir", group, 0o755),
        ("write_group", group, "pids.max", "max"),
        ("write_group", group, "memory.swap.max", "0"),
        ("write_group", group, "memory.max", "67108864"),
        ("write_group", group, "io.max", "8:0 rbps=2"),
        ("write_group", group, "io.max", "8:16 rbps=2"),
        ("open_group", "group", group),
    ]
    assert ids(steps)[4:6] == ["limit_io.max", "limit_io.max_2"]


def test_a_container_whose_groups_are_the_lab_s_can_only_read_them() -> None:
    """They come with the lab's /sys. In a sysfs of a network namespace's own nothing is mounted that could be made read-only."""
    for kinds in SUBSETS:
        steps = plan(Spec("box", PROCESSES[0], kinds, resources=LIMITS), GROUND)
        of_the_lab = any(step.id == "sys" and step.call == "mount" and step.args[0] == "/sys" for step in steps)
        assert of_the_lab == (Kind.MNT in kinds and Kind.NET not in kinds)
        assert ("cgroup_read_only" in ids(steps)) == of_the_lab
