"""Maps: the right points, what the axes hold, and tables that are hardly one."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

from core.catalogue import UnknownName
from core.progress import Step, listening
from core.projections import PROJECTIONS, STRONGEST, project


def matrix(rows: int = 60, columns: int = 4, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(rows, columns)) @ rng.normal(size=(columns, columns))
    return (values - values.mean(axis=0)) / values.std(axis=0)


def names(values: np.ndarray) -> list[str]:
    return [f"column {place}" for place in range(values.shape[1])]


def awkward() -> dict[str, np.ndarray]:
    plain = matrix(12)
    gaps, still, wide = plain.copy(), plain.copy(), matrix(6, 80)
    gaps[0, 0], gaps[1, 1], gaps[:, 3] = np.nan, np.inf, np.nan
    still[:, 2] = 0.1 + 0.2
    return {
        "plain": plain,
        "gaps": gaps,
        "a constant column": still,
        "one column": plain[:, :1],
        "all rows the same": np.ones((12, 3)),
        "more columns than rows": wide,
        "few rows": plain[:4],
        "whole numbers": np.arange(20).reshape(10, 2),
        "two points many times": np.repeat(plain[:2], 6, axis=0),
    }


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("table", awkward())
@pytest.mark.parametrize("entry", PROJECTIONS.values(), ids=lambda entry: entry.name)
def test_every_projection_draws_every_table(entry, table: str, dimensions: int) -> None:
    values = awkward()[table]
    before = values.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        points, info = project(entry.name, values, names(values), settings={"dimensions": dimensions})
    assert list(points.columns) == [*["x", "y", "z"][:dimensions], "row"]
    assert points["row"].tolist() == list(range(len(values)))
    assert np.isfinite(points.to_numpy()).all()
    assert json.loads(json.dumps(info, allow_nan=False)) == info
    assert info["rows"] == info["of"] == len(values)
    np.testing.assert_array_equal(values, before)


@pytest.mark.parametrize("entry", PROJECTIONS.values(), ids=lambda entry: entry.name)
def test_an_entry_can_be_shown(entry) -> None:
    assert entry.title and "{}" in entry.axes
    for text in (entry.about, entry.expert, entry.distances, *(param.about for param in entry.params)):
        assert text.endswith(".") and len(text) <= 120


@pytest.mark.parametrize("entry", PROJECTIONS.values(), ids=lambda entry: entry.name)
def test_the_same_seed_draws_the_same_map(entry) -> None:
    values = matrix()
    first, second = (project(entry.name, values, names(values), seed=3)[0] for _ in range(2))
    assert first.equals(second)


def test_pca_is_scikit_learns() -> None:
    values = matrix()
    points, info = project("pca", values, names(values))
    oracle = PCA(2, svd_solver="full").fit(values)
    np.testing.assert_allclose(np.abs(points[["x", "y"]]), np.abs(oracle.transform(values)), atol=1e-10)
    assert info["explained"] == pytest.approx(oracle.explained_variance_ratio_)


def test_pca_says_which_columns_push_where_as_correlations() -> None:
    values = matrix(200, 15)
    points, info = project("pca", values, names(values))
    assert len(info["columns"]) == STRONGEST
    strengths = []
    for column in info["columns"]:
        data = values[:, int(column["feature"].split()[1])]
        for axis in ("x", "y"):
            assert column[axis] == pytest.approx(np.corrcoef(data, points[axis])[0, 1], abs=1e-6)
        strengths.append(np.hypot(column["x"], column["y"]))
    assert strengths == sorted(strengths, reverse=True)


def test_pca_of_one_column_is_a_line_that_explains_everything() -> None:
    values = matrix()[:, :1]
    points, info = project("pca", values, ["length"])
    assert info["explained"] == pytest.approx([1, 0]) and (points["y"] == 0).all()
    assert info["columns"][0]["feature"] == "length"


def test_what_is_left_out_or_filled_is_said() -> None:
    gaps = awkward()["gaps"]
    notes = project("pca", gaps, names(gaps))[1]["notes"]
    assert notes == [
        "Missing or infinite values (14) were drawn as their column's mean.",
        "Columns that are the same in every row (1) play no part.",
    ]
    assert (
        project("tsne", np.ones((5, 2)), ["a", "b"])[1]["notes"][-1]
        == "All rows are the same, so the map is one point."
    )


def test_tsne_is_scikit_learns_and_keeps_clumps_apart() -> None:
    values, labels = make_blobs([20, 20, 20], n_features=5, centers=np.eye(3, 5) * 20, random_state=0)
    points, info = project("tsne", values, names(values), seed=5, settings={"perplexity": 10})
    oracle = TSNE(2, perplexity=10, init="pca", random_state=5).fit_transform(values)
    np.testing.assert_array_equal(points[["x", "y"]].to_numpy(np.float32), oracle)
    assert info["perplexity"] == 10 and info["divergence"] > 0
    flat = points[["x", "y"]].to_numpy()
    distances = np.linalg.norm(flat[:, None] - flat[None], axis=2) + np.diag(np.full(60, np.inf))
    assert (labels[distances.argmin(axis=1)] == labels).all()


def test_the_perplexity_is_cut_to_the_rows_and_said() -> None:
    values = matrix(13)
    info = project("tsne", values, names(values))[1]
    assert info["perplexity"] == 4 and info["settings"]["perplexity"] == 30
    assert info["notes"] == ["The perplexity is 4, because there are only 13 rows."]


def test_many_columns_are_reduced_first_and_many_rows_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    values = matrix(100, 60)
    monkeypatch.setattr("core.projections.PROJECTIONS", {"tsne": fewer_rows()})
    heard: list[Step] = []
    with listening(heard.append):
        points, info = project("tsne", values, names(values), seed=2, settings={"perplexity": 5})
    assert info["notes"] == [
        "Drawn from 80 of 100 rows, taken at random (seed 2).",
        "The 60 columns were first reduced to 50 by PCA.",
    ]
    assert (info["rows"], info["of"]) == (80, 100) == (len(points), len(values))
    assert points["row"].is_monotonic_increasing and points["row"].max() < 100 and points["row"].is_unique
    assert heard[0].message == "arranging 80 rows"


def fewer_rows():
    from dataclasses import replace

    return replace(PROJECTIONS["tsne"], most_rows=80)


def test_what_cannot_be_drawn_is_refused_with_a_sentence() -> None:
    values = matrix()
    with pytest.raises(ValueError, match=r"PCA needs at least 2 rows; here are 1\."):
        project("pca", values[:1], names(values))
    with pytest.raises(ValueError, match="no column to draw"):
        project("pca", values[:, :0], [])
    with pytest.raises(ValueError, match="4 columns, but 1 names"):
        project("pca", values, ["a"])
    with pytest.raises(ValueError, match="perplexity is 500; it must lie between 2 and 100"):
        project("tsne", values, names(values), settings={"perplexity": 500})
    with pytest.raises(ValueError, match="dimensions is 4; it must be one of 2, 3"):
        project("pca", values, names(values), settings={"dimensions": 4})
    with pytest.raises(UnknownName, match="Did you mean 'perplexity'"):
        project("tsne", values, names(values), settings={"perplexty": 5})
    with pytest.raises(UnknownName, match="Did you mean 'tsne'"):
        project("t-sne", values, names(values))
