"""Files of data sets that many people have: known by their names, and by their columns once they are read.

Takes the folder of tables, gives the table of the first file that fits, with its target. Says why others did not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

import pandas as pd

from core.data.errors import Unreadable
from core.data.reading import read_table
from core.data.report import Report
from core.records import Table
from core.wording import counted, quoted

_PACKED = re.compile(r"\.(gz|bz2|xz|zip)$")
_ENDING = re.compile(r"\.(csv|tsv|txt|arff|parquet|feather|xlsx?|ods|json|npz)$")
_TELLING = 10  # answers


def bare(name: str) -> str:
    """A name without what is spelled differently from copy to copy: letters and digits alone, all small."""
    return re.sub(r"[\W_]+", "", name.lower())


def _bare_file(path: Path) -> str:
    return bare(_ENDING.sub("", _PACKED.sub("", path.name.lower())))


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of a data set.

    Attributes
    ----------
    report : Report
        What was done to it after it was read.
    origin : tuple of Table
        What was read, one per file.
    """

    frame: pd.DataFrame
    target: str
    report: Report
    origin: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Files:
    """How the file of a data set is known.

    Attributes
    ----------
    example, page : str
        How such a file is called, and where it can be had.
    names : tuple of str
        Patterns of file names, bare and without ending; the better ones first.
    forms : tuple of str
        The column names by which a table is known, bare and with blanks between them, the target in front.
    parts : mapping of str to str
        Patterns of files that are parts of one table, with what `part_column` then holds.
    part_column : str
        The column that says from which part a row comes; empty where nobody needs to know.
    header : tuple of str
        The columns of a file without names, the target among them as in one of `forms`.
    begins : tuple of str
        The first ten answers, with blanks between them. Where there are any, files of the names in `shared` must begin
        so: other data sets have files of the same names.
    shared : tuple of str
        Patterns of such names.
    """

    example: str
    page: str
    names: tuple[str, ...]
    forms: tuple[str, ...]
    parts: Mapping[str, str] = field(default_factory=dict)
    part_column: str = ""
    header: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()

    def wanted(self) -> str:
        """What a person can do who has no network."""
        return f"Or put {self.example}, from {self.page}, into the folder `tables` of the data folder."

    def candidates(self, tables: Path | None) -> list[Path]:
        """The files that bear one of the names, the better names first; nothing is opened."""
        return list(dict.fromkeys(_called(tables, (*self.names, *self.shared, *self.parts))))

    def find(self, tables: Path | None, image_shape: tuple[int, ...] = ()) -> tuple[Found | None, tuple[str, ...]]:
        """The first file that is of a known form, and why files with a fitting name were not taken.

        Parameters
        ----------
        tables : Path or None
            The folder of tables.
        image_shape : tuple of int
            Height and width, where rows are images.
        """
        refused: dict[Path, str] = {}
        for path in _called(tables, (*self.names, *self.shared)):
            found = self._read(path, image_shape, refused)
            if found is not None:
                return found, ()
        parts: dict[str, Found] = {}
        for pattern in self.parts:
            read = (self._read(path, image_shape, refused) for path in _called(tables, (pattern,)))
            first = next((found for found in read if found is not None), None)
            if first is not None:
                parts[pattern] = first
        return (self._joined(parts) if parts else None), tuple(refused.values())

    def recognised(self, table: Table, image_shape: tuple[int, ...] = ()) -> Found | None:
        """A table with the target of the form that it has; None where it is of no known form."""
        report = Report()
        frame = _named(table.frame, self.header, report)
        names = {bare(name): name for name in frame.columns}
        for form in self.forms:
            target, *others = form.split()
            if target in names and names.keys() >= set(others):
                return Found(_without_full_stops(frame, names[target], report), names[target], report, (table,))
        known = image_shape and table.image_shape == image_shape and table.target
        return Found(frame, table.target, report, (table,)) if known else None

    def _read(self, path: Path, image_shape: tuple[int, ...], refused: dict[Path, str]) -> Found | None:
        """What a file holds; None, with the reason among the refused ones, where it is something else."""
        if path in refused:
            return None
        try:
            found = self.recognised(read_table(path), image_shape)
        except Unreadable as error:
            refused[path] = f"{quoted(path.name)} lies there and cannot be read: {error}"
            return None
        if found is None or not self._begins_right(found, path):
            refused[path] = f"{quoted(path.name)} lies there but does not hold this data set."
            return None
        found.report.add("origin", f"Read from {quoted(path.name)} in the data folder.")
        return found

    def _begins_right(self, found: Found, path: Path) -> bool:
        own = any(fnmatchcase(_bare_file(path), pattern) for pattern in self.names)
        first = " ".join(str(each) for each in found.frame[found.target].head(_TELLING))
        return own or not self.begins or first in self.begins

    def _joined(self, parts: Mapping[str, Found]) -> Found:
        """The parts one below the other; those with other columns than the first stay away."""
        first, *_ = parts.values()
        alike = {pattern: each for pattern, each in parts.items() if _columns(each) == _columns(first)}
        if len(alike) == 1:
            return first
        frames = [_plain(each.frame.set_axis(first.frame.columns, axis=1)) for each in alike.values()]
        said = ""
        if self.part_column:
            frames = [
                frame.assign(**{self.part_column: self.parts[pattern]})
                for pattern, frame in zip(alike, frames, strict=True)
            ]
            said = f" The column {quoted(self.part_column)} says from which file a row comes."
        for each in [*alike.values()][1:]:
            first.report.take(each.report)
        rows = " and ".join(counted(len(frame), "row") for frame in frames)
        first.report.add("joined", f"{counted(len(frames), 'file')} became one table: {rows}.{said}")
        origin = tuple(table for each in alike.values() for table in each.origin)
        return Found(pd.concat(frames, ignore_index=True), first.target, first.report, origin)


def _called(tables: Path | None, patterns: Iterable[str]) -> list[Path]:
    """The files of a folder whose names fit, those of the first pattern in front."""
    if tables is None or not tables.is_dir():
        return []
    files = sorted(path for path in tables.iterdir() if path.is_file() and not path.name.startswith("."))
    return [path for pattern in patterns for path in files if fnmatchcase(_bare_file(path), pattern)]


def _columns(found: Found) -> list[str]:
    return [bare(name) for name in found.frame.columns]


def _named(frame: pd.DataFrame, header: tuple[str, ...], report: Report) -> pd.DataFrame:
    """A frame with the names that its file does not have; others as they are."""
    unnamed = all(name == f"column_{place}" for place, name in enumerate(frame.columns, 1))
    if not unnamed or len(frame.columns) != len(header):
        return frame
    report.add("no_header", "The columns have the names that are usual for this data set; the file has none.")
    return frame.set_axis(list(header), axis=1)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame whose categories are texts again: those of two files differ."""
    classes = frame.select_dtypes("category").columns
    return frame.astype(dict.fromkeys(classes, object))


def _without_full_stops(frame: pd.DataFrame, target: str, report: Report) -> pd.DataFrame:
    """A frame whose answers have no full stop behind them, where every one has: so a second file may tell itself."""
    values = frame[target]
    if not isinstance(values.dtype, pd.CategoricalDtype):
        return frame
    texts = [str(each) for each in values.cat.categories]
    if not all(text.endswith(".") and len(text) > 1 for text in texts):
        return frame
    count = int(values.notna().sum())
    report.add("full_stop", "Full stops behind the answers in {columns} taken off: {count}.", target, count)
    return frame.assign(**{target: values.cat.rename_categories([text[:-1] for text in texts])})
