"""DIALECTS and FILES: the kinds of databases, and what each needs to be read safely.

Takes the name of a dialect or the first bytes of a file, gives the entry that opens it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from core.catalogue import Catalogue
from core.data import content
from core.data.databases import duck
from core.data.databases.blocks import SECONDS, Rows
from core.data.databases.connected import Connected, Dialect, Named, connected
from core.data.databases.values import Field

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection


class Opened(Protocol):
    """An open database."""

    typed: bool

    def tables(self) -> list[Named]:
        """Its tables and views."""

    def count(self, named: Named, seconds: float) -> int | None:
        """How many rows a table has; None where that cannot be said in so many seconds."""

    def fields(self, named: Named) -> list[Field]:
        """The columns of a table."""

    def rows(self, named: Named, fields: list[Field]) -> Rows:
        """The rows of a table, or a sample where there are too many."""


@dataclass(frozen=True, slots=True)
class File:
    """A database that is a file.

    Attributes
    ----------
    name : str
        As URLs call it.
    matches : callable
        Whether a file's first bytes are of this kind.
    opened : callable
        Path and what people may see in, an open database out.
    """

    name: str
    title: str
    matches: Callable[[bytes], bool]
    opened: Callable[[Path, str], AbstractContextManager[Opened]]


# ---- SQLite

_CHECKS = 20_000  # steps of the machine inside SQLite between two looks at the clock
_LONGEST_CELL = 1 << 26
_PRAGMAS = frozenset({"table_xinfo", "table_info", "table_list"})
_FUNCTIONS = frozenset({"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit", "eval"})


def _guard_sqlite(raw: Any, info: dict[Any, Any], sqlite: Any) -> None:
    """Make a connection that a stranger's file can do nothing with: run no code, open no other file, change nothing."""
    for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0", "query_only=ON"):
        raw.execute(f"PRAGMA {pragma}").close()
    if hasattr(raw, "setconfig"):  # from Python 3.12
        raw.setconfig(sqlite.SQLITE_DBCONFIG_DEFENSIVE, True)
    raw.setlimit(sqlite.SQLITE_LIMIT_LENGTH, _LONGEST_CELL)
    raw.setlimit(sqlite.SQLITE_LIMIT_ATTACHED, 0)
    raw.text_factory = lambda content: content.decode("utf-8", "replace")
    harmless = {sqlite.SQLITE_SELECT, sqlite.SQLITE_READ, sqlite.SQLITE_RECURSIVE}
    harmless |= {sqlite.SQLITE_TRANSACTION, sqlite.SQLITE_SAVEPOINT}

    def allowed(action: int, first: str | None, second: str | None, *_: str | None) -> int:
        fine = action in harmless
        fine |= action == sqlite.SQLITE_PRAGMA and first in _PRAGMAS
        fine |= action == sqlite.SQLITE_FUNCTION and (second or "").lower() not in _FUNCTIONS
        return int(sqlite.SQLITE_OK if fine else sqlite.SQLITE_DENY)

    raw.set_authorizer(allowed)
    raw.set_progress_handler(lambda: time.monotonic() > info.get("until", 0.0), _CHECKS)
    info["until"] = time.monotonic() + SECONDS


def _limit_sqlite(connection: Connection, seconds: float) -> None:
    connection.info["until"] = time.monotonic() + seconds


def _find_sqlite(connection: Connection) -> list[Named]:
    """Tables that hold rows of their own, and views: none that a module makes up, and none that one keeps beside it."""
    from sqlalchemy import column, select, table

    columns: list[Any] = [column(each) for each in ("type", "name", "rootpage")]
    query = select(*columns).select_from(table("sqlite_master")).where(columns[0].in_(["table", "view"]))
    found = [(str(sort), str(name), page) for sort, name, page in connection.execute(query.order_by(columns[1]))]
    made_up = [f"{name.lower()}_" for sort, name, page in found if sort == "table" and not page]
    hidden = ("sqlite_", *made_up)
    return [
        Named(name, name, view=sort == "view")
        for sort, name, page in found
        if not name.lower().startswith(hidden) and (page or sort == "view")
    ]


_SQLITE = Dialect("sqlite", "SQLite", opened=_guard_sqlite, limit=_limit_sqlite, typed=False, find=_find_sqlite)


def _open_sqlite(path: Path, shown: str) -> AbstractContextManager[Connected]:
    from sqlalchemy.engine import URL

    query = {"mode": "ro", "uri": "true"}
    return connected(URL.create("sqlite", database=f"file:{quote(str(path))}", query=query), _SQLITE, shown)


# ---- PostgreSQL


def _guard_postgres(raw: Any, *_: Any) -> None:
    """Read the ends of time, which PostgreSQL knows and Python does not, as infinite numbers."""
    from psycopg import DataError
    from psycopg.adapt import Loader
    from psycopg.pq import Format

    def endless(base: Any) -> type[Loader]:
        class Endless(Loader):
            def __init__(self, oid: int, context: Any = None) -> None:
                super().__init__(oid, context)
                self._known = base(oid, context)

            def load(self, data: Any) -> Any:
                try:
                    return self._known.load(data)
                except DataError:
                    return float("inf")

        return Endless

    for name in ("date", "timestamp", "timestamptz"):
        kind = raw.adapters.types[name].oid
        raw.adapters.register_loader(kind, endless(raw.adapters.get_loader(kind, Format.TEXT)))


def _limit_postgres(connection: Connection, seconds: float) -> None:
    from sqlalchemy import func, select

    connection.execute(select(func.set_config("statement_timeout", str(int(seconds * 1000)), True)))


# ---- MySQL and MariaDB


def _guard_mysql(raw: Any, *_: Any) -> None:
    with raw.cursor() as cursor:
        cursor.execute("SET SESSION TRANSACTION READ ONLY")


# ---- the tables

_TEN = {"connect_timeout": 10}
_PATIENT = {**_TEN, "read_timeout": int(SECONDS)}
DIALECTS: Catalogue[Dialect] = Catalogue(
    "database",
    Dialect(
        "postgresql",
        "PostgreSQL",
        "psycopg",
        "'bakeoff[postgres]'",
        _TEN,
        {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
        opened=_guard_postgres,
        limit=_limit_postgres,
        schemas=True,
    ),
    Dialect("mysql", "MySQL", "pymysql", "pymysql", _PATIENT, opened=_guard_mysql),
    Dialect("mariadb", "MariaDB", "pymysql", "pymysql", _PATIENT, opened=_guard_mysql),
)

FILES: Catalogue[File] = Catalogue(
    "database file",
    File("sqlite", "SQLite", content.is_sqlite, _open_sqlite),
    File("duckdb", "DuckDB", content.is_duckdb, duck.opened),
)


def file_of(head: bytes) -> File | None:
    """The kind of database that a file is by its first bytes; None for none."""
    return next((each for each in FILES.values() if each.matches(head)), None)


def server(url: URL, shown: str) -> AbstractContextManager[Opened]:
    """The database of a URL, open."""
    name = url.get_backend_name()
    known: Mapping[str, Dialect] = DIALECTS
    dialect = known.get(name) or Dialect(name, name)
    if dialect.driver and "+" not in url.drivername:
        url = url.set(drivername=f"{name}+{dialect.driver}")
    return connected(url, dialect, shown)
