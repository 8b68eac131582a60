"""The real program, played to the moments that its pictures show: a real lab, driven by Textual's pilot, exported as SVG."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from msgspec import Struct
from textual.pilot import Pilot

from nslab.cli.processes import PROC, host_pid
from nslab.course.attacks import ATTACKS
from nslab.course.boards import TrialsView, spec_of
from nslab.course.cradle import Cradle
from nslab.course.loader import Pack
from nslab.course.model import Born
from nslab.course.ordering import CARDS
from nslab.course.player import Stage
from nslab.course.progress import LessonProgress, Prediction, ProgressStore
from nslab.course.snapshot import Snapshot
from nslab.course.syllabus import Syllabus
from nslab.course.tongues import container
from nslab.engine.rosetta.views import this_machine
from nslab.observe.birth_view import BirthView
from nslab.observe.machine.explorer import Explorer
from nslab.observe.roots import ProcRoot
from nslab.tui.app import NslabApp
from nslab.tui.lesson.screen import LessonScreen
from nslab.tui.screens.birth import BirthScreen
from nslab.tui.screens.card import CardScreen
from nslab.tui.screens.explore import ExploreScreen
from nslab.tui.screens.help import HelpScreen
from nslab.tui.screens.keyed import KeyedScreen
from nslab.tui.screens.map import MapScreen
from nslab.tui.screens.order import OrderScreen
from nslab.tui.screens.without import WithoutScreen
from nslab.words import Lang, Words, words_for

PATIENCE_S = 30.0
SETTLED_S = 1.0  # what has just changed stands out for a moment
LESSON = "pid"
STEP = "other-number"
SIDE_BY_SIDE = 110  # columns


class Picture(Struct, frozen=True):
    """One picture: what is on it, at which size, in which language and theme."""

    scene: str
    columns: int
    rows: int
    lang: Lang
    theme: str = "ink"

    @property
    def name(self) -> str:
        """Its file's name, without the ending."""
        theme = "" if self.theme == "ink" else f"-{self.theme}"
        return f"{self.scene}{theme}-{self.columns}x{self.rows}-{self.lang}"


class Player:
    """The application and its pilot, with hands."""

    def __init__(self, app: NslabApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def screen(self) -> LessonScreen:
        """The lesson on screen."""
        return next(screen for screen in self.app.screen_stack if isinstance(screen, LessonScreen))

    @property
    def seen(self) -> Snapshot:
        """What its panes show."""
        seen = self.screen.seen
        assert seen is not None
        return seen

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until it is so. Raises TimeoutError."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError("the lesson did not come to this moment")
            await asyncio.sleep(0.05)
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Press keys, one after another."""
        await self.pilot.press(*keys)

    async def run(self, terminal: str, line: str) -> None:
        """Type a line and wait until its shell asks for the next one."""
        widget = self.screen.parts.terminals.widget(terminal)
        widget.focus()
        prompts = widget.vt.scrolled_out + widget.vt.cursor.y
        widget.send(line.encode() + b"\r")
        await self.until(lambda: widget.vt.scrolled_out + widget.vt.cursor.y > prompts)
        await self.until(lambda: self.seen.terminals[terminal].program in ("bash", "sh"))
        await asyncio.sleep(0.3)

    async def opened(self) -> None:
        """Until the lab is up."""
        await self.until(lambda: self.screen.seen is not None)
        await asyncio.sleep(0.3)


async def first_step(play: Player) -> None:
    """Predict rightly, compile, run, ask, and go on to the next step."""
    await play.opened()
    await play.press("1", "enter")
    await play.until(lambda: play.seen.player.stage is Stage.DO)
    for line in ("gcc -o ns_pid ns_pid.c", "./ns_pid", "echo $$"):
        await play.run("box", line)
    await play.until(lambda: "run" in play.seen.player.record.done)
    await play.press("f5", "1", "enter")
    await play.until(lambda: play.seen.player.record.passed)


async def pid(play: Player) -> None:
    """The second step: the same process looked for from the host."""
    await first_step(play)
    await play.press("f9", "f9")
    await play.until(lambda: play.seen.player.step.id == STEP)
    await play.run("box", "sleep 100 &")
    await play.run("host", "pstree -p")
    if play.app.size.width < SIDE_BY_SIDE:
        await play.press("f6", "f6")  # on to the namespaces


async def passed(play: Player) -> None:
    """The first step, just passed."""
    await first_step(play)


async def predict(play: Player) -> None:
    """The question that the lesson opens with."""
    await play.opened()
    await play.press("1")


async def wrecked(play: Player) -> None:
    """A lab whose first process is gone."""
    await pid(play)
    await play.run("box", "kill -9 -1")
    os.kill(lab_of(os.getpid()), signal.SIGKILL)
    await play.until(lambda: not play.seen.lab_alive)


def children(pid: int) -> list[int]:
    """A process's children, whichever of its threads has them."""
    files = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for file in files for child in file.read_text().split()]


