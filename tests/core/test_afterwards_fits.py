"""Reviews that fit models on a run's own folds: each finds what is planted for it and is silent where nothing is."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core import afterwards
from core.afterwards import REVIEWS, Finished, Review, at_once, fits_seconds, job, merged, trials, with_fits
from core.afterwards.folds import check_setting
from core.checks import Checked, Severity
from core.data import load_table, make_problem, practice_and_exam
from core.models import default_models
from core.progress import Step, listening
from core.records import FitState, ModelSpec, Roles, Split
from core.results import FitResult
from core.store import Store
from tests.core import pitfalls
from tests.core.finished import fitted, found, looked
from tests.core.quick import QUICK
from tests.core.trials import submit

LINEAR, TREE = ModelSpec("logistic_regression"), ModelSpec("decision_tree")
FOLDS = {"split": Split("kfold", folds=4)}
ROWS = 240


def made(seed: int = 0, noise: float = 0.5) -> pd.DataFrame:
    """An answer that is a noisy sum of two columns; another says nearly the same as one of them, three say nothing."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(ROWS, 5)), columns=["a", "b", "n1", "n2", "n3"])
    frame["again"] = frame["a"] + 0.1 * rng.normal(size=ROWS)
    frame["answer"] = np.where(frame["a"] + frame["b"] + noise * rng.normal(size=ROWS) > 0, "yes", "no")
    return frame


def broad() -> pd.DataFrame:
    """An answer that is the sign of a sum of six columns, which no tree can say in few questions."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(ROWS, 6)), columns=list("abcdef"))
    return frame.assign(answer=np.where(frame.sum(axis=1) > 0, "yes", "no"))


def answered_by_flags(seed: int = 0, rows: int = 600) -> pd.DataFrame:
    """An answer that two of four flags tell with slips; a number of many values tells nothing, and invites trees."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({f"flag{k}": rng.integers(0, 2, rows) for k in range(4)} | {"id": rng.random(rows)})
    said = (frame["flag0"] + frame["flag1"] > 0) ^ (rng.random(rows) < 0.2)
    return frame.assign(answer=np.where(said, "yes", "no"))


