"""The page of proof: with nothing, while a run goes on, an exam opened and counted, studies; and costs on Compare."""

from __future__ import annotations

import pytest

import core.exam
import core.studies.luck
import core.studies.techniques
from core import jobs
from core.records import ModelSpec, Roles, RunSpec, Split
from core.run import with_baseline
from core.store import RunRow, Store
from tests.dashboard.pages import charts, compared, page, queued, said, sound

QUICK = (ModelSpec("decision_tree"), ModelSpec("logistic_regression"))


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.exam, "DRAWS", 100)
    monkeypatch.setattr(core.studies.luck, "SHUFFLES", 3)
    monkeypatch.setattr(core.studies.techniques, "MOST_SINGLE", 0)
    monkeypatch.setattr(core.studies.techniques, "NUMBERS", ())


def sealed(store: Store, seed: int = 0) -> RunRow:
    """A run that has ended and keeps a fifth of the rows for an exam."""
    table = jobs.read(store, "wine")
    split = Split("stratified", folds=3, exam=0.2)
    spec = RunSpec("wine", table.fingerprint, Roles(table.target), split, with_baseline(QUICK), seed)
    row = store.run(jobs.submit(store, spec, table))
    assert row is not None and jobs.ended(row)
    return row


def test_nothing_to_prove_says_what_is_missing(store: Store) -> None:
    at = page("proof")
    sound(at)
    assert "No comparison is open" in said(at)
    failed = compared(store, "iris", ModelSpec("k_neighbors", settings={"n_neighbors": 400}))
    at = page("proof", run=failed.id)
    sound(at)
    assert "nothing to prove: no model that learns has a score" in said(at)


def test_a_run_that_goes_on_is_waited_for(idle: Store) -> None:
    at = page("proof", run=queued(idle, *QUICK).id)
    sound(at)
    assert "The comparison goes on" in said(at)


def test_without_sealed_rows_it_is_said_how_to_seal_some(store: Store) -> None:
    at = page("proof", run=compared(store, "iris", *QUICK).id)
    sound(at)
    assert "No rows were sealed for this comparison" in said(at) and "open_exam" not in {each.key for each in at.button}


def test_an_exam_is_opened_once_and_shown_ever_after(store: Store) -> None:
    run = sealed(store)
    at = page("proof", run=run.id)
    sound(at)
    assert "36 rows took no part in anything so far" in said(at)
    at.button(key="open_exam").click().run()
    sound(at)
    told = said(at)
    assert "On 36 sealed rows Logistic regression names" in told and "The first look at these rows" in told, told
    assert [each.label for each in at.metric] == ["Practice", "Exam", "Exam against practice", "Guessing, exam"]
    again = page("proof", run=run.id)
    assert "The first look at these rows" in said(again) and "open_exam" not in {each.key for each in again.button}
    again.selectbox(key="proven").set_value("decision_tree").run()
    assert "but they were opened once before" in said(again)
    again.button(key="open_exam").click().run()
    sound(again)
    assert "No longer sealed: this is opening number 2. All of these rows were looked at before" in said(again)
    other = page("proof", run=sealed(store, seed=5).id)
    assert "they were opened 2 times before" in said(other), "another seed seals the same rows"


def test_studies_are_done_on_request(store: Store) -> None:
    at = page("proof", run=compared(store, "iris", *QUICK).id)
    assert charts(at) == 0
    for number, (key, told) in enumerate(
        (
            ("study_rows", "rows it"),
            ("study_techniques", "By how the rows are divided"),
            ("study_luck", "With the answers shuffled"),
        ),
        start=1,
    ):
        at.button(key=key).click().run()
        sound(at)
        assert charts(at) == number and told in said(at), said(at)
    assert "Group folds (3): No column says the group of a row." in said(at)


@pytest.mark.parametrize(("data", "model"), [("iris", "decision_tree"), ("diabetes", "ridge")])
def test_the_price_of_a_score_is_told(store: Store, data: str, model: str) -> None:
    run = compared(store, data, ModelSpec(model), ModelSpec("k_neighbors"))
    at = page("compare", run=run.id)
    sound(at)
    assert "What it costs" in said(at)
    for cost in ("prediction", "size", "energy"):
        at.segmented_control(key="cost").set_value(cost).run()
        sound(at)
    assert "An estimate: the seconds of training times 10 watts" in said(at)


def test_one_model_has_no_price_to_compare(store: Store) -> None:
    at = page("compare", run=compared(store, "iris", ModelSpec("decision_tree")).id)
    sound(at)
    assert "What it costs" not in said(at)
