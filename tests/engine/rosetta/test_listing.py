"""A plan step by step, to be read."""

from __future__ import annotations

from nslab.engine.decode import decoded
from nslab.engine.ground import Ground
from nslab.engine.plan import plan
from nslab.engine.rosetta import listing
from nslab.engine.spec import Network, Process, Spec
from nslab.kernel.namespaces import Kind
from nslab.words import words_for

EN = words_for("en")
STEPS = plan(Spec("box", Process(("sh",)), tuple(Kind), "boxed"), Ground(("usr",), 65536))


def told(text: str) -> list[str]:
    """The lines that are no heading."""
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_each_call_is_a_line_behind_the_process_that_makes_it() -> None:
    assert told(listing.calls(STEPS, EN)) == [f"{step.who:6}{decoded(step)}" for step in STEPS]


def test_a_heading_stands_where_the_subject_changes() -> None:
    lines = listing.calls(STEPS, EN).splitlines()
    devices = lines.index(f"# {EN('rosetta.topic.devices')}")
    assert lines[devices - 1] == ""
    assert 'dev", "tmpfs"' in lines[devices + 1]


def test_each_step_has_its_name_its_shell_word_and_below_them_dockers_and_ocis() -> None:
    text = listing.steps(STEPS, EN)
    assert "init  hostname              hostname boxed\n" in text
    assert f"{'':28}docker run --hostname=boxed   OCI hostname\n" in text
    assert [line.split()[1] for line in told(text)[1:] if line[0] != " "] == [step.id for step in STEPS]


def test_paths_are_short_and_the_variables_for_them_stand_on_top() -> None:
    first, *others = listing.steps(STEPS, EN).splitlines()
    assert first == "skeleton=/run/nslab/.skeleton room=/run/nslab/box root=/run/nslab/box/root"
    assert [line for line in others if "/run/nslab" in line] == []


def test_a_step_without_a_shell_word_is_its_call() -> None:
    assert "init  seccomp               prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, <container>)\n" in listing.steps(
        STEPS, EN
    )


def test_what_is_wider_than_the_window_goes_on_below_itself() -> None:
    for view in (listing.calls, listing.steps):
        lines = told(view(STEPS, EN, 80))
        assert max(map(len, lines)) <= 80
        assert "".join(line.strip() for line in lines if line).replace(" ", "") == "".join(
            told(view(STEPS, EN))
        ).replace(" ", "")


def test_links_are_the_net_helpers_and_have_a_heading_of_their_own() -> None:
    spec = Spec("box", Process(("sh",)), (Kind.NET,), network=Network("10.88.0.2/24", "10.88.0.1"))
    text = listing.steps(plan(spec, Ground(("usr",), 65536)), EN)
    assert f"# {EN('rosetta.topic.wire')}\nnet   bridge    ip link add nslab0 type bridge; ip addr" in text
    assert "net   veth      ip link add v-box type veth peer name eth0 netns $child\n" in text
    assert "net   address   nsenter --target $child --net ip addr add 10.88.0.2/24 dev eth0\n" in text
