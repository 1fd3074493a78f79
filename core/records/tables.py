"""A table as it was read, and what its columns were taken for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


class ColumnKind(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    COUNT = "integer count"
    CATEGORY = "category"
    ORDERED = "ordered category"
    YES_NO = "yes/no"
    DATE = "date/time"
    TEXT = "text"
    IDENTIFIER = "identifier"
    CONSTANT = "constant"
    EMPTY = "empty"
    IMAGE = "image"

    @classmethod
    def _missing_(cls, value: object) -> ColumnKind | None:
        """Stores before the third version call dates so."""
        return cls.DATE if value == "date" else None


#: What is counted with, whatever it stands for.
NUMBERS = frozenset({ColumnKind.NUMBER, ColumnKind.COUNT, ColumnKind.IMAGE})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table and what it was taken for.

    Attributes
    ----------
    reason : str
        Why it was taken for this kind, as a clause for a person ("1,203 different numbers").
    leave_out : str
        Why it is better left out of the features; empty when it may stay.
    """

    name: str
    kind: ColumnKind
    reason: str
    missing: int
    distinct: int
    leave_out: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was decided or changed while a table was read.

    Attributes
    ----------
    rule : str
        What was done: the name of an entry of `core.data.report.RULES`.
    text : str
        The same as a sentence.
    column : str
        The column that it is about; empty where it is about all.
    count : int
        How many cells, rows or lines; 0 where there is nothing to count.
    """

    rule: str
    text: str
    column: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it was read.

    Attributes
    ----------
    frame : DataFrame of shape (rows, columns)
        Unique text column names, range index. Numbers and dates are numpy dtypes with NaN/NaT for gaps; categories and
        yes/no are pandas categoricals, whose order of categories is the order of the classes, but a yes/no of 0 and 1
        stays a number; text is ``str``.
    fingerprint : str
        Hash of the content (names, kinds, values): equal tables have equal fingerprints.
    notes : tuple of str
        Everything that was changed or decided while reading, as sentences with counts.
    report : tuple of Change
        The same, one row per rule and column.
    facts : mapping of str to str, int or None
        How a file was read: ``format``, and for text ``encoding``, ``delimiter``, ``decimal`` and ``header_row`` (the
        line that holds the names, counted from 1; None where no line does).
    target, task : str
        What the table is meant for, where it is known; else empty.
    image_shape : tuple of int
        Height and width where the number columns are the pixels of an image; else empty.
    """

    name: str
    title: str
    frame: pd.DataFrame
    columns: tuple[Column, ...]
    fingerprint: str
    about: str = ""
    notes: tuple[str, ...] = ()
    report: tuple[Change, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    target: str = ""
    task: str = ""
    image_shape: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A guess and the reason for it, as a clause for a person."""

    value: Any
    reason: str