def lab_of(program: int) -> int:
    """The first process of a program's lab: the program's child, the keeper, has it among its own."""
    labs = (lab for keeper in children(program) for lab in descendants(keeper))
    return next(lab for lab in labs if Path(f"/proc/{lab}/comm").read_text() == "lab\n")


def descendants(pid: int) -> list[int]:
    """All that came from a process, the nearest first."""
    found = children(pid)
    for child in found:
        found += children(child)
    return found


async def helped(play: Player) -> None:
    """Help for the namespaces pane."""
    await pid(play)
    await play.press("f6", "f6", "f1")
    await play.until(lambda: isinstance(play.app.screen, HelpScreen))


async def course(play: Player) -> None:
    """The map, where one lesson is done and one begun."""
    await play.until(lambda: isinstance(play.app.screen, MapScreen))
    await asyncio.sleep(1.5)  # doctor, in a process of its own


async def card(play: Player) -> None:
    """The lesson's card, over the lesson: with what was seen in it."""
    await pid(play)
    await play.press("ctrl+g", "d")
    await play.until(lambda: isinstance(play.app.screen, CardScreen))


async def explored(play: Player) -> None:
    """This machine, with a few worlds more; the cursor on one that nobody is in."""
    screen = play.app.screen_stack[-1]
    assert isinstance(screen, ExploreScreen)
    await play.until(lambda: screen.table.sight is not None)
    rows = screen.table.sight.rows if screen.table.sight else ()
    screen.table.select(next(row.key for row in reversed(rows) if row.leader is None))


async def born(play: Player) -> None:
    """A birth just behind pivot_root."""
    screen = play.app.screen_stack[-1]
    assert isinstance(screen, BirthScreen)
    steps = [call.step for call in screen.board.view.calls] if isinstance(screen.board.view, BirthView) else []
    while screen.board.cursor < steps.index("pivot"):
        before = screen.board.cursor
        await play.press("right")
        await play.until(partial(_beyond, screen, before))


def _beyond(screen: BirthScreen, step: int) -> bool:
    return screen.board.cursor > step


async def attacked(play: Player) -> None:
    """The ablation board with two primitives left out, at the attack that gets through."""
    screen = play.app.screen_stack[-1]
    assert isinstance(screen, WithoutScreen)
    screen.board.choose([attack.id for attack in ATTACKS].index("escape"))
    screen.board.leave_out(frozenset({"pivot", "nnp"}))
    needed = screen.board.needed
    await play.until(
        lambda: isinstance(screen.board.view, TrialsView) and all(cell in screen.board.view.results for cell in needed)
    )


async def ordered(play: Player) -> None:
    """The puzzle after three tries."""
    screen = play.app.screen_stack[-1]
    assert isinstance(screen, OrderScreen)
    for tries, order in enumerate(TRIED, 1):
        screen.board.order = order
        screen.board.run_order()
        await play.until(partial(_tried, screen, tries))


