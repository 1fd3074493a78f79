"""A decision that travels: as JSON, in the store, in what is exported, and with the model itself."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from core.decisions import (
    EVERYONE,
    FROM,
    NO_ONE,
    PROBABILITY,
    SCORE,
    Costs,
    Decision,
    Weighing,
    cheapest,
    flags_of,
    judge,
)
from core.store import Store
from tests.core.folds import binary, predicted, several


def decision(cut_off: float, on: str = PROBABILITY, positive: str = "yes") -> Decision:
    return Decision("default", ("no", "yes"), positive, on=on, costs={"miss": 5.0, "alarm": 1.0}, **flags_of(cut_off))


@pytest.mark.parametrize(("cut_off", "flags"), [(0.3, FROM), (math.inf, NO_ONE), (-math.inf, EVERYONE)])
def test_a_decision_is_plain_values_and_comes_back(cut_off: float, flags: str) -> None:
    made = decision(cut_off)
    again = Decision.from_json({**made.to_json(), "of a later version": 1})
    assert again == made and again.flags == flags and again.threshold == cut_off
    assert "matrix" not in made.to_json()
    several_ = Decision("kind", ("a", "b"), matrix=((0.0, 1.0), (2.0, 0.0)))
    assert Decision.from_json(several_.to_json()) == several_


def test_it_calls_stored_predictions_as_it_was_counted() -> None:
    held, problem = predicted(500), binary(500)
    weighing = Weighing(held, problem)
    found = judge(weighing, Costs(5, 1), 0.2)
    called = decision(found.cut_off).called(held.predictions, problem)
    assert called is not None and called.sum() == weighing.counts(found.cut_off).flagged
    assert decision(0.5, SCORE).called(held.predictions, problem) is None, "it has probabilities"
    assert Decision("other", ("no", "yes"), "yes").called(held.predictions, problem) is None
    held, problem = several()
    matrix = ((0.0, 1.0, 1.0), (9.0, 0.0, 1.0), (1.0, 1.0, 0.0))
    called = Decision("kind", ("a", "b", "c"), matrix=matrix).called(held.predictions, problem)
    assert called.tolist() == cheapest(held.predictions.probabilities, np.array(matrix)).tolist()


def test_the_model_that_is_taken_out_answers_as_was_decided() -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC
    from skops.io import dumps, loads

    from core.decisions.carried import TRUSTED, carried

    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3))
    y = (X[:, 0] + rng.normal(size=200) > 0.8).astype(int)
    sure = (model := LogisticRegression().fit(X, y)).predict_proba(X)
    taken = carried(model, decision(0.2))
    assert taken.predict(X).tolist() == (sure[:, 1] >= 0.2).astype(int).tolist()
    assert carried(model, decision(0.9, positive="no")).predict(X).tolist() == (sure[:, 0] < 0.9).astype(int).tolist()
    assert (
        not carried(model, decision(math.inf)).predict(X).any() and carried(model, decision(-math.inf)).predict(X).all()
    )
    margin = (machine := LinearSVC().fit(X, y)).decision_function(X)
    assert carried(machine, decision(0.4, SCORE)).predict(X).tolist() == (margin >= 0.4).astype(int).tolist()
    assert loads(dumps(taken), trusted=TRUSTED).predict(X).tolist() == taken.predict(X).tolist()
    priced = carried(model, Decision("default", ("no", "yes"), matrix=((0.0, 1.0), (4.0, 0.0))))
    assert priced.predict(X).tolist() == (sure[:, 1] >= 0.2).astype(int).tolist()
    assert loads(dumps(priced), trusted=TRUSTED).predict(X).tolist() == priced.predict(X).tolist()
    with pytest.raises(ValueError, match="knows"):
        carried(model, Decision("kind", ("a", "b", "c"), matrix=((0.0,) * 3,) * 3))


def test_the_store_keeps_it_by_run_and_model_until_the_run_is_deleted(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.decisions("a1") == {}
    store.put_decision("a1", "ridge:one two", {"cut_off": 0.3})
    store.put_decision("a1", "", {"costs": 1})
    store.put_decision("a12", "ridge", {"cut_off": 0.5})
    store.put_decision("a1", "ridge:one two", {"cut_off": 0.4})
    assert Store(tmp_path).decisions("a1") == {"ridge:one two": {"cut_off": 0.4}, "": {"costs": 1}}
    store.drop_decision("a1", "")
    assert store.decisions("a1") == {"ridge:one two": {"cut_off": 0.4}} and store.decisions("a12")
