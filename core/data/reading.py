"""Reading a table from a file: FORMATS, told apart by content.

Takes a path, gives a `Table` whose notes name every decision. The only module here that opens files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from core.catalogue import Catalogue
from core.data import content, sampling
from core.data.archives import ZIP, is_idx_archive, is_pictures
from core.data.columnar import read_feather, read_parquet
from core.data.containers import unpacked
from core.data.databases import file_reader
from core.data.delimited import read_delimited
from core.data.documents import read_json
from core.data.errors import Unreadable
from core.data.frames import table_of_frame, unique_names
from core.data.idx import read_idx, read_with_labels
from core.data.pictures import read_pictures
from core.data.relations import read_arff
from core.data.report import Report
from core.data.sampling import sample
from core.data.settings import (
    COMMENT,
    DATES,
    DECIMAL,
    DELIMITER,
    ENCODING,
    HEADER,
    QUOTE,
    RAGGED,
    SHEET,
    TABLE,
    with_settings,
)
from core.data.statistical import reader
from core.data.timeseries import read_ts
from core.data.values import read_columns
from core.data.workbooks import read_workbook
from core.records import Param, Table
from core.wording import counted


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file.

    Attributes
    ----------
    about : str
        One sentence for a lay person.
    suffixes : tuple of str
        How such files are usually called; a name decides nothing.
    matches : callable
        Whether a file's bytes are of this kind.
    read : callable
        Bytes in, a frame out; what is changed is told to the `Report`.
    read_beside : callable, optional
        The same with the file's path, for kinds whose table may be spread over files that lie beside each other.
    settings : tuple of Param
        What a person may decide about it, see `core.data.settings`.
    """

    name: str
    title: str
    about: str
    suffixes: tuple[str, ...]
    matches: Callable[[bytes], bool]
    read: Callable[[bytes, Report], pd.DataFrame]
    read_beside: Callable[[bytes, Report, Path], pd.DataFrame] | None = None
    settings: tuple[Param, ...] = ()


def _text(data: bytes, report: Report) -> pd.DataFrame:
    held = [content.utf8_of(data, report)]
    del data
    lines = read_delimited(held.pop(), report)
    names = unique_names(lines.names, report)
    frame: pd.DataFrame = read_columns(names, lines.columns, lines.delimiter == ";", report)
    return frame


