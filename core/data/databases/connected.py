"""A database that SQLAlchemy speaks to, SQLite among them: its tables, and their rows portion by portion.

Takes a URL, gives a `Connected`. Reads only: every name is quoted by SQLAlchemy, nobody's text becomes SQL, and the
connection may not write where the database can be told so.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.data.databases.blocks import SECONDS, Rows
from core.data.databases.failures import unreadable
from core.data.databases.values import Field
from core.data.errors import Unreadable

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection

_PORTION = 200_000  # cells


@dataclass(frozen=True, slots=True)
class Named:
    """A table or view; `label` is what people call it."""

    label: str
    name: str
    schema: str | None = None
    view: bool = False


def _nothing(*_: Any) -> None:
    """What a dialect without wishes of its own does."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a kind of database needs beyond what SQLAlchemy does for all.

    Attributes
    ----------
    driver : str
        Taken where the URL names none.
    install : str
        What a person installs to have the driver.
    arguments : mapping
        For the driver's ``connect``.
    options : mapping
        Of the connection: what makes it read only.
    opened : callable
        Prepares the driver's connection; also gets a dictionary that stays with it, and the driver's module.
    limit : callable
        Ends what takes longer than so many seconds.
    schemas : bool
        Whether tables beside those of the usual schema are offered.
    typed : bool
        Whether a column holds what it is declared for and nothing else.
    find : callable or None
        Lists the tables where SQLAlchemy lists too many.
    """

    name: str
    title: str
    driver: str = ""
    install: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    opened: Callable[[Any, dict[Any, Any], Any], None] = _nothing
    limit: Callable[[Connection, float], None] = _nothing
    schemas: bool = False
    typed: bool = True
    find: Callable[[Connection], list[Named]] | None = None


@contextmanager
def connected(url: URL, dialect: Dialect, shown: str) -> Iterator[Connected]:
    """A database for as long as the block lasts; what was begun in it is rolled back.

    Raises
    ------
    Unreadable
        For whatever goes wrong with the driver or the database, within the block as well.
    """
    from sqlalchemy import create_engine, event
    from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError
    from sqlalchemy.pool import NullPool

    try:
        engine = create_engine(url, poolclass=NullPool, connect_args=dict(dialect.arguments), hide_parameters=True)
    except NoSuchModuleError:
        raise Unreadable(f"No database called {dialect.name!r} is known here. {_to_install(dialect, '')}") from None
    except ImportError as error:
        raise Unreadable(
            f"To read from {dialect.title}, its driver is needed. {_to_install(dialect, error.name)}"
        ) from error
    except (SQLAlchemyError, TypeError, ValueError) as error:
        raise unreadable(error, shown) from None
    event.listen(engine, "connect", lambda raw, record: dialect.opened(raw, record.info, engine.dialect.dbapi))
    try:
        with engine.connect() as connection:
            dialect.limit(connection.execution_options(**dialect.options), SECONDS)
            yield Connected(connection, dialect)
    except (SQLAlchemyError, OSError, OverflowError, UnicodeError) as error:
        raise unreadable(error, shown) from error
    finally:
        engine.dispose()


def _to_install(dialect: Dialect, module: str | None) -> str:
    what = dialect.install or module or f"the SQLAlchemy dialect of {dialect.name}"
    return f"Install it beside Bakeoff: pip install {what}" if " " not in what else f"Install {what} beside Bakeoff."


class Connected:
    """An open database.

    Parameters
    ----------
    connection : Connection
    dialect : Dialect
    """

    def __init__(self, connection: Connection, dialect: Dialect) -> None:
        self._connection, self._dialect = connection, dialect
        self.typed = dialect.typed

    def tables(self) -> list[Named]:
        """Its tables and views, in the order of their names."""
        from sqlalchemy import inspect

        if self._dialect.find is not None:
            return self._dialect.find(self._connection)
        inspector = inspect(self._connection)
        usual = inspector.default_schema_name
        others = [each for each in inspector.get_schema_names() if each != usual] if self._dialect.schemas else []
        found = []
        for schema in (usual, *(each for each in others if each != "information_schema")):
            begin = "" if schema == usual else f"{schema}."
            tables, views = inspector.get_table_names(schema), set(inspector.get_view_names(schema))
            views |= set(inspector.get_materialized_view_names(schema)) if self._dialect.schemas else set()
            found += [Named(f"{begin}{name}", name, schema) for name in sorted(set(tables) - views)]
            found += [Named(f"{begin}{name}", name, schema, view=True) for name in sorted(views)]
        return found

    def count(self, named: Named, seconds: float) -> int | None:
        """How many rows a table has; None where that cannot be said in so many seconds."""
        from sqlalchemy import func, select, table
        from sqlalchemy.exc import DBAPIError

        self._dialect.limit(self._connection, seconds)
        query = select(func.count()).select_from(table(named.name, schema=named.schema))
        try:
            with self._connection.begin_nested():
                return int(self._connection.execute(query).scalar_one())
        except DBAPIError:
            return None
        finally:
            self._dialect.limit(self._connection, SECONDS)

    def fields(self, named: Named) -> list[Field]:
        """The columns of a table."""
        from sqlalchemy import inspect
        from sqlalchemy.exc import NoSuchTableError, SAWarning

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # of kinds of columns that it does not know
            try:
                found = inspect(self._connection).get_columns(named.name, schema=named.schema)
            except NoSuchTableError:
                found = []
        return [_field(each["name"], each["type"]) for each in found]

    def rows(self, named: Named, fields: list[Field]) -> Rows:
        """The rows of a table, or a sample where there are too many."""
        from sqlalchemy import column, select, table
        from sqlalchemy.sql import quoted_name

        columns: list[Any] = [column(quoted_name(each.name, True)) for each in fields]
        source = table(quoted_name(named.name, True), *columns, schema=named.schema and quoted_name(named.schema, True))
        rows, portion = Rows(len(fields)), max(1, _PORTION // len(fields))
        result = self._connection.execution_options(yield_per=portion).execute(select(*source.c))
        for each in result.partitions():
            rows.add_rows(each)
        return rows.all_in()


def _field(name: str, kind: Any) -> Field:
    from sqlalchemy import types

    left_out = "binary" if isinstance(kind, types.LargeBinary) else ""
    left_out = "nested" if isinstance(kind, (types.JSON, types.ARRAY)) else left_out
    dated = isinstance(kind, (types.Date, types.DateTime, types.Time))
    order = tuple(getattr(kind, "enums", ()))
    return Field(str(name), left_out, yes_no=isinstance(kind, types.Boolean), dated=dated, order=order)
