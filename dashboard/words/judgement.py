"""What a comparison has come to, in one to three plain sentences.

Takes a leaderboard and a metric's entry, gives plain text. Knows the frame's columns and no store.
"""

from __future__ import annotations

from typing import Any, Protocol

import pandas as pd

from core.metrics import METRICS

from .figures import count, joined, known, number, percent


class Measure(Protocol):
    """What a sentence must know of a metric; the entries of ``core.metrics.METRICS`` have it."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def greater_is_better(self) -> bool: ...
    @property
    def unit(self) -> str: ...
    @property
    def saying(self) -> str: ...


def value_of(measure: Measure, value: float | None, target: str = "") -> str:
    """A score in its own unit: a share as it is read in tables, a number of the target with thousands apart."""
    return number(value) + (f" {target}" if target and measure.unit == "target" and known(value) else "")


# What is told of the best model besides the metric that ranks.
RATES = ("accuracy", "recall", "precision")


def says(measure: Measure, value: float, *, positive: Any = None, target: str = "", decimals: int = 0) -> str:
    """What a model does, as a clause without its subject: ``names 94 of 100 rows right``.

    Parameters
    ----------
    measure : Measure
        A metric; those without a saying are told by their title and value.
    positive : Any
        The class that precision and recall speak of, where there are two classes.
    target : str
        The column that is predicted.
    decimals : int
        Of the rows in a hundred.
    """
    told = measure.saying
    if not told or ("{positive}" in told and positive is None) or ("{percent}" in told and value < 0):
        note = "" if measure.greater_is_better else ", where less is better"
        return f"scores {value_of(measure, value)} in {measure.title}{note}"
    return told.format(
        hundred=hundred(value, decimals),
        value=value_of(measure, value),
        percent=percent(value, max(decimals, 0)),
        positive=f"“{positive}”",
        target=target or "the target",
    )


def hundred(share: float, decimals: int = 0) -> str:
    """A share as ``94 of 100``; with a decimal where rounding would make it all or none."""
    if 0 < share < 1 and round(100 * share, decimals) in (0, 100):
        decimals = 1
        share = min(max(share, 0.001), 0.999)
    return f"{100 * share:.{decimals}f} of 100"


def metric_sentence(measure: Measure, value: float | None, *, positive: Any = None, target: str = "") -> str:
    """One score as a sentence: ``It names 94 of 100 rows right.``"""
    if not known(value):
        return f"{measure.title} is not defined here."
    return f"It {says(measure, value, positive=positive, target=target)}."


def verdict(
    board: pd.DataFrame,
    measure: Measure,
    *,
    running: bool = False,
    positive: Any = None,
    target: str = "",
) -> str:
    """Say in one to three plain sentences what a comparison has come to.

    Parameters
    ----------
    board : DataFrame
        A leaderboard, see `core.results.Comparison.leaderboard`: columns title, state (``"done"`` counts), mean, rank
        (missing where not ranked), low (missing where there was one fold only: then ties mean nothing), tied (True
        where it cannot be told from the best) and baseline (True for the model that only guesses). Where there are
        columns accuracy, precision or recall, the best model's are told per 100 rows.
    measure : Measure
        The metric that `mean` is of.
    running : bool
        Whether results are still to come.
    positive : Any
        The class that precision and recall speak of; None unless there are two classes.
    target : str
        The column that is predicted.

    Returns
    -------
    str
        Plain text; escape it for Markdown.
    """
    models = board[~_flags(board, "baseline")]
    ranked = _ranked(models, measure)
    guess = _ranked(board[_flags(board, "baseline")], measure)
    words = {"positive": positive, "target": target}
    if ranked.empty:
        return _nothing(models, guess, measure, running, words)
    best, floor = ranked.iloc[0], guess.iloc[0] if len(guess) else None
    sentences = (
        _no_better(best, floor, measure, running, words)
        if floor is not None and not _beats(best, floor, measure)
        else [*_best(best, ranked, floor, measure, running, words), _ties(best, ranked), _rates(best, measure, words)]
    )
    return " ".join(each for each in [*sentences, _rest(models, ranked, running)] if each)


def _flags(board: pd.DataFrame, column: str) -> pd.Series:
    """A yes/no column with False for what is missing."""
    if column not in board:
        return pd.Series(False, index=board.index)
    return board[column].map(lambda each: not pd.isna(each) and bool(each)).astype(bool)


def _ranked(board: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """The models that are done and have a score, the best first."""
    done = board[(board["state"] == "done") & board["mean"].notna()]
    if "rank" in done:
        done = done[done["rank"].notna()]
        return done.sort_values("rank")
    return done.sort_values("mean", ascending=not measure.greater_is_better, kind="stable")


def _beats(best: pd.Series, floor: pd.Series, measure: Measure) -> bool:
    """Whether the best model is better than guessing, and not by luck as far as can be told."""
    tied = floor.get("tied")
    return _ahead(best, floor, measure) and (_judged_once(best) or tied is None or pd.isna(tied) or not tied)


def _ahead(best: pd.Series, floor: pd.Series, measure: Measure) -> bool:
    return bool(best["mean"] > floor["mean"] if measure.greater_is_better else best["mean"] < floor["mean"])


def _judged_once(best: pd.Series) -> bool:
    """Whether there is no second fold that could tell skill from luck."""
    return "low" in best and pd.isna(best["low"])


def _nothing(models: pd.DataFrame, guess: pd.DataFrame, measure: Measure, running: bool, words: dict[str, Any]) -> str:
    """What to say while, or when, no model has a score."""
    if running:
        return "No model is finished yet."
    if models.empty and len(guess):
        return f"Only guessing was tried: it {says(measure, guess['mean'].iloc[0], **words)}."
    if (models["state"] == "done").any():
        return f"{measure.title} is not defined for any finished model."
    return f"0 of {count(len(models), 'model')} finished."


def _best(
    best: pd.Series,
    ranked: pd.DataFrame,
    floor: pd.Series | None,
    measure: Measure,
    running: bool,
    words: dict[str, Any],
) -> list[str]:
    """The best model, what it does, and what guessing does."""
    decimals = _decimals(best["mean"], None if floor is None else floor["mean"])
    does = says(measure, best["mean"], decimals=decimals, **words)
    guessing = "" if floor is None else f" (guessing: {_short(measure, floor['mean'], decimals)})"
    if len(ranked) == 1 and not running:
        return [f"{best['title']} {does}{guessing}."]
    alone = _judged_once(best) or not _flags(ranked[ranked.index != best.name], "tied").any()
    place = "leads" if running else "is best" if alone else "is in front"
    leads = f"So far {best['title']} {place}" if running else f"{best['title']} {place}"
    return [f"{leads}: it {does}{guessing}."]


def _decimals(best: float, floor: float | None) -> int:
    """Decimals that keep the best and guessing apart."""
    if floor is None:
        return 0
    return next((each for each in (0, 1) if round(100 * best, each) != round(100 * floor, each)), 2)


def _short(measure: Measure, value: float, decimals: int) -> str:
    """A score as it is told beside another one that was told in full."""
    told = measure.saying
    if "{hundred}" in told:
        return hundred(value, decimals).removesuffix(" of 100")
    if "{percent}" in told:
        return percent(max(value, 0.0), decimals)
    return value_of(measure, value)


def _ties(best: pd.Series, ranked: pd.DataFrame) -> str:
    """Who cannot be told from the best."""
    others = ranked[ranked.index != best.name]
    if others.empty or "tied" not in others:
        return ""
    if others["tied"].isna().all() or _judged_once(best):
        return "Whether that is luck cannot be said from one judgement per model."
    tied = others[_flags(others, "tied")]
    if tied.empty:
        return ""
    if len(tied) == len(others) and len(others) > 3:
        return f"None of the other {len(others)} models can be told apart from it."
    return f"{joined(tied['title'])} cannot be told apart from it."


def _rates(best: pd.Series, measure: Measure, words: dict[str, Any]) -> str:
    """What the best model does per hundred rows, where that is known and not said yet."""
    told = [
        METRICS[rate].saying.format(hundred=hundred(best[rate]), positive=f"“{words['positive']}”")
        for rate in RATES
        if rate in best and rate != measure.name and known(best[rate])
        if words["positive"] is not None or "{positive}" not in METRICS[rate].saying
    ]
    return f"It {joined(told)}." if told else ""


def _no_better(best: pd.Series, floor: pd.Series, measure: Measure, running: bool, words: dict[str, Any]) -> list[str]:
    """No model is better than guessing: no winner is named."""
    decimals = _decimals(best["mean"], floor["mean"])
    does = says(measure, best["mean"], decimals=decimals, **words)
    first = "So far no model beats guessing." if running else "No model beats guessing."
    guess = _short(measure, floor["mean"], decimals)
    if _ahead(best, floor, measure):
        return [first, f"{best['title']} {does} (guessing: {guess}); that may be luck."]
    return [first, f"{best['title']} comes closest: it {does} (guessing: {guess})."]


def _rest(models: pd.DataFrame, ranked: pd.DataFrame, running: bool) -> str:
    """How many models are not in the ranking."""
    missing = len(models) - len(ranked)
    if running:
        return f"{count(len(ranked))} of {count(len(models), 'model')} finished."
    return f"{count(missing)} of {count(len(models), 'model')} could not be ranked." if missing else ""
