"""Tables of databases: what the files of SQLite and DuckDB hold, and what is done where there are too many rows."""

from __future__ import annotations

import datetime
import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.catalogue import UnknownName
from core.data import Unreadable, load_table, read_table
from core.data.databases import blocks, database_tables, stamp
from core.data.databases.blocks import Rows
from core.records import ColumnKind, Table
from tests.core.database_files import ROWS, duck, filled, sqlite


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return filled(tmp_path / "tables")


# ---- SQLite


def test_the_largest_table_of_a_file_is_read_and_every_change_told(shop: Path) -> None:
    table = load_table(f"sqlite:///{shop / 'shop.db'}")
    frame = table.frame
    assert table.title == "orders" and table.name == f"sqlite:///{shop / 'shop.db'}?table=orders"
    assert frame["price"].tolist() == [n / 4 for n in range(ROWS)] and frame["id"].dtype == np.int64
    assert frame["paid"].tolist() == ["True" if n % 2 else "False" for n in range(ROWS)]
    assert frame["day"][3] == pd.Timestamp("2024-01-04") and frame["code"][7] == "07"
    assert frame["big"][1] == str(2**60 + 1) and frame["big"].isna().sum() == ROWS / 5
    assert frame['a"b:%s'].tolist() == [n * 1.5 for n in range(ROWS)]
    assert "picture" not in frame and "more" not in frame
    told = {(each.rule, each.column): each for each in table.report}
    assert {("table", ""), ("binary", "picture"), ("nested", "more"), ("large_number", "big")} <= set(told)
    assert told["retyped", 'a"b:%s'].count == ROWS
    assert told["table", ""].text.startswith(
        "Read `orders`, the largest table of the database. Also there: `customers`"
    )
    assert table.facts["tables"] == [["customers", 3], ["orders", ROWS], ["paid", None]]


def test_a_table_is_chosen_by_name(shop: Path) -> None:
    for source in (
        f"sqlite:///{shop / 'shop.db'}?table=customers",
        "shop.db?table=customers",
        "sqlite:///shop.db?table=customers",
    ):
        table = load_table(source, shop)
        assert table.name == source and len(table.frame) == 3
        assert table.frame["age"].astype(str).tolist() == ["31", "forty", "3.5"]
    assert len(load_table("shop.db?table=paid", shop).frame) == ROWS // 2
    with pytest.raises(UnknownName, match=r"No table of the database is called 'order'\. Did you mean 'orders'\?"):
        load_table("shop.db?table=order", shop)
    assert database_tables("sqlite:///shop.db", shop) == [("customers", 3), ("orders", ROWS), ("paid", None)]


