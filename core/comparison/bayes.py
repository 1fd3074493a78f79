"""The Bayesian signed-rank test: which of two models is better, by their scores on several data sets.

References
----------
.. [1] Benavoli, Corani, Mangili, Zaffalon, Ruggeri (2014). A Bayesian Wilcoxon signed-rank test based on the Dirichlet
   process. ICML, 1026-1034.
.. [2] Benavoli, Corani, Demšar, Zaffalon (2017). Time for a change: a tutorial for comparing multiple classifiers
   through Bayesian analysis. JMLR 18(77), 1-36.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

DRAWS = 20_000
PRIOR = 0.5  # how much one imagined data set counts, on which the two are equal [1]_
_AT_ONCE = 2_000_000  # numbers held at once


@dataclass(frozen=True, slots=True)
class Chances:
    """How probable it is that a is better, that the two are practically equal, and that b is; they sum to 1."""

    p_a_better: float
    p_equal: float
    p_b_better: float


def signed_rank(
    scores_a: Sequence[float],
    scores_b: Sequence[float],
    *,
    rope: float = 0.01,
    greater_is_better: bool = True,
    draws: int = DRAWS,
    seed: int = 0,
) -> Chances:
    """Compare two models by their scores on the same data sets.

    The data sets are given random weights (a Dirichlet process with a prior of strength `PRIOR` on no difference) many
    times over. Each time the weighted share of all pairs of data sets (Walsh averages) above, within and below the
    region tells which of the three is the most probable; how often each is, is the result [1]_ [2]_.

    Parameters
    ----------
    scores_a, scores_b : sequence of float, length n
    rope : float
        Differences up to this do not matter.
    greater_is_better : bool
    draws : int
    seed : int

    Raises
    ------
    ValueError
        If the two have different lengths, or none, or a score is missing.
    """
    if len(scores_a) != len(scores_b) or not len(scores_a):
        raise ValueError(f"There are {len(scores_a)} scores of one model and {len(scores_b)} of the other.")
    sign = 1.0 if greater_is_better else -1.0
    both = np.array([scores_a, scores_b], dtype=float)
    if not np.isfinite(both).all():
        raise ValueError("A data set lacks the score of one of the models.")
    differences, noise = np.append(0.0, sign * (both[0] - both[1])), 1e-12 * float(np.abs(both).max())
    sums = differences[:, None] + differences[None, :]
    if np.abs(differences).max() <= noise:  # without a region each side would have half of nothing
        return Chances(0.0, 1.0, 0.0)
    above, below = _share(sums - 2 * rope, noise, rope), _share(-sums - 2 * rope, noise, rope)
    rng, prior = np.random.default_rng(seed), np.append(PRIOR, np.ones(len(differences) - 1))
    wins = np.zeros(3)
    for start in range(0, draws, step := max(1, _AT_ONCE // len(prior))):
        weights = rng.dirichlet(prior, min(step, draws - start))
        right, left = (((weights @ each) * weights).sum(axis=1) for each in (above, below))
        won = np.argmax(np.column_stack([right, 1 - right - left, left]), axis=1)
        wins += np.bincount(won, minlength=3)
    return Chances(*(float(each) for each in wins / draws))


def _share(beyond: np.ndarray, noise: float, rope: float) -> np.ndarray:
    """1 where a sum lies beyond the region; where there is no region, sums of 0 count half for either side."""
    share = (beyond > noise).astype(float)
    if rope == 0:
        share[np.abs(beyond) <= noise] = 0.5
    return share
