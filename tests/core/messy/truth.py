"""What a messy file holds in truth: columns with their kinds and values, and other readings that have to be told.

Knows nothing of the reader beyond the names of kinds and rules. A `Reading` is a whole table. The first one of a
sample is right; any other one is as good only where the report says so, which makes it asked and not silent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

# Kinds as people would call them. A finer kind ("count" for "number") is never a mistake.
NUMBER = frozenset({"number", "count", "integer", "integer count"})
WORDS = frozenset({"category", "ordered category", "ordered", "text", "identifier"})
YES_NO = frozenset({"yes/no"})
DATE = frozenset({"date", "date/time", "time"})
ID = NUMBER | WORDS
FLAG = NUMBER | YES_NO | WORDS  # 0 and 1 may be either
CONSTANT = frozenset({"constant"})
EMPTY = frozenset({"empty"})
ANY = ID | YES_NO | DATE | CONSTANT | EMPTY

# Rules of the report, of which one must be there for a reading to be told.
AS_TEXT = ("mixed", "kept_as_text")
SHORT_OF = ("not_a_number", "missing_mark")
FOOTER = ("footer", "total")
SECOND_HEADER = ("second_header", "units")
SECOND_TABLE = ("second_table", "ragged")
COMMENT = ("comment", "preamble")
INDEX = ("index", "row_name")


@dataclass(frozen=True)
class Need:
    """One of `rules` has to be in the report.

    Attributes
    ----------
    count : int or None
        With so many cells, rows or lines, as a count or within the sentence; None where any will do.
    """

    rules: tuple[str, ...]
    count: int | None = None


@dataclass(frozen=True)
class Col:
    """A column in truth.

    Attributes
    ----------
    values : tuple
        None, bool (yes or no), int, float, str or datetime per row.
    kinds : frozenset of str
        Kinds that it may be taken for.
    raw : tuple of str
        The cells as they are written in the file.
    digits : int
        Decimals that its numbers are written with.
    also_called : frozenset of str
        Other names that are right; "*" for any.
    needs : tuple of Need
        What the report has to say about this column for this reading to count.
    others : tuple of Col
        Other readings of the same cells.
    """

    name: str
    values: tuple[Any, ...]
    kinds: frozenset[str]
    raw: tuple[str, ...] = ()
    digits: int = 2
    also_called: frozenset[str] = frozenset()
    needs: tuple[Need, ...] = ()
    others: tuple[Col, ...] = ()

    def named(self, name: str, *others: str) -> Col:
        """The same under another name."""
        return replace(self, name=name, also_called=frozenset(others))

    def or_as(
        self, values: Iterable[Any], kinds: frozenset[str], *rules: str, count: int | None = None, free: bool = False
    ) -> Col:
        """The same with one more reading, which one of `rules` must tell; `free` where it need not be told."""
        needs = () if free else (Need(rules, count),)
        other = replace(self, values=tuple(values), kinds=kinds, needs=needs, others=())
        return replace(self, others=(*self.others, other))

    def or_verbatim(self, *rules: str, free: bool = False) -> Col:
        """The same, or the cells as text just as they stand in the file."""
        return self.or_as((text or None for text in self.raw), WORDS, *(rules or AS_TEXT), free=free)

    def told(self, *rules: str, count: int | None = None) -> Col:
        """The same reading, which one of `rules` must tell."""
        return replace(self, needs=(*self.needs, Need(rules, count)))

    def where(self, kept: Callable[[int], bool]) -> Col:
        """Only some of the rows, in all readings."""
        rows = [row for row in range(len(self.values)) if kept(row)]
        raw = tuple(self.raw[row] for row in rows) if self.raw else ()
        return replace(
            self,
            values=tuple(self.values[row] for row in rows),
            raw=raw,
            others=tuple(other.where(kept) for other in self.others),
        )


@dataclass(frozen=True)
class Reading:
    """A table, and what the report has to say of the file for it to count."""

    columns: tuple[Col, ...]
    needs: tuple[Need, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.columns[0].values)


@dataclass(frozen=True)
class Sample:
    """A file and what may be read from it.

    Attributes
    ----------
    readings : tuple of Reading
        The right one first; none where the only right answer is a refusal.
    refusable : bool
        Whether refusing it with a sentence is an answer as well.
    """

    data: bytes
    readings: tuple[Reading, ...]
    refusable: bool = False


@dataclass(frozen=True)
class Case:
    """A shape of messy file.

    Attributes
    ----------
    section : str
        The fault that it stands for: "B2" is the second one among texts.
    make : callable
        A file of this shape, another one for each state of the generator.
    file : str
        What such a file is called.
    """

    name: str
    section: str
    make: Callable[[Random], Sample]
    file: str = "table.csv"

    def __str__(self) -> str:
        return self.name


def right(columns: Sequence[Col], *rules: str, count: int | None = None) -> Reading:
    """A reading; with rules, one of them has to be told of the file."""
    return Reading(tuple(columns), (Need(rules, count),) if rules else ())
