"""From text to values: missing marks, numbers in three ways of writing, dates, yes and no.

Takes columns of text as Arrow arrays, gives pandas columns; every decision is noted with its count. Works on the
different texts of a column, so that a long column of few values costs little. Knows nothing of files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.data import numerals
from core.data.dates import Dated, read_dates
from core.data.frames import categorical
from core.data.kinds import NO, YES, is_yes_no
from core.data.report import Report

if TYPE_CHECKING:
    import pyarrow as pa

# spelled just so: "none" is a word ("other debtors: none"), "None" is what Python writes for a gap
MISSING = (
    *("", "NA", "N/A", "n/a", "NaN", "nan", "-nan", "null", "NULL", "Null", "None", "NaT", "<NA>", "N.A.", "n.a."),
    *("k.A.", "k. A.", "#N/A", "#NA", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "1.#QNAN", "-1.#IND"),
    *("?", "-", "--", "---", ".", ".."),
)
# these may be values of their own ("+" and "-"), so they are missing only where something is left to tell apart
_SOFT = frozenset({"?", "-", "--", "---", ".", "..", "None"})
_GIVEN_BACK = 1 << 25  # so many bytes of columns that are done with
_DAYS = 19_000_101, 21_001_231
_SENTINELS, _HIGH, _FAR = frozenset({-9, -99, -999, -9999, -99999, -999999}), 999, 3
_NAMIBIA, _CODE, _COUNTRIES = "NA", r"^[A-Z]{2}$", 5  # among so many codes of two letters it is one of them
MOSTLY = 0.95  # this share of a column must be numbers (dates) for the rest to count as mistakes
_WORTH_SAYING = 0.5  # below, numbers among the texts are codes like the others
_SCALE = 20  # with fewer different numbers they may be codes, and the texts among them codes too


@dataclass(frozen=True)
class Cells:
    """A column of text as its different texts, how often each occurs, and each row's code (-1 is missing)."""

    name: str
    texts: pa.Array
    counts: np.ndarray
    codes: np.ndarray
    styles: numerals.Styles = field(default_factory=numerals.Styles)

    @property
    def known(self) -> int:
        """How many cells are not missing."""
        return int(self.counts.sum())


def read_columns(names: Sequence[str], columns: list[pa.ChunkedArray], semicolons: bool, report: Report) -> Any:
    """A frame of numbers, dates and categories from columns of text.

    Parameters
    ----------
    names : sequence of str
    columns : list of Arrow string arrays of shape (rows,)
        Empty afterwards.
    semicolons : bool
        Whether cells were separated by semicolons: a hint to decimal commas where a column alone leaves it open.
    report : Report
        Hears what was changed.

    Returns
    -------
    DataFrame of shape (rows, columns)
    """
    series: dict[str, Any] = dict.fromkeys(names)
    waiting, found = [], []
    for name, column in zip(names, _taken_from(columns), strict=True):
        if plain := _at_once(name, column, report):
            found.append(replace(plain, values=None))
            series[name] = pd.Series(plain.values, copy=False)
            continue
        cells = _cells(name, column, report)
        cells = replace(cells, styles=numerals.styles(cells.texts, cells.counts))
        found.append(replace(cells.styles, values=None))
        if cells.styles.values is None or not cells.styles.unquestioned:
            waiting.append(cells)  # until it is known what stands before decimals in this file
        else:
            series[name] = _values(cells, ".", report)
    mark = report.wish("decimal") or numerals.decimal_mark(found, semicolons)
    report.found(decimal=mark)
    for cells in waiting:
        series[cells.name] = _values(cells, mark, report)
    return pd.DataFrame(series, copy=False)


def _taken_from(columns: list[pa.ChunkedArray]) -> Iterator[pa.ChunkedArray]:
    """Columns one after the other, and each is let go of: a table of texts is larger than its file."""
    import pyarrow as pa

    texts, gone = columns[::-1], 0
    columns.clear()
    while texts:
        gone += texts[-1].nbytes
        if gone > _GIVEN_BACK:  # what lies between other memory stays taken unless that is asked for
            pa.default_memory_pool().release_unused()
            gone = 0
        yield texts.pop()


