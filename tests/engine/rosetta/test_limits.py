"""Limits as docker and OCI have them, whose words are cgroup v1's."""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Iterable

import msgspec
import pytest

from nslab.engine.ground import Ground
from nslab.engine.inventory import Inventory
from nslab.engine.plan import plan
from nslab.engine.resources import Resources
from nslab.engine.rosetta.docker_run import docker_run
from nslab.engine.rosetta.elsewhere import elsewhere
from nslab.engine.rosetta.limits import docker_limits, resources, shares
from nslab.engine.rosetta.views import Machine, command_for, text_of
from nslab.engine.spec import Process, Spec
from nslab.engine.steps import Plan
from nslab.kernel.cgroup2.cpu import CpuMax
from nslab.kernel.cgroup2.formats import Limit
from nslab.kernel.idmap import IdMaps
from nslab.kernel.namespaces import Kind
from nslab.words import words_for
from tests.engine.test_resources import EVERY

LEAST_WEIGHT, USUAL_WEIGHT, MOST_WEIGHT = 1, 100, 10_000


def made(limits: Resources) -> Plan:
    return plan(Spec("box", Process(("true",)), (Kind.MNT,), resources=limits), Ground(("usr",), 1))


def test_docker_s_flags_are_those_of_docker_run_1() -> None:
    assert docker_limits(made(EVERY)) == (
        "--cpuset-cpus=0-1",
        "--cpu-shares=421",
        "--cpus=0.2",
        "--pids-limit=20",
        "--memory-swap=67108864",
        "--memory=67108864",
        "--device-write-bps=<8:0>:4194304",
        "--device-read-iops=<8:0>:20",
    )
    text = docker_run(made(EVERY), "a test", words_for("en"))
    assert all(text.count(flag) == 1 for flag in docker_limits(made(EVERY)))


@pytest.mark.parametrize(
    ("limits", "flags"),
    [
        (Resources(memory_max="max"), ("--memory=-1",)),
        (Resources(memory_max=32 << 20), (f"--memory={32 << 20}", "--memory-swap=-1")),
        (Resources(memory_max=32 << 20, swap_max=16 << 20), (f"--memory-swap={48 << 20}", f"--memory={32 << 20}")),
        (Resources(memory_max=32 << 20, swap_max="max"), ("--memory-swap=-1", f"--memory={32 << 20}")),
        (Resources(swap_max=16), ("--memory-swap=<memory.max>+16",)),
        (Resources(cpu_max=CpuMax(None, 100_000), pids_max="max"), ("--cpus=0", "--pids-limit=-1")),
        (Resources(memory_high=1 << 20), ()),
    ],
)
def test_no_limit_and_a_sum_are_said_as_docker_says_them(limits: Resources, flags: tuple[str, ...]) -> None:
    assert docker_limits(made(limits)) == flags


@pytest.mark.parametrize("weights", [(LEAST_WEIGHT, 50, USUAL_WEIGHT, 300, MOST_WEIGHT), range(1, 10_001)])
def test_shares_come_back_as_the_weight_that_runtimes_make_of_them(weights: Iterable[int]) -> None:
    """opencontainers/cgroups, ConvertCPUSharesToCgroupV2Value, since the usual 1024 shares are the usual weight."""
    for weight in weights:
        logarithm = math.log2(shares(weight))
        assert math.ceil(10 ** ((logarithm**2 + 125 * logarithm) / 612 - 7 / 34) - 1e-9) == weight


def test_the_ends_and_the_middle_are_those_of_the_specification() -> None:
    assert [shares(weight) for weight in (LEAST_WEIGHT, USUAL_WEIGHT, MOST_WEIGHT)] == [2, 1024, 262_144]


def test_that_older_runtimes_make_another_weight_of_shares_is_said_where_there_are_some() -> None:
    said = "runc before 1.3.2"
    assert said in " ".join(docker_run(made(EVERY), "a test", words_for("en")).split())
    assert said not in " ".join(docker_run(made(Resources(pids_max=2)), "a test", words_for("en")).split())


