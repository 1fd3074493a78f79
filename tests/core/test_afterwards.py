"""Every review of a run finds what is planted for it, says so with figures, and is silent where nothing is."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import beta, median_abs_deviation

from core.afterwards import REVIEWS, Finished, Fitting, at_once, diagnoses, fits_seconds, merged
from core.afterwards.folds import robust_z
from core.afterwards.levers import SIMPLER, turned
from core.afterwards.scores import _at_most
from core.checks import Checked, Severity
from core.models import MODELS
from core.records import NOT_CONVERGED, ModelSpec, Task
from tests.core.finished import classes, found, looked, stored
from tests.source import ROOT

GOOD, OTHER = [0.90, 0.91, 0.89, 0.92, 0.90], [0.89, 0.90, 0.90, 0.91, 0.89]
LUCK = [0.52, 0.47, 0.51, 0.49, 0.50]


def calm() -> Finished:
    return stored({"logistic_regression": GOOD, "lda": OTHER})


def neighbours(scores: dict[int, list[float]]) -> Finished:
    """Nearest neighbours with several numbers of them."""
    settings = {f"k_neighbors:{value}": {"n_neighbors": value} for value in scores}
    return stored({f"k_neighbors:{value}": each for value, each in scores.items()}, settings=settings)


# review: a run with its pitfall, and what the sentence must say
PLANTED: dict[str, tuple[Finished, str, Severity]] = {
    "below_guessing": (stored({"lda": LUCK, "qda": LUCK[::-1]}), "No model can be told from guessing", Severity.MEDIUM),
    "perfect": (stored({"lda": [1.0] * 5, "qda": GOOD}), "up to 1.5 of 100 new ones", Severity.MEDIUM),
    "undefined": (
        stored({"lda": [0.9, 0.9, None, 0.9, 0.9], "qda": GOOD}),
        "has no rank: Accuracy is not defined (fold 3: only one class in these rows)",
        Severity.MEDIUM,
    ),
    "imbalance_and_metric": (
        stored({"lda": [0.96] * 5}, guessing=[0.95] * 5, table=classes(share=0.05)),
        "Always saying “no” already scores 95.0 of 100 (Accuracy), since 190 of 200 rows",
        Severity.MEDIUM,
    ),
    "small_folds": (stored({"lda": GOOD}, table=classes(40)), "about 8 rows only", Severity.MEDIUM),
    "not_converged": (
        stored({"svm_linear": GOOD, "lda": OTHER}, marks={"svm_linear": [NOT_CONVERGED]}),
        "stopped before it had settled, in 5 of 5 folds",
        Severity.LOW,
    ),
    "odd_fold": (
        stored({"lda": [0.9, 0.91, 0.4, 0.9, 0.89], "qda": [0.88, 0.9, 0.42, 0.91, 0.9]}),
        "Fold 3 is harder for all models: 41.0 of 100 on average, the other folds 89.9 of 100",
        Severity.MEDIUM,
    ),
    "overfit": (
        stored({"decision_tree": LUCK, "lda": GOOD}, train={"decision_tree": [1.0] * 5}),
        "100.0 of 100 on rows that it learned from, 49.8 of 100 on others",
        Severity.MEDIUM,
    ),
    "underfit": (
        stored({"qda": LUCK, "lda": GOOD}),
        "On the rows that it learned from it is no better",
        Severity.MEDIUM,
    ),
    "too_simple": (
        stored({"k_neighbors": [0.7, 0.71, 0.69, 0.7, 0.72], "lda": GOOD}),
        "no better on its own rows than on new ones",
        Severity.LOW,
    ),
    "constant": (
        stored({"lda": [0.5] * 5, "qda": GOOD}, predicted={"lda": 1}),
        "the same class for all",
        Severity.MEDIUM,
    ),
    "rare_class_missed": (
        stored({"lda": GOOD}, predicted={"lda": 0}, table=classes(share=0.1)),
        "finds 0 of 100 rows that are “yes”",
        Severity.MEDIUM,
    ),
    "identical": (stored({"lda": GOOD, "qda": GOOD}), "say the same about every held-out row", Severity.LOW),
    "edge": (neighbours({1: GOOD}), "“n_neighbors” is at 1, the lowest value there is", Severity.LOW),
    "edge_of_tried": (
        neighbours({5: OTHER, 10: OTHER, 20: GOOD}),
        "(5, 10, 20) the largest did best",
        Severity.LOW,
    ),
    "untuned": (stored({"decision_tree": GOOD}), "works with its usual settings", Severity.LOW),
}


@pytest.mark.parametrize("name", [each.name for each in REVIEWS.values() if each.seconds is None])
def test_a_planted_pitfall_is_found_in_what_is_stored(name: str) -> None:
    finished, sentence, severity = PLANTED[name]
    told = found(finished, name)
    assert told and told[0].severity is severity, told
    assert sentence.replace("“n_neighbors”", "`n_neighbors`") in told[0].text
    assert told[0].figures and told[0].advice.endswith(".") and told[0].text.endswith(".")


def test_a_run_without_a_pitfall_has_no_findings_but_that_more_could_be_tuned() -> None:
    told = at_once(calm())
    assert {each.check for each in told.findings} == {"untuned"}
    assert told.not_applied["rare_class_missed"] == "no class is rare"
    again = Checked.from_json(json.loads(json.dumps(told.to_json())))
    assert again == told and fits_seconds(calm()) > 0


@pytest.mark.parametrize("review", REVIEWS.values(), ids=lambda each: each.name)
def test_every_review_says_what_it_looks_for_and_bears_a_run_without_results(review) -> None:
    assert review.about.endswith(".") and review.expert.endswith(".") and review.title[0].isupper()
    nothing = stored({"lda": [None] * 5}, guessing=[None] * 5)
    single = stored({"lda": [0.9]}, guessing=[0.5])
    for finished in (nothing, single):
        reason = review.applies(finished)
        assert reason is None or (not reason[0].isupper() and not reason.endswith("."))
        if reason is None and review.seconds is None:
            assert isinstance(review.look(finished), list)


def test_all_models_clearly_below_guessing_is_severe() -> None:
    worse = [0.30, 0.31, 0.29, 0.30, 0.31]
    [told] = found(stored({"lda": worse, "qda": [each + 0.02 for each in worse]}), "below_guessing")
    assert told.severity is Severity.HIGH and told.text.startswith("Every model is worse than guessing: ")
    assert found(calm(), "below_guessing") == []


def test_a_fold_that_only_scatters_is_not_odd() -> None:
    rng = np.random.default_rng(0)
    odd = 0
    for _ in range(100):  # folds share their difficulty among models, which by itself makes none of them odd
        shared = 0.8 + 0.05 * rng.normal(size=10)
        odd += len(found(stored({"lda": [*shared], "qda": [*(shared + 0.01 * rng.normal(size=10))]}), "odd_fold"))
    assert odd <= 3, "one in a hundred is meant; three are allowed for"
    assert looked(stored({"lda": GOOD[:3]}), "odd_fold").not_applied == {
        "odd_fold": "3 folds cannot tell skill from luck"
    }


def test_figures_agree_with_scipy() -> None:
    values = np.array([2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3])
    oracle = (values - np.median(values)) / median_abs_deviation(values, scale="normal")
    assert robust_z(values) == pytest.approx(oracle, rel=1e-4)
    assert robust_z(np.array([1.0, 1.0, 1.0, 3.0])).tolist() == [0.0, 0.0, 0.0, np.inf]
    assert _at_most(100) == pytest.approx(100 * beta.ppf(0.95, 1, 100))


def test_each_model_is_diagnosed_in_words_with_what_to_try() -> None:
    finished = stored(
        {"decision_tree": OTHER, "lda": GOOD, "k_neighbors": [0.7] * 5, "qda": LUCK},
        train={"decision_tree": [1.0] * 5},
    )
    told = {each.model: each for each in diagnoses(finished)}
    kinds = [told[name].kind for name in ("decision_tree", "lda", "k_neighbors", "qda")]
    assert kinds == [Fitting.BY_HEART, Fitting.BALANCED, Fitting.TOO_SIMPLE, Fitting.NOTHING]
    assert (
        "by that one it cannot be told to be behind" in told["decision_tree"].advice
        and not told["decision_tree"].behind
    )
    assert "lower `max_depth` (now as many as it takes)" in told["decision_tree"].advice
    assert "lower `n_neighbors` (now 5)" in told["k_neighbors"].advice and told["lda"].advice == ""


def test_advice_names_settings_that_have_room() -> None:
    assert turned(ModelSpec("decision_tree"), Task.REGRESSION, simpler=False) == ""
    deep = ModelSpec("decision_tree", "", {"max_depth": 1, "min_samples_leaf": 50})
    assert (
        turned(deep, Task.REGRESSION, simpler=True) == "raise `min_samples_leaf` (now 50) or raise `ccp_alpha` (now 0)"
    )
    assert turned(ModelSpec("ridge"), Task.REGRESSION, simpler=True) == "raise `alpha` (now 1)"
    known = {param.name for model in MODELS.values() for params in model.params.values() for param in params}
    assert set(SIMPLER) <= known


def test_scores_near_each_other_do_not_say_more_than_the_folds_do() -> None:
    same = stored({"decision_tree": OTHER, "lda": GOOD}, train={"decision_tree": [0.92] * 5})
    assert found(same, "overfit") == [], "a gap of no consequence"
    noisy = stored({"decision_tree": [0.9, 0.5, 0.95, 0.4, 0.9], "lda": GOOD}, train={"decision_tree": [0.9] * 5})
    assert found(noisy, "overfit") == [], "a gap that the spread explains"


def test_who_has_learned_nothing_has_learned_nothing_by_heart() -> None:
    finished = stored({"lda": [0.44, 0.45, 0.43, 0.44, 0.45], "qda": GOOD}, train={"lda": [0.51] * 5})
    assert {each.model: each.kind for each in diagnoses(finished)}["lda"] is Fitting.NOTHING


def test_a_value_inside_of_what_was_tried_is_no_edge() -> None:
    assert found(neighbours({5: OTHER, 10: GOOD, 20: OTHER}), "edge_of_tried", "edge") == []
    assert found(neighbours({1: GOOD, 2: OTHER, 3: OTHER}), "edge_of_tried") == [], "there is nothing beyond"


def test_losses_are_read_the_right_way_round() -> None:
    low, high = [0.30, 0.31, 0.29, 0.30, 0.31], [0.60, 0.61, 0.59, 0.60, 0.58]
    finished = stored({"lda": low, "qda": high}, metric="log_loss", guessing=[0.69] * 5)
    assert [each.id for each in finished.ranked] == ["lda", "qda"] and finished.beats_guessing(finished.best)
    assert finished.skill(0.0) == pytest.approx(1.0) and found(finished, "below_guessing") == []
    [told] = found(stored({"lda": [0.3, 0.3, 0.9, 0.31, 0.3]}, metric="log_loss", guessing=[0.69] * 5), "odd_fold")
    assert "Fold 3 is harder" in told.text and "less is better" in told.text


def test_the_readme_counts_them() -> None:
    assert f"{len(REVIEWS)} reviews" in (ROOT / "README.md").read_text()


def test_several_answers_are_merged_in_the_order_of_their_weight() -> None:
    parts = [Checked(tuple(found(PLANTED[name][0], name)), {}) for name in ("untuned", "perfect", "identical")]
    assert [each.check for each in merged(*parts).findings] == ["perfect", "identical", "untuned"]
