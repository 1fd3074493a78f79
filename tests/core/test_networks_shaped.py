"""The estimators for images and for series: scikit-learn's examination, quality, chance, files, and bad input."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.base import clone, is_classifier
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.utils.estimator_checks import parametrize_with_checks

from core import networks
from core.networks import (
    ConvolutionalClassifier,
    ConvolutionalRegressor,
    FeedForwardClassifier,
    RecurrentClassifier,
    RecurrentRegressor,
    SequenceConvolutionClassifier,
    SequenceConvolutionRegressor,
    load,
    save,
)
from core.networks.augmentation import changed
from core.networks.choices import AUGMENTATIONS, CELLS
from core.networks.convolution import Convolution
from core.networks.lessons import learn, pays
from core.networks.recurrence import Memory
from core.networks.steps import known_steps, mean_of_known
from tests.core.examined import examine
from tests.core.test_networks import MINIBATCHES, one_thread  # noqa: F401 - a fixture for every test here

NAMES = [
    *("ConvolutionalClassifier", "ConvolutionalRegressor", "RecurrentClassifier", "RecurrentRegressor"),
    *("SequenceConvolutionClassifier", "SequenceConvolutionRegressor"),
]
CLASSES = [getattr(networks, name) for name in NAMES]
SMALL = dict(zip(CLASSES, [{"filters": (4, 8)}] * 2 + [{"units": 6}] * 2 + [{"filters": (6, 6)}] * 2, strict=True))
each_class = pytest.mark.parametrize("kind", CLASSES, ids=NAMES)


def small(kind, **settings):
    """A small network that is quick to train."""
    return kind(**SMALL[kind] | {"max_epochs": 3, "device": "cpu", "random_state": 0} | settings)


def rows(kind, count: int = 60, columns: int = 12, seed: int = 0):
    """Rows and a target that the kind can learn."""
    X = np.random.default_rng(seed).normal(size=(count, columns))
    target = X[:, : columns // 2 or 1].sum(1)
    return X, (np.where(target > 0, "up", "down") if issubclass(kind, networks.base.NetworkClassifier) else target)


def said(network, X):
    return network.predict_proba(X) if is_classifier(network) else network.predict(X)


LARGE = {"batch_size": 64, "device": "cpu"}  # a few batches to an epoch: it is quicker
EXPECTED = {"check_sample_weight_equivalence_on_dense_data": MINIBATCHES}


@parametrize_with_checks(
    [
        ConvolutionalClassifier(filters=(4, 8), max_epochs=8, learning_rate=0.02, **LARGE),
        ConvolutionalRegressor(filters=(8, 16), max_epochs=20, learning_rate=0.02, **LARGE),
        RecurrentClassifier(units=6, max_epochs=10, learning_rate=0.03, **LARGE),
        SequenceConvolutionClassifier(filters=(8, 8), max_epochs=12, learning_rate=0.03, **LARGE),
    ],
    expected_failed_checks=lambda estimator: EXPECTED,
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")  # array API needs an environment variable
def test_scikit_learns_examination(estimator, check):
    examine(estimator, check)


@pytest.mark.slow  # it asks of regressors that they fit 200 rows, which takes these their epochs
@parametrize_with_checks(
    [RecurrentRegressor(device="cpu"), SequenceConvolutionRegressor(device="cpu")],
    expected_failed_checks=lambda estimator: EXPECTED,
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_scikit_learns_examination_of_the_slower_ones(estimator, check):
    examine(estimator, check)


# Quality -------------------------------------------------------------------------------------------------------------


def test_convolution_reads_digits_better_than_a_feed_forward_network():
    X, new, y, truth = train_test_split(*load_digits(return_X_y=True), test_size=0.3, random_state=0)
    convolutional = ConvolutionalClassifier(device="cpu", random_state=0).fit(X, y).score(new, truth)
    plain = FeedForwardClassifier(device="cpu", random_state=0).fit(X, y).score(new, truth)
    assert convolutional >= 0.985 and convolutional > plain


def bumps(count: int, steps: int, seed: int):
    """Series of noise with a rise and a fall somewhere: which of them comes first is the class."""
    random = np.random.default_rng(seed)
    X, y = random.normal(0, 0.3, size=(count, steps)), random.integers(0, 2, count)
    for row, first in zip(X, y, strict=True):
        start = random.integers(0, steps - 10)
        row[start : start + 5] += 2 if first else -2
        row[start + 5 : start + 10] -= 2 if first else -2
    return X, y


@pytest.mark.parametrize(
    "network",
    [
        *(RecurrentClassifier(units=16, max_epochs=15, window=1, cell=cell) for cell in CELLS),
        RecurrentClassifier(units=8, max_epochs=20, window=1, bidirectional=False, layers=2),
        SequenceConvolutionClassifier(filters=(16, 16), max_epochs=20),
    ],
    ids=[*CELLS, "two layers one way", "convolution"],
)
def test_the_order_of_steps_is_learned_wherever_it_stands(network):
    network = network.set_params(device="cpu", random_state=0, learning_rate=0.01).fit(*bumps(200, 24, 0))
    assert network.score(*bumps(200, 24, 1)) >= 0.9


@pytest.mark.parametrize("kind", [RecurrentRegressor, SequenceConvolutionRegressor])
def test_a_number_is_read_from_a_series(kind):
    random = np.random.default_rng(0)
    pace = random.uniform(0.2, 1.0, 300)
    X = np.sin(pace[:, None] * np.arange(24) + random.uniform(0, 6, 300)[:, None])
    network = small(kind, max_epochs=25, learning_rate=0.01).fit(X[:200], pace[:200])
    assert network.score(X[200:], pace[200:]) >= 0.8


# Chance --------------------------------------------------------------------------------------------------------------


@each_class
def test_the_seed_decides_all_and_the_global_generator_is_left_alone(kind):
    X, y = rows(kind)
    network = small(kind, dropout=0.3)
    torch.manual_seed(1)
    before, numpy_before = torch.get_rng_state(), np.random.get_state()[1].copy()
    first = said(network.fit(X, y), X)
    assert torch.equal(torch.get_rng_state(), before) and np.array_equal(np.random.get_state()[1], numpy_before)
    torch.manual_seed(2)
    np.testing.assert_array_equal(said(clone(network).fit(X, y), X), first)
    assert not np.array_equal(said(clone(network).set_params(random_state=8).fit(X, y), X), first)


@each_class
def test_a_prediction_draws_nothing_and_does_not_depend_on_its_neighbours(kind):
    X, y = rows(kind)
    network = small(kind, dropout=0.5).fit(X, y)
    np.testing.assert_array_equal(said(network, X), said(network, X))
    np.testing.assert_allclose(said(network, X[7:8]), said(network, X)[7:8], rtol=1e-12)


def test_augmentation_changes_images_by_the_given_generator_alone():
    images = torch.rand(50, 1, 12, 12)
    for name, how in AUGMENTATIONS.items():
        first, again = (changed(images, how, torch.Generator().manual_seed(3)) for _ in range(2))
        assert torch.equal(first, again)
        assert torch.equal(first, images) == (name == "none")
        assert first.shape == images.shape and first.min() >= images.min() and first.max() <= images.max()


def test_a_shift_moves_each_image_by_no_more_than_it_says():
    images = torch.zeros(200, 1, 21, 21)
    images[:, :, 10, 10] = 1.0
    moved = changed(images, AUGMENTATIONS["shift"], torch.Generator().manual_seed(0))
    share = moved / moved.sum((2, 3), keepdim=True)
    down = (share.sum(3) * torch.arange(21.0)).sum(2) - 10
    right = (share.sum(2) * torch.arange(21.0)).sum(2) - 10
    for way in (down, right):
        assert 1 < way.abs().max() <= 0.07 * 21 + 0.51 and abs(way.mean()) < 0.3


# Modules -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kernel", [(1,), (2,), (5,), (3, 3), (4, 1)])
def test_a_convolution_keeps_the_places_and_starts_at_the_size_it_is_given(kernel):
    layer = Convolution(3, 40, kernel, gain=1.0)
    layer.start(0, torch.Generator().manual_seed(0))
    x = torch.randn(200, 3, *[9] * len(kernel), generator=torch.Generator().manual_seed(1))
    seen = layer(x)
    assert seen.shape == (200, 40, *[9] * len(kernel))
    middle = seen[(..., *[slice(2, 6)] * len(kernel))]
    assert middle.std().item() == pytest.approx(1.0, rel=0.15)


@pytest.mark.parametrize("cell", CELLS.values(), ids=lambda cell: cell.name)
def test_what_is_carried_on_keeps_its_length_at_first(cell):
    memory = Memory(cell, 3, 8, True)
    memory.start(0, torch.Generator().manual_seed(0))
    for gate in memory.reads.weight_hh_l0.split(8):
        torch.testing.assert_close(gate @ gate.T, torch.eye(8), atol=1e-5, rtol=0)
    assert memory.reads.bias_ih_l0[8:16].eq(1).all() == cell.forgets


def test_steps_behind_the_end_of_a_series_do_not_count():
    gap = float("nan")
    x = torch.tensor([[1.0, 2.0, 3.0, gap, 5.0, 6.0, gap, gap]])
    series, known = known_steps(x, channels=2)
    assert series.tolist() == [[[1, 2, 3, 0], [5, 6, 0, 0]]] and known.tolist() == [[[1, 1, 1, 0]]]
    assert mean_of_known(series, known).tolist() == [[2.0, pytest.approx(11 / 3)]]
    series, known = known_steps(x, channels=2, window=3)
    assert series.shape == (1, 6, 2) and known.tolist() == [[[1, 0]]]
    assert series[0, :, 0].tolist() == [1, 2, 3, 5, 6, 0], "a window of each series"


@pytest.mark.parametrize("kind", CLASSES[2:], ids=NAMES[2:])
def test_a_series_that_is_filled_up_is_told_from_one_that_goes_on(kind):
    X, y = rows(kind, columns=12)
    network = small(kind).fit(X, y)
    short = X.copy()
    short[:, 8:] = np.nan
    assert np.isfinite(np.asarray(said(network, short), float)).all()
    assert not np.allclose(said(network, short), said(network, np.nan_to_num(short, nan=X.mean())))


@pytest.mark.parametrize("kind", CLASSES[2:4], ids=NAMES[2:4])
def test_steep_gradients_are_cut(kind):
    X, y = rows(kind)
    free, held = (small(kind, clip_norm=clip).fit(X, y) for clip in (0.0, 0.01))
    assert max(point["gradient_norm"] for point in held.curve_) <= 0.0101
    assert max(point["gradient_norm"] for point in free.curve_) > 0.02


@each_class
def test_several_are_trained_one_by_one_with_the_same_result(kind):
    X, y = rows(kind)
    pair = [small(kind, random_state=seed) for seed in (0, 1)]
    lessons = [each.lesson(X, y) for each in pair]
    assert not pays(lessons[0], 2)
    learn(lessons, at_once=True)
    for network, lesson in zip(pair, lessons, strict=True):
        np.testing.assert_array_equal(said(network.learned(lesson), X), said(clone(network).fit(X, y), X))


@each_class
def test_a_file_gives_the_same_network_back(kind, tmp_path):
    X, y = rows(kind)
    network = small(kind, **({"image_shape": (3, 4)} if "image_shape" in SETTINGS[kind] else {"channels": 3})).fit(X, y)
    save(network, tmp_path / "network")
    again = load(tmp_path / "network")
    np.testing.assert_allclose(said(again, X), said(network, X), atol=1e-6)
    assert again.get_params() == network.get_params()


SETTINGS = {kind: kind().get_params() for kind in CLASSES}


# Bad input -----------------------------------------------------------------------------------------------------------


@each_class
@pytest.mark.parametrize("columns", [1, 2, 7])
def test_a_handful_of_columns_and_rows_is_learned(kind, columns):
    X, y = rows(kind, count=9, columns=columns)
    network = small(kind).fit(X, y)
    assert network.n_iter_ == 3 and np.isfinite(np.asarray(said(network, X), float)).all()
    assert any("too few for a validation part" in note for note in network.notes_)


@each_class
def test_columns_that_never_change_are_learned(kind):
    X, y = rows(kind)
    for still in (np.full_like(X, 3.0), np.where(np.arange(12) < 6, X, 1e9), np.where(np.arange(12) < 6, X, np.nan)):
        assert np.isfinite(np.asarray(said(small(kind).fit(still, y), still), float)).all()


@each_class
def test_infinite_values_are_refused(kind):
    X, y = rows(kind)
    X[3, 4] = np.inf
    with pytest.raises(ValueError, match="infinity"):
        small(kind).fit(X, y)


@pytest.mark.parametrize(
    ("network", "sentence"),
    [
        (ConvolutionalClassifier(image_shape=(3, 5)), "there are 12 columns, and 3 by 5 are 15"),
        (ConvolutionalClassifier(image_shape=(12,)), "Give height and width"),
        (ConvolutionalClassifier(image_shape="3x4"), "image_shape='3x4' does not fit: give whole numbers from 1"),
        (ConvolutionalClassifier(filters=()), r"filters=\(\) does not fit"),
        (ConvolutionalClassifier(augmentation="shifted"), "Did you mean 'shift'"),
        (ConvolutionalClassifier(kernel_size=0), "kernel_size=0 does not fit"),
        (RecurrentClassifier(channels=5), "12 columns cannot be 5 series of one length"),
        (SequenceConvolutionClassifier(channels=5), "12 columns cannot be 5 series of one length"),
        (RecurrentClassifier(cell="ltsm"), "Did you mean 'lstm'"),
        (RecurrentClassifier(clip_norm=-1), "clip_norm=-1 does not fit"),
        (SequenceConvolutionClassifier(channels=0), "channels=0 does not fit"),
    ],
)
def test_settings_that_do_not_fit_are_said(network, sentence):
    with pytest.raises(ValueError, match=sentence):
        network.fit(*rows(ConvolutionalClassifier))


def test_colours_stand_behind_each_pixel():
    X, y = rows(ConvolutionalClassifier, columns=24)
    network = small(ConvolutionalClassifier, image_shape=(2, 4, 3)).fit(X, y)
    assert network.image_shape_ == (2, 4, 3) and network.weights_["looks.0.weight"].shape[1] == 3
