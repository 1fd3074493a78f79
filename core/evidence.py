"""What a run's scores bear out: intervals, pairs and ties, from folds, or from resampled rows where there is one fold.

Takes scores and predictions as plain values; gives values and frames. Knows no run, no store and no model.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from core.comparison import (
    Interval,
    Needed,
    Pair,
    Resampled,
    Scores,
    bootstrap,
    compare_many,
    compare_pair,
    compare_rows,
    in_order,
    interval,
    not_separated,
    resample_rows,
    rows_needed,
)
from core.metrics import METRICS, Metric, score
from core.records import Predictions, Problem

if TYPE_CHECKING:
    import pandas as pd

CHANCES = ("a", "b", "p_better", "p_equal", "p_worse", "difference", "low", "high", "p")


@dataclass(frozen=True)
class Evidence:
    """What is known of a run's finished models by one metric.

    Attributes
    ----------
    metric : Metric
    scores : mapping of str to sequence of float or None
        Per fold; models by their ids.
    test_fraction, repeats
        See `core.comparison.compare_pair`.
    rows : int
        Rows that took part in the folds.
    resampled : Resampled or None
        Of the held-out rows, where there is one fold and they have been drawn.
    level : float
    """

    metric: Metric
    scores: Mapping[str, Scores]
    test_fraction: float
    repeats: int = 1
    rows: int = 0
    resampled: Resampled | None = None
    level: float = 0.95

    @property
    def folds(self) -> int:
        """How many folds judged, repeats included."""
        return max(map(len, self.scores.values()), default=0)

    @property
    def lacks(self) -> str:
        """Why nothing can be said of luck, a sentence; empty where something can."""
        if self.folds != 1 or (self.resampled is not None and self.resampled.scores):
            return ""
        if self.resampled is None:
            return "There is one fold only, and its rows have not been drawn again yet."
        return "There is one fold only, and no stored predictions to draw its rows from again."

    @cached_property
    def order(self) -> list[str]:
        """The models that have a score, the best first."""
        return in_order(self.scores, self.metric.greater_is_better)

    def interval(self, id: str) -> Interval:
        """Where a model's score may lie; without bounds where that cannot be said."""
        bounds = self.metric.low, self.metric.high
        if self.folds == 1 and self.resampled is not None and id in self.resampled.scores:
            return bootstrap(self.resampled, id, self.level, bounds=bounds)
        return interval(self.scores.get(id, ()), self.test_fraction, self.level, repeats=self.repeats, bounds=bounds)

    def pair(self, a: str, b: str, rope: float = 0.0) -> Pair | None:
        """Two models against each other; None where they share no fold.

        Raises
        ------
        KeyError
            If one of them is not finished or has no score.
        """
        options: dict[str, Any] = {"rope": rope, "greater_is_better": self.metric.greater_is_better}
        rows = self.resampled
        if self.folds == 1 and rows is not None and a in rows.scores and b in rows.scores:
            return compare_rows(rows, a, b, level=self.level, **options)
        both = zip(self.scores[a], self.scores[b], strict=True)
        if all(one is None or other is None for one, other in both):
            return None
        return compare_pair(
            self.scores[a],
            self.scores[b],
            test_fraction=self.test_fraction,
            repeats=self.repeats,
            level=self.level,
            step=self._step,
            **options,
        )

    @property
    def _step(self) -> float:
        """The least by which a fold's scores can differ, of those with two ends; 0 for others."""
        if self.metric.low is None or self.metric.high is None or not self.rows:
            return 0.0
        return (self.metric.high - self.metric.low) / max(1.0, self.rows * self.test_fraction)

    @cached_property
    def tied(self) -> tuple[str, ...]:
        """The best model, then those that cannot be told from it; see `core.comparison.not_separated`."""
        return (*self.order[:1], *not_separated(self._beside_best, self.level))

    @cached_property
    def behind(self) -> frozenset[str]:
        """Models that are worse than the best by a test of the two alone, some of the tied among them.

        Who shares the first place is tested strictly, so that nobody is called worse by luck. Whoever takes another
        model in place of the best wants the opposite: not to lose by it.
        """
        told = self._beside_best.items()
        return frozenset(each for each, p_value in told if p_value is not None and p_value < 1 - self.level)

    @cached_property
    def _beside_best(self) -> dict[str, float | None]:
        """The p-value of each other model's pair with the best."""
        pairs = {each: self.pair(self.order[0], each) for each in self.order[1:]}
        return {each: None if pair is None else pair.p_value for each, pair in pairs.items()}

    def needed(self, a: str, b: str, curve: Sequence[tuple[float, float]] = ()) -> Needed:
        """About how many rows would tell two models apart, one of the comparisons with the best.

        With `curve`, the difference a - b at several numbers of rows to learn from, in the metric's own direction.
        """
        pair = self.pair(a, b)
        if pair is None:
            return Needed(None, "The two share no fold.")
        sign = 1.0 if self.metric.greater_is_better else -1.0
        taken = [(rows / (1 - self.test_fraction), sign * difference) for rows, difference in curve]
        return rows_needed(pair, self.rows, level=self.level, tests=max(1, len(self.order) - 1), curve=taken)

    def chances(self, rope: float = 0.0) -> pd.DataFrame:
        """Every model against every other.

        Returns
        -------
        DataFrame
            Columns of `CHANCES`, models by their ids and in their order: ``p_better`` is the chance that a is better
            than b by more than `rope`; missing where it cannot be said.
        """
        import pandas as pd

        pairs: dict[tuple[str, str], Pair | None] = {}
        for a, b in itertools.combinations(self.order, 2):
            pairs[a, b] = pair = self.pair(a, b, rope)
            pairs[b, a] = None if pair is None else _turned(pair)
        rows = [
            (a, b, each.p_a_better, each.p_equal, each.p_b_better, each.difference, each.low, each.high, each.p_value)
            for a, b in itertools.permutations(self.order, 2)
            if (each := pairs[a, b]) is not None
        ]
        frame = pd.DataFrame(rows, columns=list(CHANCES))
        return frame.astype(dict.fromkeys(CHANCES[2:], float))


