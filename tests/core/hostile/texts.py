"""Text that never ends, goes too deep, or is something else: JSON, ARFF, CSV, pages, pictures, databases."""

from __future__ import annotations

import sqlite3
import struct
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.core.hostile import EITHER, PLAIN, Hostile, Traps
from tests.core.hostile.packed import CSV, zipped


def plain(text: str | bytes) -> Callable[[Traps], bytes]:
    return lambda _: text if isinstance(text, bytes) else text.encode()


def million_keys(_: Traps) -> bytes:
    return b"[{" + b",".join(b'"k%d":1' % place for place in range(1_000_000)) + b"}]"


def stairs(_: Traps) -> bytes:
    """20,000 records, each with a name of its own: a table of 4 × 10^8 cells."""
    return b"[" + b",".join(b'{"k%d":1}' % place for place in range(20_000)) + b"]"


def same_keys(_: Traps) -> bytes:
    """A record with 200,000 names, each of them twice."""
    return b"[{" + b",".join(b'"k%d":1,"k%d":2' % (place, place) for place in range(100_000)) + b"}]"


def split_of_columns(_: Traps) -> bytes:
    return b'{"columns": [' + b'"a",' * 100_000 + b'"a"], "data": [[' + b"1," * 100_000 + b"1]]}"


def deep_objects(depth: int) -> bytes:
    return b'[{"a":' * depth + b"1" + b"}]" * depth


def arff(attributes: str, rows: str) -> bytes:
    return f"@relation r\n{attributes}@data\n{rows}".encode()


def arff_columns(_: Traps) -> bytes:
    return arff("".join(f"@attribute a{place} numeric\n" for place in range(1_000_000)), "1\n")


def arff_classes(_: Traps) -> bytes:
    return arff("@attribute a {" + ",".join(f"c{place}" for place in range(1_000_000)) + "}\n", "c1\nc2\n")


def arff_matrix(_: Traps) -> bytes:
    """Sparse rows of 5,000 columns, of which three bytes each stand in the file."""
    return arff("".join(f"@attribute a{place} numeric\n" for place in range(5_000)), "{}\n" * 200_000)


def columns(number: int, name: str = "c{}") -> Callable[[Traps], bytes]:
    def written(_: Traps) -> bytes:  # not before it is asked for: a million names take their time
        head = ",".join(name.format(place) for place in range(number))
        return "\n".join([head, *[",".join("1" * number)] * 3]).encode()

    return written


def long_line(_: Traps) -> bytes:
    return b"a,b\n1," + b"x" * 100_000_000


def long_quote(_: Traps) -> bytes:
    return b'a,b\n1,"' + b"x\n" * 10_000_000


