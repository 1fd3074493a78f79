"""Columns that are the steps of a series: told by their names, such as ``t1``, ``t2``, ``t3``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby, pairwise

from core.records import NUMBERS, Column, ColumnKind

FEWEST_STEPS = 8
_NUMBERED = re.compile(r"(.*?)(\d+)")


def series_shape(columns: Iterable[Column]) -> tuple[int, ...]:
    """How many steps and how many series side by side columns are.

    Parameters
    ----------
    columns : iterable of Column
        All that a model sees.

    Returns
    -------
    tuple of int
        Steps and series, where all columns are numbers whose names end in one that grows from column to column, from
        one stem to the next with as many each, and at least 8 of a stem; else empty.
    """
    listed = list(columns)
    if any(each.kind not in NUMBERS or each.kind is ColumnKind.IMAGE for each in listed):
        return ()
    found = [_NUMBERED.fullmatch(each.name) for each in listed]
    parts = [(each[1], int(each[2])) for each in found if each]
    blocks = [[number for _, number in block] for _, block in groupby(parts, key=lambda part: part[0])]
    stems, lengths = len({stem for stem, _ in parts}), {len(block) for block in blocks}
    ordered = all(first < second for block in blocks for first, second in pairwise(block))
    if len(parts) < len(listed) or stems != len(blocks) or len(lengths) != 1 or not ordered:
        return ()
    steps = lengths.pop()
    return (steps, stems) if steps >= FEWEST_STEPS else ()
