"""The table of an ARFF file, which says itself what its columns hold."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from core.data.cells import column_of_cells
from core.data.containers import MAX_BYTES, check_cells, check_columns
from core.data.content import text_of
from core.data.errors import Unreadable
from core.data.frames import unique_names
from core.data.report import Report

_DECLARED = r"^(\s*@attribute\s+(?:'[^']*'|\"[^\"]*\"|\S+)\s+"
# what other programs write or take and the library does not: dates, which are read as text and then like other dates;
# the range of a number; a comma at the end of a row
_LENIENT = (
    (re.compile(_DECLARED + r")date\b.*$", re.IGNORECASE), r"\1string"),
    (re.compile(_DECLARED + r"(?:integer|real|numeric))\s*\[[^\]]*\]\s*$", re.IGNORECASE), r"\1"),
)
_CLASSES = re.compile(r"\{.*\}$")
_MAX_CELLS = MAX_BYTES // 8
_DATA = re.compile(r"\s*@data\b", re.IGNORECASE)


def read_arff(data: bytes, report: Report) -> pd.DataFrame:
    """The table of an ARFF file, dense or sparse; classes keep the order that the file gives them.

    Raises
    ------
    Unreadable
        With the line that does not fit.
    """
    arff = _library()
    lines = _strict(text_of(data, report))
    try:
        content = arff.loads(lines)
    except arff.ArffException as error:
        line = f" in line {error.line:,}" if error.line > 0 else ""
        raise Unreadable(f"The ARFF file is damaged{line}: {_reason(error)}. Save it again.") from error
    except (ValueError, IndexError, OverflowError) as error:
        raise Unreadable("The ARFF file is damaged. Save it again, or save the table as CSV.") from error
    names = unique_names([name for name, _ in content["attributes"]], report)
    columns = list(zip(*content["data"], strict=True)) or [()] * len(names)
    frame = {}
    for name, (_, kind), cells in zip(names, content["attributes"], columns, strict=True):
        frame[name] = _column(name, kind, list(cells), report)
    return pd.DataFrame(frame)


def _library() -> Any:
    """The library, without its own pattern for classes: where a bracket is not closed, that one takes for ever."""
    import arff

    arff._RE_TYPE_NOMINAL = _CLASSES
    return arff


def _strict(text: str) -> list[str]:
    """The lines of a file as the library wants them."""
    lines = text.split("\n")
    begin = next((place for place, line in enumerate(lines) if _DATA.match(line)), len(lines))
    head = lines[:begin]
    columns = sum(line.lstrip()[:1] == "@" for line in head)
    check_columns(columns)
    check_cells(columns * (len(lines) - begin), _MAX_CELLS, "ARFF")  # sparse rows are short, and full in the table
    for pattern, instead in _LENIENT:
        head = [pattern.sub(instead, line) for line in head]
    return [*head, *(line.rstrip().removesuffix(",") for line in lines[begin:])]


def _reason(error: Any) -> str:
    """What the library says, but for the line; `str` would take a percent sign of the file for a place to fill."""
    said = re.sub(r",? (at|in) line %d", "", error.message.strip().partition("\n")[0]).strip().rstrip(".")
    return said[:1].lower() + said[1:]


def _column(name: str, kind: Any, cells: list[Any], report: Report) -> pd.Series[Any]:
    if isinstance(kind, list):
        return pd.Series(pd.Categorical(cells, categories=pd.Index(dict.fromkeys(kind), dtype="str")))
    return column_of_cells(name, cells, report)
