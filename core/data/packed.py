"""Folds as they are kept: a bit per row in place of eight bytes.

Every worker holds the folds of its runs, and those of a large table would outgrow everything else that it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import overload

import numpy as np

from core.records import Fold


class Folds(Sequence[Fold]):
    """Folds, each unpacked when it is asked for.

    Parameters
    ----------
    pairs : iterable of (ndarray, ndarray)
        Positions of the training and the test rows of each fold.
    rows : int
        How many rows there are to choose from.
    """

    def __init__(self, pairs: Iterable[tuple[np.ndarray, np.ndarray]], rows: int) -> None:
        self._rows = rows
        self._packed = [(_packed(train, rows), _packed(test, rows)) for train, test in pairs]

    def __len__(self) -> int:
        return len(self._packed)

    @overload
    def __getitem__(self, index: int) -> Fold: ...
    @overload
    def __getitem__(self, index: slice) -> list[Fold]: ...
    def __getitem__(self, index: int | slice) -> Fold | list[Fold]:
        if isinstance(index, slice):
            return [self[number] for number in range(len(self))[index]]
        train, test = (_unpacked(each, self._rows) for each in self._packed[index])
        return Fold(range(len(self))[index], train, test)


def _packed(positions: np.ndarray, rows: int) -> np.ndarray:
    """Bits where the positions ascend, as most splits give them; else the positions in four bytes each."""
    if not (positions[1:] > positions[:-1]).all():
        return positions.astype(np.uint32)
    chosen = np.zeros(rows, dtype=bool)
    chosen[positions] = True
    return np.packbits(chosen)


def _unpacked(packed: np.ndarray, rows: int) -> np.ndarray:
    if packed.dtype == np.uint8:
        return np.flatnonzero(np.unpackbits(packed, count=rows))
    return packed.astype(np.int64)
