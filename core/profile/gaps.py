"""Which columns are empty together: the patterns of gaps, the most frequent first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from core.records import Table

MOST_PATTERNS, MOST_COLUMNS = 20, 40


def gaps(table: Table, settings: Mapping[str, Any]) -> pd.DataFrame:
    """Count the rows of each pattern of gaps, over all rows.

    Returns
    -------
    DataFrame
        One row per pattern: ``missing``, the list of columns that are empty, and ``count``, the rows of the pattern;
        that without a gap is one of them. At most 20 patterns of the 40 columns with the most gaps. ``attrs``:
        ``rows``, ``columns`` with their ``counts`` of gaps, ``gapped`` (how many columns have any), ``patterns`` (how
        many there are), ``incomplete`` (rows with a gap in these columns), and ``together``: the two columns that are
        most often empty together, and in how many rows.
    """
    lacking = sorted((each for each in table.columns if each.missing), key=lambda each: -each.missing)
    shown = lacking[:MOST_COLUMNS]
    names = [each.name for each in shown]
    empty = np.zeros((len(table.frame), len(names)), dtype=bool)
    for place, name in enumerate(names):
        empty[:, place] = table.frame[name].isna().to_numpy()
    keys = empty.astype("uint64") @ (np.uint64(1) << np.arange(len(names), dtype="uint64"))
    found, counts = _counted(keys.astype("uint64"))
    patterns = [
        ([name for bit, name in enumerate(names) if key >> bit & 1], count)
        for key, count in list(zip(found, counts, strict=True))[: MOST_PATTERNS if names else 0]
    ]
    frame = pd.DataFrame(patterns, columns=["missing", "count"])
    frame.attrs.update(
        rows=len(table.frame),
        columns=names,
        counts=[each.missing for each in shown],
        gapped=len(lacking),
        patterns=len(found),
        incomplete=int((keys != 0).sum()),
        together=_together(empty, names),
        picks=[{"gaps": "missing", "among": names}],
    )
    return frame


def _counted(keys: Any) -> tuple[list[int], list[int]]:
    """Different keys and how often each occurs, the most frequent first."""
    counts = pd.Series(keys).value_counts()
    return [int(each) for each in counts.index], [int(each) for each in counts]


def _together(empty: Any, names: list[str]) -> list[Any]:
    """The two columns that are most often empty in the same row, and in how many; nothing where none are."""
    numbers = empty.astype("float32")
    both = np.triu(numbers.T @ numbers, 1)
    if not both.size or not both.max():
        return []
    a, b = np.unravel_index(int(both.argmax()), both.shape)
    return [names[a], names[b], int((empty[:, a] & empty[:, b]).sum())]
