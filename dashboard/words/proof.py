"""What is said of the sealed exam, of studies, and of what a model costs.

Takes numbers, gives plain text; never claims what an interval does not hold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .figures import count, duration, joined, known, number, percent, size
from .judgement import Measure, hundred, says, value_of

SURE = 0.95  # chance from which on something is said without a "may"


def between(measure: Measure, low: float | None, high: float | None) -> str:
    """An interval in brackets, in the metric's own way of being told; empty where there is none."""
    if not known(low) or not known(high):
        return ""
    if "{hundred}" in measure.saying:
        ends = [hundred(each).removesuffix(" of 100") for each in (low, high)]
    elif "{percent}" in measure.saying:
        ends = [percent(max(each, 0.0), 0) for each in (low, high)]
    else:
        ends = [value_of(measure, each) for each in (low, high)]
    return f" ({ends[0]} to {ends[1]})" if ends[0] != ends[1] else ""


def exam(
    measure: Measure,
    title: str,
    *,
    rows: int,
    practice: float | None,
    value: float | None,
    low: float | None,
    high: float | None,
    guessing: float | None = None,
    promised: tuple[float | None, float | None] = (None, None),
    positive: Any = None,
    target: str = "",
) -> str:
    """Say what a model does on sealed rows, and whether practice promised as much.

    Parameters
    ----------
    rows : int
        Sealed ones.
    practice : float or None
        The mean over the practice folds.
    promised : (float or None, float or None)
        Its interval.
    value, low, high : float or None
        On the sealed rows, with the interval.
    guessing : float or None
        What guessing scores on the sealed rows.
    """
    if not known(value):
        return f"{measure.title} is not defined on the {count(rows, 'sealed row')}."
    words = {"positive": positive, "target": target}
    told = f"On {count(rows, 'sealed row')} {title} {says(measure, value, **words)}{between(measure, low, high)}."
    unknown = "" if known(low) and known(high) else "How far other rows may differ cannot be said from these."
    more = (_promised(measure, practice, promised, value, low, high), _luck(low, high, guessing), unknown)
    return " ".join(each for each in (told, *more) if each)


def _promised(
    measure: Measure,
    practice: float | None,
    promised: tuple[float | None, float | None],
    value: float,
    low: float | None,
    high: float | None,
) -> str:
    """Whether the exam agrees with practice, as far as the intervals of both can tell."""
    if not known(practice):
        return ""
    told = value_of(measure, practice)
    if "{hundred}" in measure.saying:
        told = hundred(practice)
    elif "{percent}" in measure.saying:
        told = percent(max(practice, 0.0), 0)
    if not known(low) or not known(high):
        return f"In practice it was {told}."
    rise = value > practice
    exam = value - low if rise else high - value
    end = promised[1] if rise else promised[0]
    own = abs(end - practice) if known(end) else 0.0
    if abs(value - practice) <= math.hypot(exam, own):  # of a difference: Newcombe (1998), method 10
        return f"In practice it was {told}: no more apart than luck explains."
    if rise != measure.greater_is_better:
        return f"In practice it was {told}: practice promised more than the exam keeps."
    return f"In practice it was {told}: the exam went better than practice promised."


def _luck(low: float | None, high: float | None, guessing: float | None) -> str:
    if known(low) and known(high) and known(guessing) and low <= guessing <= high:
        return "Guessing does about as well on these rows: that it learned anything is not shown."
    return ""


def sealed(rows: int, before: int) -> str:
    """Say what opening sealed rows is for, and how often that was done before."""
    if before:
        often = "once" if before == 1 else f"{before} times"
        return (
            f"{count(rows, 'row')} took no part in the comparison, but they were opened {often} before. Opening them "
            "again is counted, and says less: what is chosen now can lean on what was seen."
        )
    return (
        f"{count(rows, 'row')} took no part in anything so far. Choose your model first: the exam says what it does on "
        "rows that had no say in the choice, and every opening is counted."
    )


def opened(before: int, seen: float) -> str:
    """Say how sealed the rows still were, from the openings before and the share of the rows that they had shown."""
    if not before or not seen:
        return "The first look at these rows: nothing was chosen with them in view."
    share = "All of these rows were" if seen >= 1 else f"{percent(seen, 0)} of these rows had been"
    return (
        f"No longer sealed: this is opening number {before + 1}. {share} looked at before, so what is chosen now can "
        "lean on them. The first opening is the one to trust."
    )


