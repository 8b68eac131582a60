"""Every command that opens a screen can be asked to look: a theme, or for a room."""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable
from typing import Any

import pytest

from nslab.cli import screen
from nslab.cli.main import COMMANDS, main
from nslab.cli.parser import frame
from nslab.tui import theme
from nslab.tui.app import NslabApp
from nslab.words import LANGS, Lang, words_for

SCREENS = ("lesson", "birth", "without", "order", "explore")


@pytest.mark.parametrize("command", SCREENS)
def test_a_command_with_a_screen_can_present_it(command: str) -> None:
    parser, _ = frame(words_for("en"), COMMANDS)
    assert parser.parse_args([command, "--present", "--theme", "ink"]).present is True
    assert parser.parse_args([command]).present is False


def test_every_command_that_takes_a_theme_can_present() -> None:
    _, commands = frame(words_for("en"), COMMANDS)
    for command in commands.values():
        command.load()
        taken = {option for action in command._actions for option in action.option_strings}
        assert ("--theme" in taken) == ("--present" in taken), command.prog


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[NslabApp]:
    """The applications that would have been run."""
    apps: list[NslabApp] = []
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(screen, "ready_terminal", lambda: None)
    monkeypatch.setattr("nslab.cli.lesson.ready_terminal", lambda: None)

    def run(app: NslabApp) -> None:
        apps.append(app)

    monkeypatch.setattr(NslabApp, "run", run)
    return apps


@pytest.mark.parametrize("argv", [["--present"], ["--lang", "zh", "--present"], ["lesson", "--present"]])
def test_the_map_is_presented_with_and_without_its_command(shown: list[NslabApp], argv: list[str]) -> None:
    assert main(argv) == 0
    (app,) = shown
    assert app.presenting


def test_before_a_room_it_is_paper_unless_another_theme_is_asked_for(shown: list[NslabApp]) -> None:
    for argv in (["--present"], ["--present", "--theme=ink"], []):
        main(argv)
    assert [app.theme for app in shown] == [theme.PAPER, theme.INK, theme.INK]


def test_an_option_that_no_command_knows_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for argv in (["--presnt"], ["doctor", "--present"]):
        with pytest.raises(SystemExit) as ended:
            main(argv)
        assert ended.value.code == 2
    assert "--present" in capsys.readouterr().err


def test_a_talk_keeps_no_progress(shown: list[NslabApp], begin: Callable[[NslabApp], None]) -> None:
    look = argparse.Namespace(theme=None, present=True)
    screen.show(look, words_for("en"), begin)
    (app,) = shown
    app.store.change("pid", lambda progress: progress)
    assert not app.store.path.exists()


@pytest.fixture
def begin(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[NslabApp], None]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return lambda _: None


class Stream(io.StringIO):
    """A stream that is a terminal, or is none."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.fixture
def streams(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Stream]]:
    """Standard streams that are terminals, but for those named."""

    def make(*none: str) -> dict[str, Stream]:
        made = {name: Stream(terminal=name not in none) for name in ("stdin", "stdout", "stderr")}
        for name, stream in made.items():
            monkeypatch.setattr(f"sys.{name}", stream)
        return made

    return make


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("none", [("stdin",), ("stdout",), ("stdin", "stdout", "stderr")])
@pytest.mark.parametrize("board", ["birth", "without", "order", "compose"])
def test_without_a_terminal_a_board_names_the_streams_that_are_none_and_what_works(
    streams: Callable[..., dict[str, Stream]], board: str, none: tuple[str, ...], lang: Lang
) -> None:
    err = streams(*none)["stderr"]
    assert main([board, "--lang", lang]) == 1
    told = err.getvalue()
    assert f"nslab {board} --json" in told
    assert [name for name in ("stdin", "stdout", "stderr") if name in told] == list(none)


def test_the_course_has_no_other_way_than_a_terminal(streams: Callable[..., dict[str, Stream]]) -> None:
    err = streams("stdout")["stderr"]
    assert main(["lesson", "--lang", "en"]) == 1
    assert "not a terminal here: stdout\n" in err.getvalue()
    assert "--json" not in err.getvalue()
