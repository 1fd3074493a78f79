"""How a training is going and what its curve tells.

Takes plain numbers, gives plain text.
"""

from __future__ import annotations

import math

from .figures import count, duration, number


def by_heart(title: str, stage: str, step: float) -> str:
    """What it means that the error on held-out rows turns up at a step."""
    return (
        f"{title}: from {stage} {count(step)} on it learns the training rows by heart: the error on rows it has not "
        "seen rises while that on its training rows still falls."
    )


def folds(running: int, done: int, all_folds: int) -> str:
    """Which folds are being trained: ``fold 2 of 5``, ``5 folds at once``, ``3 of 5 folds at once``; empty for one."""
    if all_folds < 2:
        return ""
    if running < 2:
        return f"fold {min(done + 1, all_folds)} of {all_folds}"
    return f"{running} folds at once" if running == all_folds else f"{running} of {all_folds} folds at once"


def stop_and_keep(waiting: int) -> str:
    """What stopping a training means, with so many of the model's folds not begun."""
    told = "Ends it here with the best that it has come to; the others go on."
    if not waiting:
        return told
    folds = "One fold of it has" if waiting == 1 else f"{count(waiting)} folds of it have"
    return f"{told} {folds} not begun and will not be trained, so it gets no place among the others."


def pace(message: str, rate: float | None, left: float | None) -> str:
    """Where a training is, how many rows it sees in a second, and how long it takes at most."""
    rows = f"{count(float(f'{rate:.3g}'))} rows per second" if rate and math.isfinite(rate) else ""
    most = f"at most {duration(max(left, 1.0))} left" if left is not None and math.isfinite(left) else ""
    return ", ".join(each for each in (message, rows, most) if each)


def to_learn(layers: int, numbers: int, rows: float) -> str:
    """How large a network is, by itself and beside the rows that it learns from."""
    share = numbers / max(rows, 1.0)
    round_one = float(f"{max(share, 1 / share):.2g}")
    beside = (
        f"{number(round_one, 2)} per training row"
        if share >= 1
        else f"one for every {number(round_one, 2)} training rows"
    )
    return f"{count(layers, 'layer')} after the input, {count(numbers, 'number')} to learn: about {beside}."
