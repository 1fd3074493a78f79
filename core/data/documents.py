"""The table of a JSON file: records, JSON lines, columns, or what pandas and web services write.

Takes bytes, gives a frame. Nested objects become columns called ``outer.inner``; lists have no place in a table.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pandas as pd

from core.data.cells import column_of_cells
from core.data.containers import MAX_BYTES, check_cells, check_columns
from core.data.content import text_of
from core.data.errors import Unreadable
from core.data.frames import unique_names
from core.data.report import Report
from core.wording import listed, quoted

_MAX_CELLS, _MOST_PARTS = MAX_BYTES // 8, MAX_BYTES // 64
_DEEPEST = 8  # objects within objects
_SHAPES = (
    'Wanted is a list of records, such as [{"a": 1}, {"a": 2}], one record per line, or an object with a list per '
    "column."
)


def read_json(data: bytes, report: Report) -> pd.DataFrame:
    """The table of a JSON document or of JSON lines.

    Raises
    ------
    Unreadable
        If the text is no JSON, with the line; or if there is no table in it.
    """
    text, repeated = text_of(data, report), set[str]()
    if (parts := text.count("{") + text.count("[")) > _MOST_PARTS:
        raise Unreadable(f"The JSON file holds {parts:,} lists and objects, too many to open here. Save a part of it.")
    try:
        value = _parsed(text, repeated)
        records = _records(value, report)
        flat = [_flat(each, repeated) for each in records]
    except Unreadable:
        raise
    except ValueError as error:  # Python's own limit, for the time that it takes
        raise Unreadable("The JSON file holds a number of more than 4,300 digits. Save it as text.") from error
    except RecursionError as error:
        raise Unreadable(f"The JSON file is nested too deeply to be a table. {_SHAPES}") from error
    for name in sorted(repeated):
        report.add("same_key", "A record names {columns} twice; the last value was taken.", name)
    wanted = dict.fromkeys(name for each in flat for name in each)
    check_columns(len(wanted))
    check_cells(len(wanted) * len(flat), _MAX_CELLS, "JSON")
    columns = {name: [each.get(name) for each in flat] for name in wanted}
    nested = [name for name, cells in columns.items() if any(isinstance(cell, (list, dict)) for cell in cells)]
    if nested:
        report.add("nested", f"Columns that hold lists left out: {listed(nested)}.", count=len(nested))
    kept = [name for name in columns if name not in nested]
    if not kept:
        raise Unreadable(f"The JSON file holds no table. {_SHAPES}")
    names = unique_names(kept, report)
    return pd.DataFrame({name: _column(name, columns[key], report) for name, key in zip(names, kept, strict=True)})


def _parsed(text: str, repeated: set[str]) -> Any:
    """A JSON document, or the list of the documents on its lines."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            repeated.update(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        return found

    decoder = json.JSONDecoder(object_pairs_hook=unique)
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        if error.msg != "Extra data":
            raise _damaged(error, error.lineno) from error
    lines = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                lines.append(decoder.decode(line))
            except json.JSONDecodeError as error:
                raise _damaged(error, number) from error
    return lines


def _damaged(error: json.JSONDecodeError, line: int) -> Unreadable:
    return Unreadable(f"The JSON file is damaged in line {line:,}, column {error.colno:,}: {error.msg}. Save it again.")


def _records(value: Any, report: Report) -> list[dict[str, Any]]:
    """The rows of a document, each an object."""
    if isinstance(value, list):
        return _of_list(value, report)
    if not isinstance(value, dict) or not value:
        raise Unreadable(f"The JSON file holds no table. {_SHAPES}")
    if isinstance(value.get("columns"), list) and isinstance(value.get("data"), list):  # pandas' "split"
        return _of_rows(value["columns"], value["data"], report)
    lists = {name: each for name, each in value.items() if isinstance(each, list)}
    if len(lists) == len(value) and len({len(each) for each in lists.values()}) == 1 and not _are_records(value):
        return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
    inside = [name for name, each in lists.items() if each and all(isinstance(row, dict) for row in each)]
    if len(inside) == 1:  # {"count": 2, "results": [{…}, {…}]}
        report.add("place", f"Read from {quoted(inside[0])} in the file.")
        return _of_list(lists[inside[0]], report)
    if deep := _deep(value):
        path, rows = deep
        report.add("place", f"Read from {quoted(path)} in the file.")
        return _of_list(rows, report)
    if all(isinstance(each, dict) for each in value.values()):
        return _of_objects(value, report)
    if not lists:
        return [value]
    raise Unreadable(f"The JSON file holds no table: its columns have different lengths. {_SHAPES}")


