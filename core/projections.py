"""A table of many columns as a map of two or three: what lies close on it is alike.

Takes a matrix of prepared, scaled numbers and the columns' names; gives points and what is to be known about them. May
not know how the matrix was prepared. scikit-learn is imported when a projection is computed, never with this module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.catalogue import Catalogue, UnknownName, did_you_mean, resolve
from core.progress import Step, tell
from core.records import Param

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

AXES = ("x", "y", "z")
STRONGEST = 10
# t-SNE compares neighbours; beyond this many columns distances mostly hold noise, and van der Maaten and Hinton (2008)
# reduce to about as many by PCA first.
TSNE_COLUMNS = 50


@dataclass(frozen=True, slots=True)
class Found:
    """Points of shape (n, dimensions), and what is to be known about them, as plain values."""

    points: Floats
    info: dict[str, Any]
    notes: tuple[str, ...] = ()


Compute = Callable[[Floats, Sequence[str], int, Mapping[str, Any]], Found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """A way to draw a map, and all that is needed to show it.

    Attributes
    ----------
    name, title : str
    about, expert : str
        One sentence for a lay person, one for an expert.
    axes : str
        What an axis is called, with its number in place of ``{}``.
    distances : str
        What distances on the map mean.
    compute : callable
        From the matrix, the columns' names, the seed and the settings to `Found`.
    params : tuple of Param
    most_rows : int
        With more rows, a sample of this many is drawn; 0 for no limit.
    least_rows : int
    """

    name: str
    title: str
    about: str
    expert: str
    axes: str
    distances: str
    compute: Compute
    params: tuple[Param, ...]
    most_rows: int = 0
    least_rows: int = 2


def project(
    name: str,
    matrix: NDArray[Any],
    features: Sequence[str],
    *,
    seed: int = 0,
    settings: Mapping[str, Any] | None = None,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Draw a map of rows.

    Parameters
    ----------
    name : str
        A name of `PROJECTIONS`.
    matrix : ndarray of shape (n, d)
        Prepared numbers, one scale for all columns.
    features : sequence of str
        The d columns' names.
    seed : int
        Of the sample of rows and of what is random in the method.
    settings : mapping of str to Any, optional
        Of the entry's parameters; what is not said takes its default.

    Returns
    -------
    points : DataFrame
        Columns ``x``, ``y`` (and ``z`` for three dimensions) and ``row``, the position in `matrix`.
    info : dict
        Plain values that turn into JSON: ``rows``, ``of``, ``settings`` and ``notes`` (sentences). PCA adds
        ``explained`` (share of the variance per axis) and ``columns``, the strongest ones: ``feature`` and, per axis,
        the correlation of the column with it.

    Raises
    ------
    UnknownName
        If there is no such projection or setting.
    ValueError
        If there are too few rows, no columns, or a setting is out of its bounds.
    """
    import pandas as pd

    entry = PROJECTIONS[name]
    chosen = _settings(entry, settings or {})
    _check(entry, matrix, features)
    rows, sampled = _sample(len(matrix), entry.most_rows, seed)
    clean, names, repaired = _clean(matrix[rows], features)
    found = entry.compute(clean, names, seed, chosen)
    points = pd.DataFrame(found.points, columns=list(AXES[: found.points.shape[1]]))
    points["row"] = rows
    notes = [*sampled, *repaired, *found.notes]
    return points, {"rows": len(rows), "of": len(matrix), "settings": chosen, "notes": notes, **found.info}


def _settings(entry: Projection, given: Mapping[str, Any]) -> dict[str, Any]:
    """The given settings in bounds, and the defaults of the others."""
    chosen = {param.name: param.default for param in entry.params}
    for key, value in given.items():
        if key not in chosen:
            raise UnknownName(did_you_mean(f"setting of {entry.title}", key, chosen))
        chosen[key] = value
    for param in entry.params:
        _check_bounds(param, chosen[param.name])
    return chosen


def _check_bounds(param: Param, value: Any) -> None:
    if param.choices and value not in param.choices:
        raise ValueError(f"{param.name} is {value!r}; it must be one of {', '.join(map(str, param.choices))}.")
    too_low, too_high = param.low is not None and value < param.low, param.high is not None and value > param.high
    if too_low or too_high:
        raise ValueError(f"{param.name} is {value}; it must lie between {param.low:g} and {param.high:g}.")


