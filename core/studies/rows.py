"""A learning curve over rows: the same folds judged again and again, by models that learn from more and more rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

from core.comparison import Pair, compare_pair, interval
from core.metrics import Metric
from core.records import Fold
from core.studies.study import Fit, fitted, in_order, plain, study

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from core.run import Setting

HALVINGS = 5  # from all rows down to a sixteenth
MOST_FOLDS = 10
FEWEST = 10  # rows that anything is learned from
FEWEST_OF_A_CLASS = 2


def _work(shared: Setting) -> dict[str, Any]:
    chosen = [shared.folds[number] for number in range(min(len(shared.folds), MOST_FOLDS))]
    fits = [
        Fit(Fold(fold.number, train, fold.test), len(train) + 50.0, f"{len(train):,} rows, fold {fold.number + 1}")
        for fold in chosen
        for train in _beginnings(shared, fold)
    ]
    points = [
        {"fold": fit.fold.number, "rows": len(fit.fold.train)}
        | (
            {"test": {}, "train": {}, "seconds": None, "reason": found}
            if isinstance(found, str)
            else {
                "test": plain(found.outcome.scores),
                "train": plain(found.outcome.train_scores),
                "seconds": found.outcome.fit_seconds,
                "reason": "",
            }
        )
        for fit, found in zip(fits, fitted(shared, fits), strict=True)
    ]
    return {"points": points, "folds": len(chosen), "all_folds": len(shared.folds)}


def _beginnings(shared: Setting, fold: Fold) -> list[np.ndarray]:
    """A fold's training rows, the smallest part first: each is half of the next one."""
    ordered = in_order(shared, fold.train, shared.spec.seed)
    sizes = [round(len(ordered) / 2**halving) for halving in reversed(range(HALVINGS))]
    return [part for size in sizes if _enough(shared, part := ordered[:size])]


def _enough(shared: Setting, part: np.ndarray) -> bool:
    import numpy as np

    if len(part) < FEWEST or not shared.problem.classes:
        return len(part) >= FEWEST
    counts = np.bincount(shared.samples.y[part], minlength=len(shared.problem.classes))
    return bool(counts[counts > 0].min() >= FEWEST_OF_A_CLASS and np.count_nonzero(counts) > 1)


def curve(points: Iterable[Mapping[str, Any]], metric: str) -> pd.DataFrame:
    """The scores of a study as rows.

    Parameters
    ----------
    points : iterable of mapping
        What the study gave under ``points``.
    metric : str

    Returns
    -------
    DataFrame
        Columns ``rows`` (to learn from), ``fold``, ``test`` and ``train``; what is not defined is missing.
    """
    import pandas as pd

    columns = ["rows", "fold", "test", "train"]
    found = [[each["rows"], each["fold"], each["test"].get(metric), each["train"].get(metric)] for each in points]
    return pd.DataFrame(found, columns=columns).astype({"test": float, "train": float})


def summary(frame: pd.DataFrame, test_fraction: float, metric: Metric, repeats: int = 1) -> pd.DataFrame:
    """A curve's means over the folds, with their intervals.

    Parameters
    ----------
    frame : DataFrame
        See `curve`. Folds of a number of rows that differs by a few count as one size.
    test_fraction : float
        As for `core.comparison.interval`.
    metric : Metric
        Whose bounds cut the intervals.
    repeats : int
        As for `core.comparison.interval`.

    Returns
    -------
    DataFrame
        Columns ``rows``, ``score``, ``low``, ``high`` and ``train``, ascending; sizes at which a fold lacks its score
        are left out.
    """
    import pandas as pd

    place = frame.sort_values("rows").groupby("fold")["rows"].rank(ascending=False)
    found = []
    for _, part in frame.assign(place=place).groupby("place"):
        if part["test"].isna().any():
            continue
        likely = interval(list(part["test"]), test_fraction, bounds=(metric.low, metric.high), repeats=repeats)
        train = _mean(part["train"])
        found.append([round(part["rows"].mean()), likely.mean, likely.low, likely.high, train])
    columns = ["rows", "score", "low", "high", "train"]
    return pd.DataFrame(found, columns=columns).astype(dict.fromkeys(columns[1:], float)).sort_values("rows")


@dataclass(frozen=True, slots=True)
class Doubling:
    """What the last doubling of the rows has brought.

    Attributes
    ----------
    half, full : int
        Rows, as means over the folds.
    at_half, at_full, train : float
        Scores; the last one on the training rows, with all of them.
    gain : Pair
        Of all rows against half of them, positive where all are better.
    before : float or None
        What the doubling before has brought.
    """

    half: int
    full: int
    at_half: float
    at_full: float
    train: float | None
    gain: Pair
    before: float | None

    @property
    def next_gain(self) -> float | None:
        """What twice the rows would bring if it goes on like this: gains shrink as the last one did, and never grow."""
        if self.before is None or self.before <= 0 or self.gain.difference <= 0:
            return None
        return self.gain.difference * min(1.0, self.gain.difference / self.before)


def last_doubling(
    frame: pd.DataFrame, *, test_fraction: float, rope: float, greater_is_better: bool, repeats: int = 1
) -> Doubling | None:
    """What the last doubling of the rows has brought; None where too few folds have a score at both sizes.

    Parameters
    ----------
    frame : DataFrame
        See `curve`.
    test_fraction, rope, greater_is_better, repeats
        As for `core.comparison.compare_pair`.
    """
    by_fold = [part.sort_values("rows") for _, part in frame.groupby("fold")]
    several = [part for part in by_fold if len(part) > 1]
    full, half = ([part["test"].iloc[place] for part in several] for place in (-1, -2))
    known = [(a, b, part) for a, b, part in zip(full, half, several, strict=True) if a == a and b == b]
    if len(known) < 2:
        return None
    gain = compare_pair(
        [a for a, _, _ in known],
        [b for _, b, _ in known],
        test_fraction=test_fraction,
        rope=rope,
        greater_is_better=greater_is_better,
        repeats=repeats,
    )
    sign = 1.0 if greater_is_better else -1.0
    parts = [part for _, _, part in known]
    train = _mean(part["train"].iloc[-1] for part in parts)
    before = _mean(sign * (part["test"].iloc[-2] - part["test"].iloc[-3]) for part in parts if len(part) > 2)
    sizes = [[int(part["rows"].iloc[place]) for part in parts] for place in (-2, -1)]
    return Doubling(
        round(fmean(sizes[0])),
        round(fmean(sizes[1])),
        fmean(b for _, b, _ in known),
        fmean(a for a, _, _ in known),
        train,
        gain,
        before,
    )


def _mean(values: Iterable[float]) -> float | None:
    known: Sequence[float] = [each for each in values if each == each]
    return fmean(known) if known else None


DERIVATION = study("study_rows", _work)
