"""A table of a PostgreSQL server: kinds of values, read only, errors as sentences, and its password kept to itself."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pandas as pd
import pytest

from core import jobs
from core.catalogue import UnknownName
from core.data import Unreadable, load_table
from core.data.databases import address_of, database_tables, opened
from core.store import Store
from tests.core import postgres

FILLED = (
    "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')",
    """CREATE TABLE orders AS SELECT i::int AS id, (i * 1.25)::numeric(10, 2) AS price, i % 2 = 0 AS paid,
    DATE '2024-01-01' + i AS day, TIMESTAMPTZ '2024-01-01 12:00+02' AS at, NULL::int AS nothing,
    CASE WHEN i = 5 THEN TIMESTAMP 'infinity' ELSE TIMESTAMP '2024-01-01' END AS until,
    (array['sad', 'ok', 'happy']::mood[])[1 + i % 3] AS mood, (i::numeric * 1e20)::numeric(40, 0) AS huge,
    CASE WHEN i % 7 > 0 THEN 9007199254740993 + i END AS big, i::numeric(10, 0) AS whole, gen_random_uuid() AS uid,
    CASE WHEN i = 4 THEN 'NaN'::numeric ELSE i / 7.0 END AS part, INTERVAL '1 day' * i AS span, '0' || i AS code,
    '{"a": 1}'::json AS more, array[1, 2] AS list, 'x'::bytea AS picture FROM generate_series(0, 199) i""",
    'CREATE SCHEMA "My Shop"',
    """CREATE TABLE "My Shop"."Odd.Name" AS SELECT 1 AS "a""b%c:d", 2 AS "select" """,
    "CREATE TABLE empty (a int)",
    "CREATE TABLE log (a int)",
    "CREATE FUNCTION noted() RETURNS int LANGUAGE sql VOLATILE AS 'INSERT INTO log VALUES (1) RETURNING a'",
    "CREATE VIEW sly AS SELECT noted() AS a",
    "CREATE VIEW slow AS SELECT pg_sleep(60)::text AS a",
    "CREATE ROLE guest LOGIN PASSWORD 'guest'",
)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with postgres.server() as port:
        import psycopg

        where = {"host": "127.0.0.1", "port": port, "user": postgres.USER, "password": postgres.PASSWORD}
        with psycopg.connect(**where, dbname="postgres", autocommit=True) as connection:
            for each in FILLED:
                connection.execute(each.encode())
        yield port


@pytest.fixture
def tables(port: int, tmp_path: Path) -> Path:
    """A data folder's tables, beside them databases.toml."""
    at = f"@127.0.0.1:{port}"
    user = f"postgresql://{postgres.USER}:{quote(postgres.PASSWORD, safe='')}{at}"
    named = {
        "shop": f"{user}/postgres",
        "wrong": f"postgresql://{postgres.USER}:wr0ng-secret{at}/postgres",
        "nowhere": f"{user}/nothing",
        "guest": f"postgresql://guest:guest{at}/postgres",
        "down": user.replace(str(port), "1") + "/postgres",
    }
    (tmp_path / "databases.toml").write_text("".join(f'[{name}]\nurl = "{url}"\n' for name, url in named.items()))
    (tmp_path / "tables").mkdir(exist_ok=True)
    return tmp_path / "tables"


def test_every_kind_of_value_arrives_as_what_it_is(tables: Path) -> None:
    table = load_table("db:shop", tables)
    frame = table.frame
    assert (table.name, table.title, len(frame)) == ("db:shop?table=orders", "orders", 200)
    assert frame["price"].tolist() == [i * 1.25 for i in range(200)] and frame["whole"].dtype == "int64"
    assert frame["huge"][3] == str(3 * 10**20) and frame["big"][1] == "9007199254740994" and pd.isna(frame["big"][7])
    assert frame["paid"].tolist() == [str(i % 2 == 0) for i in range(200)] and frame["nothing"].isna().all()
    assert frame["day"][31] == pd.Timestamp("2024-02-01") and frame["at"][0] == pd.Timestamp("2024-01-01 10:00")
    assert frame["until"].isna().sum() == 1 and frame["part"].isna().sum() == 1 and frame["span"][2] == 2 * 86_400
    assert list(frame["mood"].cat.categories) == ["sad", "ok", "happy"] and frame["code"][3] == "03"
    assert not {"more", "list", "picture"} & set(frame) and frame["uid"].nunique() == 200
    told = {(each.rule, each.column): each.count for each in table.report}
    assert told["infinite", "until"] == 1 and ("infinite", "part") not in told
    assert {("nested", "more"), ("nested", "list"), ("binary", "picture"), ("time_zone", "at")} <= set(told)
    assert load_table("db:shop?table=public.orders", tables).frame["price"].equals(frame["price"])