def _check(entry: Projection, matrix: NDArray[Any], features: Sequence[str]) -> None:
    rows, columns = matrix.shape
    if columns != len(features):
        raise ValueError(f"The matrix has {columns} columns, but {len(features)} names are given.")
    if columns == 0:
        raise ValueError("There is no column to draw a map from.")
    if rows < entry.least_rows:
        raise ValueError(f"{entry.title} needs at least {entry.least_rows} rows; here are {rows}.")


def _sample(rows: int, most: int, seed: int) -> tuple[NDArray[np.intp], list[str]]:
    if not most or rows <= most:
        return np.arange(rows), []
    chosen = np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
    return chosen, [f"Drawn from {most:,} of {rows:,} rows, taken at random (seed {seed})."]


def _clean(matrix: NDArray[Any], features: Sequence[str]) -> tuple[Floats, list[str], list[str]]:
    """Without gaps (the column's mean stands in) and without columns that are the same in every row."""
    values = np.array(matrix, dtype=np.float64)
    gaps = ~np.isfinite(values)
    notes = []
    if gaps.any():
        known = np.maximum((~gaps).sum(axis=0), 1)
        values[gaps] = 0.0
        values = np.where(gaps, values.sum(axis=0) / known, values)
        notes.append(f"Missing or infinite values ({int(gaps.sum()):,}) were drawn as their column's mean.")
    spread = np.ptp(values, axis=0)
    moving = spread > 1e-12 * np.maximum(1.0, np.abs(values).max(axis=0))
    if not moving.all():
        notes.append(f"Columns that are the same in every row ({int((~moving).sum()):,}) play no part.")
    return values[:, moving], [name for name, keeps in zip(features, moving, strict=True) if keeps], notes


def _wide(values: Floats, columns: int) -> Floats:
    """With columns of zeros up to `columns`, so that a map of a single column is a line."""
    missing = columns - values.shape[1]
    return np.pad(values, ((0, 0), (0, missing))) if missing > 0 else values


def _pca(values: Floats, features: Sequence[str], seed: int, settings: Mapping[str, Any]) -> Found:
    """Directions of the largest variance; scikit-learn picks the solver by shape (covariance when rows abound)."""
    dimensions = settings["dimensions"]
    if not features:
        info = {"explained": [0.0] * dimensions, "columns": []}
        return Found(np.zeros((len(values), dimensions)), info, ("All rows are the same, so the map is one point.",))
    width = min(dimensions, len(features), len(values))
    pca = resolve("sklearn.decomposition:PCA")(n_components=width, random_state=seed)
    points = _wide(pca.fit_transform(values), dimensions)
    shares = [max(0.0, float(share)) for share in pca.explained_variance_ratio_] + [0.0] * (dimensions - width)
    # The correlation of a column with an axis: its loading times the axis's standard deviation over its own.
    pushes = pca.components_ * np.sqrt(pca.explained_variance_)[:, None] / values.std(axis=0, ddof=1)
    return Found(points, {"explained": shares, "columns": _strongest(features, pushes.T)})


def placed(matrix: Floats, others: Floats, seed: int = 0) -> tuple[Floats, Floats, list[float]]:
    """Put rows on the PCA map that other rows span.

    Parameters
    ----------
    matrix : ndarray of shape (n, d)
        Prepared numbers without gaps; they alone decide the directions.
    others : ndarray of shape (m, d)
    seed : int

    Returns
    -------
    tuple
        Points of shape (n, 2) and (m, 2), and the share of the first rows' variance along each direction.
    """
    pca = resolve("sklearn.decomposition:PCA")(n_components=min(2, *matrix.shape), random_state=seed)
    with np.errstate(invalid="ignore"):  # where all rows are the same, there is no variance to take a share of
        points = _wide(pca.fit_transform(matrix), 2)
    shares = [*np.nan_to_num(pca.explained_variance_ratio_).tolist(), 0.0][:2]
    return points, _wide(pca.transform(others), 2), shares