def _turned(pair: Pair) -> Pair:
    """The same pair, b before a."""
    low, high = (None if each is None else -each for each in (pair.high, pair.low))
    t = None if pair.t is None else -pair.t
    return replace(
        pair,
        difference=-pair.difference,
        low=low,
        high=high,
        t=t,
        p_a_better=pair.p_b_better,
        p_b_better=pair.p_a_better,
    )


def same_predictions(a: Predictions, b: Predictions) -> bool:
    """Whether two models said the same of the same rows, in every number that is stored."""
    parts = ("rows", "predicted", "probabilities", "scores")
    pairs = [(getattr(a, name), getattr(b, name)) for name in parts]
    if any((one is None) != (other is None) for one, other in pairs):
        return False
    return all(np.array_equal(one, other) for one, other in pairs if one is not None)


def resampled(predictions: Mapping[str, Predictions], problem: Problem, metric: str, seed: int = 0) -> Resampled:
    """Draw one fold's held-out rows again and again and score every model on them, see `core.comparison`."""

    def said(given: Predictions) -> Any:
        seen = METRICS[metric].needs
        parts = [given.predicted] if seen == "predicted" else [given.probabilities, given.scores, given.predicted]
        return next(each for each in parts if each is not None)

    return resample_rows(predictions, lambda given: score(metric, given, problem)[0], said=said, seed=seed)


def several(scores: Mapping[str, Mapping[str, float]], metric: str, rope: float) -> dict[str, Any]:
    """Models on several data sets, as plain values.

    Parameters
    ----------
    scores : mapping of str to mapping of str to float
        Data set to model to score; a data set without a score of every model is left out.
    metric : str
    rope : float
        See `core.comparison.compare_many`.

    Returns
    -------
    dict
        The fields of `core.comparison.Several`, its mappings as lists of pairs so that their order is kept.
    """
    import pandas as pd

    frame = pd.DataFrame.from_dict({name: dict(row) for name, row in scores.items()}, orient="index")
    found = compare_many(frame, greater_is_better=METRICS[metric].greater_is_better, rope=rope, leave_out=True)
    return asdict(found) | {"ranks": list(found.ranks.items()), "holm": list(found.holm.items())}


def to_json(found: Resampled) -> dict[str, Any]:
    """Resampled rows as plain values; NaN becomes None."""
    draws = {id: [_short(each) for each in values.tolist()] for id, values in found.draws.items()}
    differing = [[a, b, count] for (a, b), count in found.differing.items()]
    return {"rows": found.rows, "scores": dict(found.scores), "draws": draws, "differing": differing}


def from_json(told: Mapping[str, Any]) -> Resampled:
    """The resampled rows that `to_json` wrote."""
    draws = {id: np.array(values, dtype=float) for id, values in told["draws"].items()}  # None becomes NaN
    return Resampled(told["rows"], told["scores"], draws, {(a, b): count for a, b, count in told["differing"]})


def _short(value: float) -> float | None:
    """Nine digits, which is more than a thousand drawings know."""
    return None if np.isnan(value) else float(f"{value:.9g}")
