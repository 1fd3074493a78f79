"""From a frame to a Table: house dtypes, what each column is taken for, and the fingerprint of the content.

Takes a pandas frame of any dtypes, gives a `Table` whose notes name every change. Knows nothing of files or targets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, cast

import numpy as np
import pandas as pd

from core.data.errors import Unreadable
from core.data.kinds import judge
from core.data.report import Report
from core.records import Column, ColumnKind, Table

EXACT = 2**53  # up to here a float is every whole number
_PRINTABLE = {0: "\ufffd"}


def table_of_frame(
    frame: pd.DataFrame,
    name: str = "table",
    *,
    title: str = "",
    about: str = "",
    report: Report | None = None,
    target: str = "",
    task: str = "",
    image_shape: tuple[int, ...] = (),
    left_out: Mapping[str, str] | None = None,
) -> Table:
    """A table from a pandas frame.

    Parameters
    ----------
    frame : DataFrame of shape (rows, columns)
        Left as it is; its index plays no part.
    name, title, about : str
        How the table is called by programs, by people, and what it is.
    report : Report
        What was already changed before this; hears of what is changed here.
    target, task : str
        What it is meant for, where that is known.
    image_shape : tuple of int
        Height and width where the columns besides `target` are pixels.
    left_out : mapping of str to str
        Columns that are better no features, with the reason.

    Returns
    -------
    Table

    Raises
    ------
    Unreadable
        If there is no column or no row.
    """
    if not len(frame.columns) or not len(frame):
        raise Unreadable("The table has no data rows." if len(frame.columns) else "The table has no columns.")
    report = report or Report()
    names = unique_names(frame.columns, report)
    pixels = set(names) - {target} if image_shape else set()
    series: dict[str, pd.Series[Any]] = {}
    columns: list[Column] = []
    for position, (column, (_, given)) in enumerate(zip(names, frame.items(), strict=True)):
        values, why = house_dtype(given, column, report), (left_out or {}).get(column, "")
        found, series[column] = judge(column, values, position, pixel=column in pixels, left_out=why)
        columns.append(found)
    clean = pd.DataFrame(series, copy=False)
    return Table(
        name=name,
        title=title or name,
        frame=clean,
        columns=tuple(columns),
        fingerprint=fingerprint(clean, columns),
        about=about,
        notes=report.notes(),
        report=report.changes(),
        facts=report.facts,
        target=target,
        task=str(task),
        image_shape=image_shape,
    )


def unique_names(names: Iterable[object], report: Report) -> list[str]:
    """Column names as text, none empty and none twice; what had to change is noted."""
    given = ["" if name is None else as_unicode(str(name)) for name in names]
    wanted = [" ".join(name.split()) for name in given]
    taken, used, result = set(wanted), set[str](), []
    numbers: dict[str, int] = {}  # the next one to try, so that many columns of one name take no longer than others
    for position, name in enumerate(wanted):
        if not name:
            chosen = _free(f"column_{position + 1}", taken, start=2)
            report.add("no_name", f"Column {position + 1} has no name and is called {{columns}}.", chosen)
        elif name in used:
            number = numbers.get(name, 2)
            while (chosen := f"{name}_{number}") in taken:
                number += 1
            numbers[name] = number + 1
            report.add("same_name", f"A second column `{name}` is called {{columns}}.", chosen)
        else:
            chosen = name
        if name and name != given[position].strip():  # blanks around a name are no part of it
            report.add(
                "tidy_name", "Line breaks and repeated blanks in the name of {columns} became one blank.", chosen
            )
        result.append(chosen)
        taken.add(chosen)
        used.add(chosen)
    return result


def _free(wish: str, taken: set[str], stem: str = "", start: int = 2) -> str:
    while wish in taken:
        wish, start = f"{stem or wish}_{start}", start + 1
    return wish


def house_dtype(values: pd.Series[Any], name: str, report: Report) -> pd.Series[Any]:
    """A column as float64, int64, datetime64[us] or categorical; anything else becomes a categorical of text."""
    dtype = values.dtype
    if not isinstance(values.index, pd.RangeIndex) or values.index.start or values.index.step != 1:
        values = values.reset_index(drop=True)
    if isinstance(dtype, pd.CategoricalDtype):
        return _categorical(values, name, report)
    if dtype.kind == "f" and isinstance(dtype, np.dtype):  # by far the most frequent, so first
        return _numbers(values, name, report)
    if pd.api.types.is_object_dtype(dtype):
        return _of_objects(values, name, report)
    if pd.api.types.is_bool_dtype(dtype):
        return _of_text(values.astype(object).map({True: "True", False: "False"}), name, report)
    if pd.api.types.is_complex_dtype(dtype):
        return _of_objects(values.astype(object), name, report)
    if pd.api.types.is_numeric_dtype(dtype):
        return _numbers(values, name, report)
    if isinstance(dtype, pd.PeriodDtype):
        values = values.dt.to_timestamp()
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        report.add("time_zone", "Times with a time zone in {columns} turned into UTC.", name)
        values = cast("pd.Series[Any]", values.dt.tz_convert("UTC").dt.tz_localize(None))
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return pd.Series(values.to_numpy().astype("datetime64[us]"), copy=False)
    if pd.api.types.is_timedelta64_dtype(dtype):
        report.add("span", "Spans of time in {columns} turned into seconds.", name)
        return pd.Series(values.dt.total_seconds().to_numpy(dtype=np.float64), copy=False)
    return _of_text(values, name, report)


def _numbers(values: pd.Series[Any], name: str, report: Report) -> pd.Series[Any]:
    if pd.api.types.is_integer_dtype(values.dtype):
        gaps = bool(values.isna().any())
        biggest = max((abs(int(each)) for each in (values.min(), values.max()) if not pd.isna(each)), default=0)
        if biggest >= 2**63 or (gaps and biggest > EXACT):
            report.add(
                "large_number", "Whole numbers in {columns} are too large to be exact and were kept as text.", name
            )
            return _of_text(values.astype(object).map(str, na_action="ignore"), name, report)
        if not gaps:
            return pd.Series(values.to_numpy(dtype=np.int64), copy=False)
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    infinite = np.isinf(numbers)
    if infinite.any():
        report.add("infinite", "Infinite values in {columns} read as missing: {count}.", name, int(infinite.sum()))
        numbers = np.where(infinite, np.nan, numbers)
    return pd.Series(numbers, copy=False)


def as_whole(numbers: pd.Series[Any]) -> pd.Series[Any]:
    """Floats as int64 where all are there, whole and exact; else as they are."""
    whole = (numbers % 1 == 0) & (numbers.abs() <= EXACT)  # not where there are gaps
    return numbers.astype(np.int64) if bool(whole.all()) else numbers


def _of_objects(values: pd.Series[Any], name: str, report: Report) -> pd.Series[Any]:
    """A column of Python objects, by what they all are; a mixture becomes text."""
    inferred = pd.api.types.infer_dtype(values, skipna=True)
    if inferred in ("decimal", "mixed-integer-float", "integer", "floating"):
        return _numbers(pd.to_numeric(values.astype(object).where(values.notna(), None)), name, report)
    if inferred in ("date", "datetime"):
        try:
            return house_dtype(pd.to_datetime(values), name, report)
        except (ValueError, TypeError):  # several time zones in one column
            return house_dtype(pd.to_datetime(values, utc=True), name, report)
    if inferred == "timedelta":
        return house_dtype(pd.to_timedelta(values), name, report)
    # a list, because pandas would turn the texts into Arrow's, which refuses half a surrogate pair
    texts = [str(each) if there else None for each, there in zip(values, values.notna(), strict=True)]
    return _of_text(pd.Series(texts, dtype=object), name, report)


def _of_text(values: pd.Series[Any], name: str, report: Report) -> pd.Series[Any]:
    """Text as a categorical with sorted categories; empty text is missing."""
    texts = values.astype(object)
    known = texts.notna()
    codes, distinct = pd.factorize(texts[known].to_numpy(dtype=object))
    cleaned, changed = _cleaned([str(each) for each in distinct])
    if changed.any():
        count = int(np.isin(codes, np.flatnonzero(changed)).sum())
        report.add("unprintable", "Characters that cannot be shown in {columns} replaced: {count}.", name, count)
    every = np.full(len(texts), -1, dtype=np.int64)
    every[known.to_numpy()] = codes
    return categorical(cleaned, every, name, report)


def categorical(texts: list[str], codes: np.ndarray, name: str, report: Report) -> pd.Series[Any]:
    """A categorical with sorted text categories from different texts and each row's code (-1 is missing).

    Texts that became equal fall together; empty text becomes missing and is noted.
    """
    kept = sorted({text for text in texts if text})
    place = {text: position for position, text in enumerate(kept)}
    new = np.array([place.get(text, -1) for text in texts] + [-1], dtype=np.int64)
    blank = [position for position, text in enumerate(texts) if not text]
    if blank and (empty := int(np.isin(codes, blank).sum())):
        report.add("empty_text", "Empty text in {columns} read as missing: {count}.", name, empty)
    categories = pd.Index(kept, dtype="str")
    return pd.Series(pd.Categorical.from_codes(cast(Any, new[codes]), categories=categories), copy=False)


def as_unicode(text: str) -> str:
    """A text without NUL and without halves of surrogate pairs."""
    if text.isascii() and "\0" not in text:  # nearly always, and a text may be large
        return text
    return text.translate(_PRINTABLE).encode("utf-8", "replace").decode()


def _cleaned(texts: list[str]) -> tuple[list[str], np.ndarray]:
    """Texts without NUL and without halves of surrogate pairs, which databases, browsers and Arrow refuse."""
    cleaned = [as_unicode(text) for text in texts]
    return cleaned, np.array([old != new for old, new in zip(texts, cleaned, strict=True)], dtype=bool)


def _categorical(values: pd.Series[Any], name: str, report: Report) -> pd.Series[Any]:
    """A categorical keeps the order of its categories: it is the order of the classes."""
    used = values.cat.remove_unused_categories()
    categories = used.cat.categories
    if pd.api.types.is_bool_dtype(categories.dtype):
        return used.cat.rename_categories(["True" if each else "False" for each in categories])
    if pd.api.types.is_numeric_dtype(categories.dtype):
        return used
    texts, changed = _cleaned([str(each) for each in categories])
    if len(set(texts)) < len(texts) or "" in texts:
        return _of_text(used.astype(object).map(str, na_action="ignore"), name, report)
    if changed.any():
        count = int(changed[used.cat.codes[used.notna()]].sum())
        report.add("unprintable", "Characters that cannot be shown in {columns} replaced: {count}.", name, count)
    return used.cat.rename_categories(cast(Any, pd.Index(texts, dtype="str")))


def fingerprint(frame: pd.DataFrame, columns: Iterable[Column]) -> str:
    """Hash of a table's content: 20 hexadecimal digits that depend on names, kinds and values, and on nothing else.

    Hashed are the bytes of the values and not pandas' own hashes, so that another release gives the same answer.
    """
    digest = hashlib.blake2b(digest_size=10)
    digest.update(f"{len(frame)}".encode())
    for column in columns:
        values = frame[column.name]
        answers = column.kind is ColumnKind.YES_NO and not isinstance(values.dtype, pd.CategoricalDtype)
        kind = ColumnKind.NUMBER if answers else column.kind  # 0 and 1 were numbers once, and stores hold such tables
        digest.update(f"\x1e{column.name}\x1f{kind}\x1f".encode())
        for part in _bytes_of(values):
            digest.update(part)
    return digest.hexdigest()


def _bytes_of(values: pd.Series[Any]) -> Iterable[bytes]:
    if isinstance(values.dtype, pd.CategoricalDtype):
        yield "\x1f".join(map(str, values.cat.categories)).encode()
        yield values.cat.codes.to_numpy(dtype="<i4").tobytes()
    elif pd.api.types.is_datetime64_any_dtype(values.dtype):
        yield values.to_numpy().astype("datetime64[us]").astype("<i8").tobytes()
    elif pd.api.types.is_integer_dtype(values.dtype):
        yield values.to_numpy(dtype="<i8").tobytes()
    elif pd.api.types.is_numeric_dtype(values.dtype):
        numbers = values.to_numpy(dtype="<f8")
        yield np.where(np.isnan(numbers), np.nan, numbers + 0.0).tobytes()  # one bit pattern for NaN, none for -0
    else:
        yield values.isna().to_numpy().tobytes()
        yield "\x1f".join(values.fillna("").astype(object)).encode()