def _strongest(features: Sequence[str], pushes: Floats) -> list[dict[str, Any]]:
    """The columns most strongly tied to the axes, strongest first; `pushes` has shape (d, axes)."""
    order = np.argsort(-np.linalg.norm(pushes, axis=1), kind="stable")[:STRONGEST]
    return [
        {"feature": features[place]}
        | {axis: round(float(push), 6) for axis, push in zip(AXES, pushes[place], strict=False)}
        for place in order
    ]


def _tsne(values: Floats, features: Sequence[str], seed: int, settings: Mapping[str, Any]) -> Found:
    """Neighbours stay neighbours; started from PCA, so that the large layout is not left to chance."""
    dimensions = settings["dimensions"]
    if not features:
        return Found(np.zeros((len(values), dimensions)), {}, ("All rows are the same, so the map is one point.",))
    values, notes = _fewer_columns(_wide(values, dimensions), seed)
    # Every row has perplexity neighbours in effect; beyond a third of the rows there are not enough to tell apart.
    perplexity = min(float(settings["perplexity"]), (len(values) - 1) / 3)
    if perplexity < settings["perplexity"]:
        notes.append(f"The perplexity is {perplexity:.3g}, because there are only {len(values):,} rows.")
    tell(Step(0.1, f"arranging {len(values):,} rows"))
    tsne = resolve("sklearn.manifold:TSNE")(
        n_components=dimensions, perplexity=perplexity, init="pca", random_state=seed, n_jobs=1
    )
    points = tsne.fit_transform(values).astype(np.float64)
    return Found(points, {"perplexity": perplexity, "divergence": float(tsne.kl_divergence_)}, tuple(notes))


def _autoencoder(values: Floats, features: Sequence[str], seed: int, settings: Mapping[str, Any]) -> Found:
    """What passes the narrow place of a network that learns to give the rows back."""
    dimensions = settings["dimensions"]
    if not features:
        return Found(np.zeros((len(values), dimensions)), {}, ("All rows are the same, so the map is one point.",))
    network = resolve("core.networks:Autoencoder")(dimensions, device="cpu", random_state=seed)
    points = network.fit(values).transform(values)
    told = f"From the map alone the network gives back {max(network.kept_, 0.0):.0%} of what the rows differ by."
    return Found(points, {"kept": network.kept_}, (told, *network.notes_))


def _fewer_columns(values: Floats, seed: int) -> tuple[Floats, list[str]]:
    columns = values.shape[1]
    if columns <= TSNE_COLUMNS:
        return values, []
    width = min(TSNE_COLUMNS, len(values))
    reduced = resolve("sklearn.decomposition:PCA")(n_components=width, random_state=seed).fit_transform(values)
    return reduced, [f"The {columns:,} columns were first reduced to {width} by PCA."]


_DIMENSIONS = Param("dimensions", 2, "Axes of the map.", choices=(2, 3))

PROJECTIONS: Catalogue[Projection] = Catalogue(
    "projection",
    Projection(
        name="pca",
        title="PCA",
        about="Looks at the table from the side on which its rows differ most.",
        expert="Principal component analysis: orthogonal directions of the largest variance, without the target.",
        axes="Component {}",
        distances="Distances mean what they say, as far as the share of variance that the axes explain.",
        compute=_pca,
        params=(_DIMENSIONS,),
    ),
    Projection(
        name="tsne",
        title="t-SNE",
        about="Puts rows that are alike close together, so that clumps show.",
        expert="t-distributed stochastic neighbour embedding (van der Maaten and Hinton 2008), started from PCA.",
        axes="t-SNE {}",
        distances="Only who is close to whom counts: the sizes of clumps and the distances between them mean little.",
        compute=_tsne,
        params=(
            Param("perplexity", 30.0, "About how many neighbours each row minds.", low=2, high=100, log=True),
            _DIMENSIONS,
        ),
        most_rows=5_000,
        least_rows=4,
    ),
    Projection(
        name="autoencoder",
        title="Autoencoder",
        about="A network squeezes each row into two numbers, from which it can best tell the row again.",
        expert="Autoencoder of 64, 32, 2, 32 and 64 SiLU units, by mean squared error; bent where PCA is straight.",
        axes="Code {}",
        distances="Who is close to whom counts; a step means more on one side of the map than on another.",
        compute=_autoencoder,
        params=(_DIMENSIONS,),
        most_rows=20_000,
        least_rows=4,
    ),
)
