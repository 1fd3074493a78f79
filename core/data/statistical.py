"""The tables of SPSS, Stata and SAS files."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from core.data.containers import MAX_BYTES
from core.data.errors import Unreadable
from core.data.frames import unique_names
from core.data.wording import Changes

_MAX_CELLS = MAX_BYTES // 16


def reader(program: str, function: str) -> Callable[[bytes, Changes], pd.DataFrame]:
    """What reads the files of a program.

    Parameters
    ----------
    program : str
        What people call it.
    function : str
        The one of pyreadstat.
    """

    def read(data: bytes, changes: Changes) -> pd.DataFrame:
        import pyreadstat

        opened = getattr(pyreadstat, function)
        try:
            _, about = opened(io.BytesIO(data), metadataonly=True)
            cells = (about.number_rows or 0) * (about.number_columns or 0)
            if cells > _MAX_CELLS:
                raise Unreadable(f"The {program} file says that it holds {cells:,} cells, too many to open here.")
            frame, about = opened(io.BytesIO(data))
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, OSError, OverflowError) as error:
            raise Unreadable(f"The {program} file is damaged or protected. Save it again, or as CSV.") from error
        names = unique_names(frame.columns, changes)
        columns = {}
        for name, (given, values) in zip(names, frame.items(), strict=True):
            columns[name] = _column(name, values, about.variable_value_labels.get(given, {}), changes)
        return pd.DataFrame(columns)

    return read


def _column(name: str, values: pd.Series[Any], labels: dict[Any, str], changes: Changes) -> pd.Series[Any]:
    """A column; where every value has a label these are its categories, in the order of the values."""
    known = values.dropna()
    if labels and known.isin(list(labels)).all() and len(set(labels.values())) == len(labels):
        changes.add("Values of {columns} shown by the labels that the file gives them.", name)
        categories = pd.Index([labels[value] for value in sorted(labels)], dtype="str")
        return pd.Series(pd.Categorical(values.map(labels), categories=categories))
    if labels:
        changes.add("Labels of some values of {columns} left out: other values have none.", name)
    if values.dtype == np.float64 and len(known) == len(values):  # SPSS has no whole numbers
        whole = bool(((values % 1 == 0) & (values.abs() <= 2**53)).all())
        return values.astype(np.int64) if whole else values
    return values
