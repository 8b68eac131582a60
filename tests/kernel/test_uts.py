"""The names of a UTS namespace."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nslab.kernel import uts
from nslab.kernel.namespaces import Kind


def test_both_names_are_those_that_the_kernels_own_files_tell() -> None:
    told = tuple(Path("/proc/sys/kernel", name).read_text().strip() for name in ("hostname", "domainname"))
    assert uts.names() == uts.UtsNames(*told)


def test_a_host_name_of_more_than_64_bytes_is_einval(inside: Callable[..., Any]) -> None:
    assert inside(lambda: uts.sethostname("x" * 65), Kind.UTS) == f"errno {errno.EINVAL}"


def test_a_host_name_is_set_in_bytes_not_characters(inside: Callable[..., Any]) -> None:
    def action() -> str:
        uts.sethostname("盒子")
        return os.uname().nodename

    assert inside(action, Kind.UTS) == "盒子"
