"""Folds that differ from the others, and rows that stand on both sides of one.

Takes a `Finished`, gives findings. Which rows stood where is not stored and is worked out anew.
"""

from __future__ import annotations

from dataclasses import fields, replace
from functools import partial
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import checks
from core.afterwards.entry import Finished, Review, any_model, first, several_folds
from core.checks import Finding, Severity, Suggestion
from core.checks.entry import once
from core.checks.order import TIME, Clock, clocks
from core.checks.rows import BOTH_SIDES, same_rows
from core.data import SPLITS
from core.metrics import score
from core.records import Fold, Predictions
from core.wording import counted, quoted

FEWEST_FOLDS = 5
ROBUST = 3.5  # robust z, after Iglewicz and Hoaglin (1993)
CHANCE = 0.01  # how often one of the folds may be called odd where none is
FAR = 0.05  # of the way from guessing to perfect
MOST = 0.5  # of the models
QUICK = 0.3  # seconds, about, that looking at the rows takes
FEWEST_SEEN = 10  # rows whose scores can be compared


def robust_z(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each value is from the median, in median absolute deviations: 0.6745 (x - median) / MAD."""
    away = values - np.median(values)
    mad = float(np.median(np.abs(away)))
    if mad == 0:
        return np.where(away == 0, 0.0, np.copysign(np.inf, away))
    scaled: NDArray[np.float64] = 0.6745 * away / mad
    return scaled


def _odd_fold(finished: Finished) -> list[Finding]:
    """A fold whose scores are far from the others' in most models, and by more than chance."""
    scores = np.array([finished.values(each) for each in finished.ranked], dtype=np.float64)
    z = np.array([robust_z(each) for each in scores])
    mean = scores.mean(axis=0)
    fold = int(np.abs(mean - np.median(mean)).argmax())
    agree = float((np.abs(z[:, fold]) > ROBUST).mean())
    others = np.delete(mean, fold)
    away = float(mean[fold] - others.mean())
    if agree <= MOST or not _beyond_chance(away, others) or abs(away) < FAR * (finished.unit or np.inf):
        return []
    harder = (away < 0) == finished.metric.greater_is_better
    every = agree == 1.0 and len(scores) > 1
    return [
        Finding(
            "odd_fold",
            Severity.MEDIUM,
            f"Fold {fold + 1} is {'harder' if harder else 'easier'} for {'all' if every else 'most'} models: "
            f"{finished.told(float(mean[fold]))} on average, the other folds {finished.told(fmean(others))} "
            f"({finished.measure}).",
            "See what its rows have in common: another time, another place, or an order of the file. Without "
            "shuffling, a fold is a stretch of the table.",
            (),
            {"fold": fold + 1, "scores": mean.tolist(), "robust_z": _finite(z[:, fold]), "share_of_models": agree},
        )
    ]


def _finite(values: NDArray[np.float64]) -> list[float]:
    return [float(each) for each in np.clip(values, -1e6, 1e6)]


def _beyond_chance(away: float, others: NDArray[np.float64]) -> bool:
    """Whether one more value of the same kind would be so far away: t test of a new value, for as many folds."""
    from scipy.special import stdtrit

    count = len(others)
    spread = float(others.std(ddof=1)) * np.sqrt(1 + 1 / count)
    limit = float(stdtrit(count - 1, 1 - CHANCE / (2 * (count + 1))))
    return bool(abs(away) > limit * spread)


@once
def check_setting(finished: Finished) -> checks.Setting:
    """The practice rows and their folds as the checks before training see them; what is sealed is not looked at."""
    shared, table, spec = finished.setting, finished.table, finished.result.spec
    assert table is not None  # where there is a setting
    rows, folds = shared.samples, list(shared.folds)
    if spec.split.exam:
        kept = np.unique(np.concatenate([part for each in folds for part in (each.train, each.test)]))
        place = np.full(len(rows.y), -1)
        place[kept] = np.arange(len(kept))
        folds = [replace(each, train=place[each.train], test=place[each.test]) for each in folds]
        arrays: dict[str, Any] = {name: getattr(rows, name) for name in ("y", "rows", "groups", "times", "weights")}
        arrays = {name: None if each is None else each[kept] for name, each in arrays.items()}
        rows = replace(rows, **arrays)
    return checks.Setting(table, finished.problem, rows, spec.split, folds, spec.seed)


def _overlap(finished: Finished) -> list[Finding]:
    """Rows that were judged while an equal one was learned from, and what that did to the score."""
    setting = check_setting(finished)
    found = BOTH_SIDES.look(setting)
    if not found:
        return []
    seen, text = _seen(setting), ""
    scores = _apart(finished, seen)
    if scores:
        on = [finished.told(each) for each in scores]
        text = f" On those {finished.best.title} scores {on[0]}, on the others {on[1]}."
    known = found[0]
    words = (
        f"{counted(known.figures['seen'], 'held-out row')} of {known.figures['judged']:,} equal a row that was learned "
        f"from in the same fold.{text}"
    )
    figures = {**known.figures, "score_seen": scores[0] if scores else None, "score_others": scores and scores[1]}
    return [replace(known, check="overlap", text=words, figures=figures)]


def _seen(setting: checks.Setting) -> NDArray[np.intp]:
    """Rows of the table that were judged while an equal one was learned from."""
    codes = same_rows(setting)
    parts = [_seen_in(fold, codes, int(codes.max()) + 1) for fold in setting.folds]
    return setting.samples.rows[np.unique(np.concatenate(parts))]


def _seen_in(fold: Fold, codes: NDArray[np.int64], different: int) -> NDArray[np.intp]:
    trained = np.bincount(codes[fold.train], minlength=different) > 0
    seen: NDArray[np.intp] = fold.test[trained[codes[fold.test]]]
    return seen


def _apart(finished: Finished, rows: NDArray[np.intp]) -> tuple[float, float] | None:
    """The best model's score on some rows and on the others; None where there are too few of either."""
    said = finished.result.predictions(finished.best.id)
    if said is None:
        return None
    among = np.isin(said.rows, rows)
    if min(among.sum(), (~among).sum()) < FEWEST_SEEN:
        return None
    values = [score(finished.metric.name, _some(said, part), finished.problem)[0] for part in (among, ~among)]
    return None if values[0] is None or values[1] is None else (values[0], values[1])


def _some(said: Predictions, kept: NDArray[np.bool_]) -> Predictions:
    arrays = {each.name: getattr(said, each.name) for each in fields(Predictions)}
    chosen: dict[str, Any] = {name: None if each is None else each[kept] for name, each in arrays.items()}
    return Predictions(**chosen)


def _time_overlap(finished: Finished) -> list[Finding]:
    """Rows of one time on both sides of shuffled folds, and rows that were judged by what came after them."""
    setting = check_setting(finished)
    clock = next(iter(clocks(setting)), None)
    if clock is None:
        return []
    same, before, judged = _in_time(setting, clock)
    if not before:
        return []
    together = f", {same:,} of them with rows of the very same time," if same else ""
    return [
        Finding(
            "time_overlap",
            Severity.MEDIUM if clock.matters else Severity.LOW,
            f"{before:,} of {judged:,} held-out rows{together} were judged by models that had learned from rows of "
            f"the same time or later ({quoted(clock.name)}).",
            f"If the model is meant for what comes later, divide by {quoted(clock.name)}."
            + ("" if clock.matters else " Here the answer does not seem to depend on it."),
            (clock.name,),
            {"same": same, "not_later": before, "judged": judged, "alike": clock.alike, "trend": clock.trend},
            Suggestion(split=TIME, time=clock.name),
        )
    ]


def _in_time(setting: checks.Setting, clock: Clock) -> tuple[int, int, int]:
    """Held-out rows with a training row of the same time, with one that is not earlier, and all that have a time."""
    values = setting.column(clock.name)
    known, times = values.notna().to_numpy(), values.to_numpy()
    same = before = judged = 0
    for fold in setting.folds[: max(1, len(setting.folds) // setting.split.repeats)]:
        train, test = (times[part[known[part]]] for part in (fold.train, fold.test))
        if len(train) and len(test):
            same, judged = same + int(np.isin(test, train).sum()), judged + len(test)
            before += int((test <= train.max()).sum())
    return same, before, judged


def _shuffled(finished: Finished) -> str | None:
    kind = SPLITS[finished.result.spec.split.kind]
    return "the rows are divided by time" if kind.needs == TIME else None


def _quick(finished: Finished) -> float:
    return QUICK * max(1.0, finished.problem.rows / 50_000)


FOLDS = (
    Review(
        "odd_fold",
        "An odd fold",
        "A fold that is much harder or easier than the others for most models.",
        "Robust z above 3.5 in most models, and the fold's mean over the models outside the 99 % prediction interval "
        "of the other folds (t test of a new value, Bonferroni over the folds).",
        _odd_fold,
        first(any_model, partial(several_folds, least=FEWEST_FOLDS)),
    ),
    Review(
        "overlap",
        "Equal rows on both sides",
        "Rows that were judged while an equal one was learned from, and what that did to the score.",
        "Train/test overlap by a hash of all features, over the run's own folds.",
        _overlap,
        any_model,
        _quick,
    ),
    Review(
        "time_overlap",
        "Judged by what came later",
        "Rows that were judged by models which had learned from the same time or later ones.",
        "Overlap in time between training and held-out rows of shuffled folds, by a date column.",
        _time_overlap,
        first(_shuffled, any_model),
        _quick,
    ),
)
