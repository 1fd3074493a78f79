"""What a column is taken for, and why: number, category, yes/no, date, text, identifier, constant or empty.

Takes a column in house dtype (see `core.data.frames`), gives a `Column` and the values in the dtype of its kind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.data.scales import in_order
from core.records import NUMBERS, Column, ColumnKind
from core.wording import counted

CLASS_KINDS = frozenset({ColumnKind.CATEGORY, ColumnKind.ORDERED, ColumnKind.YES_NO})
FEATURE_KINDS = NUMBERS | CLASS_KINDS | {ColumnKind.DATE}
YES = frozenset({"yes", "y", "true", "t", "1", "ja", "j", "wahr", "oui", "vrai", "si", "sí", "sim", "verdadero"})
NO = frozenset({"no", "n", "false", "f", "0", "nein", "falsch", "non", "faux", "não", "nao", "falso"})
# which yes goes with which no: "y" and "0" in one column are no pair
_PAIRS = (
    ({"yes", "y", "true", "t", "1"}, {"no", "n", "false", "f", "0"}),
    ({"ja", "j", "wahr", "true", "1"}, {"nein", "n", "falsch", "false", "0"}),
    ({"oui", "o", "vrai", "1"}, {"non", "n", "faux", "0"}),
    ({"si", "sí", "s", "sim", "verdadero", "1"}, {"no", "n", "não", "nao", "falso", "0"}),
)
_ID_WORDS = frozenset(
    {"id", "ids", "pid", "uid", "uuid", "guid", "nr", "no", "num", "number", "nummer", "key", "index", "idx"}
    | {"rownames", "rowname", "row", "code", "serial", "lfd"}
)
_FEWEST = 10  # with fewer rows "all different" says little
_TEXT_LENGTH, _TEXT_WORDS = 40, 5
_LONGEST = 400  # characters of a number: as many digits as a float has before it is infinite, and some
_YEARS = (1500, 2200)


def judge(
    name: str, values: pd.Series[Any], position: int = 0, *, pixel: bool = False, left_out: str = ""
) -> tuple[Column, pd.Series[Any]]:
    """Decide what a column holds.

    Parameters
    ----------
    name : str
    values : Series of shape (rows,)
        float64, int64, datetime64 or categorical.
    position : int
        Where the column stands; row numbers stand first.
    pixel : bool
        Whether it is part of an image and therefore stays a number even where it never report.
    left_out : str
        Why it is no feature, where that is known beforehand.

    Returns
    -------
    tuple of Column and Series
        The values of text and of identifiers made of text are ``str``.
    """
    missing, distinct = _counts(values)
    kind, reason, leave_out = _kind(name, values, missing, distinct, position, pixel)
    if kind is ColumnKind.EMPTY:
        values = pd.Series(np.full(len(values), np.nan))
    elif kind is ColumnKind.ORDERED:
        values = values.cat.reorder_categories(in_order(list(values.cat.categories)) or [])
    elif kind in (ColumnKind.TEXT, ColumnKind.IDENTIFIER) and _is_categorical(values):
        values = values.astype("str")
    return Column(name, kind, reason, missing, distinct, left_out or leave_out), values


def _counts(values: pd.Series[Any]) -> tuple[int, int]:
    """How many values are missing, and how many different ones there are."""
    if _is_categorical(values):
        return int((values.cat.codes.to_numpy() < 0).sum()), len(values.cat.categories)
    plain = values.to_numpy()
    gaps = np.isnat(plain) if plain.dtype.kind == "M" else np.isnan(plain)
    return int(gaps.sum()), len(pd.unique(plain[~gaps]))


def _is_categorical(values: pd.Series[Any]) -> bool:
    return isinstance(values.dtype, pd.CategoricalDtype)


def _kind(
    name: str, values: pd.Series[Any], missing: int, distinct: int, position: int, pixel: bool
) -> tuple[ColumnKind, str, str]:
    """Kind, the reason for it, and the reason to leave the column out (empty where it may stay)."""
    if not distinct:
        return ColumnKind.EMPTY, "all values are missing", "all its values are missing"
    if pixel and pd.api.types.is_numeric_dtype(values.dtype):
        return ColumnKind.IMAGE, "the brightness of a pixel", ""
    if distinct == 1 and not missing and len(values) > 1:
        return ColumnKind.CONSTANT, "the same value in every row", "it has the same value in every row"
    if _is_categorical(values):
        return _kind_of_text(name, values, missing, distinct)
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return ColumnKind.DATE, f"dates from {values.min():%Y-%m-%d} to {values.max():%Y-%m-%d}", ""
    why = _row_number(name, values, missing, distinct, position)
    if why:
        return ColumnKind.IDENTIFIER, why, f"it looks like an identifier: {why}"
    if distinct == 2 and set(pd.unique(values.dropna())) == {0, 1}:
        return ColumnKind.YES_NO, "two values, 0 and 1", ""
    if top := _counts_to(values, distinct):
        return ColumnKind.COUNT, f"whole numbers from {int(values.min())} to {top:,}, as a count has them", ""
    whole = "whole numbers" if pd.api.types.is_integer_dtype(values.dtype) else "numbers"
    return ColumnKind.NUMBER, f"{whole}, {counted(distinct, 'different value')}", ""


def _counts_to(values: pd.Series[Any], distinct: int) -> int:
    """The largest of numbers that count something, which begin at 0 or 1; 0 where they do not."""
    known = values.to_numpy(dtype=np.float64)
    known = known[~np.isnan(known)]
    return int(known.max()) if distinct > 2 and known.min() in (0, 1) and not (known % 1).any() else 0


def _row_number(name: str, values: pd.Series[Any], missing: int, distinct: int, position: int) -> str:
    """Why whole numbers look like an identifier; empty where they do not."""
    rows = len(values)
    if missing or distinct < rows or rows < 2 or not pd.api.types.is_integer_dtype(values.dtype):
        return ""
    numbers = values.to_numpy()
    low, high = int(numbers.min()), int(numbers.max())
    in_sequence = high - low == rows - 1
    if in_sequence and position == 0 and low in (0, 1) and re.fullmatch(r"(Unnamed: ?0|column_1)(_\d+)?", name):
        return "row numbers that another program wrote"
    if rows < _FEWEST:
        return ""
    if in_sequence and not (low >= _YEARS[0] and high <= _YEARS[1]):  # a year per row is a time, not a number tag
        return "whole numbers in sequence, a different one in every row"
    return "a different whole number in every row, and its name" if is_id_name(name) else ""


def is_id_name(name: str) -> bool:
    """Whether a column's name speaks of an identifier: ``customerID``, ``Kunden-Nr``, ``row_id``."""
    spaced = re.sub(r"(?<=[a-zäöü])(?=[A-ZÄÖÜ])", " ", name)
    return bool(_ID_WORDS & {word.lower() for word in re.split(r"[\W_]+", spaced)})