def database(_: Traps) -> bytes:
    """Views that are each other ten times over, a trigger, and a table that calls a library."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.db"
        with closing(sqlite3.connect(path)) as db:
            db.execute("CREATE TABLE t (a)")
            db.executemany("INSERT INTO t VALUES (?)", [(each,) for each in range(10)])
            for level in range(12):
                below = f"v{level - 1}" if level else "t"
                db.execute(f"CREATE VIEW v{level} AS SELECT x.a FROM {below} x, {below} y, {below} z")
            db.execute("CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT load_extension('/tmp/x'); END")
            db.commit()
        return path.read_bytes()


def database_in_zip(_: Traps) -> bytes:
    return zipped(("a.csv", database(_)))


def page(traps: Traps) -> bytes:
    return f'<html><script src="{traps.url}"></script><img src="{traps.url}" onerror="alert(1)"></html>'.encode()


def picture_with_script(_: Traps) -> bytes:
    return b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)//"


def document_with_table(_: Traps) -> bytes:
    return b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>\n" + CSV


def hdf(_: Traps) -> bytes:
    return b"\x89HDF\r\n\x1a\n" + b"\xff" * 200


def hdf_behind(_: Traps) -> bytes:
    """HDF5 may begin at 512, 1,024 … bytes."""
    return bytes(512) + hdf(_)


def script_names(_: Traps) -> bytes:
    head = '<script>alert(1)</script>,"<img src=x onerror=alert(1)>",$\\href{javascript:alert(1)}{x}$,../../etc/passwd'
    return (head + "\n" + "\n".join("=1+1,<b>x</b>,javascript:alert(1),..\\..\\x" for _ in range(12))).encode()


def numbers_of_digits(_: Traps) -> bytes:
    return b"a,b\n" + b"\n".join(b"9" * 50_000 + b",1" for _ in range(40))


def backtracking(_: Traps) -> bytes:
    """Texts that are nearly numbers, dates and lists, for patterns that try every way."""
    rows = ["1,1" * 30_000 + "x", "1 " * 50_000 + "x", "2024-01-01T" * 20_000, "(" * 50_000, "a." * 50_000 + "@"]
    return b"a;b\n" + "\n".join(f"{row};1" for row in rows * 3).encode()


CASES = (
    Hostile("json: lists 100,000 deep", plain(b"[" * 100_000 + b"]" * 100_000), said="nested too deeply"),
    Hostile("json: objects 100,000 deep", plain(deep_objects(50_000)), said="nested too deeply"),
    Hostile("json: objects 400 deep", plain(deep_objects(400)), EITHER),
    Hostile("json: an open list 10^7 deep", plain(b"[" * 10_000_000)),
    Hostile("json: a number of a million digits", plain(b'[{"a": ' + b"9" * 1_000_000 + b"}]")),
    Hostile("json: 1e999, NaN and -Infinity", plain(b'[{"a": 1e999}, {"a": NaN}, {"a": -Infinity}]'), PLAIN),
    Hostile("json: a million names", million_keys, said="columns"),
    Hostile("json: a name of its own in every record", stairs),
    Hostile("json: names that stand twice", same_keys),
    Hostile("json: 100,000 columns of one name", split_of_columns),
    Hostile("json: halves of letters", plain(b'[{"\\ud800": "\\udfff", "b": "\\u0000"}, {"b": "x"}]'), PLAIN),
    Hostile("json: __proto__ and constructor", plain(b'[{"__proto__": {"x": 1}, "constructor": 2}]'), PLAIN),
    Hostile("json: a text of 20 MB", plain(b'[{"a": "' + b"x" * 20_000_000 + b'"}]'), EITHER),
    Hostile("json: ten million lists", plain(b"[" + b"[]," * 10_000_000 + b"[]]")),
    Hostile("arff: a million columns", arff_columns, said="columns"),
    Hostile("arff: a million classes", arff_classes, EITHER),
    Hostile("arff: a place of 2 × 10^9", plain(arff("@attribute a numeric\n", "{2000000000 1}\n"))),
    Hostile("arff: a negative place", plain(arff("@attribute a numeric\n", "{-1 1}\n")), EITHER),
    Hostile("arff: 10^9 cells in 600 KB", arff_matrix),
    Hostile(
        "arff: a table in a table", plain(arff("@attribute b relational\n@attribute a numeric\n@end b\n", "'1'\n"))
    ),
    Hostile(
        "arff: classes without an end", plain(arff("@attribute a {" + "ant, " * 60 + "bee\n", "ant\n")), said="line 2"
    ),
    Hostile("csv: a long line, and a letter beyond ASCII", plain(b"x" * 3_000_000 + b",1\nM\xfcller,2\n" * 9), EITHER),
    Hostile("csv: points between digits", plain(b"1." * 50_000 + b"\n1,2\n"), EITHER),
    Hostile("csv: a number of 100,000 digits first", plain(b"1" * 100_000 + b"\n1,2\n"), EITHER),
    Hostile(
        "csv: ranges of numbers of 5,000 digits", plain(b"a,b\n" + (b"9" * 5_000 + b"+,1\n3-5,2\n18+,3\n") * 9), EITHER
    ),
    Hostile("csv: a line of 100 MB", long_line, EITHER),
    Hostile("csv: an open quote of 20 MB", long_quote, EITHER),
    Hostile("csv: 10^6 columns", columns(1_000_000), said="columns"),
    Hostile("csv: 10^5 columns of one name", columns(100_000, "a"), said="columns"),
    Hostile("csv: 3,000 columns of one name", columns(3_000, "a"), EITHER),
    Hostile("csv: 10^7 line ends", plain(b"a,b\n" + b"\n" * 10_000_000), EITHER),
    Hostile("csv: 10^7 separators", plain(b"," * 10_000_000 + b"\n")),
    Hostile("csv: a line of 300,000 tabs", plain(b"a b\n" * 40 + b"\t" * 300_000 + b"x"), EITHER),
    Hostile("csv: a comment and nothing else", plain(b"#\n" * 3 + b"1 2  3\n" * 30), EITHER),
    Hostile("csv: nothing but quotes", plain(b"a,b\n" + b'"' * 5_000_000), EITHER),
    Hostile("csv: zeros between letters", plain(b"a,b\n" + b"1\0,2\0\n" * 40), EITHER),
    Hostile("csv: nothing but zeros", plain(bytes(1_000_000)), said="binary"),
    Hostile("csv: numbers of 50,000 digits", numbers_of_digits, EITHER),
    Hostile("csv: nearly numbers", backtracking, EITHER),
    Hostile("csv: names of scripts and paths", script_names, EITHER),
    Hostile("csv: UTF-16 that is none", plain(b"\xff\xfe" + b"\x00\xd8" * 1_000), said="UTF-16"),
    Hostile("csv: UTF-7", plain(b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-,a\n" + b"x,1\n" * 12), PLAIN),
    Hostile(
        "csv: an address as its only cell", lambda traps: f"file\n{traps.url}\nfile:///etc/passwd\n".encode(), PLAIN
    ),
    Hostile("sqlite: triggers and views", database, EITHER),
    Hostile("sqlite: in zip", database_in_zip, EITHER),
    Hostile("html: scripts", page, said="web page"),
    Hostile("html: an application", plain(b"<hta:application/><script>new ActiveXObject('x')</script>"), EITHER),
    Hostile("gif: a script", picture_with_script, said="GIF"),
    Hostile("pdf: a table behind it", document_with_table, said="PDF"),
    Hostile("jpeg: a table behind it", plain(b"\xff\xd8\xff\xe0" + CSV), said="JPEG"),
    Hostile("hdf5", hdf, said="HDF5"),
    Hostile("hdf5: 512 bytes later", hdf_behind, said="binary"),
    Hostile("7z", plain(b"7z\xbc\xaf\x27\x1c" + bytes(60)), said="7z"),
    Hostile("rar", plain(b"Rar!\x1a\x07\x01\0" + bytes(60)), said="RAR"),
    Hostile("zstd", plain(b"\x28\xb5\x2f\xfd" + bytes(60)), said="zstd"),
    Hostile("link of windows", plain(struct.pack("<I", 76) + b"\x01\x14\x02\0" + bytes(400)), said="binary"),
    Hostile("shell script", lambda traps: f"#!/bin/sh\ntouch '{traps.canary}'\n".encode(), EITHER),
)
