"""Published worked examples, to their printed digits."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_moons
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
from sklearn.svm import SVC

from core.comparison import compare_many, compare_pair

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "statistics"
KERNELS = {
    "rbf": SVC(kernel="rbf", random_state=0),
    "linear": SVC(kernel="linear", random_state=0),
    "3_poly": SVC(kernel="poly", degree=3, random_state=0),
    "2_poly": SVC(kernel="poly", degree=2, random_state=0),
}


# scikit-learn, "Statistical comparison of models using grid search": ten times ten folds


@pytest.fixture(scope="module")
def kernels() -> dict[str, np.ndarray]:
    X, y = make_moons(noise=0.352, random_state=1, n_samples=100)
    folds = RepeatedStratifiedKFold(n_splits=10, n_repeats=10, random_state=0)
    return {name: cross_val_score(model, X, y, scoring="roc_auc", cv=folds) for name, model in KERNELS.items()}


def test_two_kernels_as_scikit_learn_compares_them(kernels: dict[str, np.ndarray]) -> None:
    pair = compare_pair(kernels["rbf"], kernels["linear"], test_fraction=0.1)
    assert (f"{pair.t:.3f}", f"{pair.p_value / 2:.3f}") == ("0.750", "0.227")
    plain = compare_pair(kernels["rbf"], kernels["linear"], test_fraction=1e-12)
    assert (f"{plain.t:.3f}", f"{plain.p_value / 2:.3f}") == ("2.611", "0.005")
    believed = compare_pair(kernels["rbf"], kernels["linear"], test_fraction=0.1, rope=0)
    assert (f"{believed.p_a_better:.3f}", f"{believed.p_b_better:.3f}") == ("0.773", "0.227")
    assert f"{pair.p_equal:.3f}" == "0.432"
    spans = {0.5: "0.000977 0.019023", 0.75: "-0.005422 0.025422", 0.95: "-0.016445 0.036445"}
    for level, span in spans.items():
        found = compare_pair(kernels["rbf"], kernels["linear"], test_fraction=0.1, level=level)
        assert f"{found.low:.6f} {found.high:.6f}" == span


def test_every_pair_of_kernels_as_scikit_learn_compares_them(kernels: dict[str, np.ndarray]) -> None:
    printed = [
        "rbf linear 0.750 1.000 0.068 0.500 0.432",
        "rbf 3_poly 1.657 0.302 0.018 0.882 0.100",
        "rbf 2_poly 4.565 0.000 0.000 1.000 0.000",
        "linear 3_poly 1.111 0.807 0.063 0.750 0.187",
        "linear 2_poly 4.276 0.000 0.000 1.000 0.000",
        "3_poly 2_poly 3.851 0.001 0.000 1.000 0.000",
    ]
    found = []
    for a, b in itertools.combinations(KERNELS, 2):
        pair = compare_pair(kernels[a], kernels[b], test_fraction=0.1)
        numbers = pair.t, min(1.0, 6 * pair.p_value / 2), pair.p_b_better, pair.p_a_better, pair.p_equal
        found.append(" ".join([a, b, *(f"{each:.3f}" for each in numbers)]))
    assert found == printed


# Demšar (2006), table 6: C4.5 with and without tuning of two of its settings, on 14 data sets


@pytest.fixture
def table6() -> pd.DataFrame:
    file = SHARED / "demsar2006_table6_ranks.csv"
    if not file.exists():
        pytest.skip(f"{file.name} is not there")
    return pd.read_csv(file, index_col=0)


def test_table_6_of_demsar(table6: pd.DataFrame) -> None:
    found = compare_many(table6, greater_is_better=False, control="C4.5")
    ranks = {name: f"{rank:.3f}" for name, rank in found.ranks.items()}
    assert ranks == {"C4.5": "3.143", "C4.5+m": "2.000", "C4.5+cf": "2.893", "C4.5+m+cf": "1.964"}
    assert next(iter(ranks)) == "C4.5+m+cf" and (found.data_sets, found.left_out) == (14, 0)
    assert (f"{found.friedman:.2f}", f"{found.iman_davenport:.2f}") == ("9.28", "3.69")
    assert found.iman_davenport_p < 0.05, "the critical value of F(3, 39) is 2.85"
    assert f"{found.critical_difference:.2f}" == "1.25"
    assert len(found.groups) == 1 and len(found.groups[0]) == 4, "no difference reaches 1.25"
    unadjusted = {name: f"{p:.3f}" for name, p in found.holm.items()}
    assert unadjusted == {"C4.5+m+cf": "0.047", "C4.5+m": "0.047", "C4.5+cf": "0.608"}, "3 × 0.016, then 2 × 0.019"


def test_table_6_at_the_level_at_which_the_paper_separates(table6: pd.DataFrame) -> None:
    found = compare_many(table6, greater_is_better=False, level=0.9)
    assert f"{found.critical_difference:.2f}" == "1.12"
    assert found.groups == (("C4.5+m+cf", "C4.5+m", "C4.5+cf"), ("C4.5+cf", "C4.5"))