def test_config_json_has_the_kernel_s_own_words_where_the_old_ones_are_not_exact() -> None:
    told = json.loads(msgspec.json.encode(resources(made(EVERY), ())))
    assert told == {
        "memory": {"limit": 67108864},
        "cpu": {"quota": 20000, "period": 100000, "cpus": "0-1"},
        "pids": {"limit": 20},
        "blockIO": {
            "throttleWriteBpsDevice": [{"major": 8, "minor": 0, "rate": 4194304}],
            "throttleReadIOPSDevice": [{"major": 8, "minor": 0, "rate": 20}],
        },
        "unified": {"cpu.weight": "50", "memory.high": "max", "memory.swap.max": "0"},
    }


@pytest.mark.parametrize("memory", [None, "max", 32 << 20])
def test_a_swap_is_in_config_json_as_the_kernel_has_it_whatever_memory_is(memory: Limit | None) -> None:
    told = json.loads(msgspec.json.encode(resources(made(Resources(memory_max=memory, swap_max=0)), ())))
    assert told["unified"] == {"memory.swap.max": "0"}
    assert "swap" not in told.get("memory", {})


def test_docker_s_command_line_can_be_copied_with_its_places_to_fill_in() -> None:
    """They are in angle brackets, which a shell would take for files to read and write."""
    limits = Resources(swap_max=16, io_max=EVERY.io_max)
    text = docker_run(made(limits), "a test", words_for("en"))
    said = subprocess.run(
        ["sh", "-c", f"docker() {{ printf '%s\\n' \"$@\"; }}\n{text}"], capture_output=True, text=True, check=True
    )
    assert set(docker_limits(made(limits))) <= set(said.stdout.splitlines())


def test_without_limits_there_is_no_such_field() -> None:
    assert resources(plan(Spec("box", Process(("true",)), (Kind.MNT,)), Ground(("usr",), 1)), ()) is None


def test_every_step_of_the_group_is_told_in_the_words_of_others() -> None:
    said = {step.id: elsewhere(step) for step in made(EVERY)}
    assert said["group"].shell == "mkdir /sys/fs/cgroup/box"
    assert said["group"].oci == "linux.cgroupsPath"
    assert said["limit_pids.max"].shell == "echo 20 >/sys/fs/cgroup/box/pids.max"
    assert said["limit_pids.max"].docker == "run --pids-limit=20"
    assert said["limit_memory.high"].oci == "linux.resources.unified: memory.high"
    assert said["clone"].shell.startswith("echo 0 >$group/cgroup.procs; unshare ")


def test_the_command_that_asks_for_it_says_the_limits() -> None:
    spec = Spec("box", Process(("true",)), (Kind.MNT,), resources=EVERY)
    limits = "--cpuset 0-1 --cpu-weight 50 --cpus 0.2 --pids 20 --swap 0 --memory-high max --memory 67108864"
    assert command_for(spec, "run", "true") == (
        f"nslab run --ns mnt {limits} --io-max 8:0:wbps=4194304,riops=20 -- true"
    )


def script_of(limits: Resources | None) -> str:
    spec = Spec("box", Process(("true",)), (Kind.MNT,), resources=limits)
    machine = Machine(Inventory(("usr",), ()), IdMaps((), (), setgroups=False), root=True)
    return text_of("shell", spec, machine, "a test", words_for("en"), width=None)


@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_a_script_with_limits_reads_as_a_shell_s_and_hands_on_what_they_take(shell: str) -> None:
    """That it limits, and leaves nothing, the guest tells."""
    text = script_of(Resources(memory_max=64 << 20, pids_max=20))
    assert subprocess.run([shell, "-n"], input=text, capture_output=True, text=True, check=False).stderr == ""
    assert text.count("for name in memory pids; do") == 2
    assert "echo 67108864 >/sys/fs/cgroup/box/memory.max" in text


def test_what_a_script_can_not_limit_it_does_not_run() -> None:
    (birth,) = (line for line in script_of(EVERY).splitlines() if "unshare --fork --kill-child --mount" in line)
    assert birth.startswith('( echo 0 >"$group/cgroup.procs" && ')


def test_a_script_without_limits_knows_nothing_of_groups() -> None:
    assert "cgroup.procs" not in script_of(None)