def _tried(screen: OrderScreen, times: int) -> bool:
    return len(screen.board.tries) == times


def earlier(card: str, other: str) -> tuple[str, ...]:
    """The engine's own order, but for one card that is made before another."""
    order = [one for one in CARDS if one != card]
    order.insert(order.index(other), card)
    return tuple(order)


TRIED = (earlier("pivot", "tree"), earlier("private", "pivot"), earlier("pivot", "kernel"))

SCENES: dict[str, Callable[[Player], Awaitable[None]]] = {
    "pid": pid,
    "predict": predict,
    "passed": passed,
    "wrecked": wrecked,
    "help": helped,
    "map": course,
    "card": card,
    "explore": explored,
    "birth": born,
    "without": attacked,
    "order": ordered,
}
AT_THE_MAP = {"map"}
OF_THE_MACHINE = {"explore"}


def birth_of(stack: ExitStack) -> Callable[[Words], KeyedScreen]:
    """A birth that is held in a lab of its own."""
    spec = spec_of(Born("box", hostname="box", args=("sh",)))
    tongues = (container(spec, this_machine(), "birth"),)
    cradle = Cradle(spec)
    stack.callback(cradle.close)
    return lambda words: BirthScreen(words, cradle.view(), cradle.step, cradle.begin_anew, tongues)


OF_BOARDS: dict[str, Callable[[ExitStack], Callable[[Words], KeyedScreen]]] = {
    "birth": birth_of,
    "without": lambda _stack: WithoutScreen,
    "order": lambda _stack: lambda words: OrderScreen(words, CARDS),
}


@contextmanager
def worlds() -> Iterator[None]:
    """Worlds for the explorer to show: with a user namespace of their own, so that anybody can make them."""
    own = ["unshare", "--user", "--map-root-user"]
    kinds = (
        ["--mount"],
        ["--pid", "--fork", "--kill-child", "--mount", "--net", "--uts", "--ipc", "--cgroup"],
        ["--net"],
    )
    with ExitStack() as stack:
        made = [stack.enter_context(_waiting(*own, *some)) for some in (*kinds, ["--uts"])]
        kept = os.open(f"/proc/{made[-1].pid}/ns/uts", os.O_RDONLY)
        stack.callback(os.close, kept)
        made[-1].kill()
        made[-1].wait()
        yield


@contextmanager
def _waiting(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([*command, "sh", "-c", "echo; exec sleep 600"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


async def shoot(picture: Picture) -> str:
    """Play to the moment and export the screen as SVG. Raises TimeoutError, LabError."""
    os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
    syllabus = Syllabus()
    with tempfile.TemporaryDirectory() as state, ExitStack() as stack:
        store = ProgressStore(Path(state, "progress.json"))
        app = NslabApp(words_for(picture.lang), syllabus, store, f"nslab-{picture.theme}")
        if picture.scene in AT_THE_MAP:
            store.change("uts", lambda _: LessonProgress(done=True))
            given = {"one": Prediction("one", "one"), "whose-proc": Prediction("bash", "host")}
            store.change(LESSON, lambda _: LessonProgress(STEP, predictions=given))
        elif picture.scene in OF_THE_MACHINE:
            stack.enter_context(worlds())
            root = stack.enter_context(ProcRoot(PROC))
            app.start_with_screen(lambda words: ExploreScreen(words, lambda: Explorer(root, host_pid(root))))
        elif picture.scene in OF_BOARDS:
            app.start_with_screen(OF_BOARDS[picture.scene](stack))
        else:
            pack = syllabus.load(LESSON)
            assert isinstance(pack, Pack)
            app.start_with(pack, None)
        async with app.run_test(size=(picture.columns, picture.rows)) as pilot:
            await SCENES[picture.scene](Player(app, pilot))
            await asyncio.sleep(SETTLED_S)
            await pilot.pause()
            return app.export_screenshot()
