"""A DuckDB file: its tables, and their rows as Arrow batches.

DuckDB itself is asked, because what connects it to SQLAlchemy is not kept up with it; SQLAlchemy still writes the
queries, so that names are quoted. The file is opened to be read, and may reach no other file and no network.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.data.databases.blocks import SECONDS, Rows
from core.data.databases.connected import Named
from core.data.databases.failures import unreadable
from core.data.databases.values import Field

_SETTINGS = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "lock_configuration": "true",
    "memory_limit": "1GB",
    "threads": "2",
}
_BATCH = 50_000
_BINARY = ("BLOB", "BIT", "GEOMETRY")
_NESTED = ("STRUCT", "MAP", "UNION", "JSON", "VARIANT")


@contextmanager
def opened(path: Path, shown: str) -> Iterator[Duck]:
    """A DuckDB file for as long as the block lasts.

    Raises
    ------
    Unreadable
        For whatever goes wrong with it, within the block as well.
    """
    import duckdb
    import pyarrow as pa

    try:
        connection = duckdb.connect(str(path), read_only=True, config=dict(_SETTINGS))
        try:
            with _limit(connection, SECONDS):
                yield Duck(connection)
        finally:
            connection.close()
    except (duckdb.Error, pa.ArrowException) as error:
        raise unreadable(error, shown) from error


@contextmanager
def _limit(connection: Any, seconds: float) -> Iterator[None]:
    """Interrupt what takes longer than so many seconds."""
    clock = threading.Timer(seconds, connection.interrupt)
    clock.daemon = True
    clock.start()
    try:
        yield
    finally:
        clock.cancel()


class Duck:
    """An open DuckDB file.

    Parameters
    ----------
    connection : DuckDBPyConnection
    """

    typed = True

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def tables(self) -> list[Named]:
        """Its tables and views, in the order of their names."""
        from sqlalchemy import column, func, select, table

        catalogue: Any = column("table_catalog")
        schema: Any = column("table_schema")
        name: Any = column("table_name")
        kind: Any = column("table_type")
        source = table("tables", schema="information_schema")
        query = select(schema, name, kind).select_from(source).where(catalogue == func.current_database())
        found = self._asked(query.order_by(schema != "main", schema, name)).fetchall()
        return [
            Named(name if schema == "main" else f"{schema}.{name}", name, schema, kind == "VIEW")
            for schema, name, kind in found
        ]

    def count(self, named: Named, seconds: float) -> int | None:
        """How many rows a table has; None where that cannot be said in so many seconds."""
        import duckdb
        from sqlalchemy import func, select

        try:
            with _limit(self._connection, seconds):
                return int(self._asked(select(func.count()).select_from(_source(named))).fetchall()[0][0])
        except duckdb.Error:
            return None

    def fields(self, named: Named) -> list[Field]:
        """The columns of a table."""
        from sqlalchemy import select, text

        described = self._asked(select(text("*")).select_from(_source(named)))
        return [_field(name, str(kind)) for name, kind in zip(described.columns, described.types, strict=True)]

    def rows(self, named: Named, fields: list[Field]) -> Rows:
        """The rows of a table, or a sample where there are too many."""
        from sqlalchemy import select

        source, rows = _source(named, fields), Rows(len(fields))
        query = select(*(_whole(each, source.c[each.name]) for each in fields))
        for batch in self._asked(query).to_arrow_reader(_BATCH):
            rows.add_batch(batch)
        return rows.all_in()

    def _asked(self, query: Any) -> Any:
        """What a query gives; it is not run before its rows are asked for."""
        from sqlalchemy.engine.default import DefaultDialect

        compiled = query.compile(dialect=DefaultDialect(), compile_kwargs={"literal_binds": True})
        return self._connection.sql(str(compiled))


def _source(named: Named, fields: list[Field] | None = None) -> Any:
    from sqlalchemy import column, table
    from sqlalchemy.sql import quoted_name

    columns: list[Any] = [column(quoted_name(each.name, True)) for each in fields or ()]
    return table(quoted_name(named.name, True), *columns, schema=quoted_name(named.schema or "main", True))


def _field(name: str, kind: str) -> Field:
    nested = kind.endswith("]") or kind.startswith(_NESTED)
    return Field(name, "nested" if nested else "binary" if kind.startswith(_BINARY) else "", span=kind == "INTERVAL")


def _whole(field: Field, column: Any) -> Any:
    """What is asked of a column: a span of time, which Arrow keeps in three parts, as seconds."""
    from sqlalchemy import func

    return func.epoch(column).label(field.name) if field.span else column