def _kind_of_text(name: str, values: pd.Series[Any], missing: int, distinct: int) -> tuple[ColumnKind, str, str]:
    categories = values.cat.categories
    known = len(values) - missing
    if not pd.api.types.is_numeric_dtype(categories.dtype):
        texts = list(categories)
        if is_yes_no(texts):
            return ColumnKind.YES_NO, f"two values, {texts[0]} and {texts[1]}", ""
        if in_order(texts):
            return ColumnKind.ORDERED, f"{counted(distinct, 'word')} that stand in an order", ""
        if distinct > known / 2:
            free = _free_text(texts)
            if free:
                return ColumnKind.TEXT, free, "it is long free text, which cannot be learned from here"
        if distinct > known / 2 and _half_numbers(texts):
            return ColumnKind.TEXT, "numbers mixed with text", "it mixes numbers and text: read it as one of them"
        if distinct == known and known >= max(_FEWEST, len(values) / 2):
            why = "a different text in every row"
            return ColumnKind.IDENTIFIER, why, f"it looks like an identifier: {why}"
    return ColumnKind.CATEGORY, counted(distinct, "different value"), ""


def _half_numbers(texts: Sequence[str]) -> bool:
    """Whether half of the texts, but not all, are numbers."""
    short = [each for each in map(str, texts) if len(each) <= _LONGEST]  # pandas reads a longer one for seconds
    share = float(pd.to_numeric(pd.Series(short, dtype=object), errors="coerce").notna().sum()) / len(texts)
    return 0.5 <= share < 1


def is_yes_no(texts: list[str]) -> bool:
    """Whether two texts are a yes and a no of the same language."""
    if len(texts) != 2:
        return False
    first, second = (text.strip().lower() for text in texts)
    return any((first in yes and second in no) or (first in no and second in yes) for yes, no in _PAIRS)


def _free_text(texts: Sequence[str]) -> str:
    """Why texts look like prose; empty where they do not."""
    sample = [str(text) for text in texts[:: max(1, len(texts) // 500)]]
    length = float(np.mean([len(text) for text in sample]))
    words = float(np.mean([text.count(" ") + 1 for text in sample]))
    if length < _TEXT_LENGTH or words < _TEXT_WORDS:
        return ""
    return f"long free text, {length:.0f} characters on average"
