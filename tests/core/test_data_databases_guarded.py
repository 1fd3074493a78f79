"""Databases of strangers, damaged ones, and addresses: nothing is written, run, reached or told that should not be."""

from __future__ import annotations

import sqlite3
import time
import traceback
from pathlib import Path

import duckdb
import pytest

from core.catalogue import UnknownName
from core.data import Unreadable, catalogue_sources, load_table, read_table
from core.data.databases import absolute, base_of, database_tables, engines, is_database, is_server
from core.derived import source_stamp
from tests.core.database_files import duck, filled, sqlite


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return filled(tmp_path / "tables")


# ---- strangers' files


BOMB = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"


def test_nothing_can_be_written_through_the_connection(shop: Path) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import DatabaseError

    path = shop / "shop.db"
    content = path.read_bytes()
    other = shop.parent / "other.db"
    for statement in (
        "INSERT INTO customers VALUES (1, 2)",
        "DROP TABLE orders",
        "PRAGMA query_only=OFF",
        f"ATTACH '{other}' AS other",
        "SELECT load_extension('x')",
        "PRAGMA writable_schema=ON",
    ):
        with engines.FILES["sqlite"].opened(path, "it") as opened, pytest.raises(DatabaseError):
            opened._connection.execute(text(statement))
    assert path.read_bytes() == content and not other.exists()
    with duckdb.connect(str(shop / "d.duckdb")) as made:
        made.execute("CREATE TABLE t AS SELECT 1 AS a")
    for statement in (
        "INSERT INTO t VALUES (2)",
        f"COPY t TO '{other}'",
        f"ATTACH '{other}'",
        "SELECT * FROM '/etc/passwd'",
        "SET enable_external_access=true",
        "INSTALL httpfs",
    ):
        with engines.FILES["duckdb"].opened(shop / "d.duckdb", "it") as opened, pytest.raises(duckdb.Error):
            opened._connection.execute(statement)
    assert not other.exists()


