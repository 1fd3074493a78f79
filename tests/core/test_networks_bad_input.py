"""What data may do to a network: it is handled, or a sentence says why not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.data import table_of_frame
from core.models import MODELS
from core.networks import (
    Autoencoder,
    FeedForwardClassifier,
    FeedForwardRegressor,
    LinearNetworkClassifier,
    LinearNetworkRegressor,
    ResidualNetworkClassifier,
    ResidualNetworkRegressor,
)
from core.records import FitState, ModelSpec, Task
from core.run import compare

QUICK = {"max_epochs": 3, "device": "cpu", "random_state": 0}
CLASSIFIERS = [
    FeedForwardClassifier((8,), batch_norm=True, **QUICK),
    FeedForwardClassifier((8,), optimizer="lbfgs", **QUICK),
    ResidualNetworkClassifier(8, **QUICK),
    LinearNetworkClassifier(**QUICK),
]
REGRESSORS = [
    FeedForwardRegressor((8,), batch_norm=True, **QUICK),
    FeedForwardRegressor((8,), loss="huber", **QUICK),
    ResidualNetworkRegressor(8, **QUICK),
    LinearNetworkRegressor(**QUICK),
]
both = pytest.mark.parametrize("network", [*CLASSIFIERS, *REGRESSORS], ids=lambda each: type(each).__name__)


def fitted(network, X, y=None):
    """The network fitted on rows and, where it needs them, made-up targets; its predictions are all finite."""
    if y is None:
        y = np.arange(len(X)) % 2 if hasattr(network, "predict_proba") else np.arange(len(X)) * 1.0
    network.fit(X, y)
    predicted = network.predict_proba(X) if hasattr(network, "predict_proba") else network.predict(X)
    assert np.isfinite(predicted).all()
    return network


def numbers(rows, columns=3):
    return np.random.default_rng(0).normal(size=(rows, columns))


@both
@pytest.mark.parametrize("rows", [1, 2, 9, 11])
def test_fewer_rows_than_a_batch(network, rows):
    fitted(network, numbers(rows))


@both
def test_a_last_batch_of_one_row(network):
    if "batch_size" in network.get_params():
        fitted(type(network)(**network.get_params() | {"batch_size": 1, "early_stopping": False}), numbers(5))


@both
def test_columns_that_are_the_same_everywhere(network):
    fitted(network, np.column_stack([np.full(40, 7.0), np.full(40, 1e12), numbers(40, 1)]))
    fitted(network, np.zeros((40, 2)))


@both
def test_ten_thousand_columns(network):
    fitted(network, numbers(30, 10_000))


@pytest.mark.parametrize("network", CLASSIFIERS, ids=lambda each: type(each).__name__)
def test_a_class_that_the_validation_part_lacks(network):
    y = np.zeros(60, dtype=int)
    y[0] = 1  # it stays in practice
    assert len(fitted(network, numbers(60), y).classes_) == 2
    assert fitted(network, numbers(60), np.zeros(60)).predict(numbers(3)).tolist() == [0, 0, 0]


@pytest.mark.parametrize("network", REGRESSORS, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("size", [1e9, 1e-9])
def test_targets_of_any_size(network, size):
    X = numbers(200)
    y = size * (X[:, 0] + 100)
    assert fitted(type(network)(**network.get_params() | {"max_epochs": 200}), X, y).score(X, y) > 0.8


@both
def test_gaps_are_refused_with_a_sentence(network):
    X = numbers(40)
    X[3] = np.nan
    with pytest.raises(ValueError, match="contains NaN"):
        fitted(network, X)
    X[3] = np.inf
    with pytest.raises(ValueError, match="infinity or a value too large"):
        fitted(network, X)


def test_an_autoencoder_of_a_single_column():
    assert Autoencoder(2, **QUICK).fit(numbers(40, 1)).transform(numbers(3, 1)).shape == (3, 2)


def hostile() -> pd.DataFrame:
    """Gaps, a row without anything, words, dates, a column of one value, and as many categories as rows."""
    rows, draw = 120, np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "amount": draw.normal(size=rows) * 1e9,
            "kind": draw.choice(["a", "b", "c"], rows),
            "code": [f"k{number}" for number in range(rows)],
            "day": pd.date_range("2026-01-01", periods=rows).astype(str),
            "same": "x",
            "text": [f"some words about thing {number} and its neighbour" for number in range(rows)],
            "wanted": np.where(draw.normal(size=rows) > 0, "yes", "no"),
            "price": draw.normal(size=rows) * 1e9 + 1e9,
        }
    )
    frame.loc[5, ["amount", "kind", "code", "day", "same", "text"]] = None
    frame.loc[::7, "amount"] = None
    return frame


NETWORKS = [entry for entry in MODELS.values() if entry.family == "Networks"]


@pytest.mark.parametrize("entry", NETWORKS, ids=lambda each: each.name)
@pytest.mark.parametrize("target", ["wanted", "price"])
def test_a_table_of_everything(entry, target):
    settings = {entry.cost.rounds.setting: 2} if entry.cost.rounds is not None else {}
    model = ModelSpec(entry.name, "", settings)
    result = compare(table_of_frame(hostile(), "hostile"), target=target, models=[model], split="holdout")
    task = Task.CLASSIFICATION if target == "wanted" else Task.REGRESSION
    found = result.model(model.id)
    if task not in entry.build or found.state == FitState.SKIPPED:
        assert found.reason.endswith(".")
    else:
        assert found.state == FitState.DONE, found.reason
