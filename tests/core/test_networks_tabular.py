"""The default network: scikit-learn's examination, any kind of column, quality, files, and what is told of it."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
import skops.io
import torch
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from core.models import TRUSTED
from core.networks import FeedForwardClassifier, TabularNetworkClassifier, TabularNetworkRegressor, load, save
from core.networks.encoding import MOST_VALUES, Encoding
from core.networks.inputs import validation_parts
from core.networks.packed import Reading
from core.progress import Step, listening
from tests.core.examined import examine
from tests.core.test_networks import MINIBATCHES
from tests.pace import in_time

BRIEF = {"max_epochs": 3, "members": 2, "width": 16, "device": "cpu", "random_state": 0}
KINDS = pytest.mark.parametrize("kind", [TabularNetworkClassifier, TabularNetworkRegressor])
WEIGHTED = {
    "check_sample_weight_equivalence_on_dense_data": MINIBATCHES,
    "check_sample_weights_invariance": MINIBATCHES,
}


@pytest.fixture(autouse=True)
def one_thread():
    """Small networks are quickest on one thread, and so is whatever runs beside them."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def mixed(rows=600, seed=0):
    """A frame of numbers, categories, yes and no, dates and gaps, whose parts decide together."""
    draw = np.random.default_rng(seed)
    number, color = draw.normal(size=rows), draw.choice(list("abc"), rows)
    city, days = draw.integers(0, 20, rows), draw.integers(0, 1_000, rows)
    frame = pd.DataFrame(
        {
            "number": np.where(draw.random(rows) < 0.1, np.nan, number),
            "color": pd.Series(color, dtype=object).where(draw.random(rows) > 0.1),
            "city": pd.Categorical([f"city {each:02}" for each in city]),
            "insured": draw.random(rows) < 0.5,
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(days, unit="D"),
        }
    )
    direction = np.where(color == "a", 1, -1) * np.where(frame["insured"], 1, -1)
    target = np.where(frame["number"].isna(), 1.0, number) * direction + (city % 2) + days / 1_000
    return frame, target, np.where(target > np.median(target), "high", "low")


def target_of(kind, target, labels):
    return labels if kind is TabularNetworkClassifier else target


def said(network, X):
    return network.predict_proba(X) if hasattr(network, "predict_proba") else network.predict(X)


@parametrize_with_checks(
    [
        TabularNetworkClassifier("quick", width=8, copies=2, max_epochs=12, learning_rate=0.03, random_state=0),
        TabularNetworkRegressor("quick", width=8, copies=2, max_epochs=15, learning_rate=0.03, random_state=0),
    ],
    expected_failed_checks=lambda estimator: WEIGHTED,
)
def test_scikit_learns_examination(estimator, check):
    examine(estimator, check)


# ---- columns ---------------------------------------------------------------------------------------------------------


@KINDS
def test_a_frame_as_it_is(kind):
    frame, target, labels = mixed(900)
    y = target_of(kind, target, labels)
    network = kind("quick", max_epochs=30, random_state=0).fit(frame[:700], y[:700])
    assert network.text_columns_ == [1, 2, 3]
    assert network.score(frame[700:], y[700:]) > 0.8


@KINDS
def test_a_frame_is_the_same_as_its_codes(kind):
    frame, target, labels = mixed(200)
    frame = frame.drop(columns="since")
    y = target_of(kind, target, labels)
    codes = frame.copy()
    for name in ("color", "city", "insured"):
        found, _ = pd.factorize(frame[name].astype(str).where(frame[name].notna()), sort=True)
        codes[name] = np.where(found < 0, np.nan, found)
    one = kind(**BRIEF).fit(frame, y)
    other = kind(**BRIEF, categorical_features=[1, 2, 3]).fit(codes.to_numpy(dtype=float), y)
    named = kind(**BRIEF, categorical_features=["color", "city", "insured"]).fit(codes, y)
    np.testing.assert_array_equal(said(one, frame), said(other, codes.to_numpy(dtype=float)))
    np.testing.assert_array_equal(said(one, frame), said(named, codes))


@KINDS
def test_values_that_were_never_seen_are_no_trouble(kind):
    frame, target, labels = mixed(200)
    network = kind(**BRIEF).fit(frame, target_of(kind, target, labels))
    new = frame[:4].copy()
    new["color"], new["city"] = ["zebra", None, "zebra", None], pd.Categorical(["Oslo"] * 4)
    new["number"] = [1e300, -1e300, np.nan, 0.0]
    answers = said(network, new)
    assert np.isfinite(answers).all()
    new["color"] = [None, "zebra", None, "zebra"]  # nothing is known of either
    np.testing.assert_array_equal(said(network, new), answers)
    nothing = frame[:2].copy().astype(object)
    nothing[:] = None
    assert np.isfinite(said(network, nothing)).all()


