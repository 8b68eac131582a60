"""Cards and words as their screens show them, from what this learner did."""

from __future__ import annotations

import observed

from nslab.course.glossary import read_glossary
from nslab.course.progress import LessonProgress, Prediction
from nslab.kernel.namespaces import Kind
from nslab.tui.lesson.panes import Lit
from nslab.tui.shelf import card_view, glossary_view, predicted_view
from nslab.words import Lang, Words, words_for
from tests.stage import LESSONS, lesson


def test_a_card_has_the_lesson_s_words_and_what_this_learner_predicted(lang: Lang, words: Words) -> None:
    pack = lesson("pid")
    given = {"one": Prediction("zero", "one"), "whose-proc": Prediction("host", "host")}
    view = card_view(pack, LessonProgress(done=True, predictions=given), words)
    assert (view.lesson_id, view.title, view.card) == ("pid", pack.words[lang].title, pack.words[lang].card)
    assert [one.held for one in view.predicted] == [False, True]
    assert view.predicted[0].truth == pack.words[lang].steps["one"].choices["one"].words
    assert view.when == words("card.done")


def test_a_card_s_pictures_are_the_panes_as_they_were_last_lit_and_no_taller_than_what_they_show(words: Words) -> None:
    lit = [
        Lit("namespaces", observed.namespaces(), Kind.PID),
        Lit("processes", observed.lesson_processes(), 8),
        Lit("namespaces", observed.lesson_namespaces(), Kind.PID),
    ]
    namespaces, processes = card_view(lesson("pid"), LessonProgress(), words, lit).pictures
    drawn = namespaces(48, plain=True)
    assert "≠" in drawn.text()
    assert drawn.lost == []
    assert drawn.rows[-1] != drawn.rows[0]
    assert drawn.text().splitlines()[-1].strip()
    assert processes(48, plain=True).text().startswith(words("pane.processes"))


def test_a_lesson_not_finished_says_so_and_its_terms_stand_there_once() -> None:
    view = card_view(lesson("pid"), LessonProgress(), words_for("en"))
    assert view.when == words_for("en")("card.not-done")
    assert view.predicted == ()
    assert "PID namespace" in view.terms
    assert len(set(view.terms)) == len(view.terms)


def test_predictions_that_mean_nothing_any_more_are_left_out() -> None:
    pack = lesson("pid")
    given = {"no-such-step": Prediction("a", "a"), "one": Prediction("no-such-choice", "one")}
    assert card_view(pack, LessonProgress(predictions=given), words_for("en")).predicted == ()
    assert predicted_view(pack.words["en"].steps["one"], Prediction("one", None)) is None


def test_a_term_is_met_once_its_lesson_is_done(lang: Lang, words: Words) -> None:
    known = read_glossary(LESSONS)
    view = glossary_view(known, {"uts"}, words)
    assert [term.id for term in view.terms] == [term.en for term in known]
    assert {term.met for term in view.terms if term.lesson == "uts"} == {True}
    assert {term.met for term in view.terms if term.lesson != "uts"} == {False}
    assert [term.meaning for term in view.terms] == [term.meaning[lang] for term in known]
