"""The tables of SPSS, Stata and SAS files."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from core.data.containers import MAX_BYTES, check_cells
from core.data.errors import Unreadable
from core.data.frames import as_whole, unique_names
from core.data.report import Report

_MAX_CELLS = MAX_BYTES // 16


def reader(program: str, function: str) -> Callable[[bytes, Report], pd.DataFrame]:
    """What reads the files of a program.

    Parameters
    ----------
    program : str
        What people call it.
    function : str
        The one of pyreadstat.
    """

    def read(data: bytes, report: Report) -> pd.DataFrame:
        _, about = opened(data, metadataonly=True)
        check_cells((about.number_rows or 0) * (about.number_columns or 0), _MAX_CELLS, program)
        frame, about = opened(data)
        names = unique_names(frame.columns, report)
        columns = {}
        for name, (given, values) in zip(names, frame.items(), strict=True):
            columns[name] = _column(name, values, about.variable_value_labels.get(given, {}), report)
        return pd.DataFrame(columns)

    def opened(data: bytes, **settings: Any) -> Any:
        import pyreadstat

        try:
            return getattr(pyreadstat, function)(io.BytesIO(data), **settings)
        except MemoryError:
            raise
        except Exception as error:  # whatever its callbacks come across in a damaged file
            raise Unreadable(f"The {program} file is damaged or protected. Save it again, or as CSV.") from error

    return read


def _column(name: str, values: pd.Series[Any], labels: dict[Any, str], report: Report) -> pd.Series[Any]:
    """A column; where every value has a label these are its categories, in the order of the values."""
    known = values.dropna().unique()
    if labels and all(value in labels for value in known):
        shown = [labels[value] for value in sorted(known)]
        if len(set(shown)) == len(shown):
            report.add("labels", "Values of {columns} shown by the labels that the file gives them.", name)
            return pd.Series(pd.Categorical(values.map(labels), categories=pd.Index(shown, dtype="str")))
        report.add("labels", "Labels of values of {columns} left out: different values have the same one.", name)
    elif labels:
        report.add("labels", "Labels of some values of {columns} left out: other values have none.", name)
    return as_whole(values) if values.dtype == np.float64 else values  # SPSS has no whole numbers