def test_rows_and_columns_without_a_single_value():
    X = np.random.default_rng(0).normal(size=(60, 4))
    y = X[:, 0] > 0
    X[:, 2], X[10:20], X[:, 3] = np.nan, np.nan, 7.0
    network = TabularNetworkClassifier(**BRIEF).fit(X, y)
    assert np.isfinite(network.predict_proba(X)).all()
    other = X.copy()
    other[:, 2], other[:, 3] = 5.0, -4.0  # columns that said nothing have nothing to say
    np.testing.assert_array_equal(network.predict_proba(other), network.predict_proba(X))


def test_columns_that_are_not_there_are_refused():
    for wrong in (["height"], [3]):
        with pytest.raises(ValueError, match="and there is no such column"):
            TabularNetworkClassifier(**BRIEF, categorical_features=wrong).fit([[0.0], [1.0]], [0, 1])


def test_numbers_are_scaled_and_placed_between_the_edges_of_bins():
    draw = np.random.default_rng(0)
    X = np.column_stack(
        [
            draw.normal(50, 10, 2_000),
            np.where(draw.random(2_000) < 0.9, 0, draw.lognormal(3, 1, 2_000)),  # mostly one value
            draw.integers(0, 2, 2_000),
            draw.choice([1.0, 2, 3, np.nan], 2_000),
        ]
    )
    encoding = Encoding.learn(X, [])
    (numbers, places), told = np.split(encoding.encode(X)[:, :6], 2, axis=1), encoding.encode(X)[:, 6:]
    assert encoding.bent.tolist() == [0, 1, 3] and encoding.gappy.tolist() == [3]
    assert np.abs(numbers).max() < 3 and np.median(numbers[:, 0]) == pytest.approx(0, abs=1e-12)
    for column in range(3):
        order = np.argsort(X[:, [0, 1, 3]][:, column])[:1_000]
        assert (np.diff(places[order, column]) >= 0).all()
    counts = np.bincount(places[:, 0].astype(int))
    assert len(counts) == 11 and counts[:-1].min() > 150, "bins of as many rows"
    assert len(np.unique(places[:, 1].astype(int))) > 8, "a frequent value should not swallow the bins"
    assert set(np.unique(places[:, 2])) == {0, 1, 2}
    np.testing.assert_array_equal(told[:, 1], np.isnan(X[:, 3]))


def test_a_number_rises_through_its_bins_one_after_the_other():
    reading = Reading(1, 0, (), bins=3, depth=1, members=None)
    reading.scale.data.fill_(1)
    reading.pieces.data.copy_(torch.tensor([1.0, 10, 100]).view(1, 3, 1))
    found = reading(torch.tensor([[0.0, -1], [0, 0.5], [0, 1.25], [0, 3], [0, 9]]))[:, 1]
    assert found.tolist() == [0, 0.5, 3.5, 111, 111]


# ---- tables of odd sizes ---------------------------------------------------------------------------------------------


def test_ten_thousand_columns():
    X = np.random.default_rng(0).normal(size=(50, 10_000))
    began = time.process_time()
    network = TabularNetworkClassifier("quick", max_epochs=5, random_state=0).fit(X, X[:, 0] > 0)
    assert np.isfinite(network.predict_proba(X)).all() and len(network.bent_) == 0
    assert in_time(time.process_time() - began, 60)


def test_a_hundred_thousand_categories():
    draw = np.random.default_rng(0)
    values = np.concatenate([draw.permutation(100_000), np.arange(5).repeat(200)])
    frame = pd.DataFrame({"id": values.astype(str), "number": draw.normal(size=len(values))})
    network = TabularNetworkRegressor("quick", max_epochs=1, width=8, copies=1, random_state=0)
    network.fit(frame, frame["number"] + (values < 5))
    assert network.notes_ == [f"Of a category with more than {MOST_VALUES:,} values the rarest count as unknown."]
    assert {"0", "1", "2", "3", "4"} <= {network.text_values_[0][int(value)] for value in network.values_}
    assert np.isfinite(network.predict(frame[:100])).all()


