"""What a model's cut-off is worth: chosen on the other folds, judged on this one, and told with an interval.

The money that is told of a cut-off is never that of the rows that it was chosen on. The models behind other folds'
predictions have seen this fold's rows, as in all cross-fitting; their scores of rows that they have not seen decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from core.comparison import Interval, Pair, compare_pair, interval, tied_with_best
from core.decisions.costs import CASES, Costs, Counts
from core.decisions.weighing import Weighing

# What a chosen cut-off is held against, in the order of the screen.
RIVALS = ("default", "nobody", "everybody")


@dataclass(frozen=True)
class Judgement:
    """What came of a choice, fold by fold.

    Attributes
    ----------
    reason : str
        Why there is none; empty where there is.
    cut_off : float
        Chosen on all rows: the one to use from now on. Infinite where it is best to flag no one, minus infinite where
        it is best to flag everyone.
    folds : DataFrame
        A row per part with columns ``fold``, ``cut_off`` (chosen on the others), ``chosen`` and each of `RIVALS`: money
        per 1,000 cases of this part.
    counts : Counts
        What came of all parts at the cut-offs that were chosen on the others.
    test_fraction : float
        See `core.comparison.interval`; 0 where the parts are halves of one fold, which have no interval.
    repeats : int
        How often the folds were drawn anew, see `core.comparison.compare_pair`.
    bounds : tuple of float or None
        The least and the most that 1,000 cases can come to.
    """

    reason: str = ""
    cut_off: float = np.inf
    folds: pd.DataFrame = field(default_factory=pd.DataFrame)
    counts: Counts = field(default_factory=lambda: Counts(0.0, 0.0, 0.0, 0.0))
    test_fraction: float = 0.0
    repeats: int = 1
    bounds: tuple[float | None, float | None] = (None, None)

    def money(self, which: str = "chosen") -> Interval:
        """Money per 1,000 cases over the folds, of the choice or of one of its rivals."""
        values = self.folds[which].tolist()
        if not self.test_fraction:
            return Interval(float(np.mean(values)), None, None, len(values))
        return interval(values, self.test_fraction, repeats=self.repeats, bounds=self.bounds)

    def gain(self, over: str) -> Pair | None:
        """How much more comes of the choice than of a rival; None where a single fold tells nothing of luck."""
        if not self.test_fraction or len(self.folds) < 2:
            return None
        mine, theirs = self.folds["chosen"].tolist(), self.folds[over].tolist()
        return compare_pair(mine, theirs, test_fraction=self.test_fraction, rope=0.0, repeats=self.repeats)


def judge(weighing: Weighing, costs: Costs, test_fraction: float, repeats: int = 1) -> Judgement:
    """Choose a model's cut-off, and find out what that choice is worth.

    Parameters
    ----------
    weighing : Weighing
    costs : Costs
    test_fraction : float
        Held-out rows as a share of the rows of one fold.
    repeats : int
        How often the folds were drawn anew: that brings no new rows.

    Returns
    -------
    Judgement
    """
    if weighing.reason:
        return Judgement(weighing.reason)
    parts = range(len(weighing.held.names))
    chosen = [weighing.best(costs, ~weighing.held.others(part)) for part in parts]
    ends = [weighing.of(part, cut_off) for part, cut_off in zip(parts, chosen, strict=True)]
    rivals = {"default": None, "nobody": np.inf, "everybody": -np.inf}
    money = {name: [_per_case(costs, weighing.of(part, at)) for part in parts] for name, at in rivals.items()}
    folds = pd.DataFrame(
        {"fold": weighing.held.names, "cut_off": chosen, "chosen": [_per_case(costs, e) for e in ends]}
    )
    return Judgement(
        cut_off=weighing.best(costs),
        folds=folds.assign(**money),
        counts=Counts(*(sum(getattr(end, name) for end in ends) for name in Counts.__slots__)),
        test_fraction=0.0 if weighing.held.halved else test_fraction,
        repeats=repeats,
        bounds=(-CASES * max(costs.miss, costs.alarm), CASES * max(costs.hit, costs.rejection)),
    )


def _per_case(costs: Costs, counts: Counts) -> float:
    return float(CASES * costs.money(counts) / counts.total)


def best_of(judged: Mapping[str, Judgement]) -> tuple[str, ...]:
    """The models of which most money comes: the best one, then those that the folds do not part from it.

    Models without a judgement, or with other folds than the first one has, are left out; so are ties where there is no
    second fold that could tell skill from luck.
    """
    able = {name: each for name, each in judged.items() if not each.reason}
    sizes = [len(each.folds) for each in able.values()]
    able = {name: each for name, each in able.items() if len(each.folds) == max(sizes)}
    scores = {name: each.folds["chosen"].tolist() for name, each in able.items()}
    if not scores:
        return ()
    fraction = min(each.test_fraction for each in able.values())
    if not fraction:
        return (max(scores, key=lambda name: float(np.mean(scores[name]))),)
    return tied_with_best(scores, test_fraction=fraction, repeats=max(each.repeats for each in able.values()))