def numbers(noise: float = 0.1) -> pd.DataFrame:
    """A number that is a sum of two columns in very different units."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"a": rng.normal(size=ROWS), "b": 1_000 * rng.normal(size=ROWS)})
    return frame.assign(n=rng.normal(size=ROWS), answer=frame["a"] + frame["b"] / 1_000 + noise * rng.normal(size=ROWS))


@pytest.fixture(scope="module")
def plain() -> Finished:
    return fitted(made(), "answer", LINEAR, TREE, **FOLDS)


def test_a_column_that_is_the_answer_is_named_with_its_score_and_what_is_left_without_it() -> None:
    frame, target, column = pitfalls.result_code()
    finished = fitted(frame, target, LINEAR, TREE, split=Split("stratified", folds=3))
    [told] = found(finished, "golden")
    assert told.severity is Severity.HIGH and told.columns == (column,)
    assert told.text.startswith("`result_code` alone reaches 99.1 of 100, the best model with all columns 99.")
    assert told.suggestion is not None and told.suggestion.leave_out == (column,)
    assert (
        told.figures["without"] < told.figures["score"] and "Without it, Logistic regression reaches 97." in told.text
    )


def test_an_honest_column_is_no_alarm(plain: Finished) -> None:
    assert found(plain, "golden") == []
    easy = fitted(load_table("iris"), "species", LINEAR, split=Split("stratified", folds=3))
    [told] = found(easy, "golden")
    assert told.severity is Severity.LOW and told.suggestion is None


def test_equal_rows_on_both_sides_are_counted_and_what_they_did_is_said(plain: Finished) -> None:
    finished = fitted(pitfalls.twice("wine", 60), "grower", TREE, **FOLDS)
    [told] = found(finished, "overlap")
    seen = told.figures["seen"]
    assert told.text.startswith(f"{seen} held-out rows of 238 equal a row that was learned from") and seen > 80
    assert told.figures["score_seen"] == 1.0 > told.figures["score_others"]
    assert told.suggestion is not None and told.suggestion.split == "together"
    assert found(plain, "overlap") == []


def test_rows_that_are_sealed_are_not_looked_at() -> None:
    split = Split("kfold", folds=4, exam=0.25)
    finished = fitted(pitfalls.twice("wine", 60), "grower", TREE, split=split)
    setting = check_setting(finished)
    practised = np.concatenate([each.test for each in finished.setting.folds])
    assert set(setting.samples.rows) == set(finished.setting.samples.rows[practised]) and setting.rows == 178
    [told] = found(finished, "overlap")
    assert told.figures["judged"] == 178
    for ours, theirs in zip(setting.folds, finished.setting.folds, strict=True):
        assert (setting.samples.y[ours.test] == finished.setting.samples.y[theirs.test]).all()


def test_rows_that_were_judged_by_what_came_later_are_counted(plain: Finished) -> None:
    finished = fitted(pitfalls.days(rows=200), "sales", "ridge", **FOLDS)
    [told] = found(finished, "time_overlap")
    assert "198 of 200 held-out rows" in told.text and told.severity is Severity.MEDIUM and told.columns == ("date",)
    by_time = fitted(pitfalls.days(rows=200), "sales", "ridge", split=Split("time", folds=3), time="date")
    assert "divided by time" in looked(by_time, "time_overlap").not_applied["time_overlap"]
    assert found(plain, "time_overlap") == []


def test_a_place_that_is_owed_to_the_seed_is_told(plain: Finished) -> None:
    few = {"n_estimators": 2}
    models = [ModelSpec(name, "", few) for name in ("random_forest", "extra_trees")]
    [told] = found(fitted(made(3, noise=1.0), "answer", *models, **FOLDS), "seed")
    scores = told.figures["scores"]
    assert len(scores) == 4 and told.figures["half_range"] == pytest.approx((max(scores) - min(scores)) / 2)
    assert told.figures["half_range"] > told.figures["lead"] and told.severity is Severity.LOW, "they are tied anyway"
    assert "Another seed changes the score of Random forest by ± 3.3 of 100, more than its lead of 1.7" in told.text
    assert found(plain, "seed") == [], "logistic regression draws nothing"


def test_rivals_that_cost_nothing_are_tried_where_they_were_not_in_the_run() -> None:
    only_tree = fitted(broad(), "answer", TREE, **FOLDS)
    [told] = found(only_tree, "worse_than_linear")
    assert told.figures["fitted"] and told.severity is Severity.MEDIUM
    assert "which is in front here, is worse" in told.text
    both = fitted(broad(), "answer", TREE, LINEAR, **FOLDS)
    [told] = found(both, "worse_than_linear")
    assert not told.figures["fitted"] and told.severity is Severity.LOW and told.figures["models"] == ["decision_tree"]
    assert found(both, "slower_than_linear") == []


def test_a_model_that_takes_longer_and_is_no_better_is_told() -> None:
    finished = fitted(made(), "answer", LINEAR, ModelSpec("lda"), **FOLDS)
    slow = tuple(_slowed(each, finished) if each.model == "lda" else each for each in finished.result.fits)
    [told] = found(replace(finished, result=replace(finished.result, fits=slow), found_out={}), "slower_than_linear")
    assert "times as long to train as Logistic regression and cannot be told from it" in told.text
    assert found(finished, "slower_than_linear") == []


def _slowed(fit: FitResult, finished: Finished) -> FitResult:
    """The same fit after nine seconds, a little better or worse than logistic regression in turn."""
    assert fit.outcome is not None
    other = finished.result.model(LINEAR.id).values("accuracy")[fit.fold]
    assert other is not None
    scores = {**fit.outcome.scores, "accuracy": other + (0.03 if fit.fold % 2 else -0.02)}
    return replace(fit, outcome=replace(fit.outcome, fit_seconds=9.0, scores=scores))


def test_boosting_that_does_better_is_told() -> None:
    frame = made()
    frame["answer"] = np.where((frame["a"] > 0) ^ (frame["b"] > 0), "yes", "no")
    [told] = found(fitted(frame, "answer", LINEAR, **FOLDS), "worse_than_boosting")
    assert told.figures["rival"] == "hist_gradient_boosting" and told.severity is Severity.MEDIUM


def test_columns_that_change_nothing_are_counted_and_the_model_is_tried_without_them() -> None:
    finished = fitted(numbers(), "answer", "linear_regression", **FOLDS)
    [told] = found(finished, "useless")
    assert told.columns == ("n",) and told.text.startswith("1 of 3 columns changes next to nothing when shuffled")
    assert told.suggestion is not None and told.figures["without"] == pytest.approx(0.995, abs=0.01)
    given = fitted(numbers().assign(copy=lambda each: each["answer"]), "answer", "linear_regression", **FOLDS)
    assert found(given, "golden")[0].severity is Severity.HIGH
    assert found(given, "useless") == [], "beside the answer no column can show its worth"
    [weights] = found(finished, "uneven_weights")
    assert "`b` is spread" in weights.text and weights.figures["ratio"] == pytest.approx(1_000, rel=0.3)


def test_what_a_model_says_of_its_columns_is_questioned(plain: Finished) -> None:
    [told] = found(plain, "alike")
    assert told.columns == ("a", "again") and told.figures["pairs"] == 1
    assert found(plain, "uneven_weights", "flattered") == []
    deep = ModelSpec("random_forest", "", {"n_estimators": 10, "min_samples_leaf": 3})
    [told] = found(fitted(answered_by_flags(), "answer", deep, **FOLDS), "flattered")
    assert told.columns == ("id",) and told.figures["shares"]["id"] > 0.3


def test_answers_that_were_moved_by_a_row_are_found_out(plain: Finished) -> None:
    frame = numbers()
    frame["answer"] = np.roll(frame["answer"], 1)
    finished = fitted(frame, "answer", "ridge", **FOLDS)
    [told] = found(finished, "out_of_step")
    assert told.severity is Severity.HIGH and "with the answer of the row below" in told.text
    assert looked(plain, "out_of_step").not_applied == {"out_of_step": "a model beats guessing"}


def test_the_answers_of_sealed_rows_are_moved_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = numbers()
    frame["answer"] = np.roll(frame["answer"], 1)
    finished = fitted(frame, "answer", "ridge", split=Split("kfold", folds=4, exam=0.3))
    shared = finished.setting
    practice, sealed = practice_and_exam(shared.samples, shared.problem, shared.spec.split)
    assert len(sealed) == 72
    for by in (1, -1):
        rows, folds = trials._moved(shared, by)
        read = np.unique(np.concatenate([part for fold in folds for part in (fold.train, fold.test)]))
        assert set(read) <= set(practice) and not set((read - by) % ROWS) & set(sealed)
        assert len(read) == sum((row - by) % ROWS in set(practice) for row in practice) > 100
        assert (rows.y[read] == shared.samples.y[(read - by) % ROWS]).all()
    assert found(finished, "out_of_step"), "the rows that are left tell as well"
    monkeypatch.setattr(trials, "practice_and_exam", lambda *_: (np.arange(0, ROWS, 2), np.arange(1, ROWS, 2)))
    with pytest.raises(ValueError, match="beside a sealed one"):
        trials._moved(replace(shared, folds=[replace(shared.folds[0], test=np.arange(0, 40, 2))]), 1)


def test_a_sample_is_said_and_progress_is_told(plain: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "MOST_ROWS", 100)
    steps: list[Step] = []
    fresh = fitted(broad(), "answer", TREE, **FOLDS)
    with listening(steps.append):
        told = with_fits(fresh, [REVIEWS["worse_than_linear"], REVIEWS["overlap"]])
    assert "(learned from a sample of 100 rows for each fold)" in told.findings[0].text
    assert [each.fraction for each in steps] == sorted(each.fraction for each in steps) and len(steps) > 4


def test_a_review_that_fails_is_one_of_many(plain: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the library gave up")

    monkeypatch.setattr(trials, "execute", broken)
    told = with_fits(replace(plain, found_out={}), [REVIEWS["seed"], REVIEWS["alike"]])
    assert told.not_applied == {"seed": "it could not be looked at (RuntimeError: the library gave up)"}
    assert [each.check for each in told.findings] == ["alike"]


def test_the_job_keeps_what_was_found_for_whoever_asks_again(in_place: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    few = [REVIEWS[name] for name in ("overlap", "alike", "out_of_step")]
    monkeypatch.setattr(job, "with_fits", lambda finished: with_fits(finished, few))
    run = submit(in_place, ModelSpec("baseline"), LINEAR, source="iris")
    assert afterwards.known(in_place, run, "accuracy") is None
    row = afterwards.request(in_place, run, "accuracy")
    done = in_place.derived(row.key)
    assert done is not None and done.state == FitState.DONE, done
    told = afterwards.told(done)
    assert told is not None and told == Checked.from_json(json.loads(json.dumps(told.to_json())))
    assert {each.check for each in told.findings} == {"overlap", "alike"} and set(told.not_applied) == {"out_of_step"}
    assert afterwards.known(in_place, run, "accuracy") is not None and afterwards.told(None) is None


PLAIN = ("iris", "wine", "breast_cancer", "diabetes")


@pytest.mark.parametrize("data", PLAIN)
def test_no_false_alarm_on_plain_data(data: str) -> None:
    table = load_table(data)
    linear = "ridge" if data == PLAIN[-1] else LINEAR.name
    calm(
        fitted(table, table.target, linear, TREE, split=Split("kfold", folds=3)), REVIEWS["golden"], REVIEWS["overlap"]
    )


@pytest.mark.slow
@pytest.mark.parametrize("data", PLAIN)
def test_no_false_alarm_on_plain_data_with_all_usual_models(data: str) -> None:
    table = load_table(data)
    usual = default_models(make_problem(table, Roles(table.target)))
    finished = fitted(table, table.target, *(ModelSpec(name, "", QUICK.get(name, {})) for name in usual))
    calm(finished, *REVIEWS.values())
    assert fits_seconds(finished) < afterwards.AT_ONCE_SECONDS, "small enough to be looked at unasked"


def calm(finished: Finished, *reviews: Review) -> None:
    """Nothing of the highest severity, and nothing that could not be looked at."""
    told = merged(at_once(finished), with_fits(finished, reviews))
    assert [each.text for each in told.findings if each.severity is Severity.HIGH] == []
    assert not [why for why in told.not_applied.values() if "could not be looked at" in why]