def test_a_target_of_a_billion():
    X = np.random.default_rng(0).normal(size=(400, 3))
    y = 1e9 + 1e3 * X[:, 0]
    network = TabularNetworkRegressor("quick", max_epochs=30, random_state=0).fit(X, y)
    assert network.score(X, y) > 0.9
    assert y.min() <= network.predict(X * 100).min() and network.predict(X * 100).max() <= y.max()


@KINDS
@pytest.mark.parametrize("rows", [1, 2, 9, 12])
def test_a_handful_of_rows(kind, rows):
    X = np.arange(2.0 * rows).reshape(rows, 2)
    network = kind(**BRIEF).fit(X, np.arange(rows) % 3)
    assert np.isfinite(said(network, X)).all()
    assert any("too few for a validation part" in note for note in network.notes_) == (rows < 12)


def test_validation_parts_are_disjoint_and_spread():
    codes = np.repeat([0, 1, 2], [60, 39, 2])
    parts = validation_parts(codes, 4, 0.2, np.random.RandomState(0))
    assert np.sum(parts, axis=0).max() == 1
    assert {part.sum() for part in parts} == {(len(codes) - 3) // 5}
    for part in parts:
        assert [int((part & (codes == code)).sum()) for code in range(2)] == pytest.approx([12, 8], abs=1)
    many = validation_parts(np.arange(20.0), 8, 0.2, np.random.RandomState(0))
    assert np.sum(many, axis=0).max() == 1 and {part.sum() for part in many} == {2}


def test_one_class_in_a_validation_part():
    X = np.random.default_rng(0).normal(size=(40, 2))
    y = np.zeros(40, dtype=int)
    y[:2] = 1
    network = TabularNetworkClassifier(**BRIEF).fit(X, y)
    assert len(network.curve_) == 3 and np.isfinite(network.predict_proba(X)).all()


# ---- what it learns --------------------------------------------------------------------------------------------------


def test_it_learns_what_others_do_not():
    frame, _, labels = mixed(2_400)
    codes = frame.copy()
    for name in ("color", "city", "insured"):
        codes[name] = pd.factorize(frame[name].astype(str), sort=True)[0]
    codes["since"] = codes["since"].astype("int64")
    codes = codes.fillna(0.0)
    ours = TabularNetworkClassifier(members=2, max_epochs=30, random_state=0).fit(frame[:1_600], labels[:1_600])
    others = [FeedForwardClassifier(random_state=0), RandomForestClassifier(random_state=0)]
    best = max(each.fit(codes[:1_600], labels[:1_600]).score(codes[1_600:], labels[1_600:]) for each in others)
    assert ours.score(frame[1_600:], labels[1_600:]) > best


@KINDS
def test_the_seed_decides_all(kind):
    frame, target, labels = mixed(200)
    y = target_of(kind, target, labels)
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = said(kind(**BRIEF).fit(frame, y), frame)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(2)
    np.testing.assert_array_equal(said(kind(**BRIEF).fit(frame, y), frame), first)
    assert not np.array_equal(said(kind(**BRIEF | {"random_state": 1}).fit(frame, y), frame), first)


def test_balanced_classes_move_the_odds():
    X, draw = np.random.default_rng(0).normal(size=(400, 2)), np.random.default_rng(1)
    y = (X[:, 0] + draw.normal(size=400) > 1.8).astype(int)
    plain, balanced = (
        TabularNetworkClassifier("quick", class_weight=each, max_epochs=30, random_state=0)
        .fit(X, y)
        .predict_proba(X)[:, 1]
        .mean()
        for each in (None, "balanced")
    )
    assert plain == pytest.approx(y.mean(), abs=0.05) and balanced > 2 * plain


def test_rows_without_weight_take_no_part():
    frame, target, _ = mixed(200)
    weight = np.repeat([1.0, 0.0], 100)
    spoiled = np.where(weight > 0, target, 1e6)
    alone = TabularNetworkRegressor(**BRIEF).fit(frame[:100], target[:100], sample_weight=weight[:100])
    beside = TabularNetworkRegressor(**BRIEF).fit(frame[:100], spoiled[:100])
    both = TabularNetworkRegressor(**BRIEF).fit(frame, spoiled, sample_weight=weight)
    np.testing.assert_allclose(both.predict(frame), alone.predict(frame), rtol=1e-6)
    np.testing.assert_allclose(beside.predict(frame), alone.predict(frame), atol=1e-4)


@pytest.mark.parametrize(("preset", "rows", "members"), [("quick", 60, 1), ("default", 60, 4), ("thorough", 60, 4)])
def test_presets(preset, rows, members):
    X = np.random.default_rng(0).normal(size=(rows, 2))
    network = TabularNetworkClassifier(preset, max_epochs=1, random_state=0).fit(X, X[:, 0] > 0)
    assert {len(part) for part in network.weights_.values()} == {members} == {len(network.best_epochs_)}


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"preset": "quik"}, "No preset is called 'quik'. Did you mean 'quick'"),
        ({"members": 0}, "members=0 does not fit"),
        ({"copies": None}, "copies=None does not fit"),
        ({"width": 2.5}, "width=2.5 does not fit"),
        ({"dropout": 1}, "dropout=1 does not fit"),
        ({"device": "cudda"}, "No device is called 'cudda'"),
    ],
)
def test_settings_that_do_not_fit_are_refused_with_a_sentence(setting, sentence):
    with pytest.raises(ValueError, match=sentence):
        TabularNetworkClassifier(**setting).fit([[0.0], [1.0]], [0, 1])


