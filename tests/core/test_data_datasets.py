"""The catalogue of data sets and everything that a source may name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn.datasets
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from core.catalogue import UnknownName
from core.data import (
    DATASETS,
    Unreadable,
    catalogue_sources,
    default_split,
    folds,
    load_table,
    make_problem,
    samples,
)
from core.data.entry import Dataset
from core.records import ColumnKind, Roles, Task

NAMES = [
    *("iris", "wine", "breast_cancer", "digits", "diabetes", "linnerud"),
    *("moons", "circles", "spirals", "blobs", "xor", "curve", "loan_desk"),
    *("titanic", "adult", "california_housing", "boston_housing", "wine_quality", "german_credit", "bike_sharing"),
    *("mnist", "fashion_mnist"),
]
AT_HAND = [entry for entry in DATASETS.values() if not entry.files]
GENERATED = [entry for entry in DATASETS.values() if entry.generated]


def test_the_catalogue_has_the_promised_names_in_order() -> None:
    assert list(DATASETS) == NAMES


@pytest.mark.parametrize("entry", AT_HAND, ids=lambda entry: entry.name)
def test_every_data_set_makes_a_problem_of_its_task(entry: Dataset) -> None:
    table = load_table(entry.name)
    assert (table.name, table.title, table.target, table.notes) == (entry.name, entry.title, entry.target, ())
    problem = make_problem(table, Roles(table.target))
    rows = samples(table, problem)
    assert problem.task is entry.task and problem.rows == len(table.frame) == len(rows.X)
    assert problem.image_shape == entry.image_shape and dict(problem.left_out) == dict(entry.left_out)
    assert list(rows.X) == [column.name for column in problem.features]
    assert (rows.y.dtype == np.int64) is (entry.task is Task.CLASSIFICATION)
    assert len(folds(rows, problem, default_split(problem.task), 0)) == 5
    assert entry.about.endswith(".") and entry.generated is entry.about.startswith("Generated:")
    assert load_table(entry.name).fingerprint == table.fingerprint


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "digits", "diabetes"])
def test_classical_tables_equal_scikit_learns(name: str) -> None:
    bunch: Any = getattr(sklearn.datasets, f"load_{name}")(as_frame=True)
    table = load_table(name)
    rows = samples(table, make_problem(table, Roles(table.target)))
    np.testing.assert_array_equal(rows.y, bunch.target)
    assert list(rows.X) == list(bunch.feature_names)
    np.testing.assert_array_equal(rows.X.to_numpy(), bunch.data.to_numpy())


def test_classes_have_scikit_learns_order() -> None:
    assert list(load_table("breast_cancer").frame["diagnosis"].cat.categories) == ["malignant", "benign"]
    digits = make_problem(load_table("digits"), Roles("digit"))
    assert digits.classes == tuple(range(10)) and all(type(each) is int for each in digits.classes)
    assert all(column.kind is ColumnKind.IMAGE for column in digits.features) and len(digits.features) == 64


def test_an_image_without_some_of_its_pixels_is_no_image() -> None:
    problem = make_problem(load_table("digits"), Roles("digit", left_out={"pixel_0_0": ""}))
    assert problem.image_shape == () and problem.left_out == {"pixel_0_0": "left out by you"}


@pytest.mark.parametrize("entry", GENERATED, ids=lambda entry: entry.name)
def test_generated_tables_follow_their_settings(entry: Dataset) -> None:
    small = load_table(f"{entry.name}:rows=120,seed=3")
    assert len(small.frame) == 120 and small.name == f"{entry.name}:rows=120,seed=3"
    assert load_table(small.name).fingerprint == small.fingerprint
    other_seed = load_table(f"{entry.name}:rows=120,seed=4")
    assert other_seed.fingerprint != small.fingerprint
    assert {param.name for param in entry.params} >= {"rows", "seed"}
    if any(param.name == "noise" for param in entry.params):
        assert load_table(f"{entry.name}:rows=120,seed=3,noise=0.9").fingerprint != small.fingerprint
        noiseless = load_table(f"{entry.name}:noise=0")
        assert not noiseless.frame.isna().to_numpy().any()


def test_moons_are_scikit_learns() -> None:
    places, codes = sklearn.datasets.make_moons(n_samples=500, noise=0.3, random_state=7)
    table = load_table("moons:noise=0.3,rows=500,seed=7")
    rows = samples(table, make_problem(table, Roles("moon")))
    np.testing.assert_array_equal(rows.X.to_numpy(), places)
    np.testing.assert_array_equal(rows.y, codes)


def test_shapes_without_noise_are_what_they_say() -> None:
    spirals = load_table("spirals:noise=0").frame
    radius = np.hypot(spirals["horizontal"], spirals["vertical"])
    turn = np.arctan2(spirals["vertical"], spirals["horizontal"]) / np.pi + (spirals["spiral"] == "second")
    np.testing.assert_allclose((radius - turn + 1) % 2, 1, atol=1e-9)
    xor = load_table("xor:noise=0").frame
    assert ((xor["horizontal"] * xor["vertical"] > 0) == (xor["corner"] == "alike")).all()
    curve = load_table("curve:noise=0").frame
    np.testing.assert_allclose(curve["height"], np.sin(curve["position"]) * (0.5 + curve["position"] / 10))
    assert load_table("blobs:classes=7").frame["blob"].nunique() == 7


@pytest.mark.parametrize("seed", [0, 1])
def test_the_loan_desk_can_be_learned_but_not_perfectly(seed: int) -> None:
    table = load_table(f"loan_desk:seed={seed}")
    problem = make_problem(table, Roles("default"))
    assert problem.positive == "yes" and problem.counts == (1800, 200)
    found = {column.kind for column in problem.features}
    assert found == {ColumnKind.NUMBER, ColumnKind.COUNT, ColumnKind.CATEGORY}
    gaps = {column.name: column.missing for column in table.columns if column.missing}
    assert set(gaps) == {"income", "savings", "housing"}
    rows = samples(table, problem)
    X = pd.get_dummies(rows.X)
    model = make_pipeline(StandardScaler(), LogisticRegression())
    area = cross_val_score(model, X.fillna(X.median()), rows.y, scoring="roc_auc").mean()
    assert 0.75 < area < 0.87


@pytest.mark.parametrize(
    ("source", "error", "sentence"),
    [
        ("moons:nois=0.3", UnknownName, "No setting of 'moons' is called 'nois'. Did you mean 'noise'?"),
        ("moons:noise=7", Unreadable, "'noise' of 'moons' must be a number from 0.0 to 1.0, not 7."),
        ("moons:noise=much", Unreadable, "must be a number from 0.0 to 1.0, not much."),
        ("moons:rows=5", Unreadable, "'rows' of 'moons' must be a whole number from 20 to 100,000, not 5."),
        ("moons:rows=50.5", Unreadable, "must be a whole number"),
        ("moons:rows=True", Unreadable, "must be a whole number"),
        ("moons:noise", Unreadable, "has no value"),
        ("iris:rows=10", UnknownName, "The data set 'iris' has no settings"),
        ("irys", UnknownName, "No data set or file is called 'irys'. Did you mean 'iris'?"),
        ("nothing_like_it.csv", UnknownName, "Known: iris, wine"),
        ("", UnknownName, "No data set or file is called ''"),
        ("x" * 5000, UnknownName, "No data set or file"),
        ("a\0b", UnknownName, "No data set or file"),
    ],
)
def test_what_does_not_exist_is_answered_with_what_does(source: str, error: type[Exception], sentence: str) -> None:
    with pytest.raises(error) as raised:
        load_table(source)
    assert sentence in str(raised.value) and isinstance(raised.value, ValueError)


def test_files_by_path_and_by_their_name_in_the_tables_folder(tmp_path: Path) -> None:
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "sales.csv").write_text("a,b\n1,x\n2,y\n")
    (tables / ".hidden").write_text("")
    (tmp_path / "secret.csv").write_text("a,b\n1,x\n2,y\n")
    assert load_table("sales.csv", tables).fingerprint == load_table(str(tables / "sales.csv")).fingerprint
    with pytest.raises(UnknownName, match=r"Did you mean 'sales\.csv'"):
        load_table("sale.csv", tables)
    with pytest.raises(UnknownName):
        load_table("../secret.csv", tables)
    sources = catalogue_sources(tables)
    assert [source for source, _, _ in sources] == [*NAMES, "sales.csv"]
    assert all(title and about for _, title, about in sources)
    assert len(catalogue_sources(None)) == len(catalogue_sources(tmp_path / "nowhere")) == len(NAMES)


def test_the_catalogue_is_shown_without_loading_scikit_learn() -> None:
    code = (
        "import sys; from core.data import catalogue_sources, SPLITS; catalogue_sources(None); list(SPLITS)\n"
        "late = ('sklearn', 'scipy', 'torch', 'streamlit', 'clevercsv', 'sqlalchemy', 'duckdb')\n"
        "print([name for name in late if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
