"""What a model costs beside what it scores: time, room, energy; and the cheapest that is not worse than the best.

Takes a run's standings; gives plain values. Trains nothing and knows no store.

Energy is an estimate: the seconds that one core was at work times the power of one busy core. It says nothing of what
the machine around it takes, and nothing of a card.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from core.catalogue import Catalogue
from core.standing import Standing

WATTS_PER_CORE = 10.0
"""What a busy core of a laptop or a server takes, roughly: their processors are rated for 5 to 15 W per core."""

JOULES_PER_WATT_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Cost:
    """A way to count what a model costs; less is always better.

    Attributes
    ----------
    unit : str
        ``"seconds"``, ``"bytes"`` or ``"watt hours"``.
    of : callable
        From a standing and the rows that one fold judges to the cost; None where it is not known.
    about : str
        How it was found, in one plain sentence.
    """

    name: str
    title: str
    unit: str
    of: Callable[[Standing, int], float | None]
    about: str
    estimated: bool = False


def _fit(row: Standing, rows: int) -> float | None:
    return row.fit_seconds


def _predict(row: Standing, rows: int) -> float | None:
    return None if row.predict_seconds is None or not rows else 1000 * row.predict_seconds / rows


def _size(row: Standing, rows: int) -> float | None:
    return None if not row.size_bytes else float(row.size_bytes)


def _energy(row: Standing, rows: int) -> float | None:
    return None if row.fit_seconds is None else row.fit_seconds * WATTS_PER_CORE / JOULES_PER_WATT_HOUR


COSTS: Catalogue[Cost] = Catalogue(
    "cost",
    Cost(
        "training", "Training time", "seconds", _fit, "Seconds to train on one fold, measured; the mean over the folds."
    ),
    Cost(
        "prediction",
        "Prediction time per 1,000 rows",
        "seconds",
        _predict,
        "Seconds to predict a fold's held-out rows, measured in one go, brought to 1,000 rows.",
    ),
    Cost("size", "Size of the model", "bytes", _size, "Bytes of the saved model's file; the mean over the folds."),
    Cost(
        "energy",
        "Energy to train",
        "watt hours",
        _energy,
        f"An estimate: the seconds of training times {WATTS_PER_CORE:g} watts, about what one busy core takes.",
        estimated=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Priced:
    """A ranked model with its cost.

    Attributes
    ----------
    front : bool
        Whether no other model is at least as good and at least as cheap, and better in one of both (Pareto).
    """

    standing: Standing
    cost: float
    front: bool


def priced(standings: Sequence[Standing], cost: str, rows: int, *, greater_is_better: bool) -> tuple[Priced, ...]:
    """The ranked models whose cost is known, the best first; guessing is none of them.

    Parameters
    ----------
    standings : sequence of Standing
    cost : str
        A name of `COSTS`.
    rows : int
        Rows that one fold judges.
    greater_is_better : bool
        Of the metric that the standings are of.
    """
    ranked = [each for each in standings if each.rank is not None and each.mean is not None and not each.baseline]
    known = [(each, price) for each in ranked if (price := COSTS[cost].of(each, rows)) is not None]
    sign = 1.0 if greater_is_better else -1.0
    points = [(sign * (each.mean or 0.0), price) for each, price in known]
    return tuple(
        Priced(each, price, not any(_dominates(other, own) for other in points))
        for (each, price), own in zip(known, points, strict=True)
    )


def _dominates(other: tuple[float, float], own: tuple[float, float]) -> bool:
    """Whether another model is at least as good and as cheap, and not the same in both."""
    return other[0] >= own[0] and other[1] <= own[1] and other != own


def cheapest(models: Sequence[Priced], standings: Sequence[Standing], behind: Collection[str] = ()) -> Priced | None:
    """The cheapest of those that are not worse than the best, as far as can be told, and whom nobody beats in both.

    None where guessing itself is the best, or cannot be told from it: then there is nothing to pay for.

    Parameters
    ----------
    models : sequence of Priced
    standings : sequence of Standing
    behind : collection of str
        Ids of models that are worse than the best by a test of the two alone, see `core.evidence.Evidence.behind`.
    """
    if any(each.baseline and each.tied for each in standings):
        return None
    able = (each for each in models if each.front and each.standing.tied and each.standing.id not in behind)
    return min(able, key=lambda each: each.cost, default=None)