# ---- kept and told ---------------------------------------------------------------------------------------------------


@KINDS
@pytest.mark.parametrize("members", [1, 2])
def test_a_file_gives_the_same_network_back(kind, members, tmp_path):
    frame, target, labels = mixed(200)
    network = kind(**BRIEF | {"members": members}).fit(frame, target_of(kind, target, labels))
    save(network, tmp_path / "network")
    again = load(tmp_path / "network")
    assert type(again) is kind and again.get_params() == network.get_params()
    np.testing.assert_allclose(said(again, frame), said(network, frame), atol=1e-6)
    stored = skops.io.loads(skops.io.dumps(network), trusted=TRUSTED)
    np.testing.assert_array_equal(said(stored, frame), said(network, frame))


def test_it_has_no_lesson_of_its_own():
    network = TabularNetworkClassifier(**BRIEF).fit([[0.0], [1.0]], [0, 1])
    with pytest.raises(NotImplementedError, match="consists of several"):
        network.lesson([[0.0], [1.0]], [0, 1])


@KINDS
def test_networks_at_once_are_those_one_by_one(kind, monkeypatch):
    frame, target, labels = mixed(203)
    y = target_of(kind, target, labels)
    monkeypatch.setattr("core.networks.base.NetworkEstimator._precision", torch.float64)
    once = kind(**BRIEF).fit(frame, y)
    monkeypatch.setattr("core.networks.lessons.MOST_CELLS", 0)
    single = kind(**BRIEF).fit(frame, y)
    np.testing.assert_allclose(said(single, frame), said(once, frame), atol=1e-8)
    assert single.best_epochs_ == once.best_epochs_


@pytest.mark.parametrize("members", [1, 3])
def test_an_epoch_is_told_once_with_the_mean_of_the_networks(members):
    frame, _, labels = mixed(200)
    heard: list[Step] = []
    with listening(heard.append):
        network = TabularNetworkClassifier(**BRIEF | {"members": members}).fit(frame, labels)
    assert [step.point for step in heard] == network.curve_
    assert [step.message for step in heard] == ["epoch 1 of 3", "epoch 2 of 3", "epoch 3 of 3"]
    assert [step.fraction for step in heard] == pytest.approx([1 / 3, 2 / 3, 1])
    assert network.n_iter_ == 3 and network.notes_ == network.marks_ == []
    assert network.best_epoch_ in network.best_epochs_


def test_it_stops_when_nobody_wants_more_and_keeps_the_best():
    frame, _, labels = mixed(200)
    settings = BRIEF | {"max_epochs": 50, "batch_size": 32}  # five batches per epoch
    asked = iter([True] * 13 + [False])
    with listening(lambda step: None, lambda: next(asked)):
        stopped = TabularNetworkClassifier(**settings).fit(frame, labels)
    assert stopped.n_iter_ == 2 and stopped.marks_ == ["stopped early"]
    assert stopped.notes_ == ["Training was stopped early in epoch 3 of 50; the best weights so far are kept."]
    assert np.isfinite(stopped.predict_proba(frame)).all()
    assert not hasattr(clone(stopped), "weights_")


def test_all_rows_at_once_or_one_by_one():
    frame, target, _ = mixed(700)
    network = TabularNetworkRegressor(**BRIEF).fit(frame, target)
    single = np.concatenate([network.predict(frame[place : place + 1]) for place in range(5)])
    np.testing.assert_allclose(single, network.predict(frame)[:5], rtol=1e-9)
