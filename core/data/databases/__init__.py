"""Tables of databases: by URL, by a name of databases.toml, and from SQLite and DuckDB files.

Takes a source such as ``"sqlite:///shop.db?table=orders"``, gives a `Table` whose notes name every decision. Reads
only, and takes no SQL from anybody: a table is named, and its columns and rows are asked for.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pandas as pd

from core.catalogue import UnknownName, did_you_mean
from core.data.databases.addresses import (
    Address,
    absolute,
    address_of,
    base_of,
    database_sources,
    is_database,
    is_server,
    stamp,
)
from core.data.databases.blocks import Rows, said_of
from core.data.databases.connected import Named
from core.data.databases.engines import FILES, Opened, server
from core.data.databases.values import LEFT_OUT, Field, column, unfit
from core.data.errors import Unreadable
from core.data.frames import table_of_frame, unique_names
from core.data.report import Report
from core.records import Table
from core.wording import counted, listed, quoted

__all__ = [
    "absolute",
    "address_of",
    "base_of",
    "database_sources",
    "database_table",
    "database_tables",
    "file_reader",
    "is_database",
    "is_server",
    "opened",
    "read_database",
    "stamp",
]

_COUNTING = 10.0  # seconds that go into finding out which table is the largest


def database_table(source: str, tables: Path | None = None) -> Table:
    """A table of a database.

    Parameters
    ----------
    source : str
        ``sqlite:///shop.db?table=orders`` and the like, ``db:shop?table=orders`` for a name of databases.toml, or
        a file with ``?table=`` behind it.
    tables : Path, optional
        The folder of tables; databases.toml lies beside it.

    Raises
    ------
    UnknownName
        If there is no such file, database or table; the text names near misses.
    Unreadable
        If the database cannot be reached or read, or the source holds a password.
    """
    report, found = Report(), address_of(source, tables)
    frame = _read(opened(found), found.table, report)
    chosen = str(report.facts["table"])
    size = f"{counted(len(frame), 'row')} and {counted(len(frame.columns), 'column')}"
    return table_of_frame(frame, found.source(chosen), title=chosen, about=f"A table with {size}.", report=report)


def read_database(source: str, report: Report, tables: Path | None = None) -> pd.DataFrame:
    """The rows of a table as `database_table` has them, before they take the house dtypes."""
    found = address_of(source, tables)
    return _read(opened(found), found.table, report)


def database_tables(source: str, tables: Path | None = None) -> list[tuple[str, int | None]]:
    """The tables and views of a database and how many rows each has; None where that was not counted."""
    with opened(address_of(source, tables)) as database:
        return [(named.label, rows) for named, rows in _counted(database, database.tables())]


def file_reader(kind: str) -> Callable[[bytes, Report], pd.DataFrame]:
    """What reads the files of a kind of database that people hand over."""

    def read(data: bytes, report: Report) -> pd.DataFrame:
        with tempfile.TemporaryDirectory(prefix="bakeoff-") as folder:
            path = Path(folder) / "database"
            path.write_bytes(data)
            return _read(FILES[kind].opened(path, f"The {FILES[kind].title} file"), "", report)

    return read


def opened(found: Address) -> AbstractContextManager[Opened]:
    """The database of an address, for as long as a block lasts."""
    if found.file is not None and found.path is not None:
        return found.file.opened(found.path, found.shown)
    assert found.url is not None
    return server(found.url, found.shown)


def _read(opening: AbstractContextManager[Opened], wanted: str, report: Report) -> pd.DataFrame:
    with opening as database:
        named = _chosen(database, wanted, report)
        every = database.fields(named)
        fields = [each for each in every if not each.left_out]
        for each in every:
            if each.left_out:
                report.add(each.left_out, LEFT_OUT[each.left_out], each.name)
        if not fields:
            raise Unreadable(f"The table {quoted(named.label)} has no columns that can be learned from.")
        rows = database.rows(named, fields)
        if not rows.seen:
            raise Unreadable(
                f"The table {quoted(named.label)} has no rows. {_others(database.tables(), named)}".strip()
            )
        if said := said_of(rows):
            report.add("sample", said, count=rows.kept)
        return _frame(fields, rows, database.typed, report)


def _frame(fields: list[Field], rows: Rows, typed: bool, report: Report) -> pd.DataFrame:
    kept, portions = [], []
    for field, found in zip(fields, rows.columns(), strict=True):
        if rule := unfit(found):
            report.add(rule, LEFT_OUT[rule], field.name)
        else:
            kept.append(field)
            portions.append(found)
    if not kept:
        raise Unreadable("The table has no columns that can be learned from: its cells hold lists or binary data.")
    names = unique_names([each.name for each in kept], report)
    columns = {}
    for name, field in zip(names, kept, strict=True):
        columns[name] = column(name, field, portions.pop(0), typed, report).reset_index(drop=True)
    return pd.DataFrame(columns, copy=False)


def _chosen(database: Opened, wanted: str, report: Report) -> Named:
    """The table that was asked for, else the only one, else the largest; what else there is, is told."""
    known = database.tables()
    if not known:
        raise Unreadable("The database has no tables.")
    if wanted:
        found = [each for each in known if wanted in (each.label, f"{each.schema}.{each.name}")]
        if not found:
            raise UnknownName(did_you_mean("table of the database", wanted, [each.label for each in known]))
        report.found(table=found[0].label, tables=[[each.label, None] for each in known])
        return found[0]
    sizes = _counted(database, known) if len(known) > 1 else [(known[0], None)]
    best = max(sizes, key=lambda each: -1 if each[1] is None else each[1])[0]
    report.found(table=best.label, tables=[[named.label, rows] for named, rows in sizes])
    if len(known) > 1:
        why = "the largest table of the database"
        report.add("table", f"Read {quoted(best.label)}, {why}. {_others(known, best)}")
    return best


def _others(known: list[Named], besides: Named) -> str:
    others = [each.label for each in known if each != besides]
    return f"Also there: {listed(others)}. ?table= and a name behind the source chooses one." if others else ""


def _counted(database: Opened, known: list[Named]) -> list[tuple[Named, int | None]]:
    """How many rows tables have; of views, which may take long to work out, only where there are no tables."""
    until = time.monotonic() + _COUNTING
    only_views = all(each.view for each in known)
    found: list[tuple[Named, int | None]] = []
    for each in known:
        left = until - time.monotonic()
        found.append((each, database.count(each, left) if left > 0 and (only_views or not each.view) else None))
    return found