def _begins(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(marks)


# The first one is whatever is none of the others.
FORMATS = Catalogue(
    "file format",
    Format(
        "text",
        "CSV",
        "Rows of text with any common separator, encoding and decimal mark.",
        ("csv", "tsv", "txt"),
        lambda _: True,
        _text,
        settings=(ENCODING, DELIMITER, DECIMAL, QUOTE, HEADER, COMMENT, DATES, RAGGED),
    ),
    Format(
        "workbook",
        "Excel",
        "A workbook of Excel or OpenDocument; its first sheet with a table is read.",
        ("xlsx", "xlsm", "xlsb", "xls", "ods"),
        _begins(ZIP, b"\xd0\xcf\x11\xe0"),
        read_workbook,
        settings=(SHEET, HEADER, DATES),
    ),
    Format(
        "parquet",
        "Parquet",
        "A table by columns, as data tools keep it.",
        ("parquet",),
        _begins(b"PAR1"),
        read_parquet,
    ),
    Format(
        "feather",
        "Feather",
        "Arrow's file of a table, from pandas, R and others.",
        ("feather", "arrow"),
        _begins(b"ARROW1", b"FEA1"),
        read_feather,
    ),
    Format(
        "json",
        "JSON",
        "Records, one after the other or one per line, or a list per column.",
        ("json", "jsonl", "ndjson"),
        content.is_json,
        read_json,
    ),
    Format("arff", "ARFF", "A text with described columns, of Weka and OpenML.", ("arff",), content.is_arff, read_arff),
    Format(
        "ts",
        "TS",
        "Time series with their classes, one per line, as sktime and the UCR archive have them.",
        ("ts",),
        content.is_ts,
        read_ts,
    ),
    Format(
        "sav",
        "SPSS",
        "A file of SPSS with its labels.",
        ("sav", "zsav"),
        _begins(b"$FL2", b"$FL3"),
        reader("SPSS", "read_sav"),
    ),
    Format("por", "SPSS", "An old, portable file of SPSS.", ("por",), content.is_portable, reader("SPSS", "read_por")),
    Format(
        "stata", "Stata", "A file of Stata with its labels.", ("dta",), content.is_stata, reader("Stata", "read_dta")
    ),
    Format("sas", "SAS", "A file of SAS.", ("sas7bdat",), _begins(content.SAS), reader("SAS", "read_sas7bdat")),
    Format(
        "sqlite",
        "SQLite",
        "A database of SQLite; its largest table is read.",
        ("sqlite", "sqlite3", "db"),
        content.is_sqlite,
        file_reader("sqlite"),
        settings=(TABLE,),
    ),
    Format(
        "duckdb",
        "DuckDB",
        "A database of DuckDB; its largest table is read.",
        ("duckdb", "ddb"),
        content.is_duckdb,
        file_reader("duckdb"),
        settings=(TABLE,),
    ),
    Format(
        "xport",
        "SAS",
        "A transport file of SAS, as health surveys publish it.",
        ("xpt",),
        _begins(b"HEADER RECORD*******LIB"),
        reader("SAS", "read_xport"),
    ),
    Format(
        "idx",
        "IDX",
        "Images and labels as MNIST has them: both files in one ZIP, or side by side in a folder.",
        ("idx3-ubyte", "idx1-ubyte", "idx"),
        lambda data: content.is_idx(data) or is_idx_archive(data),
        read_idx,
        read_with_labels,
    ),
    Format(
        "images",
        "images in folders",
        "A ZIP of PNG, JPEG, GIF, BMP, WebP or TIFF images in folders, one for each class.",
        ("zip",),
        is_pictures,
        read_pictures,
    ),
)

_MEANT = ("target", "task", "image_shape")  # facts about the table rather than about how it was read


#: What a person may decide about a file, by the title of its format.
READ_AS = {each.title: each.settings for each in FORMATS.values()}


def read_table(path: Path, name: str | None = None, settings: Mapping[str, Any] | None = None) -> Table:
    """A table from a file.

    Parameters
    ----------
    path : Path
        A file of one of FORMATS, perhaps packed as gz, bz2, xz or ZIP.
    name : str, optional
        What to call it; by default the file's name.
    settings : mapping of str to str or int, optional
        How it is to be read, see `core.data.settings`; what is not set is found out.

    Returns
    -------
    Table
        Everything that was changed or decided is in its notes.

    Raises
    ------
    Unreadable
        If there is no such file or it holds no table; the text says what it looks like.
    """
    path = Path(path)
    report = Report(settings)
    if path.is_dir():
        raise Unreadable(f"{path.name} is a folder. Name a file in it.")
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be opened: {error.strerror or error}.") from error
    data, notes = unpacked(packed)
    for note in notes:
        report.add("unpacked", note)
    content.refuse_foreign(data)
    kind = next(each for each in reversed(list(FORMATS.values())) if each.matches(data))
    report.found(format=kind.title)
    held = [data]
    del packed, data  # a reader lets go of the bytes when it has the cells: both together are too much of a large file
    frame = kind.read_beside(held.pop(), report, path) if kind.read_beside else kind.read(held.pop(), report)
    if not len(frame):
        raise Unreadable("The file has column names but no data rows.")
    frame = sample(frame, report, sampling.MOST_CELLS)
    called = name or path.name
    size = f"{counted(len(frame), 'row')} and {counted(len(frame.columns), 'column')}"
    whole_name = with_settings(called, settings or {})
    meant: dict[str, Any] = {each: report.facts.pop(each) for each in _MEANT if each in report.facts}
    return table_of_frame(frame, whole_name, title=called, about=f"A file with {size}.", report=report, **meant)
