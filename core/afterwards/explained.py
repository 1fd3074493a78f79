"""How far what a model says of its columns can be trusted: weights, own importances, columns that say the same.

Takes a `Finished` with its rows, gives findings about the best model.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from core.afterwards.entry import Finished, Review, beats_guessing, first
from core.afterwards.folds import check_setting
from core.afterwards.shuffling import falls
from core.afterwards.trials import again
from core.checks import Finding, Severity
from core.checks.entry import once
from core.importances import importance
from core.preparation import labels, origins
from core.wording import listed, quoted

ALIKE, RATHER_ALIKE = 0.9, 0.7
UNEVEN = 10.0  # times as spread out as another prepared column
FAVOURED = 1.5  # times an equal share
NO_EFFECT = 0.05  # of the way from guessing to perfect
ROWS = 5_000


@once
def alike(finished: Finished) -> dict[tuple[str, str], float]:
    """Pairs of number columns and the size of their correlation, where it is above `RATHER_ALIKE`."""
    import pandas as pd

    frame = check_setting(finished).samples.frame
    names = [name for name in frame.columns if pd.api.types.is_numeric_dtype(frame[name].dtype)]
    rows = check_setting(finished).samples.rows
    if len(rows) > ROWS:
        rows = np.sort(np.random.default_rng(finished.result.spec.seed).choice(rows, ROWS, replace=False))
    values = frame[names].iloc[rows].astype(np.float64)
    centred = (values.fillna(values.mean()).fillna(0.0) - values.mean().fillna(0.0)).to_numpy()
    length = np.sqrt((centred**2).sum(axis=0))
    unit = centred / np.where(length > 0, length, 1.0)
    strength = np.abs(unit.T @ unit)
    places = np.argwhere(np.triu(strength > RATHER_ALIKE, 1))
    return {(str(names[a]), str(names[b])): min(1.0, float(strength[a, b])) for a, b in places}


def _correlated(finished: Finished) -> list[Finding]:
    pairs = {pair: size for pair, size in alike(finished).items() if size > ALIKE}
    if not pairs:
        return []
    a, b = max(pairs, key=lambda pair: pairs[pair])
    names = tuple(dict.fromkeys(name for pair in pairs for name in pair))
    more = f", and {len(pairs) - 1:,} more {'pair does' if len(pairs) == 2 else 'pairs do'}" if len(pairs) > 1 else ""
    return [
        Finding(
            "alike",
            Severity.LOW,
            f"{quoted(a)} and {quoted(b)} say nearly the same (correlation {pairs[a, b]:.2f}){more}: what matters of "
            "them is shared out between them.",
            "Do not read a small importance of one of them as unimportant; the other one stands in for it.",
            names,
            {"pairs": len(pairs), "strongest": pairs[a, b]},
        )
    ]


def _uneven_weights(finished: Finished) -> list[Finding]:
    """Weights of columns that are spread out very differently."""
    pipeline = again(finished).pipelines[0]
    if not hasattr(pipeline[-1], "coef_"):
        return []
    spread = _prepared(finished, pipeline).std(axis=0)
    known = np.flatnonzero(spread > 0)
    if len(known) < 2 or spread[known].max() < UNEVEN * spread[known].min():
        return []
    names = labels(pipeline[0], finished.problem)
    least, most = (int(known[place]) for place in (spread[known].argmin(), spread[known].argmax()))
    return [
        Finding(
            "uneven_weights",
            Severity.LOW,
            f"The weights of {finished.best.title} are not comparable as they are: {quoted(names[most])} is spread "
            f"{spread[most] / spread[least]:,.0f} times as far as {quoted(names[least])}.",
            "Compare a weight times the spread of its column, as “the model's own” importance does.",
            (),
            {"models": [finished.best.id], "ratio": float(spread[most] / spread[least])},
        )
    ]


def _prepared(finished: Finished, pipeline: Any) -> Any:
    """The training rows of the first fold as the model sees them."""
    rows = finished.setting.folds[0].train[:ROWS]
    return np.asarray(pipeline[:-1].transform(finished.setting.samples.take(rows)), dtype=np.float64)


def _flattered_columns(finished: Finished) -> list[Finding]:
    """Columns that a tree model's own figures call important while shuffling them changes next to nothing."""
    pipeline = again(finished).pipelines[0]
    if not hasattr(pipeline[-1], "feature_importances_"):
        return []
    test = finished.setting.folds[0].test
    rows = finished.setting.samples
    own = importance(
        "built_in",
        pipeline,
        rows.take(test),
        rows.y[test],
        finished.problem,
        origins=origins(pipeline[0], finished.problem),
    )
    shares = dict(zip(own["feature"], own["mean"] / own["mean"].sum(), strict=True))
    stand_in = {name for pair in alike(finished) for name in pair}
    fair = FAVOURED / len(shares)
    names = tuple(name for name in _without_effect(finished) if shares[name] >= fair and name not in stand_in)
    if not names:
        return []
    worst = max(names, key=lambda name: shares[name])
    return [
        Finding(
            "flattered",
            Severity.LOW,
            f"By its own figures {finished.best.title} goes by {listed(names)} (up to {100 * shares[worst]:.0f} % for "
            "one), yet shuffling makes no difference on new rows that can be told from chance.",
            "Trust “shuffling a column” here: a model's own figures favour columns with many different values.",
            names,
            {"models": [finished.best.id], "shares": {name: float(shares[name]) for name in names}},
        )
    ]


def _without_effect(finished: Finished) -> list[str]:
    """Columns whose shuffling moves the score by no more than chance, and by little."""
    told, most = falls(finished), NO_EFFECT * (finished.unit or 0.0)
    rows = zip(told.names, told.mean, told.low, strict=True)
    return [name for name, mean, low in rows if low <= 0 and mean < most]


def _no_pixels(finished: Finished) -> str | None:
    if finished.problem.image_shape:
        return "the columns are pixels of images"
    return None if len(finished.problem.features) > 1 else "there is one column only"


def _moment(finished: Finished) -> float:
    return 0.2


EXPLAINED = (
    Review(
        "alike",
        "Columns that stand in for each other",
        "Pairs of columns that say nearly the same, so that neither looks important.",
        "Pearson correlation above 0.9 between number columns.",
        _correlated,
        first(_no_pixels, beats_guessing),
        _moment,
    ),
    Review(
        "uneven_weights",
        "Weights that cannot be compared",
        "Whether the weights of a linear model are of columns with very different spread.",
        "Coefficients of unscaled prepared columns: standard deviations that differ tenfold.",
        _uneven_weights,
        first(_no_pixels, beats_guessing),
        _moment,
    ),
    Review(
        "flattered",
        "Columns that a model overrates",
        "Columns that a model of trees calls important though nothing changes without them.",
        "Bias of impurity importance (MDI): one and a half times an equal share of it, against permutation importance "
        "whose corrected interval includes 0, and no correlation above 0.7.",
        _flattered_columns,
        first(_no_pixels, beats_guessing),
        _moment,
    ),
)
