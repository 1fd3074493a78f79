"""Databases and images: forged sizes, queries without end, files of the machine behind a view, huge pictures."""

from __future__ import annotations

import io
import sqlite3
import struct
import tempfile
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb

from tests.core.hostile import EITHER, Hostile, Traps
from tests.core.hostile.packed import CSV, raw_zip, zipped

SECRET = "/etc/passwd"


def sqlite(*statements: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.db"
        with closing(sqlite3.connect(path)) as db:
            for each in statements:
                db.execute(each)
            db.commit()
        return path.read_bytes()


def smuggled(text: str) -> Callable[[Traps], bytes]:
    """A database whose list of tables holds what nobody may have created."""
    change = "INSERT INTO sqlite_master VALUES ('{}', 'v', 'v', 0, '" + text.replace("'", "''") + "')"
    kind = "view" if " VIEW " in text else "table"
    return lambda _: sqlite("PRAGMA writable_schema = ON", "CREATE TABLE t (a)", change.format(kind))


def forged(place: int, figure: bytes) -> Callable[[Traps], bytes]:
    def make(_: Traps) -> bytes:
        data = bytearray(sqlite("CREATE TABLE t (a, b)", "INSERT INTO t VALUES (1, 2), (3, 4)"))
        data[place : place + len(figure)] = figure
        return bytes(data)

    return make


def many_tables(_: Traps) -> bytes:
    return sqlite(*(f"CREATE TABLE t{place} (a)" for place in range(500)))


def long_value(_: Traps) -> bytes:
    """A table that makes 100 MB of each of its rows."""
    rows = ", ".join(f"({row})" for row in range(100))
    return sqlite("CREATE TABLE t (a, b AS (zeroblob(100000000)))", f"INSERT INTO t (a) VALUES {rows}")


def duck(*statements: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.duckdb"
        with duckdb.connect(str(path)) as db:
            for each in statements:
                db.execute(each)
        return path.read_bytes()


def noisy_duck(_: Traps) -> bytes:
    data = bytearray(duck("CREATE TABLE t AS SELECT range AS a FROM range(1000)"))
    for place in range(8_192, len(data), 61):
        data[place] ^= 0xFF
    return bytes(data)


def idx(*sizes: int, kind: int = 8, body: bytes = bytes(100)) -> Callable[[Traps], bytes]:
    return lambda _: struct.pack(f">BBBB{len(sizes)}I", 0, 0, kind, len(sizes), *sizes) + body


def picture(width: int, height: int, rows: int) -> bytes:
    """A PNG that claims a size, and holds as many rows of it."""

    def part(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    packer, body = zlib.compressobj(9), io.BytesIO()
    for _ in range(rows):
        body.write(packer.compress(bytes(1 + (width + 7) // 8)))
    body.write(packer.flush())
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", body.getvalue()) + part(b"IEND", b"")


def album(*pictures: bytes) -> Callable[[Traps], bytes]:
    return lambda _: zipped(*((f"{'ab'[place % 2]}/{place}.png", each) for place, each in enumerate(pictures)))


def nameless(_: Traps) -> bytes:
    small = picture(8, 8, 8)
    members = [(f"{'ab'[place % 2]}/{place}.png".encode(), small) for place in range(12)] + [(b"", CSV)]
    return raw_zip(*((name, zlib.compress(content)[2:-4], len(content), 0) for name, content in members))


ENDLESS = "CREATE VIEW v AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c"

CASES = (
    Hostile("sqlite: a view without end", lambda _: sqlite("CREATE TABLE t (a)", ENDLESS), EITHER),
    Hostile("sqlite: a view of itself", smuggled("CREATE VIEW v AS SELECT * FROM v"), EITHER),
    Hostile("sqlite: a file behind a table", smuggled(f"CREATE VIRTUAL TABLE v USING csv('{SECRET}')"), EITHER),
    Hostile("sqlite: a file behind a view", smuggled(f"CREATE VIEW v AS SELECT readfile('{SECRET}')"), EITHER),
    Hostile("sqlite: 500 tables", many_tables, EITHER),
    Hostile("sqlite: rows of 100 MB that take no room", long_value, EITHER),
    Hostile("sqlite: pages of one byte", forged(16, b"\0\1"), EITHER),
    Hostile("sqlite: 2^32 pages", forged(28, b"\xff" * 4), EITHER),
    Hostile("sqlite: a tree that is a circle", forged(100, b"\x05\0\0\0\1\0\0\0\0\0\0\1"), EITHER),
    Hostile("sqlite: cut off", lambda _: sqlite("CREATE TABLE t (a)")[:600], EITHER),
    Hostile("duckdb: a file behind a view", lambda _: duck(f"CREATE VIEW v AS FROM read_text('{SECRET}')"), EITHER),
    Hostile(
        "duckdb: 10^12 rows behind a view",
        lambda _: duck("CREATE TABLE t (a INT)", "CREATE VIEW v AS SELECT range AS a FROM range(1000000000000)"),
        EITHER,
    ),
    Hostile("duckdb: noise", noisy_duck, EITHER),
    Hostile("duckdb: nothing but its name", lambda _: bytes(8) + b"DUCK" + bytes(5_000)),
    Hostile("idx: 2^32 images", idx(2**32 - 1, 28, 28)),
    Hostile("idx: images of 2^64 pixels", idx(1, 2**32 - 1, 2**32 - 1)),
    Hostile("idx: no image", idx(0, 28, 28)),
    Hostile("idx: numbers without an end", idx(10, 10, kind=14, body=b"\xff" * 800), EITHER),
    Hostile("png: beside a file without a name", nameless, EITHER),
    Hostile("png: two of 10^9 points", album(*[picture(40_000, 30_000, 40)] * 2)),
    Hostile("png: 2^31 points wide", album(*[picture(2**31 - 1, 1, 0)] * 2)),
    Hostile("png: 2,000 of a million points", album(*[picture(1_000, 1_000, 1_000)] * 2_000), EITHER),
    Hostile("png: pictures that are programs", album(b"MZ\x90\0" * 20, b"\x7fELF" * 20)),
)
