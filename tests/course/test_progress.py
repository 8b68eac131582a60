"""The progress file lives through every fault: a crash at any moment, damage, strangers, and a home that can't be written."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nslab.course import progress as progress_module
from nslab.course.progress import LessonProgress, Prediction, ProgressStore, state_path
from nslab.course.told import Told, say
from nslab.words import LANGS, words_for

BEGUN = LessonProgress(step="two", predictions={"one": Prediction("outer", "one")})
OLD = '{"format": 1, "lessons": {"uts": {"step": "old", "done": true}}}'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "nslab" / "progress.json"


def begin(_: LessonProgress) -> LessonProgress:
    return BEGUN


def written(path: Path, content: bytes | str) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def told_in_words(told: Told | None) -> str:
    assert told is not None, "nothing was told"
    assert all(say(told, words_for(lang)) for lang in LANGS)
    return told.id


def test_what_is_written_is_read_again(path: Path) -> None:
    assert ProgressStore(path).change("pid", begin) is None
    store = ProgressStore(path)
    assert store.trouble is None
    assert store.progress.of("pid") == BEGUN
    assert store.progress.of("never") == LessonProgress()


def test_nothing_is_written_before_there_is_something_to_say(path: Path) -> None:
    assert ProgressStore(path).trouble is None
    assert not path.parent.exists()


def test_only_the_file_and_its_lock_are_left(path: Path) -> None:
    ProgressStore(path).change("pid", begin)
    assert {entry.name for entry in path.parent.iterdir()} == {"progress.json", "progress.lock"}
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_done_lessons_are_known(path: Path) -> None:
    store = ProgressStore(path)
    store.change("pid", begin)
    store.change("uts", lambda was: LessonProgress(done=True))
    assert store.progress.done() == {"uts"}


def test_two_at_once_keep_each_others_lessons(path: Path) -> None:
    one, two = ProgressStore(path), ProgressStore(path)
    one.change("pid", begin)
    two.change("uts", begin)
    one.change("same", begin)
    assert ProgressStore(path).progress.lessons.keys() == {"pid", "uts", "same"}


def test_a_file_that_is_deleted_meanwhile_is_written_anew_with_all_that_is_known(path: Path) -> None:
    store = ProgressStore(path)
    store.change("pid", begin)
    path.unlink()
    store.change("uts", begin)
    assert ProgressStore(path).progress.lessons.keys() == {"pid", "uts"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        OLD.encode()[:-9],
        b"\0" * 200,
        OLD.encode().replace(b"uts", b"u\0s"),
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"format": "one"}',
        b'{"format": 1, "lessons": {"uts": 7}}',
        b"[" * 100_000,
        b" " * (progress_module.MAX_BYTES + 1),
    ],
    ids=["empty", "cut", "NULs", "a-NUL", "binary", "list", "no-format", "word", "wrong-type", "deep", "large"],
)
def test_a_damaged_file_is_set_aside_and_told_and_progress_goes_on(path: Path, content: bytes) -> None:
    written(path, content)
    store = ProgressStore(path)
    assert told_in_words(store.trouble) == "progress.aside"
    assert path.with_name("progress.json.aside-1").read_bytes() == content
    assert store.change("pid", begin) is None
    assert ProgressStore(path).progress.of("pid") == BEGUN


def test_what_was_set_aside_before_is_never_overwritten(path: Path) -> None:
    written(path, b"first")
    ProgressStore(path)
    path.write_bytes(b"second")
    ProgressStore(path)
    asides = [path.with_name(f"progress.json.aside-{number}").read_bytes() for number in (1, 2)]
    assert asides == [b"first", b"second"]


def test_damage_that_comes_while_nslab_runs_is_set_aside_too(path: Path) -> None:
    store = ProgressStore(path)
    store.change("pid", begin)
    path.write_bytes(b"junk")
    assert told_in_words(store.change("uts", begin)) == "progress.aside"
    assert path.with_name("progress.json.aside-1").read_bytes() == b"junk"
    assert ProgressStore(path).progress.lessons.keys() == {"pid", "uts"}


def test_a_file_of_a_newer_nslab_is_left_as_it_is(path: Path) -> None:
    newer = b'{"format": 2, "lessons": ["something", "else"]}'
    written(path, newer)
    store = ProgressStore(path)
    assert told_in_words(store.trouble) == "progress.newer"
    assert told_in_words(store.change("pid", begin)) == "progress.newer"
    assert store.progress.of("pid") == BEGUN
    assert path.read_bytes() == newer
    assert [entry.name for entry in path.parent.iterdir()] == ["progress.json"]


def test_a_newer_nslab_that_writes_while_this_one_runs_is_not_overwritten(path: Path) -> None:
    store = ProgressStore(path)
    store.change("pid", begin)
    path.write_bytes(b'{"format": 2}')
    assert told_in_words(store.change("uts", begin)) == "progress.newer"
    assert path.read_bytes() == b'{"format": 2}'


def link(path: Path) -> None:
    path.with_name("elsewhere").write_text(OLD)
    path.symlink_to("elsewhere")


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def directory(path: Path) -> None:
    path.mkdir()
    (path / "inside").write_text("kept")


def fifo(path: Path) -> None:
    os.mkfifo(path)


def unix_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(path.parent)  # sun_path holds 108 bytes
        listener.bind(path.name)
        os.chdir(here)


@pytest.mark.parametrize("make", [link, dangling, directory, fifo, unix_socket])
def test_what_is_no_file_is_set_aside_and_never_followed_or_waited_for(
    path: Path, make: Callable[[Path], None]
) -> None:
    path.parent.mkdir(parents=True)
    make(path)
    store = ProgressStore(path)
    assert told_in_words(store.trouble) == "progress.aside"
    assert os.path.lexists(path.with_name("progress.json.aside-1"))
    assert store.progress.lessons == {}
    assert store.change("pid", begin) is None
    assert ProgressStore(path).progress.of("pid") == BEGUN
    assert not path.with_name("nowhere").exists()
    assert path.is_file()
    assert not path.is_symlink()


def as_nobody(code: str, *arguments: str) -> str:
    """Run Python as a user who may not write what root may: permissions mean nothing to root."""
    drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    run = [*drop, sys.executable, "-c", textwrap.dedent(code), *arguments]
    root = Path(__file__).parents[2]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(run, check=True, capture_output=True, text=True, env=environment, cwd="/").stdout


CHANGE = """
    import sys
    from pathlib import Path
    from nslab.course.progress import LessonProgress, ProgressStore
    store = ProgressStore(Path(sys.argv[1]))
    first = store.trouble
    told = store.change("pid", lambda was: LessonProgress(step="two"))
    print(first and first.id, told and told.id, (told and told.facts.get("owner")), store.progress.of("pid").step)
