"""Steps done again in a new lab: from where, up to where, and what each of them showed there."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from nslab.course.loader import Pack
from nslab.course.model import Step
from nslab.course.play import Play, begins_at
from nslab.course.player import Judged, Player, Record, start
from nslab.course.predictions import Decided
from nslab.course.replay import NOT_PLAYED, behind, cost, replay
from nslab.course.world import Life


def steps(*fresh: bool) -> tuple[Step, ...]:
    return tuple(Step(str(number), fresh=one) for number, one in enumerate(fresh))


@pytest.mark.parametrize(("upto", "first"), [(0, 0), (1, 0), (2, 2), (3, 2)])
def test_a_replay_begins_at_the_last_step_with_a_lab_of_its_own(upto: int, first: int) -> None:
    assert begins_at(steps(False, False, True, False), upto) == first


def at(player: Player, frontier: int, *, passed: bool) -> Player:
    record = Record(passed=passed)
    records = (*player.records[:frontier], record, *player.records[frontier + 1 :])
    return replace(player, frontier=frontier, at=frontier, records=records)


def test_the_step_being_played_is_replayed_only_once_it_has_passed(pack: Pack) -> None:
    player = start(pack.lesson)
    assert cost(player) == (0, 0)
    last = at(player, 3, passed=False)
    assert behind(last) == (0, 3)
    assert behind(at(player, 3, passed=True)) == (0, 4)
    commands = sum(len(step.solution) for step in player.steps[:3])
    assert cost(last) == (3, commands)


def test_each_replayed_step_tells_what_the_machine_showed(play: Play) -> None:
    told: set[tuple[int, int]] = set()
    replayed = replay(play, 0, 2, lambda done, of: told.add((done, of)))
    assert replayed.stuck is None
    assert list(replayed.judged) == ["one", "other-number"]
    assert replayed.judged["one"].judgement == Decided("one")
    assert replayed.judged["other-number"].values["there"] == play.world.pid("box:bash", "host")
    assert told == {(0, 2), (1, 2)}


def test_steps_before_the_new_lab_are_told_as_not_played(play: Play) -> None:
    replayed = replay(play, 1, 1, lambda done, of: None)
    assert replayed.judged == {"one": NOT_PLAYED}
    assert Judged(None, {}) == NOT_PLAYED
    assert play.world.life("box") is Life.NEVER_SEEN
    assert play.lab_from == 1


def test_a_replay_that_can_not_go_on_says_where_and_keeps_what_was_done(play: Play) -> None:
    """The second step's command asks for a number that only the first step's container has."""
    replayed = replay(play, 1, 2, lambda done, of: None)
    assert replayed.stuck is not None
    assert replayed.stuck.at == "grep NSpid /proc/{there}/status"
    assert list(replayed.judged) == ["one"]


def test_a_replay_ends_when_every_shell_has_printed_its_prompt(play: Play) -> None:
    replay(play, 0, 2, lambda done, of: None)
    lines = [play.session.lines[shell.master] for shell in play.session.shells.values()]
    assert [line.rpartition(b"\x1b]133;A")[2][-2:] for line in lines] == [b"\x07 "] * 2
