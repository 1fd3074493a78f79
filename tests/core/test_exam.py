"""The sealed exam: rows that nothing has touched, judged once, and counted when looked at again."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sklearn.base import clone
from sklearn.metrics import accuracy_score

import core.exam
from core import asking, jobs
from core.data import folds, make_problem, practice_and_exam, samples
from core.exam import Opening, exam_key, exam_params, openings, scores_of, seen_before, sit
from core.models import build
from core.records import FitState, ModelSpec, Roles, RunSpec, Split, Table
from core.run import fit_key
from core.store import Store

MODEL = ModelSpec("logistic_regression")


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.exam, "DRAWS", 100)


def asked(store: Store, exam: float = 0.2, seed: int = 0, data: str = "wine") -> tuple[Table, RunSpec]:
    table = jobs.read(store, data)
    split = Split("kfold" if table.task == "regression" else "stratified", exam=exam)
    return table, RunSpec(data, table.fingerprint, Roles(table.target), split, (MODEL,), seed)


def test_the_score_is_that_of_a_plain_fit_on_all_practice_rows(in_place: Store) -> None:
    table, spec = asked(in_place)
    told = sit(table, spec)
    problem = make_problem(table, spec.roles)
    rows = samples(table, problem)
    practice, sealed = practice_and_exam(rows, problem, spec.split)
    plain = clone(build(MODEL, problem, spec.seed)).fit(rows.take(practice), rows.y[practice])
    assert told["scores"]["accuracy"][0] == accuracy_score(rows.y[sealed], plain.predict(rows.take(sealed)))
    assert told["rows"] == rows.rows[sealed].tolist() and told["practice"] == len(practice)
    value, low, high, reason = told["scores"]["accuracy"]
    assert value == 1 and low is None and high is None and not reason, "36 rows without a mistake prove no perfection"
    value, low, high, _ = told["scores"]["log_loss"]
    assert 0 <= low < value < high
    assert told["guessing"]["accuracy"][0] < 0.6
    json.dumps(told, allow_nan=False)


def test_what_is_sealed_follows_no_seed_and_no_fold_holds_it(in_place: Store) -> None:
    table, spec = asked(in_place)
    problem = make_problem(table, spec.roles)
    rows = samples(table, problem)
    sealed = set(practice_and_exam(rows, problem, spec.split)[1])
    for seed in range(5):
        for fold in folds(rows, problem, spec.split, seed):
            assert not sealed & {*fold.train, *fold.test}
    assert {tuple(sit(table, replace(spec, seed=seed))["rows"]) for seed in (0, 1)} == {
        tuple(rows.rows[sorted(sealed)].tolist())
    }


def test_fits_of_a_store_that_sealed_by_the_seed_are_not_taken_for_these(in_place: Store) -> None:
    _, spec = asked(in_place)
    keys = [fit_key(replace(spec, seed=seed), MODEL, 0) for seed in (0, 1)]
    assert len(set(keys)) == 2
    plain = replace(spec, split=replace(spec.split, exam=0.0), seed=1)
    assert fit_key(plain, MODEL, 0) != keys[1]


def test_each_opening_counts_once_and_later_ones_are_told_what_was_seen(in_place: Store) -> None:
    _, spec = asked(in_place)
    target = spec.roles.target
    assert openings(in_place, spec.fingerprint, target) == ()
    first = asking.request_exam(in_place, spec, MODEL)
    again = asking.request_exam(in_place, spec, MODEL)
    assert first.key == again.key == exam_key(spec, MODEL) and len(openings(in_place, spec.fingerprint, target)) == 1
    assert seen_before(openings(in_place, spec.fingerprint, target), first.key) == (0, 0.0)
    second = asking.request_exam(in_place, replace(spec, seed=7), ModelSpec("decision_tree"))
    assert seen_before(openings(in_place, spec.fingerprint, target), second.key) == (1, 1.0)
    third = asking.request_exam(in_place, replace(spec, split=replace(spec.split, exam=0.4)), MODEL)
    before, seen = seen_before(openings(in_place, spec.fingerprint, target), third.key)
    assert before == 2 and 0 < seen < 1
    assert openings(in_place, spec.fingerprint, "another") == ()


def test_an_opening_without_shared_rows_is_a_first_look() -> None:
    opened = [Opening("a", "A", frozenset({1, 2})), Opening("b", "B", frozenset({3, 4}))]
    assert seen_before(opened, "b") == (0, 0.0) and seen_before(opened, "unknown") == (2, 0.0)


def test_limits_and_other_models_make_no_other_exam(in_place: Store) -> None:
    _, spec = asked(in_place)
    other = replace(spec, models=(MODEL, ModelSpec("decision_tree")), time_limit=7.0)
    assert exam_params(spec, MODEL) == exam_params(other, MODEL)


def test_what_cannot_be_opened_says_why(in_place: Store) -> None:
    table, spec = asked(in_place, exam=0.0)
    with pytest.raises(ValueError, match="No rows were sealed"):
        sit(table, spec)
    row = asking.request_exam(in_place, spec, MODEL)
    found = in_place.derived(row.key)
    assert found is not None and found.state == FitState.FAILED and "No rows were sealed" in found.reason
    assert openings(in_place, spec.fingerprint, spec.roles.target) == ()


def test_a_metric_that_is_not_defined_has_its_reason(in_place: Store) -> None:
    _, spec = asked(in_place, data="iris")
    row = asking.request_exam(in_place, spec, MODEL)
    done = in_place.derived(row.key)
    assert done is not None
    score, guess = scores_of(done, "precision")
    assert score.value is None and "two classes" in score.reason and guess.value is None
    score, _ = scores_of(done, "log_loss")
    assert score.value is not None and score.low is not None and score.high is not None
