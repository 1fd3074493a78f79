"""Divisions that keep rows together: those of one group, and those that are equal.

Takes samples, gives positions or codes of groups. Knows no catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from core.data.errors import Unusable
from core.records import Samples, Split, Task
from core.wording import counted

Pairs = Iterable[tuple[np.ndarray, np.ndarray]]


def by_group(rows: Samples, task: Task, split: Split, seed: int) -> Pairs:
    """Folds of whole groups, as scikit-learn's ``GroupKFold`` makes them."""
    from sklearn.model_selection import GroupKFold

    splitter = GroupKFold(split.folds, shuffle=split.shuffle, random_state=seed if split.shuffle else None)
    pairs: Pairs = splitter.split(rows.rows, rows.y, rows.groups)
    return pairs


def by_twins(rows: Samples, task: Task, split: Split, seed: int) -> Pairs:
    """Folds in which equal rows stay on one side, with the classes in about the same proportion.

    Raises
    ------
    Unusable
        If there are fewer different rows than folds.
    """
    from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

    groups = twins(rows)
    different = len(np.unique(groups))
    if different < split.folds:
        raise Unusable(
            f"There are only {counted(different, 'different row')}; {counted(split.folds, 'fold')} need at least as "
            "many. Use fewer folds."
        )
    kind = StratifiedGroupKFold if task is Task.CLASSIFICATION else GroupKFold
    splitter = kind(split.folds, shuffle=split.shuffle, random_state=seed if split.shuffle else None)
    pairs: Pairs = splitter.split(rows.rows, rows.y, groups)
    return pairs


def twins(rows: Samples) -> np.ndarray:
    """Codes of shape (rows,): equal where rows are equal in every feature, whatever their target."""
    codes: np.ndarray = pd.factorize(pd.util.hash_pandas_object(rows.X, index=False).to_numpy())[0]
    return codes


def whole_groups(rows: Samples, groups: np.ndarray | None, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions of most groups, and of those that make up about a share of all."""
    from sklearn.model_selection import GroupShuffleSplit

    splitter = GroupShuffleSplit(n_splits=1, test_size=share, random_state=seed)
    train, test = next(splitter.split(rows.rows, rows.y, groups))
    return train, test
