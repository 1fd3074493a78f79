"""Tables within packed files, files under a wrong name, and files that hold no table (section A)."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.core.messy import stock
from tests.core.messy.truth import Case, Sample, right
from tests.core.messy.writing import GERMAN, SEMICOLON, lines, sample, table, written


def packed(pack: Callable[[bytes], bytes], german: bool = False) -> Callable[[Random], Sample]:
    """A table in a packed file."""
    inner = table(SEMICOLON, GERMAN, stock.weather, "cp1252") if german else table()

    def make(rng: Random) -> Sample:
        made = inner(rng)
        return replace(made, data=pack(made.data))

    return make


def gz(data: bytes) -> bytes:
    """Packed, whatever the time of day."""
    return gzip.compress(data, mtime=0)


def zipped(members: Callable[[bytes], dict[str, bytes]]) -> Callable[[bytes], bytes]:
    """A ZIP archive of these members."""

    def pack(data: bytes) -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in members(data).items():
                archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
        return file.getvalue()

    return pack


def tarred(data: bytes) -> bytes:
    """A packed tar archive with one member."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        entry = tarfile.TarInfo("table.csv")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return gz(file.getvalue())


def in_tar(rng: Random) -> Sample:
    """A tar archive: read, or refused with what to do."""
    return replace(packed(tarred)(rng), refusable=True)


def two_members(rng: Random) -> Sample:
    """A ZIP archive of two tables: one of them, which is told, or a refusal that asks."""
    both = [written(topic(rng)) for topic in (stock.patients, stock.flats)]
    first, second = (sample(columns, lines(columns)).data for columns in both)
    data = zipped(lambda _: {"patients.csv": first, "flats.csv": second})(b"")
    return Sample(data, tuple(right(columns, "unpacked") for columns in both), refusable=True)


def none(data: bytes | Callable[[bytes], bytes]) -> Callable[[Random], Sample]:
    """A file without a table; what is made of one where `data` is a function."""

    def make(rng: Random) -> Sample:
        made = table()(rng).data
        return Sample(data(made) if callable(data) else data, ())

    return make


_PAGE = b"<!DOCTYPE html>\n<html><head><title>404</title></head><body><h1>Not found</h1></body></html>\n"
_SHEET = b"<html><body><table><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr></table></body></html>"
_PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
_LETTER = "%PDF-1.7\n%âãÏÓ\n1 0 obj\n<< /Type /Catalog >>\nendobj\n".encode("latin-1") * 9

CASES = (
    Case("gz", "A5", packed(gz), "table.csv.gz"),
    Case("bz2", "A5", packed(bz2.compress), "table.csv.bz2"),
    Case("xz", "A5", packed(lzma.compress), "table.csv.xz"),
    Case("ZIP", "A5", packed(zipped(lambda data: {"table.csv": data})), "table.zip"),
    Case("ZIP, German table", "A5", packed(zipped(lambda data: {"daten/Wetter.csv": data}), german=True), "table.zip"),
    Case(
        "ZIP of a Macintosh",
        "A5",
        packed(zipped(lambda data: {"table.csv": data, "__MACOSX/._table.csv": b"\0\5\x16\7"})),
        "table.zip",
    ),
    Case(
        "ZIP with a page of notes",
        "A5",
        packed(zipped(lambda data: {"README.md": b"# About\n", "table.csv": data})),
        "table.zip",
    ),
    Case("gz within ZIP", "A5", packed(zipped(lambda data: {"table.csv.gz": gz(data)})), "table.zip"),
    Case("gz called CSV", "A3", packed(gz), "table.csv"),
    Case("CSV called Excel", "A3", table(), "table.xlsx"),
    Case("tar", "A5", in_tar, "table.tar.gz"),
    Case("ZIP of two tables", "A5", two_members, "table.zip"),
    Case("nothing", "A2", none(b"")),
    Case("blanks and line ends", "A2", none(b"  \n\r\n   \n")),
    Case("a picture", "A3", none(_PNG)),
    Case("a document", "A3", none(_LETTER)),
    Case("a pickle", "A3", none(pickle.dumps({"a": [1, 2]}))),
    Case("a page of the web", "A4", none(_PAGE)),
    Case("a page of the web called Excel", "A4", none(_SHEET), "table.xls"),
    Case("gz cut off", "A6", none(lambda data: gz(data)[:200]), "table.csv.gz"),
    Case("noise", "A3", none(bytes((7 * n * n + n // 3) % 256 for n in range(4_000)))),
)