def _deep(value: dict[str, Any], before: str = "", depth: int = 0) -> tuple[str, list[Any]] | None:
    """The longest list of records inside objects in objects, and where it is; None where there is none."""
    found: list[tuple[str, list[Any]]] = []
    for name, each in value.items():
        if isinstance(each, list) and each and all(isinstance(row, dict) for row in each):
            found.append((f"{before}{name}", each))
        elif isinstance(each, dict) and depth < _DEEPEST and (deeper := _deep(each, f"{before}{name}.", depth + 1)):
            found.append(deeper)
    return max(found, key=lambda each: len(each[1]), default=None)


def _of_objects(value: dict[str, dict[str, Any]], report: Report) -> list[dict[str, Any]]:
    """The rows of an object of objects, which are either its columns or its rows: columns hold values of one kind."""
    outer = list(value.values())
    inner = list(dict.fromkeys(key for each in outer for key in each))
    across = [[each.get(key) for each in outer] for key in inner]
    within = [list(each.values()) for each in outer]
    if _alike(within) and (not _alike(across) or all(map(_is_label, inner)) or len(inner) > len(outer)):
        report.add("orientation", "Read with the outer names of the file as columns.")
        return [{name: each.get(key) for name, each in value.items()} for key in inner]
    report.add("orientation", "Read with the outer names of the file as rows.")
    return outer


def _alike(groups: list[list[Any]]) -> bool:
    """Whether each group holds values of one kind, but for gaps."""
    kinds = [{float if type(each) is int else type(each) for each in group if each is not None} for group in groups]
    return all(len(each) <= 1 for each in kinds)


def _is_label(key: str) -> bool:
    """Whether a name is that of a row, which pandas writes: its number or its time."""
    return bool(re.fullmatch(r"\d+|\d{4}-\d\d-\d\d(T[\d:.]+Z?)?", key))


def _are_records(value: dict[str, list[Any]]) -> bool:
    return any(isinstance(row, dict) for each in value.values() for row in each[:1])


def _of_list(rows: list[Any], report: Report) -> list[dict[str, Any]]:
    if rows and all(isinstance(row, dict) for row in rows):
        return rows
    if rows and all(isinstance(row, list) for row in rows):
        named = len(rows) > 1 and all(isinstance(cell, str) for cell in rows[0])
        if not named:
            report.add("no_header", "The rows have no names, so the columns are called column_1, column_2 and so on.")
        header = rows[0] if named else [f"column_{place + 1}" for place in range(len(rows[0]))]
        return _of_rows(header, rows[named:], report)
    if rows and not any(isinstance(row, (dict, list)) for row in rows):
        return [{"value": row} for row in rows]
    raise Unreadable(f"The JSON file holds no table. {_SHAPES}")


def _of_rows(header: list[Any], rows: list[Any], report: Report) -> list[dict[str, Any]]:
    """The rows of lists, with the names of their cells."""
    if any(not isinstance(row, list) or len(row) != len(header) for row in rows):
        raise Unreadable(f"The JSON file holds no table: its rows have different lengths. {_SHAPES}")
    names = unique_names(header, report)
    return [dict(zip(names, row, strict=True)) for row in rows]


def _flat(record: dict[str, Any], repeated: set[str], before: str = "", depth: int = 0) -> dict[str, Any]:
    """A record whose objects became entries ``outer.inner``; such names may be there already."""
    check_columns(len(record))
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict) and value and depth < _DEEPEST:
            inner = _flat(value, repeated, f"{before}{name}.", depth + 1)
        else:
            inner = {f"{before}{name}": None if value == {} else value}
        repeated.update(flat.keys() & inner.keys())
        flat |= inner
    return flat


def _column(name: str, cells: list[Any], report: Report) -> pd.Series[Any]:
    cells = [None if isinstance(cell, float) and cell != cell else cell for cell in cells]  # NaN
    if empty := sum(cell == "" for cell in cells):
        report.add("empty_text", "Empty text in {columns} read as missing: {count}.", name, empty)
    return column_of_cells(name, cells, report)
