"""Which rows of a table of texts are data, and which are drawn lines, names again, another table, sums or sources.

Takes the names and the texts of columns as an Arrow table, gives a mask; what is left out is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.data.report import Report
from core.data.values import MISSING
from core.wording import counted

if TYPE_CHECKING:
    import pyarrow as pa

_TOTAL = re.compile(r"(?i)(grand |sub)?total\b.*|sum|summe\b.*|gesamt\b.*|insgesamt|somme|suma|totale?|totaal|in all")
RULED = r"\s*:?[-=_+]{2,}:?\s*"  # a cell of a line that is drawn between others
_NUMERIC, _WORDS = r"^\s*[+-]?[\d.,]*\d[\d.,]*\s*$", r"^\s*[^\W\d][\w ./()-]*$"
_HEAD, _MOSTLY = 50, 0.9
_CLOSE = 1e-6
_NOTES = 3  # so many rows at the end may say where a table comes from

Find = Callable[[list[str], Any], np.ndarray]


@dataclass(frozen=True)
class _Kind:
    """Rows that are no data: the rule, where they are, and the sentence with a place for their number."""

    rule: str
    find: Find
    told: str


def data_rows(names: list[str], rows: pa.Table, report: Report) -> pa.Table:
    """The rows that are data."""
    kept = data_mask(names, rows, report)
    return rows if kept.all() else rows.filter(kept)


def data_mask(names: list[str], rows: pa.Table, report: Report) -> np.ndarray:
    """Which rows are data.

    Parameters
    ----------
    names : list of str
        Of the columns, as the header has them.
    rows : Arrow table of shape (rows, columns)
        Texts without nulls.

    Returns
    -------
    ndarray of bool, shape (rows,)
    """
    kept = np.ones(rows.num_rows, dtype=bool)
    if rows.num_columns > 1:
        for kind in _KINDS:
            left = np.flatnonzero(kept)
            gone = kind.find(names, rows if kept.all() else rows.filter(kept))
            if len(gone) and not report.undone(kind.rule):
                report.add(kind.rule, kind.told.format(counted(len(gone), "row")), count=len(gone))
                kept[left[gone]] = False
    return kept


def _fits(column: Any, pattern: str) -> np.ndarray:
    import pyarrow.compute as pc

    return np.asarray(pc.match_substring_regex(column, pattern).to_numpy(), dtype=bool)


def _cells(rows: Any, place: int) -> list[str]:
    return [column[place].as_py().strip() for column in rows.columns]


def _drawn(names: list[str], rows: Any) -> np.ndarray:
    """Rows of dashes."""
    drawn = np.ones(rows.num_rows, dtype=bool)
    for column in rows.columns:
        drawn &= _fits(column, rf"^{RULED}$|^\s*$")
        if not drawn.any():
            break
    return np.array([each for each in np.flatnonzero(drawn) if any(_cells(rows, int(each)))], dtype=int)


def _repeated(names: list[str], rows: Any) -> np.ndarray:
    """Rows that hold the names of the columns."""
    import pyarrow.compute as pc

    same = np.full(rows.num_rows, any(name.strip() for name in names))
    for name, column in zip(names, rows.columns, strict=True):
        if not same.any():
            break
        same &= pc.equal(pc.utf8_trim_whitespace(column), name.strip()).to_numpy()
    return np.flatnonzero(same)


def _second_table(names: list[str], rows: Any) -> np.ndarray:
    """The rows from the first one on that has words wherever the rows above have numbers."""
    head = rows.slice(0, _HEAD)
    numeric = [place for place, column in enumerate(head.columns) if _fits(column, _NUMERIC).mean() >= _MOSTLY]
    if len(numeric) < 2 or head.num_rows < 3:
        return np.array([], dtype=int)
    found = np.ones(rows.num_rows, dtype=bool)
    for place in numeric:
        found &= _fits(rows.column(place), _WORDS)
        if not found.any():
            break
    first = next((int(each) for each in np.flatnonzero(found) if each and _are_names(rows, int(each))), None)
    return np.arange(rows.num_rows if first is None else first, rows.num_rows)


def _are_names(rows: Any, place: int) -> bool:
    """Whether the cells of a row may be names: all are there, and none says that a value is missing."""
    cells = _cells(rows, place)
    return all(cells) and not set(cells) & set(MISSING)


def _notes(names: list[str], rows: Any) -> np.ndarray:
    """The last rows, where they fill one cell and all others fill several."""
    lone: list[int] = []
    last = rows.num_rows - 1
    while last >= 0 and len(lone) <= _NOTES and (filled := _one_or_more(rows, last)) < 2:
        lone += [last] * filled
        last -= 1
    others = range(max(0, rows.num_rows - _HEAD), last + 1)
    few = 0 < len(lone) <= min(_NOTES, len(others) - 1)
    alone = few and rows.num_columns > 2 and not any(_one_or_more(rows, place) == 1 for place in others)
    return np.array(lone[::-1] if alone else [], dtype=int)


def _one_or_more(rows: Any, place: int) -> int:
    """How many cells of a row are filled: none, one, or 2 for several."""
    filled = 0
    for column in rows.columns:
        filled += bool(column[place].as_py().strip())
        if filled > 1:
            break
    return filled


def _sum(names: list[str], rows: Any) -> np.ndarray:
    """The last row, if it is called a sum and a number in it is the sum of those above."""
    if rows.num_rows < 3:
        return np.array([], dtype=int)
    last = _cells(rows, rows.num_rows - 1)
    called = any(_TOTAL.fullmatch(cell) for cell in last)
    adds_up = called and any(_adds_up(column, cell) for column, cell in zip(rows.columns, last, strict=True))
    return np.array([rows.num_rows - 1] if adds_up else [], dtype=int)


def _adds_up(column: Any, cell: str) -> bool:
    """Whether a cell is the sum of those above it, whatever its marks for decimals and thousands."""
    figures = [_figure(each) for each in column.to_pylist()[:-1]]
    total, known = _figure(cell), [each for each in figures if each is not None]
    if total is None or len(known) < max(2, len(figures) / 2):
        return False
    return abs(sum(known) - total) <= max(0.01 * len(known), _CLOSE * abs(total))


def _figure(text: str) -> float | None:
    plain = re.sub(r"[^\d.,eE+-]", "", text)
    decimal = max(plain.rfind("."), plain.rfind(","))
    marks = plain.count(".") + plain.count(",")
    if decimal >= 0 and (marks > 1 or len(plain) - decimal - 1 != 3):
        plain = re.sub(r"[.,]", "", plain[:decimal]) + "." + plain[decimal + 1 :]
    try:
        return float(plain.replace(",", ""))
    except ValueError:
        return None


_KINDS = (
    _Kind("ruled_line", _drawn, "{} left out: lines that are drawn between others."),
    _Kind("repeated_header", _repeated, "{} left out: the names of the columns once more."),
    _Kind("second_table", _second_table, "{} left out: another table below the first one, with names of its own."),
    _Kind("footer", _notes, "{} left out at the end: a note below the table."),
    _Kind("total", _sum, "{} left out at the end: the sum of the rows above it."),
)
