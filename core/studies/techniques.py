"""Ways to divide the rows side by side: what the choice of one does to a model's number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import stdev
from typing import TYPE_CHECKING, Any

from core.comparison import interval
from core.data import SPLITS, Unusable, check_split, folds
from core.metrics import Metric, score_all
from core.predictions import joined
from core.records import Problem, Split
from core.results import practice_rows, test_share
from core.studies.study import Fit, fitted, plain, study

if TYPE_CHECKING:
    import pandas as pd

    from core.run import Fitted, Setting

NUMBERS = (5, 10)  # folds, beside the number that a run itself has
REPEATS = 3
MOST_SINGLE = 200  # rows that are left out one by one


def ways(own: Split) -> tuple[Split, ...]:
    """The ways to divide rows that are set side by side, the run's own first."""
    kinds = [
        replace(own, kind=kind.name, folds=number, repeats=REPEATS if kind.repeated else 1, shuffle=True)
        for kind in SPLITS.values()
        for number in ((own.folds, *NUMBERS) if kind.folded and not (kind.needs or kind.repeated) else (own.folds,))
    ]
    return tuple(dict.fromkeys([own, *kinds]))


def fits_of(split: Split, rows: int) -> int:
    """How many fits a way to divide so many practice rows takes."""
    return SPLITS[split.kind].count(split, rows)


def objection(problem: Problem, split: Split) -> str:
    """Why a problem's rows are not divided so; empty where they are."""
    kind, rows = SPLITS[split.kind], practice_rows(split, problem.rows)
    if problem.task not in kind.tasks:
        return "It keeps the proportion of classes, and a number is predicted."
    if kind.needs and not getattr(problem, kind.needs):
        return f"No column says the {kind.needs} of a row."
    if kind.most_rows and rows > MOST_SINGLE:
        return f"It would train the model {rows:,} times; at most {MOST_SINGLE} are tried here."
    try:
        check_split(problem, split)
    except Unusable as error:
        return str(error)
    return ""


def _work(shared: Setting) -> dict[str, Any]:
    told, begun = [], []
    for split in ways(shared.spec.split):
        reason = objection(shared.problem, split)
        try:
            divided = [] if reason else list(folds(shared.samples, shared.problem, split, shared.spec.seed))
        except Unusable as error:
            reason, divided = str(error), []
        title = SPLITS[split.kind].title
        told.append(
            {
                "split": split.kind,
                "folds": len(divided),
                "asked": split.folds,
                "repeats": split.repeats if SPLITS[split.kind].repeated else 1,
                "reason": reason,
            }
        )
        begun.append([Fit(fold, len(fold.train), f"{title}, {fold.number + 1} of {len(divided)}") for fold in divided])
    found = fitted(shared, [fit for part in begun for fit in part])
    for row, part, split in zip(told, begun, ways(shared.spec.split), strict=True):
        row |= _summary(shared, split, [next(found) for _ in part])
    return {"ways": told}


def _summary(shared: Setting, split: Split, found: Sequence[Fitted | str]) -> dict[str, Any]:
    """What came of one way: the scores of its folds, or of all rows together where each fold judges one alone."""
    done = [each for each in found if not isinstance(each, str)]
    failed = next((each for each in found if isinstance(each, str)), "")
    summary: dict[str, Any] = {
        "seconds": sum(each.outcome.fit_seconds + each.outcome.predict_seconds for each in done),
        "test_share": test_share(split, practice_rows(split, shared.problem.rows)),
        "scores": [plain(each.outcome.scores) for each in done],
    }
    if failed or not done:
        return summary | {"scores": []} | ({"reason": failed} if failed else {})
    if min(len(each.predictions.rows) for each in done) == 1 < len(done):
        pooled, _ = score_all(joined([each.predictions for each in done]), shared.problem)
        summary["scores"] = [plain(pooled)]
    return summary


def summary(ways: Sequence[Mapping[str, Any]], metric: Metric) -> pd.DataFrame:
    """What each way to divide the rows comes to.

    Parameters
    ----------
    ways : sequence of mapping
        What the study gave under ``ways``.
    metric : Metric

    Returns
    -------
    DataFrame
        Columns ``way``, ``mean``, ``spread`` (standard deviation over the folds), ``low`` and ``high`` (of the mean at
        95 %), ``folds``, ``seconds`` of all fits, and ``reason`` where there is no mean.
    """
    import pandas as pd

    columns = ["way", "mean", "spread", "low", "high", "folds", "seconds", "reason"]
    found = [_row(each, metric) for each in ways]
    return pd.DataFrame(found, columns=columns).astype(dict.fromkeys(("mean", "spread", "low", "high"), float))


def _row(way: Mapping[str, Any], metric: Metric) -> list[Any]:
    kind, count = SPLITS[way["split"]], way["folds"]
    title = f"{kind.title} ({count:,})" if count > 1 else kind.title
    if not count and kind.folded:
        title = f"{kind.title} ({way['asked']:,})"
    values = [scores.get(metric.name) for scores in way.get("scores", ())]
    known = [each for each in values if each is not None]
    reason = way["reason"] or ("" if known else "It has no score.")
    if len(known) < len(values):
        reason = f"{metric.title} is not defined in {len(values) - len(known):,} of {len(values):,} folds."
    if reason:
        return [title, None, None, None, None, count, way.get("seconds"), reason]
    likely = interval(known, way["test_share"], bounds=(metric.low, metric.high), repeats=way.get("repeats", 1))
    spread = stdev(known) if len(known) > 1 else None
    return [title, likely.mean, spread, likely.low, likely.high, count, way.get("seconds"), ""]


DERIVATION = study("study_techniques", _work)
