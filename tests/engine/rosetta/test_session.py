"""What was done in a lab, done again by a script: containers, terminals, and numbers that are this time's."""

from __future__ import annotations

import subprocess

import pytest

from nslab.engine.inventory import take_inventory
from nslab.engine.rosetta.session import (
    Act,
    Ended,
    Joined,
    Kept,
    Made,
    Noted,
    Number,
    Recalled,
    Session,
    Typed,
    session_script,
)
from nslab.engine.spec import Join, Process, Spec
from nslab.kernel.namespaces import Kind
from nslab.words import LANGS, Lang, words_for

WEB = Made(Spec("web", Process(("sleep", "1000")), (Kind.PID, Kind.MNT, Kind.UTS), "web"))
BOX = Made(Spec("box", Process(("bash", "--norc"), terminal=True, pipes=()), (Kind.UTS, Kind.PID, Kind.MNT), "boxed"))


def script(*sessions: Session, lang: Lang = "en") -> str:
    return session_script(sessions, take_inventory(), "a test", words_for(lang))


def session(*acts: Act, **files: str) -> Session:
    return Session(files, ("host", "box"), acts)


def said_by(*sessions: Session, shell: str = "sh") -> str:
    """What the terminals show."""
    done = subprocess.run(
        [shell, "-c", script(*sessions)],
        input="",
        capture_output=True,
        text=True,
        cwd="/",
        timeout=50,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.replace("\r\n", "\n")


@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_what_is_typed_in_two_terminals_is_done_in_its_order(shell: str) -> None:
    said = said_by(
        session(Typed("host", ("echo 1 >n",)), Typed("box", ("echo 2 >>n",)), Typed("host", ("cat n",))), shell=shell
    )
    assert "-- host --\necho 1 >n\n" in said
    assert "-- host --\ncat n\n1\n2\n" in said


def test_a_shell_in_a_shell_gets_its_lines_and_the_outer_one_gets_them_again() -> None:
    acts = [Typed("box", (line,)) for line in ("unshare --uts bash", "hostname inner", "hostname", "exit", "hostname")]
    said = said_by(session(*acts))
    assert "hostname\ninner\n" in said
    assert said.endswith("hostname\nlab\nlab:~# ")


def test_a_container_is_made_and_its_number_is_found() -> None:
    line = ("nsenter --target ", Number("web"), " --uts --pid --mount sh -c 'hostname; cat /proc/1/comm'")
    assert "\nweb\nsleep\n" in said_by(session(WEB, Typed("host", line)))


def test_a_container_that_is_called_as_a_terminal_has_it() -> None:
    said = said_by(session(BOX, Typed("box", ("echo $$ $(hostname)",)), Typed("host", ("hostname",))))
    assert "echo $$ $(hostname)\n1 boxed\n" in said
    assert "hostname\nlab\n" in said


def test_one_of_its_name_gives_way_to_a_container() -> None:
    again = Made(Spec("web", Process(("sleep", "1001")), (Kind.UTS,), "again"))
    said = said_by(session(WEB, again, Typed("host", ("pgrep -a sleep; nsenter -u -t ", Number("web"), " hostname"))))
    assert "1000" not in said
    assert "again" in said


def test_the_newest_that_began_a_namespace_by_hand_is_box() -> None:
    begun = Typed("host", ("unshare --uts sh -c 'hostname mine; exec sleep 1002' &",))
    joined = Typed("host", ("nsenter --uts --target ", Number("box"), " sleep 1003 &"))
    asked = Typed(
        "host", ("echo found $(cat /proc/", Number("box"), "/comm) $(nsenter -u -t ", Number("box"), " hostname)")
    )
    assert "\nfound sleep mine\n" in said_by(session(WEB, begun, joined, asked))


def test_a_program_beside_a_process_is_found_by_its_name() -> None:
    begun = Typed("box", ("unshare --pid --fork --mount-proc bash",))
    asked = Typed("host", ("grep NSpid /proc/", Number("box", "bash"), "/status"))
    assert "\t1\n" in said_by(session(begun, asked))


def test_a_number_that_was_kept_is_what_it_was() -> None:
    acts = (
        Typed("host", ("unshare --uts sleep 1004 &",)),
        Kept("first", Number("box")),
        Typed("host", ("unshare --uts sleep 1005 &",)),
        Typed(
            "host",
            (
                "tr '\\0' ' ' </proc/",
                Recalled("first"),
                "/cmdline",
            ),
        ),
    )
    assert "sleep 1004" in said_by(session(*acts)).splitlines()[-1]


def test_a_program_beside_a_containers_first_has_lost_the_same_rights() -> None:
    beside = Joined("guest", "web", Process(("sleep", "1006")))
    asked = (
        "grep -h -E 'CapEff|NoNewPrivs' /proc/",
        Number("guest"),
        "/status /proc/",
        Number("web"),
        "/status | sort -u",
    )
    said = said_by(session(WEB, beside, Typed("host", asked)))
    assert said.count("CapEff:\t00000000a80425fb\n") == 1
    assert "NoNewPrivs:\t1\n" in said


def test_a_container_shares_what_it_joins_and_is_born_into_what_is_new() -> None:
    """A pod: the pause container's network, IPC, and PID namespaces, an own UTS namespace, and the lab's mounts."""
    joins = tuple(Join(kind, "web") for kind in (Kind.UTS, Kind.PID))
    guest = Made(Spec("guest", Process(("sleep", "1007")), (Kind.IPC,), joins=joins))
    kinds = "for k in pid uts ipc mnt net; do [ /proc/$0/ns/$k -ef /proc/$1/ns/$k ] && echo $k; done | xargs echo same:"
    asked = (f"sh -c '{kinds}' ", Number("guest"), " ", Number("web"), "; cat /proc/", Number("guest"), "/comm")
    assert "\nsame: pid uts net\nsleep\n" in said_by(session(WEB, guest, Typed("host", asked)))


def test_a_container_is_killed() -> None:
    said = said_by(session(WEB, Ended("web"), Typed("host", ("pgrep -fx 'sleep 1000' || echo none",))))
    assert "\nnone\n" in said


@pytest.mark.parametrize("text", ["plain\n", "END_OF_FILE\n$HOME `id`\n", "it's\n\n", "no end", "", "词\n"])
def test_files_lie_in_the_home_as_they_are(text: str) -> None:
    said = said_by(session(Typed("host", ("od -An -tx1 -v file | tr -d ' \\n'; echo .",)), file=text))
    whole = text if text.endswith("\n") else f"{text}\n"
    assert f"\n{whole.encode().hex()}.\n" in said


def test_each_session_has_a_lab_of_its_own() -> None:
    first = session(Typed("host", ("hostname one; touch left",)))
    assert "hostname; ls\nlab\nlab:~# " in said_by(first, session(Typed("host", ("hostname; ls",))))


@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_a_shell_can_read_every_script(shell: str) -> None:
    acts = (
        WEB,
        BOX,
        Joined("guest", "web", Process(("true",))),
        Noted("a\nb"),
        Typed("box", ("it's ", Number("web"), " $x")),
    )
    for lang in LANGS:
        text = script(session(*acts), session(*acts), lang=lang)
        assert subprocess.run([shell, "-n"], input=text, text=True, capture_output=True, check=True).stderr == ""