"""


@pytest.fixture
def open_path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A path that nobody may reach: pytest's own folders are for their owner alone."""
    import shutil
    import tempfile

    top = Path(tempfile.mkdtemp(prefix="nslab-progress-"))
    top.chmod(0o755)
    yield top / "nslab" / "progress.json"
    for entry in [top, *top.rglob("*")]:
        if entry.is_dir():
            entry.chmod(0o755)
    shutil.rmtree(top)


@pytest.mark.as_root
def test_a_file_that_sudo_left_behind_is_told_with_its_owner_and_left(open_path: Path) -> None:
    open_path.parent.mkdir()
    open_path.parent.chmod(0o777)
    open_path.write_text(OLD)
    open_path.chmod(0o600)
    assert as_nobody(CHANGE, str(open_path)).split() == ["progress.owned", "progress.owned", "root", "two"]
    assert open_path.read_text() == OLD
    assert [entry.name for entry in open_path.parent.iterdir()] == ["progress.json"]


@pytest.mark.as_root
def test_a_home_that_is_not_ours_to_write_keeps_progress_in_memory(open_path: Path) -> None:
    assert as_nobody(CHANGE, str(open_path)).split() == ["None", "progress.owned", "root", "two"]
    assert not open_path.parent.exists()


def test_a_read_only_home_keeps_progress_in_memory(open_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(errno.EROFS, "read-only")

    written(open_path, OLD)
    monkeypatch.setattr(os, "rename", refuse)
    store = ProgressStore(open_path)
    assert store.trouble is None
    assert told_in_words(store.change("pid", begin)) == "progress.unwritable"
    assert store.progress.of("pid") == BEGUN
    assert open_path.read_text() == OLD
    monkeypatch.undo()
    assert store.change("same", begin) is None, "what could be written in the end is"
    assert ProgressStore(open_path).progress.lessons.keys() == {"uts", "pid", "same"}


def test_somebody_without_a_home_keeps_progress_in_memory() -> None:
    store = ProgressStore(Path("~/.local/state/nslab/progress.json"))
    assert told_in_words(store.trouble) == "progress.no-home"
    assert told_in_words(store.change("pid", begin)) == "progress.no-home"
    assert not Path("~").exists()


def test_a_full_disk_leaves_the_old_file_and_no_rest(path: Path) -> None:
    """RLIMIT_FSIZE makes write(2) fail in the middle, as a full disk does: EFBIG for ENOSPC."""
    written(path, OLD)
    code = """
        import resource, signal, sys
        from pathlib import Path
        from nslab.course.progress import LessonProgress, ProgressStore
        store = ProgressStore(Path(sys.argv[1]))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50, 50))
        print(store.change("pid", lambda was: LessonProgress(step="x" * 500)).id)
    """
    run = [sys.executable, "-c", textwrap.dedent(code), str(path)]
    assert subprocess.run(run, check=True, capture_output=True, text=True).stdout == "progress.unwritable\n"
    assert path.read_text() == OLD
    assert {entry.name for entry in path.parent.iterdir()} == {"progress.json", "progress.lock"}


def test_a_stopped_nslab_that_holds_the_lock_does_not_stop_another(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    monkeypatch.setattr(progress_module, "LOCK_PATIENCE_S", 0.05)
    store = ProgressStore(path)
    store.change("pid", begin)
    with path.with_suffix(".lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert told_in_words(store.change("uts", begin)) == "progress.busy"
    assert store.change("same", begin) is None
    assert ProgressStore(path).progress.lessons.keys() == {"pid", "uts", "same"}


@pytest.mark.parametrize("torn", [0, 1, 30])
@pytest.mark.parametrize("call", range(9))
def test_a_crash_at_any_call_leaves_the_old_file_or_the_new_one(path: Path, call: int, torn: int) -> None:
    """The process dies before its k-th call of those that change the disk; the last write before it may be torn."""
    written(path, OLD)
    pid = os.fork()
    if pid == 0:
        _die_at(call, torn, path)
    os.waitpid(pid, 0)
    content = path.read_text()
    store = ProgressStore(path)
    assert store.trouble is None
    assert store.progress.of("uts").step == "old"
    assert (content == OLD) is (store.progress.of("pid") != BEGUN)
    assert store.change("same", begin) is None
    assert {entry.name for entry in path.parent.iterdir()} == {"progress.json", "progress.lock"}


def _die_at(call: int, torn: int, path: Path) -> None:
    """In a forked child: make the change, and end before the k-th call."""
    left = [call]

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call_or_die(*arguments: Any, **options: Any) -> Any:
            if left[0] == 0:
                _tear(path.with_name("progress.json.new"), torn)
                os._exit(9)
            left[0] -= 1
            return real(*arguments, **options)

        return call_or_die

    for name in ("open", "fsync", "rename"):
        setattr(os, name, counted(getattr(os, name)))
    ProgressStore(path).change("pid", begin)
    os._exit(0)


def _tear(partial: Path, size: int) -> None:
    if size and partial.exists():
        with partial.open("r+b") as file:
            file.truncate(size)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_any_bytes_are_progress_or_are_set_aside(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "progress.json"
    path.write_bytes(content)
    store = ProgressStore(path)
    assert store.change("pid", begin) is None or store.trouble
    for aside in tmp_path.glob("*.aside-*"):
        assert aside.read_bytes() == content
        aside.unlink()


@pytest.mark.parametrize("make", [link, directory, fifo, unix_socket])
def test_no_descriptor_is_left_open(path: Path, make: Callable[[Path], None]) -> None:
    path.parent.mkdir(parents=True)
    make(path)
    before = os.listdir("/proc/self/fd")
    store = ProgressStore(path)
    store.change("pid", begin)
    assert os.listdir("/proc/self/fd") == before


def test_the_file_is_in_the_state_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_path() == tmp_path / "nslab" / "progress.json"


def test_a_talk_begins_with_nothing_and_leaves_nothing(path: Path) -> None:
    store = ProgressStore(path)
    store.change("pid", begin)
    before = path.read_bytes()
    talk = ProgressStore(path, kept=False)
    assert talk.progress.lessons == {}
    talk.change("uts", begin)
    assert talk.progress.of("uts") == BEGUN  # within the talk it is known
    assert path.read_bytes() == before
