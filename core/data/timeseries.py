"""The table of a TS file, as sktime and the archive of time series at UCR and UEA keep them.

A head of lines with an ``@``, then a series per line: values between commas; of several series side by side, one behind
the other with a colon between; the class or the number to predict last, behind a colon. The columns are the steps of
the first series, ``t1``, ``t2`` and so on, then those of the others.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from core.data.containers import MAX_BYTES, check_cells, check_columns
from core.data.content import text_of
from core.data.errors import Unreadable
from core.data.pixels import LABEL
from core.data.report import Report
from core.records import Task
from core.wording import counted, quoted

_DATA = re.compile(r"^[ \t]*@data\b[^\n]*\n", re.IGNORECASE | re.MULTILINE)
_HEAD = re.compile(r"^[ \t]*@(\w+)[ \t]*(.*?)[ \t\r]*$", re.MULTILINE)
_MOST_CELLS = MAX_BYTES // 8


def read_ts(data: bytes, report: Report) -> pd.DataFrame:
    """The table of a TS file; series that are shorter than others are filled up with gaps at their end.

    Raises
    ------
    Unreadable
        With the line that does not fit.
    """
    text = text_of(data, report)
    begin = _DATA.search(text)
    if begin is None:
        raise Unreadable("The TS file has no line @data, behind which the series stand. Save it again.")
    head = {name.lower(): value for name, value in _HEAD.findall(text[: begin.start()])}
    if head.get("timestamps", "").lower() == "true":
        raise Unreadable(
            "The series of the TS file have a time for each value, which is not read here. Save them without."
        )
    first = text.count("\n", 0, begin.end()) + 1
    lines = [(first + place, line.strip()) for place, line in enumerate(text[begin.end() :].split("\n"))]
    rows = [(number, line.split(":")) for number, line in lines if line and not line.startswith("#")]
    if not rows:
        raise Unreadable("The TS file has no series behind its line @data.")
    classes, targets = _named(head, "classlabel"), _named(head, "targetlabel")
    labels = [(number, parts.pop().strip()) for number, parts in rows] if classes or targets else []
    frame = _frame(rows, report)
    if labels:
        frame[LABEL] = _classes(labels, classes) if classes else _numbers(labels)
        report.found(target=LABEL, task=str(Task.CLASSIFICATION if classes else Task.REGRESSION))
    return frame


def _named(head: dict[str, str], what: str) -> list[str]:
    """Whether the head says that there are labels, and which: ``["true", "a", "b"]``."""
    words = head.get(what, "").split()
    return words if words and words[0].lower() == "true" else []


def _frame(rows: list[tuple[int, list[str]]], report: Report) -> pd.DataFrame:
    """A column for each step of each series."""
    many = len(rows[0][1])
    for number, parts in rows:
        if len(parts) != many or not many:
            raise Unreadable(
                f"Line {number:,} of the TS file has {len(parts):,} series side by side, and the first one "
                f"{many:,}: each line must have as many."
            )
    series = [[_values(part, number) for part in parts] for number, parts in rows]
    lengths = np.array([[len(each) for each in parts] for parts in series])
    steps = int(lengths.max())
    check_columns(many * steps)
    check_cells(len(rows) * many * steps, _MOST_CELLS, "TS")
    whole = np.full((many * steps, len(rows)), np.nan)
    for row, mine in enumerate(series):
        for place, each in enumerate(mine):
            whole[place * steps : place * steps + len(each), row] = each
    _tell(report, lengths, sum(int(np.isnan(each).sum()) for mine in series for each in mine))
    stems = ["t"] if many == 1 else [f"dim{number}_t" for number in range(1, many + 1)]
    return pd.DataFrame(
        whole.T, columns=[f"{stem}{step}" for stem in stems for step in range(1, steps + 1)], copy=False
    )


def _values(text: str, line: int) -> np.ndarray:
    words = text.replace("?", "nan").split(",") if text.strip() else []
    try:
        return np.array(words, dtype=np.float64)
    except ValueError:
        wrong = next(word for word in words if not _is_number(word))
        raise Unreadable(f"Line {line:,} of the TS file holds {quoted(wrong.strip())}, which is no number.") from None


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _tell(report: Report, lengths: np.ndarray, gaps: int) -> None:
    rows, many = lengths.shape
    steps, short = int(lengths.max()), int((lengths.min(1) < lengths.max()).sum())
    each = "a series" if many == 1 else f"{many:,} series side by side"
    report.add("series", f"Read as {counted(rows, 'row')}, each {each} of {counted(steps, 'step')}.")
    if short:
        told = f"{counted(short, 'row')} with series shorter than {steps:,} steps filled up with gaps at their end."
        report.add("padded", told, count=short)
    if gaps:
        report.add("series", f"Missing values within the series, marked `?`: {gaps:,}.", count=gaps)


def _classes(labels: list[tuple[int, str]], said: list[str]) -> pd.Categorical:
    """Classes in the order in which the head lists them, then those that it forgot."""
    names = [name for _, name in labels]
    return pd.Categorical(names, categories=pd.Index(dict.fromkeys([*said[1:], *names]), dtype="str"))


def _numbers(labels: list[tuple[int, str]]) -> np.ndarray:
    return np.concatenate([_values(text, number)[:1] for number, text in labels])