def test_handed_over_files_are_read_and_left_behind_nowhere(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    duck(tmp_path / "one.duckdb", "CREATE TABLE t AS SELECT i, i / 4 AS price FROM range(60) r(i)")
    by_file, by_address = read_table(shop / "shop.db"), load_table("shop.db?table=orders", shop)
    assert by_file.fingerprint == by_address.fingerprint and len(read_table(tmp_path / "one.duckdb").frame) == 60
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_database_that_writes_ahead_is_read_while_it_is_written(tmp_path: Path) -> None:
    path = sqlite(
        tmp_path / "w.db", "PRAGMA journal_mode=WAL", "CREATE TABLE t (a)", rows=[(n,) for n in range(20)], into="t"
    )
    before = stamp(f"sqlite:///{path}")
    with sqlite3.connect(path) as writer:
        writer.execute("INSERT INTO t VALUES (20)")
        writer.commit()
        assert load_table(f"sqlite:///{path}").frame["a"].tolist() == list(range(21))
        assert stamp(f"sqlite:///{path}") != before  # the file itself is as it was
    writer.close()


def test_text_that_is_no_utf8_and_columns_without_a_kind(tmp_path: Path) -> None:
    path = sqlite(
        tmp_path / "t.db",
        "CREATE TABLE t (a, b WHATEVER)",
        "INSERT INTO t VALUES (CAST(x'4bff' AS TEXT), 1)",
        "INSERT INTO t VALUES ('ok', 2.5)",
    )
    frame = load_table(f"sqlite:///{path}").frame
    assert frame["a"].astype(str).tolist() == ["K\ufffd", "ok"] and frame["b"].tolist() == [1, 2.5]


# ---- DuckDB


def test_the_kinds_of_duckdb(tmp_path: Path) -> None:
    path = duck(
        tmp_path / "d.duckdb",
        """CREATE TABLE t AS SELECT i::INT AS i, (i * 1000000000000000000000)::HUGEINT AS huge, i::HUGEINT AS sum,
        (i * 1.25)::DECIMAL(10, 2) AS price, CASE WHEN i <> 1 THEN i % 2 = 0 END AS paid,
        DATE '2024-01-01' + i::INT AS day,
        CASE WHEN i = 3 THEN TIMESTAMP 'infinity' ELSE TIMESTAMP '2024-01-01 10:00' END AS at,
        (['b', 'a'])[1 + i % 2]::ENUM ('b', 'a') AS e, INTERVAL (i) DAY AS span, [1] AS l, {'a': 1} AS s,
        'x'::BLOB AS b, 'x' AS "we""i.r:d%s", '0' || i AS code, 9007199254740993 + i AS big FROM range(20) r(i)""",
        "CREATE SCHEMA other",
        "CREATE TABLE other.small AS SELECT 1 AS a",
    )
    table = load_table(f"duckdb:///{path}")
    frame = table.frame
    assert frame["huge"][2] == "2000000000000000000000" and frame["sum"].tolist() == list(range(20))
    assert frame["price"].tolist() == [i * 1.25 for i in range(20)] and frame["big"][2] == 9007199254740995
    assert frame["paid"].isna().tolist() == [i == 1 for i in range(20)] and frame["day"][4] == pd.Timestamp(
        "2024-01-05"
    )
    assert list(frame["e"].cat.categories) == ["b", "a"] and frame["span"][2] == 2 * 86_400
    assert pd.isna(frame["at"][3]) and frame["at"][2] == pd.Timestamp("2024-01-01 10:00")
    assert set(frame['we"i.r:d%s']) == {"x"} and frame["code"][3] == "03" and not {"l", "s", "b"} & set(frame)
    assert {"infinite", "span", "nested", "binary", "large_number"} <= {each.rule for each in table.report}
    assert database_tables(f"duckdb:///{path}") == [("t", 20), ("other.small", 1)]
    assert load_table(f"duckdb:///{path}?table=other.small").title == "other.small"


# ---- too many rows


@pytest.mark.parametrize("name", ["sqlite", "duckdb"])
def test_too_many_rows_are_a_sample_that_is_always_the_same(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "MOST_CELLS", 1_000)
    path, rows = tmp_path / "file", [(n, f"text {n}") for n in range(5_000)]
    if name == "sqlite":
        sqlite(path, "CREATE TABLE t (a INTEGER, b TEXT)", rows=rows, into="t")
    else:
        duck(path, "CREATE TABLE t AS SELECT i AS a, 'text ' || i AS b FROM range(5000) r(i)")
    tables = []
    for portion in (333, 200_000):
        monkeypatch.setattr("core.data.databases.connected._PORTION", portion)
        monkeypatch.setattr("core.data.databases.duck._BATCH", portion)
        tables.append(load_table(f"{name}:///{path}"))
    first, second = tables
    assert len(first.frame) == 500 and first.fingerprint == second.fingerprint
    assert first.frame["a"].is_monotonic_increasing and first.frame["a"].iloc[-1] > 4_000
    assert (first.frame["b"].astype(str) == "text " + first.frame["a"].astype(str)).all()
    change = next(each for each in first.report if each.rule == "sample")
    assert (
        change.text == "Read a sample of 500 rows out of 5,000, drawn by the seed 0: no more than 1,000 cells are read."
    )


def test_a_sample_needs_no_more_memory_than_twice_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MOST_CELLS", 100)
    rows, most = Rows(1), 0
    for begin in range(0, 100_000, 50):
        rows.add_rows([(n,) for n in range(begin, begin + 50)])
        most = max(most, rows.kept)
    rows.all_in()
    assert most <= 200 and rows.seen == 100_000 and sum(map(len, rows.columns()[0])) == rows.kept == 100
    monkeypatch.setattr(blocks, "MOST_BYTES", 1_000)
    with pytest.raises(Unreadable, match="more than 0 MB"):
        Rows(1).add_rows([("x" * 2_000,)])


def test_values_of_several_kinds(tmp_path: Path) -> None:
    numbers = [1, 2.5, None, 7] * 4
    path = sqlite(
        tmp_path / "t.db",
        "CREATE TABLE t (a, b, c)",
        into="t",
        rows=[(n, "2024-01-0" + str(1 + at % 9), b"x" if at == 3 else "y") for at, n in enumerate(numbers)],
    )
    table: Table = load_table(f"sqlite:///{path}")
    assert table.frame["a"].dropna().tolist() == [1, 2.5, 7] * 4 and "c" not in table.frame
    assert next(each for each in table.columns if each.name == "b").kind == ColumnKind.DATE
    assert any(each.rule == "retyped" and "dates" in each.text for each in table.report)
    assert isinstance(blocks.packed([{}]), blocks.NoCells) and not blocks.packed([[1]]).binary
    assert blocks.packed([2**64, None]).to_pylist() == [2**64, None]
    assert blocks.packed([datetime.date(2024, 1, 1), 1.0]) == [datetime.date(2024, 1, 1), 1.0]
