"""Containers by their cgroup: paths as their managers make them, and paths that only look so.

The live ones, podman and systemd-nspawn, are in test_live_containers; docker's and snap's come from their sources' own tests.
"""

from __future__ import annotations

import pytest

from nslab.kernel.cgroups import CgroupLine
from nslab.observe.containers import PATTERNS, Container, Manager, container_of, recognise, service_of

ID = "6dd05e91f00f99281f70b1fd90a29e5cc30b0dab243cb7cfb6153d8017872394"
OTHER = "459b83e817cd9dc15c0b33907049b2b8f839959787c6d784ef11b66ebafba22d"
UUID = "d854bd35-2457-4ac8-b494-06061d74df33"
USER = "/user.slice/user-1000.slice/user@1000.service"

RECOGNISED = [
    (f"/system.slice/docker-{ID}.scope", Manager.DOCKER, ID),
    (f"/docker/{ID}", Manager.DOCKER, ID),
    (f"/my.slice/docker-{ID}.scope/init.scope", Manager.DOCKER, ID),  # --cgroup-parent, and systemd inside
    (f"{USER}/user.slice/docker-{ID}.scope", Manager.DOCKER, ID),  # rootless
    (f"/machine.slice/libpod-{ID}.scope", Manager.PODMAN, ID),
    (f"/machine.slice/libpod-{ID}.scope/container", Manager.PODMAN, ID),  # crun puts it one lower
    (f"/machine.slice/machine-libpod_pod_{OTHER}.slice/libpod-{ID}.scope", Manager.PODMAN, ID),
    (f"/libpod_parent/libpod-{ID}", Manager.PODMAN, ID),
    (f"/libpod_parent/libpod-{ID}/ctr", Manager.PODMAN, ID),
    (f"{USER}/user.slice/libpod-{ID}.scope/container", Manager.PODMAN, ID),
    (f"/system.slice/web.service/libpod-payload-{ID}", Manager.PODMAN, ID),  # a unit of Quadlet's
    ("/machine.slice/machine-deb.scope/payload", Manager.NSPAWN, "deb"),
    ("/machine.slice/machine-my\\x2dweb.scope/payload/init.scope", Manager.NSPAWN, "my-web"),
    ("/machine.slice/systemd-nspawn@deb.service/payload", Manager.NSPAWN, "deb"),
    ("/system.slice/snap.lxd.daemon.service", Manager.SNAP, "lxd.daemon"),
    (f"{USER}/app.slice/snap.firefox.firefox-{UUID}.scope", Manager.SNAP, "firefox.firefox"),
    (f"{USER}/snap.test-snapd-refresh.sh.{UUID}.scope", Manager.SNAP, "test-snapd-refresh.sh"),
    (f"/system.slice/snap.pkg.hook.configure.{UUID}.scope", Manager.SNAP, "pkg.hook.configure"),
    (f"{USER}/snap.pkg_prod.my-app-{UUID}.scope", Manager.SNAP, "pkg_prod.my-app"),
]


@pytest.mark.parametrize(("path", "manager", "id"), RECOGNISED)
def test_a_manager_s_path_names_its_container(path: str, manager: Manager, id: str) -> None:
    found = recognise(path)
    assert found is not None
    assert (found.manager, found.id) == (manager, id)
    assert path.startswith(found.cgroup)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/system.slice/docker.service",
        f"/system.slice/docker-{ID[1:]}.scope",
        "/docker/buildx",
        f"/machine.slice/libpod-conmon-{ID}.scope",  # the monitor is outside
        "/libpod_parent/conmon",
        "/machine.slice/machine-deb.scope/supervisor",  # so is nspawn
        "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/emulator",
        "/system.slice/snapd.service",
        "/system.slice/snap.service",
        "/a/b/snap.foo.mount",
        "/payload",
    ],
)
def test_what_only_looks_like_one_names_none(path: str) -> None:
    assert recognise(path) is None


def test_every_pattern_has_a_path_here_and_a_source() -> None:
    paths = [path for path, _, _ in RECOGNISED]
    assert [one.source for one in PATTERNS if not any(one.path.search(path) for path in paths)] == []
    assert all(one.source for one in PATTERNS)


def test_of_nested_containers_the_innermost_counts() -> None:
    nested = f"/machine.slice/machine-deb.scope/payload/system.slice/docker-{ID}.scope"
    assert recognise(nested) == Container(Manager.DOCKER, ID, nested)


def test_an_id_is_shown_as_short_as_its_manager_shows_it() -> None:
    assert Container(Manager.DOCKER, ID, "").short == "6dd05e91f00f"
    assert Container(Manager.NSPAWN, "a-machine-with-a-long-name", "").short == "a-machine-with-a-long-name"


def test_where_v2_has_no_controllers_a_v1_hierarchy_tells() -> None:
    lines = (CgroupLine(4, ("memory",), f"/docker/{ID}"), CgroupLine(1, ("name=systemd",), "/"), CgroupLine(0, (), "/"))
    assert container_of(lines) == Container(Manager.DOCKER, ID, f"/docker/{ID}")


def test_v2_is_asked_first() -> None:
    lines = (CgroupLine(4, ("memory",), f"/docker/{OTHER}"), CgroupLine(0, (), f"/docker/{ID}"))
    assert container_of(lines) == Container(Manager.DOCKER, ID, f"/docker/{ID}")


def test_a_service_is_the_innermost_and_told_as_people_write_it() -> None:
    assert service_of((CgroupLine(0, (), "/system.slice/systemd-udevd.service/udev"),)) == "systemd-udevd"
    assert service_of((CgroupLine(0, (), f"{USER}/app.slice/my\\x2dapp.service"),)) == "my-app"
    assert service_of((CgroupLine(0, (), "/user.slice/session-3.scope"),)) is None
    assert service_of((CgroupLine(0, (), f"{USER}/app.slice/app-gnome-firefox-1.scope"),)) is None
