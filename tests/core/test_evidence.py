"""What a run's scores bear out, from folds, from repeated folds and from one fold's rows; as a job as well."""

from __future__ import annotations

import numpy as np
import pytest

from core import asking, evidence, jobs
from core.comparison import compare_pair, interval, tied_with_best
from core.evidence import Evidence, from_json, same_predictions, to_json
from core.metrics import METRICS
from core.records import FitState, ModelSpec, Roles, RunSpec, RunState, Split
from core.run import compare, with_baseline
from core.store import Store
from tests.core.test_comparison_rows import PROBLEM, answers, first

ACCURACY, LOSS = METRICS["accuracy"], METRICS["log_loss"]
A, B, C = [0.91, 0.93, 0.90, 0.94], [0.90, 0.90, 0.89, 0.91], [0.5, 0.52, 0.51, 0.49]


def test_folds_are_judged_by_the_corrected_test() -> None:
    found = Evidence(ACCURACY, {"b": B, "a": A, "c": C}, 0.25, rows=100)
    assert found.order == ["a", "b", "c"] and found.lacks == ""
    assert found.interval("a") == interval(A, 0.25, bounds=(0.0, 1.0))
    assert found.pair("a", "b", 0.01) == compare_pair(A, B, test_fraction=0.25)
    assert found.tied == tied_with_best({"a": A, "b": B, "c": C}, test_fraction=0.25)
    assert found.needed("a", "c").rows == 100 and found.interval("z").mean is None


def test_who_is_behind_by_a_test_of_the_two_alone_may_share_the_first_place() -> None:
    near = [score - gap for score, gap in zip(A, (0.012, 0.02, 0.016, 0.021), strict=True)]
    others = {f"other {place}": A for place in range(12)}
    alone = Evidence(ACCURACY, {"a": A, "near": near, "c": C}, 0.25, rows=100)
    among = Evidence(ACCURACY, {"a": A, "near": near, "c": C, **others}, 0.25, rows=100)
    p_value = alone.pair("a", "near").p_value
    assert 0.05 / 13 < p_value < 0.05, p_value
    assert "near" in among.tied and "near" in among.behind and "c" not in among.tied
    assert among.behind == {"near", "c"} == alone.behind
    assert Evidence(ACCURACY, {}, 0.25, rows=100).behind == frozenset()


def test_repeats_bring_no_new_rows() -> None:
    once, again = Evidence(ACCURACY, {"a": A, "b": B}, 0.5), Evidence(ACCURACY, {"a": A, "b": B}, 0.5, repeats=2)
    assert again.interval("a").high - again.interval("a").low > once.interval("a").high - once.interval("a").low
    assert again.pair("a", "b").p_value > once.pair("a", "b").p_value
    assert again.pair("a", "b").difference == once.pair("a", "b").difference


def test_chances_of_every_pair_by_a_loss() -> None:
    frame = Evidence(LOSS, {"a": C, "b": A, "c": [None] * 4}, 0.25).chances(rope=0.01)
    assert list(frame[["a", "b"]].itertuples(index=False, name=None)) == [("a", "b"), ("b", "a")]
    assert frame["p_better"].tolist() == pytest.approx(frame["p_worse"].tolist()[::-1])
    assert frame["p_better"][0] > 0.99 and frame["difference"][0] > 0


def test_one_fold_says_nothing_until_its_rows_are_drawn_again() -> None:
    given = {"a": answers(first(200, 180)), "b": answers(first(200, 120)), "c": answers(first(200, 178))}
    scores = {name: [float(np.mean(each.predicted == each.actual))] for name, each in given.items()}
    bare = Evidence(ACCURACY, scores, 0.25, rows=800)
    assert bare.tied == ("a", "c", "b") and bare.interval("a").low is None and "one fold only" in bare.lacks
    assert bare.needed("a", "b").rows is None and np.isnan(bare.chances()["p_better"]).all()
    drawn = from_json(to_json(evidence.resampled(given, PROBLEM, "accuracy")))
    found = Evidence(ACCURACY, scores, 0.25, rows=800, resampled=drawn)
    assert found.lacks == "" and found.tied == ("a", "c")
    assert found.interval("a").low < 0.9 < found.interval("a").high
    assert found.pair("a", "b").p_value < 0.01 and found.pair("a", "c").p_value == 0.5
    assert found.needed("a", "c").rows > 800
    lost = Evidence(ACCURACY, scores, 0.25, resampled=evidence.resampled({}, PROBLEM, "accuracy"))
    assert "no stored predictions" in lost.lacks and lost.tied == ("a", "c", "b")


def test_a_curve_over_rows_changes_how_many_are_needed() -> None:
    found = Evidence(LOSS, {"a": [0.50, 0.55, 0.45, 0.5], "b": [0.52, 0.50, 0.53, 0.53]}, 0.25, rows=100)
    assert found.order[0] == "a"
    steady = found.needed("a", "b").rows
    growing = found.needed("a", "b", [(25, -0.0), (50, -0.01), (75, -0.02)]).rows
    assert steady is not None and growing is not None and 100 < growing < steady
    assert found.needed("a", "b", [(25, -0.04), (50, -0.02), (75, 0.0)]).rows is None, "the difference turns round"


def test_nothing_finished_bears_out_nothing() -> None:
    found = Evidence(ACCURACY, {}, 0.25)
    assert (found.order, found.tied, len(found.chances())) == ([], (), 0)


def test_the_same_predictions_are_known() -> None:
    one = answers(first(20, 15))
    assert same_predictions(one, answers(first(20, 15)))
    assert not same_predictions(one, answers(first(20, 14)))


def test_a_hold_out_in_a_notebook_has_intervals_and_ties() -> None:
    models = [ModelSpec("logistic_regression"), ModelSpec("decision_tree")]
    result = compare("moons:rows=300,noise=0.2", models=models, split=Split("holdout"))
    board = result.leaderboard()
    assert board["low"].notna().all() and (board["low"] <= board["mean"]).all()
    assert not board.set_index("id").loc["baseline", "tied"]


def test_a_job_draws_the_rows_of_a_stored_hold_out(in_place: Store) -> None:
    table = jobs.read(in_place, "moons:rows=200")
    models = with_baseline([ModelSpec("decision_tree"), ModelSpec("logistic_regression")])
    spec = RunSpec(table.name, table.fingerprint, Roles(table.target), Split("holdout"), models)
    run = in_place.run(jobs.submit(in_place, spec, table))
    assert run is not None and run.state == RunState.DONE
    assert jobs.result(in_place, run).standings()[0].low is None
    row = in_place.derived(asking.request_drawn(in_place, run.id, "accuracy").key)
    assert row is not None and row.state == FitState.DONE
    assert jobs.result(in_place, run).standings("accuracy")[0].low is not None
    assert jobs.result(in_place, run).standings("roc_auc")[0].low is None, "each metric has its own"


def test_a_job_compares_over_several_tables(in_place: Store) -> None:
    scores = {"one": {"a": 0.9, "b": 0.8}, "two": {"a": 0.7, "b": 0.6}, "three": {"a": 0.7}}
    found = in_place.derived(asking.request_several(in_place, scores, "accuracy", 0.01).key)
    assert found is not None and found.result["ranks"] == [["a", 1.0], ["b", 2.0]] and found.result["left_out"] == 1
