"""Files of databases for the tests."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

ROWS = 60


def sqlite(path: Path, *statements: str, rows: Sequence[Any] = (), into: str = "") -> Path:
    """A database of SQLite from statements, and rows for one of its tables."""
    with sqlite3.connect(path) as connection:
        for each in statements:
            connection.execute(each)
        if rows:
            connection.executemany(f"INSERT INTO {into} VALUES ({','.join('?' * len(rows[0]))})", rows)
    connection.close()
    return path


def duck(path: Path, *statements: str) -> Path:
    """A database of DuckDB from statements."""
    with duckdb.connect(str(path)) as connection:
        for each in statements:
            connection.execute(each)
    return path


def filled(folder: Path) -> Path:
    """A folder of tables, with a database of orders and of few customers in it."""
    folder.mkdir()
    orders = [
        (n, n / 4, n % 2, f"2024-01-{n % 28 + 1:02}", f"0{n}", 2**60 + n if n % 5 else None, str(n * 1.5), b"x", "{}")
        for n in range(ROWS)
    ]
    sqlite(
        folder / "shop.db",
        'CREATE TABLE orders (id INTEGER, price REAL, paid BOOLEAN, day DATE, code TEXT, big INTEGER, "a""b:%s" TEXT,'
        " picture BLOB, more JSON)",
        "CREATE TABLE customers (name TEXT, age)",
        "CREATE VIEW paid AS SELECT * FROM orders WHERE paid",
        "INSERT INTO customers VALUES ('Ann', 31), ('Bob', 'forty'), (NULL, 3.5)",
        rows=orders,
        into="orders",
    )
    return folder
