"""A fitted network in an ONNX file predicts the same elsewhere."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.datasets import load_diabetes, load_iris

from core.networks import (
    ConvolutionalClassifier,
    FeedForwardClassifier,
    FeedForwardRegressor,
    LinearNetworkClassifier,
    RecurrentClassifier,
    RecurrentRegressor,
    ResidualNetworkRegressor,
    SequenceConvolutionRegressor,
    TabularNetworkClassifier,
    TabularNetworkRegressor,
    to_onnx,
)

runtime = pytest.importorskip("onnxruntime")


@pytest.mark.parametrize(
    "network",
    [
        FeedForwardClassifier((16,), max_epochs=5, random_state=0),
        FeedForwardRegressor((16, 8), batch_norm=True, max_epochs=5, random_state=0),
        LinearNetworkClassifier(),
        ResidualNetworkRegressor(16, n_blocks=1, max_epochs=5, random_state=0),
        ConvolutionalClassifier(filters=(4,), kernel_size=2, image_shape=(2, 2), max_epochs=2, random_state=0),
        RecurrentClassifier(units=4, max_epochs=2, random_state=0),
        pytest.param(RecurrentRegressor(units=4, cell="lstm", max_epochs=2, random_state=0), marks=pytest.mark.slow),
        SequenceConvolutionRegressor(filters=(4,), max_epochs=2, random_state=0),
    ],
    ids=lambda each: type(each).__name__,
)
def test_the_file_predicts_the_same(network: BaseEstimator, tmp_path):
    classifies = hasattr(network, "predict_proba")
    X, y = (load_iris if classifies else load_diabetes)(return_X_y=True)
    to_onnx(network.fit(X, y), tmp_path / "network.onnx")
    session = runtime.InferenceSession(str(tmp_path / "network.onnx"))
    (output,) = session.get_outputs()
    assert output.name == ("probabilities" if classifies else "number")
    said = network.predict_proba(X) if classifies else network.predict(X)
    for rows in (1, 7, len(X)):
        np.testing.assert_allclose(session.run(None, {"X": X[:rows]})[0], said[:rows], rtol=1e-6, atol=1e-6)


def rows_of_all_kinds(count=60):
    """Numbers with gaps, one that never changes, few and many values of a category, dates."""
    draw = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "size": draw.normal(50, 20, count),
            "flag": draw.integers(0, 2, count),
            "same": 1.0,
            "colour": draw.choice(["red", "green", None], count),
            "city": [f"city {number}" for number in draw.integers(0, 20, count)],
            "when": pd.Timestamp("2024-02-27") + pd.to_timedelta(draw.integers(0, 900, count), "D"),
        }
    )
    frame.loc[::7, "size"] = np.nan
    return frame


COLUMNS = (slice(None), ["colour", "city"], ["size"])


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        *((TabularNetworkClassifier, columns) for columns in COLUMNS),
        (TabularNetworkRegressor, COLUMNS[0]),
        *(pytest.param(TabularNetworkRegressor, columns, marks=pytest.mark.slow) for columns in COLUMNS[1:]),
    ],
    ids=lambda each: getattr(each, "__name__", str(each)),
)
def test_the_default_network_takes_its_columns_along(kind, columns, tmp_path):
    frame = rows_of_all_kinds()
    known = frame.loc[:39, columns]  # some cities are unknown then
    network = kind("quick", members=2, max_epochs=2, random_state=0).fit(known, np.arange(40) % 2)
    to_onnx(network, tmp_path / "network.onnx")
    session = runtime.InferenceSession(str(tmp_path / "network.onnx"))
    asked = frame.loc[:, columns]
    said = network.predict_proba(asked) if kind is TabularNetworkClassifier else network.predict(asked)
    assert np.ptp(said) > 0
    for rows in (1, len(frame)):
        found = session.run(None, {"X": network.numbers(asked[:rows])})[0]
        np.testing.assert_allclose(found, said[:rows], rtol=1e-6, atol=1e-6)


def test_without_the_extra_it_says_what_to_install(tmp_path, monkeypatch):
    X, y = load_iris(return_X_y=True)
    network = LinearNetworkClassifier().fit(X, y)
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    with pytest.raises(ImportError, match=r"pip install 'bakeoff\[onnx\]'"):
        to_onnx(network, tmp_path / "network.onnx")
