"""What a comparison has come to, in one to three plain sentences.

Takes the models' standings and a metric's entry, gives plain text. Knows no store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from core.metrics import METRICS
from core.records import FitState
from core.standing import Standing, nobody_wins

from .figures import count, joined, known, number, percent, roughly


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
AT_ALL = "if it has learned anything at all,"


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
    if "{percent}" in told and value < 0:  # of the share that is explained: no share at all
        return f"does worse than always saying the mean ({measure.title} {value_of(measure, value)})"
    if not told or ("{positive}" in told and positive is None):
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
    board: Sequence[Standing],
    measure: Measure,
    *,
    running: bool = False,
    positive: Any = None,
    target: str = "",
    rates: Mapping[str, float | None] | None = None,
    guessed: Mapping[str, float | None] | None = None,
    needed: int | None = None,
    rows: int = 0,
) -> str:
    """Say in one to three plain sentences what a comparison has come to.

    Parameters
    ----------
    board : sequence of Standing
        See `core.results.Comparison.standings`. Where none has a `low` or a second fold, the only one's rows have not
        been drawn again: then ties mean nothing.
    measure : Measure
        The metric that the standings are of.
    running : bool
        Whether results are still to come.
    positive : Any
        The class that precision and recall speak of; None unless there are two classes.
    target : str
        The column that is predicted.
    rates : mapping of str to float, optional
        Accuracy, precision and recall of the best model, to be told per 100 rows.
    guessed : mapping of str to float, optional
        What guessing comes to of these, where that says something.
    needed : int or None
        About how many rows would tell the best from the next, or from guessing where that is what it cannot be told
        from; None where that cannot be said.
    rows : int
        How many there are.

    Returns
    -------
    str
        Plain text; escape it for Markdown.
    """
    models = [each for each in board if not each.baseline]
    ranked = _ranked(models)
    floor = next(iter(_ranked([each for each in board if each.baseline])), None)
    words = {"positive": positive, "target": target}
    if not ranked:
        return _nothing(models, floor, len(board) - len(models), measure, running, words)
    best = ranked[0]
    needed = None if running else needed
    sentences = (
        [
            *_no_better(best, floor, measure, running, words),
            too_few(needed, rows, best.title, "guessing", AT_ALL) if _ahead(best, floor, measure) else "",
        ]
        if floor is not None and not beats(best, floor, measure)
        else [
            *_best(best, ranked, floor, measure, running, words),
            _rates(rates or {}, guessed or {}, measure, words),
            told := _ties(best, ranked),
            too_few(needed, rows, best.title, ranked[1].title) if told and not _judged_once(ranked) else "",
        ]
    )
    return " ".join(each for each in [*sentences, _rest(models, ranked, running)] if each)


def front(board: Sequence[Standing]) -> Standing | None:
    """The best model that does more than guess; None where none has a rank."""
    return next(iter(_ranked([each for each in board if not each.baseline])), None)


def _ranked(board: Sequence[Standing]) -> list[Standing]:
    """The models that have a rank, the best first."""
    return sorted((each for each in board if each.rank is not None), key=lambda each: each.rank or 0)


def _mean(row: Standing) -> float:
    """The score of what is ranked."""
    assert row.mean is not None
    return row.mean


def beats(best: Standing, floor: Standing, measure: Measure) -> bool:
    """Whether the best model is better than guessing, and not by luck as far as can be told."""
    return _ahead(best, floor, measure) and (_judged_once([best, floor]) or not floor.tied)


def _ahead(best: Standing, floor: Standing, measure: Measure) -> bool:
    return _mean(best) > _mean(floor) if measure.greater_is_better else _mean(best) < _mean(floor)


def _judged_once(rows: Sequence[Standing]) -> bool:
    """Whether nothing could tell skill from luck: neither a second fold nor rows drawn again."""
    return not any(known(each.low) or each.folds_done > 1 for each in rows)


def _nothing(
    models: Sequence[Standing],
    guess: Standing | None,
    baselines: int,
    measure: Measure,
    running: bool,
    words: dict[str, Any],
) -> str:
    """What to say while, or when, no model has a score."""
    if running:
        return "No model is finished yet."
    if not models and guess is not None:
        return f"Only guessing was tried: it {says(measure, _mean(guess), **words)}."
    if any(each.state == FitState.DONE for each in models):
        return f"{measure.title} is not defined for any finished model."
    if not models:
        return "Guessing did not finish."
    nor = "; only guessing did" if guess is not None else ", and guessing did not either" if baselines else ""
    return f"0 of {count(len(models), 'model')} finished{nor}."


def _best(
    best: Standing,
    ranked: Sequence[Standing],
    floor: Standing | None,
    measure: Measure,
    running: bool,
    words: dict[str, Any],
) -> list[str]:
    """The best model, what it does, and what guessing does."""
    decimals = _decimals(_mean(best), None if floor is None else _mean(floor))
    does = says(measure, _mean(best), decimals=decimals, **words)
    guessing = "" if floor is None else f" (guessing: {_short(measure, _mean(floor), decimals)})"
    if len(ranked) == 1 and not running:
        return [f"{best.title} {does}{guessing}."]
    alone = _judged_once(ranked) or not any(each.tied for each in ranked[1:])
    place = "leads" if running else "is best" if alone else "is in front"
    leads = f"So far {best.title} {place}" if running else f"{best.title} {place}"
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


def _ties(best: Standing, ranked: Sequence[Standing]) -> str:
    """Who cannot be told from the best."""
    others = ranked[1:]
    if not others:
        return ""
    if _judged_once(ranked):
        return "Whether that is luck cannot be said from one judgement per model."
    tied = [each.title for each in others if each.tied]
    if not tied:
        return ""
    if len(tied) == len(others) and len(others) > 3:
        return f"None of the other {len(others)} models can be told apart from it."
    return f"{joined(tied)} cannot be told apart from it."


def out_of_step(standings: Sequence[Standing]) -> str:
    """Why somebody is behind who scores better than one that shares the first place; empty where nobody is."""
    ranked = [each for each in standings if each.rank is not None]
    last = max((place for place, each in enumerate(ranked) if each.tied), default=0)
    behind = [each.title for each in ranked[:last] if not each.tied]
    if not behind or nobody_wins(ranked):
        return ""
    one, shares, best = len(behind) == 1, ranked[last].title, ranked[0].title
    return (
        f"{joined(behind)} {'scores' if one else 'score'} better than {shares}, which shares the first place, and yet "
        f"{'is' if one else 'are'} behind: {'its' if one else 'their'} distance to {best} is steadier, so it is less "
        "likely to be luck."
    )


def too_few(needed: int | None, rows: int, a: str, b: str, hedge: str = "it looks as if") -> str:
    """How many rows would tell two models apart; empty where that is not known, or fewer than there are."""
    if needed is None or needed <= rows:
        return ""
    enough = f"{hedge} {roughly(needed)} would be needed"
    return f"Too few rows to tell {a} from {b}: {enough} ({rows:,} took part)."


def _rates(
    rates: Mapping[str, float | None], guessed: Mapping[str, float | None], measure: Measure, words: dict[str, Any]
) -> str:
    """What the best model does per hundred rows, where that is known and not said yet."""
    told = [
        METRICS[rate].saying.format(hundred=hundred(value), positive=f"“{words['positive']}”")
        + (f" (guessing: {_short(METRICS[rate], guess, 0)})" if known(guess := guessed.get(rate)) else "")
        for rate in RATES
        if rate != measure.name and known(value := rates.get(rate))
        if words["positive"] is not None or "{positive}" not in METRICS[rate].saying
    ]
    return f"It {joined(told)}." if told else ""


def _no_better(best: Standing, floor: Standing, measure: Measure, running: bool, words: dict[str, Any]) -> list[str]:
    """No model can be told to be better than guessing: no winner is named."""
    decimals = _decimals(_mean(best), _mean(floor))
    does = says(measure, _mean(best), decimals=decimals, **words)
    first = "So far no model beats guessing" if running else "No model beats guessing"
    guess = _short(measure, _mean(floor), decimals)
    if _ahead(best, floor, measure):
        return [f"{first} as far as can be told.", f"{best.title} {does} (guessing: {guess}); that may be luck."]
    return [f"{first}.", f"{best.title} comes closest: it {does} (guessing: {guess})."]


def _rest(models: Sequence[Standing], ranked: Sequence[Standing], running: bool) -> str:
    """How many models are not in the ranking."""
    missing = len(models) - len(ranked)
    if running:
        return f"{count(len(ranked))} of {count(len(models), 'model')} finished."
    return f"{count(missing)} of {count(len(models), 'model')} could not be ranked." if missing else ""
