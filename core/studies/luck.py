"""What luck would score: the same model on the same folds, after the answers were shuffled.

A permutation test, as in Ojala and Garriga (2010), Permutation tests for studying classifier performance, JMLR 11,
1833-1863: with k shuffles of which b score at least as well as the true answers, p = (b + 1) / (k + 1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import TYPE_CHECKING, Any

from core.progress import retelling
from core.studies.study import Fit, fitted, plain, study

if TYPE_CHECKING:
    import numpy as np

    from core.run import Fitted, Setting

SHUFFLES = 20
MOST_FOLDS = 5


def _work(shared: Setting) -> dict[str, Any]:
    import numpy as np

    rng = np.random.default_rng(shared.spec.seed)
    chosen = [shared.folds[number] for number in range(min(len(shared.folds), MOST_FOLDS))]
    rounds = []
    for number in range(SHUFFLES + 1):
        told = f"shuffled {number} of {SHUFFLES} times" if number else "the true answers"
        y = _shuffled(shared, rng) if number else shared.samples.y
        turned = replace(shared, samples=replace(shared.samples, y=y))
        fits = [Fit(fold, 1.0, told) for fold in chosen]
        found = [
            {"scores": {}, "reason": each}
            if isinstance(each, str)
            else {"scores": plain(each.outcome.scores), "reason": ""}
            for each in _part(turned, fits, number)
        ]
        rounds.append(found)
    return {"true": rounds[0], "shuffled": rounds[1:]}


def _part(shared: Setting, fits: Sequence[Fit], number: int) -> Iterator[Fitted | str]:
    """The fits of one round, which is one of many."""
    whole = SHUFFLES + 1
    with retelling(lambda step: replace(step, fraction=(number + step.fraction) / whole)):
        yield from fitted(shared, fits)


def _shuffled(shared: Setting, rng: np.random.Generator) -> np.ndarray:
    """The answers in another order."""
    answers: np.ndarray = rng.permutation(shared.samples.y)
    return answers


@dataclass(frozen=True, slots=True)
class Luck:
    """A true score among those of luck.

    Attributes
    ----------
    true : float
        The mean over the folds with the answers as they are.
    shuffled : tuple of float
        The same for every shuffle, ascending.
    as_good : int
        How many of these are at least as good.
    p_value : float
    """

    true: float
    shuffled: tuple[float, ...]
    as_good: int
    p_value: float


def luck_of(result: Mapping[str, Any], metric: str, *, greater_is_better: bool) -> Luck | None:
    """How a study's true score stands among those of luck; None where the true one is not defined."""
    true, *shuffled = (_mean(each, metric) for each in (result["true"], *result["shuffled"]))
    known = sorted(each for each in shuffled if each is not None)
    if true is None or not known:
        return None
    as_good = sum(each >= true if greater_is_better else each <= true for each in known)
    return Luck(true, tuple(known), as_good, (as_good + 1) / (len(known) + 1))


def _mean(folds: Sequence[Mapping[str, Any]], metric: str) -> float | None:
    values = [each["scores"].get(metric) for each in folds]
    known = [each for each in values if each is not None]
    return fmean(known) if known and len(known) == len(values) else None


DERIVATION = study("study_luck", _work)