def _at_once(name: str, column: pa.ChunkedArray, report: Report) -> numerals.Styles | None:
    """The numbers of a column that leaves nothing to decide, and no more to tell than the marks of missing values."""
    import pyarrow.compute as pc

    plain, marks = numerals.at_once(column), None
    if plain is None and not report.undone("missing_mark", name):
        gone = pc.is_in(column, value_set=_missing())
        marks = column.filter(gone).value_counts() if pc.any(gone).as_py() else None
        plain = marks and numerals.at_once(pc.if_else(gone, None, column))
    values = plain.values if plain else None
    if values is None or _compact(values):
        return None
    low, high = np.nanmin(values), np.nanmax(values)
    if (marks and low == high) or _may_be_gap(low, high):
        return None
    for mark in marks or ():
        _tell_missing(name, mark["values"].as_py(), mark["counts"].as_py(), report)
    return plain


def _tell_missing(name: str, mark: str, count: int, report: Report) -> None:
    if mark:
        report.add("missing_mark", f"`{mark}` in {{columns}} read as missing: {{count}}.", name, count)


def _cells(name: str, column: pa.ChunkedArray, report: Report) -> Cells:
    """The different texts of a column, without blanks around them and without the marks of missing values."""
    import pyarrow.compute as pc

    encoded = column.combine_chunks().dictionary_encode()
    texts, codes = encoded.dictionary, encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    trimmed = pc.utf8_trim_whitespace(texts)
    if not trimmed.equals(texts) and not report.undone("blanks", name):
        blanks = np.append(pc.not_equal(trimmed, texts).to_numpy(zero_copy_only=False), False)[codes]
        again = trimmed.dictionary_encode()
        texts, codes = again.dictionary, np.append(again.indices.to_numpy(), -1)[codes]
        left = np.append(pc.utf8_length(texts).to_numpy(), 0)[codes] > 0
        if filled := int((blanks & left).sum()):
            report.add("blanks", "Blanks around the text in {columns} taken off: {count}.", name, filled)
        if empty := int((blanks & ~left).sum()):
            report.add("only_blanks", "Nothing but blanks in {columns} read as missing: {count}.", name, empty)
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    gone = pc.is_in(texts, value_set=_missing()).to_numpy(zero_copy_only=False)
    gone = _without_soft(texts, gone, counts)
    gone = _without_kept(name, texts, gone, counts, report)
    for place in np.flatnonzero(gone):
        _tell_missing(name, texts[int(place)].as_py(), int(counts[place]), report)
    return _keep(Cells(name, texts, counts, codes), ~gone) if gone.any() else Cells(name, texts, counts, codes)


@cache
def _missing() -> pa.Array:
    import pyarrow as pa

    return pa.array(MISSING)