def more_rows(
    measure: Measure,
    title: str,
    half: int,
    full: int,
    *,
    p_better: float | None,
    p_equal: float | None,
    gain: float,
    next_gain: float | None,
) -> str:
    """Say whether more rows would help, from what the last doubling of the rows has brought.

    Parameters
    ----------
    half, full : int
        Rows.
    p_better, p_equal : float or None
        Chances that all rows do better than half of them by more than what matters, and that both do the same.
    gain : float
        Difference of the scores, positive where all rows do better.
    next_gain : float or None
        See `core.studies.rows.Doubling`.
    """
    step = f"from {count(half)} to {count(full)} rows"
    if p_better is None or p_equal is None:
        return f"Whether more rows would help {title} cannot be said from one fold."
    if p_better >= SURE:
        hope = f" Twice as many again may bring about {_points(measure, next_gain)} more." if next_gain else ""
        return f"More rows would probably help {title}: {step} it gained {_points(measure, gain)}.{hope}"
    if p_equal >= SURE:
        return f"More rows would hardly help {title}: {step} its score stayed the same as far as it matters."
    if 1 - p_better >= SURE:
        return f"More rows are not what {title} lacks: {step} it gained nothing that matters."
    return (
        f"Whether more rows would help {title} cannot be told: {step} its score changed by {_signed(measure, gain)}, "
        "which may be luck."
    )


def _points(measure: Measure, value: float | None) -> str:
    """A difference of scores: of shares in rows of 100."""
    if not known(value):
        return "nothing"
    if "{hundred}" in measure.saying:
        return f"{number(100 * abs(value), 2)} of 100 rows"
    return value_of(measure, abs(value))


def _signed(measure: Measure, value: float) -> str:
    return f"{'+' if value >= 0 else '−'}{_points(measure, value)}"


def techniques(measure: Measure, title: str, means: Sequence[tuple[str, float]], inside: bool | None) -> str:
    """Say what the way to divide the rows does to a number.

    Parameters
    ----------
    means : sequence of (str, float)
        Ways and the mean score by each, the run's own first.
    inside : bool or None
        Whether all others lie within the interval of the run's own; None where that has none.
    """
    if len(means) < 2:
        return f"Only one way to divide the rows gives {title} a score."
    lowest, highest = min(means, key=lambda each: each[1]), max(means, key=lambda each: each[1])
    told = (
        f"By how the rows are divided, {title} scores between {value_of(measure, lowest[1])} ({lowest[0]}) and "
        f"{value_of(measure, highest[1])} ({highest[0]})."
    )
    if inside is None:
        return told
    if inside:
        return f"{told} All lie within the interval of your own split: they differ by no more than luck explains."
    return f"{told} Some lie outside the interval of your own split: the choice matters here."


def luck(measure: Measure, title: str, true: float, best: float, as_good: int, rounds: int) -> str:
    """Say how a score stands among those of shuffled answers."""
    tries, real = count(rounds, "try", "tries"), value_of(measure, true)
    told = f"With the answers shuffled, {title} reached at best {value_of(measure, best)} in {tries}"
    if not as_good:
        return f"{told}; with the true ones {real}. Luck does not explain that."
    times = count(as_good, "time")
    return f"{told}, and was as good as with the true ones ({real}) or better {times}: luck may explain its score."


def _seconds(value: float | None) -> str:
    """A time with the digits that it takes to check how many times one is the other."""
    return f"{value:.2g} s" if known(value) and 0.0995 <= value < 0.995 else duration(value)


UNITS = {"seconds": _seconds, "bytes": size}


def cost(value: float | None, unit: str) -> str:
    """A cost as people read it: ``45 ms``, ``1.2 MB``, ``0.012 Wh``."""
    if unit in UNITS:
        return UNITS[unit](value)
    return f"{number(value, 2)} Wh" if known(value) else number(value)


def cheapest(best: str, chosen: str, title: str, own: str, of_best: str, ratio: float | None) -> str:
    """Say which model is the cheapest that is not worse than the best, as far as can be told.

    Parameters
    ----------
    best, chosen : str
        Titles of the best model and of that one.
    title : str
        Of the cost, e.g. ``Training time``.
    own, of_best : str
        Both costs in words.
    ratio : float or None
        How many times more the best one takes.
    """
    if best == chosen:
        return f"{best} is in front, and nothing as good, as far as can be told, costs less ({title.lower()}: {own})."
    times = f", {number(ratio, 2)} times less" if known(ratio) and ratio >= 2 else ""
    return (
        f"{chosen} is the cheapest that is not worse than the best, as far as can be told: {title.lower()} {own}, "
        f"where {best} takes {of_best}{times}."
    )


def passed_over(beaten: Sequence[str], behind: Sequence[str], best: str) -> str:
    """Why models that share the first place and cost less are not the answer.

    Some are beaten in one of both and no better in the other, some are behind the best by a test of the two alone.
    """
    told = []
    for titles, why in (
        (beaten, "but another model scores no less and costs no more"),
        (behind, f"but a test against {best} alone finds {'it' if len(behind) == 1 else 'them'} behind"),
    ):
        if titles:
            does = "shares the first place and costs" if len(titles) == 1 else "share the first place and cost"
            told.append(f"{joined(titles)} {does} less, {why}.")
    return " ".join(told)


NO_CHEAPEST = "No model can be told from guessing, so there is nothing to pay for."