@pytest.mark.parametrize(
    "view",
    [
        BOMB,
        "SELECT load_extension('/tmp/x.so') AS a",
        "SELECT randomblob(2000000000) AS a",
        "SELECT gone FROM nowhere",
        "SELECT * FROM v",
    ],
)
def test_a_view_that_means_harm_ends_as_a_sentence(view: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.data.databases.connected.SECONDS", 0.5)
    monkeypatch.setattr("core.data.databases._COUNTING", 0.2)
    path = sqlite(
        tmp_path / "hostile.db",
        "CREATE TABLE t (a)",
        "INSERT INTO t VALUES (1)",
        "CREATE TABLE log (a)",
        f"CREATE VIEW v AS {view.replace('FROM v', 'FROM w')}",
        "CREATE VIEW w AS SELECT * FROM v",
        "CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO log VALUES (1); END",
    )
    assert len(read_table(path).frame) == 1  # the views are not asked for
    began = time.monotonic()
    for name in ("v", "w"):
        with pytest.raises(Unreadable) as raised:
            load_table(f"sqlite:///{path}?table={name}")
        assert str(raised.value).endswith(".")
    assert time.monotonic() - began < 30  # without a limit it would never end
    with sqlite3.connect(path) as left:
        assert left.execute("SELECT count(*) FROM log").fetchone() == (0,)
    left.close()


def test_tables_that_modules_make_up_are_not_offered(tmp_path: Path) -> None:
    path = sqlite(
        tmp_path / "f.db",
        "CREATE VIRTUAL TABLE Words USING fts5(a)",
        "INSERT INTO words VALUES ('x')",
        "CREATE TABLE t (a)",
        "INSERT INTO t VALUES (1)",
    )
    assert database_tables(f"sqlite:///{path}") == [("t", 1)]


@pytest.mark.parametrize(
    "view",
    [
        "SELECT * FROM read_csv('/etc/passwd', header=false, sep=':')",
        "SELECT a.i FROM range(100000000) a(i), range(100000000) b(i) ORDER BY random()",
    ],
)
def test_a_view_of_duckdb_reaches_nothing_else(view: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.data.databases.duck.SECONDS", 1.0)
    path = duck(tmp_path / "h.duckdb", "CREATE TABLE t AS SELECT 1 AS a", f"CREATE VIEW v AS {view}")
    assert load_table(f"duckdb:///{path}").frame["a"].tolist() == [1]
    with pytest.raises(Unreadable):
        load_table(f"duckdb:///{path}?table=v")


@pytest.mark.parametrize("name", ["sqlite", "duckdb"])
def test_damaged_and_empty_files_end_as_sentences(name: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    content = (
        sqlite(path, "CREATE TABLE t (a)") if name == "sqlite" else duck(path, "CREATE TABLE t (a INT)")
    ).read_bytes()
    with pytest.raises(Unreadable, match="The table `t` has no rows"):
        read_table(path)
    for damaged in (content[:100], content[: len(content) // 2] + b"\xff" * 5000):
        path.write_bytes(damaged)
        with pytest.raises(Unreadable):
            read_table(path)
    path.unlink()
    (sqlite(path, "CREATE TABLE t (a)", "DROP TABLE t") if name == "sqlite" else duck(path))
    with pytest.raises(Unreadable, match="The database has no tables"):
        read_table(path)


def test_a_table_about_ducks_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "ducks.csv").write_text("species,DUCK\n1,2\n3,4\n")
    assert list(read_table(tmp_path / "ducks.csv").frame) == ["species", "DUCK"]


# ---- addresses


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("sqlite:///x.db", True),
        ("postgresql+psycopg://h/d", True),
        ("db:shop?table=a", True),
        ("x.db?table=a", True),
        ("iris", False),
        ("moons:noise=0.3", False),
        ("https://h/x.csv", False),
        ("x.db", False),
        ("C:\\x.csv", False),
    ],
)
def test_what_means_a_database(source: str, answer: bool) -> None:
    assert is_database(source) is answer


SECRET = "s3cr3t"


@pytest.mark.parametrize(
    "source",
    [
        f"postgresql://ann:{SECRET}@h/d?table=t",
        f"postgresql://h/d?password={SECRET}",
        f"mysql://ann:{SECRET}@h:x/d",
        f"postgresql://ann:{SECRET}",
        f"postgresql://ann:p@{SECRET}:h/d",
        f"db:shop?password={SECRET}",
        f"db:shop?{SECRET}",
        f"nothing://ann:{SECRET}@h/d",
    ],
)
def test_a_password_is_refused_and_repeated_nowhere(source: str, shop: Path) -> None:
    (shop.parent / "databases.toml").write_text('[shop]\nurl = "sqlite:///shop.db"\n')
    for read in (lambda: load_table(source, shop), lambda: source_stamp(source, shop)):
        with pytest.raises(Unreadable) as raised:
            read()
        assert "databases.toml" in str(raised.value) or "cannot be understood" in str(raised.value)
        log = "".join(line for line in traceback.format_exception(raised.value) if source not in line)
        assert SECRET not in log
    if not source.startswith("db:"):
        with pytest.raises(Unreadable):
            absolute(source)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("sqlite:///nowhere.db", "There is no file 'nowhere.db'"),
        ("sqlite://", "names no file"),
        ("../secret.db?table=t", "There is no file '../secret.db'"),
        ("notes.txt?table=t", "notes.txt is no database of SQLite or DuckDB"),
        ("sqlite:///shop.db?mode=rw", "only table= may stand"),
        ("nosuch://h/d", "No database called 'nosuch' is known here"),
        ("mssql://h/d", "its driver is needed. Install it beside Bakeoff: pip install"),
        ("postgresql://127.0.0.1:1/d", "cannot be reached"),
        (
            "mysql://127.0.0.1:1/d",
            "cannot be reached|its driver is needed. Install it beside Bakeoff: pip install pymysql",
        ),
        ("db:shop", "databases.toml in the data folder would name them"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(source: str, sentence: str, shop: Path) -> None:
    sqlite(shop.parent / "secret.db", "CREATE TABLE t (a)")
    (shop / "notes.txt").write_text("a,b\n1,2\n")
    with pytest.raises((Unreadable, UnknownName), match=sentence):
        load_table(source, shop)


def test_names_of_databases_stand_in_the_data_folder(shop: Path) -> None:
    listing = shop.parent / "databases.toml"
    listing.write_text(f'[shop]\nurl = "sqlite:///{shop / "shop.db"}?table=customers"\n')
    assert len(load_table("db:shop", shop).frame) == 3
    assert load_table("db:shop?table=orders", shop).name == "db:shop?table=orders"
    assert "db:shop" in [source for source, _, _ in catalogue_sources(shop)]
    with pytest.raises(UnknownName, match="Did you mean 'db:shop'"):
        load_table("db:shp", shop)
    listing.write_text(f'[shop]\nurl = "postgresql://ann:{SECRET}@h/d\n')
    with pytest.raises(Unreadable, match=r"databases.toml in the data folder cannot be understood") as raised:
        load_table("db:shop", shop)
    assert SECRET not in "".join(traceback.format_exception(raised.value))
    assert "db:shop" not in [source for source, _, _ in catalogue_sources(shop)]


def test_a_stamp_changes_with_the_file_and_a_server_has_none(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = source_stamp("shop.db?table=orders", shop)
    assert source_stamp("sqlite:///shop.db?table=customers", shop) == before
    with sqlite3.connect(shop / "shop.db") as writer:
        writer.executemany("INSERT INTO customers VALUES (?, 1)", [("x" * 500,) for _ in range(50)])
    writer.close()
    assert source_stamp("shop.db?table=orders", shop) != before
    assert source_stamp("postgresql://h/d", shop) == "server" and is_server("postgresql://h/d")
    assert not is_server("iris") and not is_server("shop.db?table=orders", shop)
    monkeypatch.chdir(shop)
    assert absolute("sqlite:///shop.db?table=a b") == f"sqlite:///{shop.resolve() / 'shop.db'}?table=a%20b"
    assert absolute("postgresql://h/d?table=t") == "postgresql://h/d?table=t" and absolute("db:x") == "db:x"
    assert base_of("db:x?table=t") == "db:x" and base_of("db:x?table=t&a=b") == "db:x?table=t&a=b"
