"""Rows that come in portions, kept as Arrow arrays: all of them, or where they are too many a sample by a seed.

Takes rows or Arrow batches one after the other, gives the portions of each column; what a column becomes in the table
is decided when all of it is there. Knows nothing of databases.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from core.data.errors import Unreadable
from core.data.sampling import MOST_CELLS
from core.wording import counted

MOST_BYTES = 2 << 30
SECONDS = 300.0
_SEED = 0
_OBJECT = 100  # bytes of a cell that stays an object of Python, roughly


class NoCells:
    """Stands for a portion of values that no column of a table can have: lists, records, binary data."""

    def __init__(self, binary: bool) -> None:
        self.binary = binary


class Rows:
    """The rows of a table as they arrive, at most so many that MOST_CELLS is kept.

    Every row draws a number; those with the smallest are kept, in their order. So the sample depends on the seed and on
    the order of the rows alone, one pass is enough, and no more than twice the sample is ever in memory.

    Parameters
    ----------
    columns : int

    Attributes
    ----------
    seen, kept : int
        Rows that arrived, and those that stay.
    """

    def __init__(self, columns: int) -> None:
        self.most = max(1, MOST_CELLS // max(1, columns))
        self.seen = self.kept = 0
        self._columns = columns
        self._random = np.random.default_rng(_SEED)
        self._below = 2.0
        self._blocks: list[tuple[np.ndarray, list[Any]]] = []
        self._bytes = 0
        self._until = time.monotonic() + SECONDS

    def add_rows(self, rows: Sequence[Sequence[Any]]) -> None:
        """Take in rows as a driver hands them out."""
        drawn, places = self._drawn(len(rows))
        wanted = rows if places is None else [rows[place] for place in places]
        if wanted:
            self._put(drawn, [packed(values) for values in zip(*wanted, strict=True)])

    def add_batch(self, batch: Any) -> None:
        """Take in an Arrow batch."""
        drawn, places = self._drawn(batch.num_rows)
        wanted = batch if places is None else batch.take(places)
        if wanted.num_rows:
            self._put(drawn, wanted.columns)

    def all_in(self) -> Rows:
        """The same, when there is no more to come: the sample in its last size."""
        if self.kept > self.most:
            self._prune()
        return self

    def columns(self) -> list[list[Any]]:
        """The portions of each column; what was kept is let go."""
        found = [[block[place] for _, block in self._blocks] for place in range(self._columns)]
        self._blocks = []
        return found

    def _drawn(self, rows: int) -> tuple[np.ndarray, np.ndarray | None]:
        """The numbers of the rows that may stay, and the places of these; None for all."""
        if time.monotonic() > self._until:
            raise Unreadable(
                f"Reading the table takes longer than {SECONDS / 60:.0f} minutes. Make a view with fewer rows."
            )
        self.seen += rows
        drawn = self._random.random(rows)
        if self._below > 1:
            return drawn, None
        places = np.flatnonzero(drawn < self._below)
        return drawn[places], places

    def _put(self, drawn: np.ndarray, columns: list[Any]) -> None:
        self._blocks.append((drawn, columns))
        self.kept += len(drawn)
        if self.kept > 2 * self.most:
            self._prune()
        self._bytes += sum(map(_size, columns))
        if self._bytes > MOST_BYTES:
            raise Unreadable(
                f"The table holds more than {MOST_BYTES >> 20:,} MB. Make a view with fewer columns, or shorter texts."
            )

    def _prune(self) -> None:
        """Keep the rows with the smallest numbers only."""
        drawn = np.concatenate([numbers for numbers, _ in self._blocks])
        self._below = float(np.partition(drawn, self.most)[self.most])
        blocks = []
        for numbers, columns in self._blocks:
            places = np.flatnonzero(numbers < self._below)
            if len(places):
                blocks.append((numbers[places], [_taken(each, places) for each in columns]))
        self._blocks, self.kept = blocks, sum(len(numbers) for numbers, _ in blocks)
        self._bytes = sum(_size(each) for _, columns in blocks for each in columns)


def packed(values: Sequence[Any]) -> Any:
    """Values of one column as an Arrow array; as a list where they are of several kinds, or `NoCells`."""
    import pyarrow as pa

    kinds = set(map(type, values)) - {type(None)}
    if unfit := [kind for kind in kinds if issubclass(kind, _UNFIT)]:
        return NoCells(any(issubclass(kind, _BINARY) for kind in unfit))
    if any(not issubclass(kind, _plain()) for kind in kinds):
        values = [str(value) if not isinstance(value, (type(None), *_plain())) else value for value in values]
        kinds = {type(value) for value in values} - {type(None)}
    if len(kinds) > 1:
        return list(values)
    try:
        return pa.array(values)
    except OverflowError:  # unsigned, or wider than 64 bits
        return pa.array([None if value is None else Decimal(value) for value in values])
    except (pa.ArrowException, ValueError, TypeError):  # such as a Decimal that is no number
        return list(values)


_BINARY = (bytes, bytearray, memoryview)
_UNFIT = (*_BINARY, list, tuple, dict, set, frozenset, np.ndarray)


def _plain() -> tuple[type, ...]:
    """Kinds of values that Arrow knows."""
    import datetime

    return (bool, int, float, str, Decimal, datetime.date, datetime.time, datetime.timedelta)


def _size(column: Any) -> int:
    if isinstance(column, NoCells):
        return 0
    return _OBJECT * len(column) if isinstance(column, list) else int(column.nbytes)


def _taken(column: Any, places: np.ndarray) -> Any:
    if isinstance(column, NoCells):
        return column
    return [column[place] for place in places] if isinstance(column, list) else column.take(places)


def said_of(rows: Rows) -> str:
    """The sentence on a sample; empty where all rows were read."""
    if rows.kept == rows.seen:
        return ""
    return (
        f"Read a sample of {counted(rows.kept, 'row')} out of {rows.seen:,}, drawn by the seed {_SEED}: "
        f"no more than {MOST_CELLS:,} cells are read."
    )
