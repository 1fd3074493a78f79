"""The rows that fit least: an autoencoder learns to tell rows again, and what it cannot tell again is odd.

Takes a table's rows and a problem; gives the oddest rows, each with the column that is least like what was expected,
and what was expected there. scikit-learn and torch are imported when it is worked out, never with this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from core.catalogue import resolve
from core.preparation import Needs, origins, preparation
from core.records import Problem, Samples

if TYPE_CHECKING:
    import pandas as pd

MOST_LEARNED, BLOCK = 10_000, 10_000
"""Rows that the network learns from, drawn at random of more; rows that it is asked about at once."""

FAR = 3.0  # standard deviations: what lies farther off is shown to the network as if it lay there
MOST_NUMBERS = 8  # that a row is squeezed into
LEAST_ROWS, SHOWN = 20, 20


def oddest(rows: Samples, problem: Problem, seed: int = 0) -> dict[str, Any]:
    """Find the rows that fit least.

    How odd a row is, is its distance from what the network gives back. In its units numbers have a standard
    deviation of 1, and two categories lie at the square root of 2 from each other.

    Parameters
    ----------
    rows : Samples
    problem : Problem
        Its target plays no part.
    seed : int

    Returns
    -------
    dict
        Plain values: ``rows``, the oddest first, each with ``row`` (its position in the table), ``times`` (its oddness
        over that of the row in the middle), ``column``, ``value`` and ``expected`` (as numbers or text, None where
        nothing stands there) and ``share`` (of the squared distance, what is the column's); ``of``, ``learned``
        (numbers of rows) and ``kept`` (the share of the rows' variance that the network gives back).

    Raises
    ------
    ValueError
        If there are too few rows or columns to tell what is usual.
    """
    count = len(rows.rows)
    _check(count, len(problem.features))
    chosen = np.arange(count)
    if count > MOST_LEARNED:
        chosen = np.sort(np.random.default_rng(seed).choice(count, MOST_LEARNED, replace=False))
    learned = rows.take(chosen)
    prepared = preparation(problem, Needs(scaled=True, blind=True), seed)
    known = prepared.fit_transform(learned, rows.y[chosen])
    width = max(1, min(MOST_NUMBERS, known.shape[1] // 3))
    network = resolve("core.networks:Autoencoder")(width, device="cpu", random_state=seed).fit(_near(known))
    blocks = (rows.take(part) for part in np.array_split(np.arange(count), -(-count // BLOCK)))
    scores = np.concatenate([np.linalg.norm(_lacks(network, prepared.transform(each)), axis=1) for each in blocks])
    first = np.argsort(-scores, kind="stable")[:SHOWN]
    usual = max(float(np.median(scores)), np.finfo(float).tiny)
    asked = rows.take(first)
    inputs = prepared.transform(asked)
    why = _reasons(asked, inputs, _lacks(network, inputs), _by_column(origins(prepared, problem)), (learned, known))
    places, times = rows.rows[first].tolist(), (scores[first] / usual).tolist()
    return {
        "rows": [{"row": row, "times": far} | each for row, far, each in zip(places, times, why, strict=True)],
        "of": count,
        "learned": len(chosen),
        "kept": max(float(network.kept_), 0.0),
    }


def _check(rows: int, columns: int) -> None:
    if rows < LEAST_ROWS:
        raise ValueError(f"Here are {rows} rows: too few to say which is odd. {LEAST_ROWS} are needed at least.")
    if columns < 2:
        raise ValueError("There is one column only, so nothing tells what was to be expected in it.")


def _lacks(network: Any, inputs: np.ndarray) -> np.ndarray:
    """What the network gives back less what is there, in the prepared values' own units."""
    near = _near(inputs)
    lacks: np.ndarray = network.lacks(near) * network.scale_ + near - inputs
    return lacks


def _near(inputs: np.ndarray) -> np.ndarray:
    """Without extremes, which a network would learn to give back before all else."""
    return inputs.clip(-FAR, FAR)


def _by_column(names: Sequence[str]) -> dict[str, np.ndarray]:
    """Where in the prepared array each original column stands."""
    return {name: np.flatnonzero(np.array(names) == name) for name in dict.fromkeys(names)}


def _reasons(
    rows: pd.DataFrame,
    inputs: np.ndarray,
    lacks: np.ndarray,
    columns: dict[str, np.ndarray],
    known: tuple[pd.DataFrame, np.ndarray],
) -> list[dict[str, Any]]:
    """The column of each row that is least like what was expected, what stands there, and what was expected.

    That is the value of the known row that comes nearest in this column to what the network gives back: so it is one
    that can be, whatever the column holds.
    """
    frame, prepared = known
    reasons = []
    for place in range(len(rows)):
        errors = {name: float(np.square(lacks[place, cells]).sum()) for name, cells in columns.items()}
        name = max(errors, key=errors.__getitem__)
        cells = columns[name]
        far = np.square(prepared[:, cells] - (inputs + lacks)[place, cells]).sum(axis=1)
        far[(prepared[:, cells] == inputs[place, cells]).all(axis=1)] = np.inf  # another value than its own
        value, expected = rows[name].iloc[place], frame[name].iloc[int(far.argmin())]
        share = errors[name] / max(sum(errors.values()), np.finfo(float).tiny)
        told = {"value": _plain(value), "expected": _plain(expected)}
        reasons.append({"column": name, "share": share, **told})
    return reasons


def _plain(value: Any) -> float | str | None:
    """A cell as a number or as text; None where nothing stands in it."""
    import pandas as pd

    if pd.isna(value):
        return None
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool | np.bool_)
    return float(value) if number else str(value)