def _without_soft(texts: pa.Array, gone: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Marks such as "-" stay values where fewer than two other values are left."""
    places = np.flatnonzero(gone)
    if not len(places) or int((~gone & (counts > 0)).sum()) != 1:
        return gone
    gone = gone.copy()
    gone[[place for place in places if texts[int(place)].as_py() in _SOFT]] = False
    return gone


def _without_kept(name: str, texts: pa.Array, gone: np.ndarray, counts: np.ndarray, report: Report) -> np.ndarray:
    """Marks stay values where a person says so, and "NA" where it stands among the codes of countries."""
    import pyarrow.compute as pc

    if not gone.any() or report.undone("missing_mark", name):
        only_empty: np.ndarray = gone & (pc.utf8_length(texts).to_numpy() == 0)
        return only_empty
    place = pc.index(texts, _NAMIBIA).as_py()
    if place < 0 or report.undone("kept_mark", name):
        return gone
    codes = pc.match_substring_regex(texts.filter(~gone), _CODE).to_numpy(zero_copy_only=False)
    if codes.sum() >= _COUNTRIES and codes.all():
        gone = gone.copy()
        gone[place] = False
        told = "`NA` in {columns} kept as a value, because it stands among other codes of two letters: {count}."
        report.add("kept_mark", told, name, int(counts[place]))
    return gone


def _keep(cells: Cells, kept: np.ndarray) -> Cells:
    """The cells with only some of the different texts; rows of the others become missing."""
    import pyarrow as pa

    place = np.append(np.where(kept, np.cumsum(kept) - 1, -1), -1)
    return Cells(cells.name, cells.texts.filter(pa.array(kept)), cells.counts[kept], place[cells.codes])


def _spread(values: np.ndarray, codes: np.ndarray, gap: Any) -> np.ndarray:
    """Each row's value from the values of the different texts."""
    spread: np.ndarray = np.append(values, np.array([gap], dtype=values.dtype))[codes]
    return spread


def _values(cells: Cells, mark: str, report: Report) -> pd.Series[Any]:
    """A column's values: the first of number, date, yes/no that fits, else categories."""
    if not cells.known:
        return pd.Series(np.full(len(cells.codes), np.nan))
    if _compact(cells.styles.values) and (dates := _read_dates(cells, report)) is not None:
        return _dates(cells, dates, report)
    numbers = _numbers(cells, mark, report)
    if numbers is not None:
        return numbers
    if (dates := _read_dates(cells, report)) is not None:
        return _dates(cells, dates, report)
    texts = _one_spelling(cells, report)
    return categorical(texts, cells.codes, cells.name, report)


def _compact(values: np.ndarray | None) -> bool:
    """Whether numbers may be dates without marks: 20260131."""
    return values is not None and values.dtype == np.int64 and _DAYS[0] <= values.min() and values.max() <= _DAYS[1]


def _read_dates(cells: Cells, report: Report) -> Dated | None:
    """The dates of a column; None where it holds none or a person wants none."""
    if report.undone("date", cells.name):
        return None
    dates = read_dates(cells.texts, cells.counts, MOSTLY, report.wish("dates"))
    unwanted = dates is not None and report.undone("not_a_date", cells.name) and bool(np.isnat(dates.values).any())
    return None if unwanted else dates


def _numbers(cells: Cells, mark: str, report: Report) -> pd.Series[Any] | None:
    """The column as numbers, or None where it holds none, or too many other texts, or codes that only look so."""
    cells, styles, sign = _without_sign(cells, report)
    forced = report.undone("mixed", cells.name) and styles.best > 0
    if styles.best < MOSTLY * cells.known and not forced:
        share = styles.best / cells.known
        if share >= _WORTH_SAYING:
            note = f"{{columns}} mixes numbers ({share:.0%}) and text and was taken as categories."
            report.add("mixed", note, cells.name, cells.known - styles.best)
        return None
    why = "" if report.undone("kept_as_text", cells.name) else numerals.kept_as_text(cells.texts, styles)
    if why:
        report.add("kept_as_text", f"{why} in {{columns}}: kept as text.", cells.name, cells.known)
        return None
    reading = numerals.convert(cells.texts, styles, mark)
    if reading.note and report.undone("decimal", cells.name):
        return None
    wrong = reading.wrong
    if wrong.any():
        if int((~wrong).sum()) <= _SCALE and not forced:
            told = "{columns} mixes a few numbers with text and was taken as categories."
            report.add("mixed", told, cells.name, int(cells.counts[wrong].sum()))
            return None
        if report.undone("not_a_number", cells.name):
            return None
        report.add("not_a_number", _mistakes(cells, wrong, "numbers"), cells.name, int(cells.counts[wrong].sum()))
    for rule, note in (("decimal", reading.note), ("sign", sign)):
        if note:
            report.add(rule, note, cells.name, cells.known - int(cells.counts[wrong].sum()))
    codes = without_sentinel(cells, reading.values, report)
    gaps = bool(wrong.any()) or bool((codes < 0).any())
    if reading.whole and not gaps:
        return pd.Series(reading.values.astype(np.int64)[codes], copy=False)
    return pd.Series(_spread(reading.values.astype(np.float64), codes, np.nan), copy=False)


def without_sentinel(cells: Cells, values: np.ndarray, report: Report) -> np.ndarray:
    """Each row's code; a number such as -999 that stands for a gap is said, and missing if a person wants that."""
    known = values[np.isfinite(values)]
    if not len(known) or not _may_be_gap(known.min(), known.max()) or len(known := np.unique(known)) < _SCALE / 2:
        return cells.codes
    for sentinel, others in ((known[0], known[1:]), (known[-1], known[:-1])):
        low = sentinel in _SENTINELS and others[0] >= 0
        high = -float(sentinel) in _SENTINELS and sentinel >= _HIGH and sentinel > _FAR * others[-1]
        place = np.flatnonzero(values == sentinel)
        count = int(cells.counts[place].sum())
        if not (low or high) or count < 2:
            continue
        taken = report.undone("sentinel", cells.name)
        what = "read as missing" if taken else "may stand for a missing value; it was kept as a number"
        report.add("sentinel", f"{sentinel:g} in {{columns}} {what}: {{count}}.", cells.name, count)
        return np.where(np.isin(cells.codes, place), -1, cells.codes) if taken else cells.codes
    return cells.codes


def _may_be_gap(low: float, high: float) -> bool:
    """Whether the smallest or the largest of a column's numbers is one that stands for a gap elsewhere."""
    return low in _SENTINELS or -float(high) in _SENTINELS  # the smallest of 64 bits has no opposite


def _without_sign(cells: Cells, report: Report) -> tuple[Cells, numerals.Styles, str]:
    """Texts that are numbers but for a sign ("12 %", "€ 3.50", "(12)", "3.4M") as numbers."""
    unsigned = cells.styles.values is not None or not numerals.have_digits(cells.texts)
    if unsigned or report.undone("sign", cells.name):
        return cells, cells.styles, ""
    texts, told = cells.texts, []
    if (scaled := numerals.with_exponents(texts)) is not None:
        told.append("K, M and B behind numbers in {columns} read as thousands, millions and billions: {count}.")
        texts = scaled
    if (signed := numerals.with_minus(texts)) is not None:
        count = int(cells.counts[_changed(texts, signed)].sum())
        told.append(f"Brackets and signs behind numbers in {{columns}} read as a minus: {count:,} of {{count}}.")
        texts = signed
    sign, texts = numerals.without_sign(texts)
    if sign:
        told.append(f"The sign {sign} in {{columns}} taken off: {{count}}.")
    found = numerals.styles(texts, cells.counts) if told else cells.styles
    if found.best <= cells.styles.best or found.best < MOSTLY * cells.known:
        return cells, cells.styles, ""
    return replace(cells, texts=texts), found, " ".join(told)


def _changed(old: pa.Array, new: pa.Array) -> np.ndarray:
    import pyarrow.compute as pc

    return np.asarray(pc.not_equal(old, new).to_numpy(zero_copy_only=False))


def _mistakes(cells: Cells, wrong: np.ndarray, what: str) -> str:
    """The sentence for texts among numbers or dates, with the most frequent ones as examples."""
    places = np.flatnonzero(wrong)
    places = places[np.argsort(-cells.counts[places], kind="stable")][:3]
    examples = ", ".join(f"'{cells.texts[int(place)].as_py()[:30]}'" for place in places)
    return f"Text that is none of the {what} in {{columns}} ({examples}) read as missing: {{count}}."


def _dates(cells: Cells, dates: Dated, report: Report) -> pd.Series[Any]:
    wrong = np.isnat(dates.values)
    if wrong.any():
        report.add("not_a_date", _mistakes(cells, wrong, "dates"), cells.name, int(cells.counts[wrong].sum()))
    for rule, note in dates.notes:
        report.add(rule, note, cells.name, cells.known - int(cells.counts[wrong].sum()))
    return pd.Series(_spread(dates.values, cells.codes, np.datetime64("NaT")), copy=False)


def _one_spelling(cells: Cells, report: Report) -> list[str]:
    """The different texts; where they are several spellings of yes and no, only the most frequent ones of each."""
    texts: list[str] = cells.texts.to_pylist()
    if not 2 < len(texts) <= 12 or report.undone("spelling", cells.name):
        return texts
    lower = [text.lower() for text in texts]
    sides = [[place for place, text in enumerate(lower) if text in side] for side in (YES, NO)]
    if not all(sides) or sum(map(len, sides)) < len(texts):
        return texts
    first, second = (max(side, key=lambda place: int(cells.counts[place])) for side in sides)
    if not is_yes_no([texts[first], texts[second]]):
        return texts
    chosen = {place: texts[best] for side, best in zip(sides, (first, second), strict=True) for place in side}
    other = sum(int(cells.counts[place]) for place in range(len(texts)) if texts[place] != chosen[place])
    note = f"Other spellings in {{columns}} read as '{texts[first]}' and '{texts[second]}': {{count}}."
    report.add("spelling", note, cells.name, other)
    return [chosen[place] for place in range(len(texts))]