def test_tables_of_other_schemas_and_odd_names(tables: Path) -> None:
    known = dict(database_tables("db:shop", tables))
    assert known["orders"] == 200 and known["slow"] is None and known["My Shop.Odd.Name"] == 1
    frame = load_table("db:shop?table=My%20Shop.Odd.Name", tables).frame
    assert frame.to_dict("list") == {'a"b%c:d': [1], "select": [2]}


def test_nothing_can_be_written(tables: Path) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    with opened(address_of("db:shop", tables)) as database, pytest.raises(DBAPIError, match="read-only transaction"):
        database._connection.execute(text("INSERT INTO log VALUES (1)"))
    with pytest.raises(Unreadable, match="db:shop has a table that may not be read here"):
        load_table("db:shop?table=sly", tables)
    assert dict(database_tables("db:shop", tables))["log"] == 0


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("db:wrong", "db:wrong does not let this user in"),
        ("db:nowhere", "db:nowhere is a name that its server has no database of"),
        ("db:down", "db:down cannot be reached"),
        ("db:guest?table=orders", "db:guest has a table that may not be read here: the right is missing"),
        ("db:shop?table=ordres", "No table of the database is called 'ordres'. Did you mean 'orders'?"),
        ("db:shop?table=empty", "The table `empty` has no rows. Also there: "),
        ("db:shop?table=slow", "takes too long to be read"),
    ],
)
def test_what_goes_wrong_is_a_sentence_without_the_password(
    source: str, sentence: str, tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.data.databases.connected.SECONDS", 1.0)
    with pytest.raises((Unreadable, UnknownName)) as raised:
        load_table(source, tables)
    assert sentence in str(raised.value)
    log = "".join(traceback.format_exception(raised.value))
    assert not any(each in log for each in (postgres.PASSWORD, quote(postgres.PASSWORD), "wr0ng-secret"))


def test_the_server_s_own_ways_to_a_password_are_heeded(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    source = f"postgresql://{postgres.USER}@127.0.0.1:{port}/postgres?table=orders"
    with pytest.raises(Unreadable, match="does not let this user in"):
        load_table(source)
    monkeypatch.setenv("PGPASSWORD", postgres.PASSWORD)
    assert load_table(source.replace("postgresql", "postgres")).title == "orders"


def test_a_table_is_read_anew_when_it_is_asked_for_and_its_password_is_nowhere(
    tables: Path, port: int, in_place: Store
) -> None:
    import psycopg

    def change(statement: bytes) -> None:
        where = {"host": "127.0.0.1", "port": port, "user": postgres.USER, "password": postgres.PASSWORD}
        with psycopg.connect(**where, dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)

    change(b"CREATE TABLE growing AS SELECT i AS a FROM generate_series(1, 20) i")
    first = jobs.read(in_place, "db:shop?table=growing")
    change(b"INSERT INTO growing VALUES (21)")
    seen = jobs.request_table(in_place, "db:shop?table=growing")
    assert getattr(seen, "fingerprint", "") == first.fingerprint  # a page that is drawn again reads nothing
    assert len(jobs.read(in_place, "db:shop?table=growing").frame) == 21
    with pytest.raises(ValueError, match="does not let this user in"):
        jobs.read(in_place, "db:wrong")
    with pytest.raises(ValueError, match="The address holds a password"):
        jobs.read(in_place, f"postgresql://ann:wr0ng-secret@127.0.0.1:{port}/postgres")
    secrets = [each.encode() for each in ("wr0ng-secret", postgres.PASSWORD, quote(postgres.PASSWORD, safe=""))]
    for folder, _, files in os.walk(in_place.folder):
        for name in files:
            content = (Path(folder) / name).read_bytes()
            assert name == "databases.toml" or not any(each in content for each in secrets), name
