"""What the learning rate is multiplied by, from the share of the training that is done (0 to 1)."""

from __future__ import annotations

from math import cos, log2, pi


def constant(done: float) -> float:
    """1 all the time."""
    return 1.0


def cosine(done: float) -> float:
    """From 1 to 0 along half a wave (Loshchilov and Hutter 2017, arXiv 1608.03983, without restarts)."""
    return (1 + cos(pi * done)) / 2


def warm_up(done: float, share: float = 0.05) -> float:
    """Up to 1 in a straight line, then `cosine`."""
    return max(done / share, 1e-3) if done < share else cosine((done - share) / (1 - share))


def steps(done: float) -> float:
    """1, a tenth, a hundredth."""
    return 1.0 if done < 0.6 else 0.1 if done < 0.85 else 0.01


def waves(done: float) -> float:
    """Four waves, each twice as long as the one before: coslog4 of RealMLP (Holzmüller et al., arXiv 2407.04491)."""
    return (1 - cos(2 * pi * log2(1 + 15 * done))) / 2
