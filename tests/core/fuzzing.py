"""Files that were damaged in every way that a disk, a line or a program knows, from a seed.

Takes files of every format, gives damaged ones; the same seed and number give the same file. Whatever comes of reading
them, it is a table or a sentence.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import random
import shutil
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from tests.core.hostile.reader import Ended, Reader
from tests.core.test_data_formats import FRAME, SAMPLES

Mutation = Callable[[random.Random, bytearray], bytearray]
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp1251", "cp932", "gb18030", "utf-32")
MARKS = (b"\0", b'"', b"'", b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n", b"\\", b"{", b"}", b"[", b"]", b"%", b"@")
WORDS = (
    b"nan",
    b"-inf",
    b"1e999",
    b"NULL",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"2024-02-30",
    b"=1+1",
    b"9" * 30,
)
SLOWEST, MOST = 10.0, 2**30


def flip(dice: random.Random, data: bytearray) -> bytearray:
    """Bits, mostly a few."""
    for _ in range(min(len(data), 1 << dice.randrange(7))):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return data


def figures(dice: random.Random, data: bytearray) -> bytearray:
    """A number in the file becomes one at the edge of what fits."""
    size = dice.choice((1, 2, 4, 8))
    place = dice.randrange(max(1, len(data) - size))
    edge = dice.choice((0, 1, 2 ** (8 * size - 1), 2 ** (8 * size - 1) - 1, 2 ** (8 * size) - 1))
    data[place : place + size] = edge.to_bytes(size, dice.choice(("little", "big")))
    return data


def cut(dice: random.Random, data: bytearray) -> bytearray:
    """The end, the beginning, or a piece in between is lost."""
    begin, end = sorted(dice.randrange(len(data) + 1) for _ in range(2))
    return dice.choice((data[:end], data[begin:], data[:begin] + data[end:]))


def double(dice: random.Random, data: bytearray) -> bytearray:
    """A piece comes several times."""
    begin, end = sorted(dice.randrange(len(data) + 1) for _ in range(2))
    return data[:end] + data[begin:end] * dice.choice((1, 1, 2, 50)) + data[end:]


def insert(dice: random.Random, data: bytearray) -> bytearray:
    """Marks and words that mean something to somebody."""
    for _ in range(1 << dice.randrange(5)):
        place = dice.randrange(len(data) + 1)
        data[place:place] = dice.choice(MARKS + WORDS) * dice.choice((1, 1, 1, 3, 200))
    return data


def replace(dice: random.Random, data: bytearray) -> bytearray:
    """One mark stands everywhere for another."""
    return bytearray(bytes(data).replace(dice.choice(MARKS), dice.choice(MARKS + WORDS)))


def noise(dice: random.Random, data: bytearray) -> bytearray:
    """A piece is noise."""
    begin, end = sorted(dice.randrange(len(data) + 1) for _ in range(2))
    return data[:begin] + dice.randbytes(end - begin) + data[end:]


def encode(dice: random.Random, data: bytearray) -> bytearray:
    """Letters are taken for those of another encoding."""
    text = bytes(data).decode(dice.choice(("utf-8", "latin-1", "cp1251")), "replace")
    return bytearray(text.encode(dice.choice(ENCODINGS), "replace"))


MUTATIONS: tuple[Mutation, ...] = (flip, figures, cut, double, insert, replace, noise, encode)


def packed(data: bytes) -> Iterator[tuple[str, bytes]]:
    """A file in all that files are packed in."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("table", data)
    yield from (("gz", gzip.compress(data, mtime=0)), ("bz2", bz2.compress(data)), ("xz", lzma.compress(data)))
    yield "zip", stream.getvalue()


def seeds(folder: Path) -> dict[str, bytes]:
    """A file of every format that can be written here, text in several layouts, and packed ones."""
    found = {"idx": idx(), "idx.labels": idx(1), "images": pictures()}
    for name, make in SAMPLES.items():
        with contextlib.suppress(pytest.skip.Exception):  # there is no table of three columns in these
            found[name] = make(folder)
    dates = FRAME.assign(day=pd.date_range("2024-01-01", periods=len(FRAME)), note='it\'s, "well"; done')
    found |= {
        "semicolons": dates.to_csv(index=False, sep=";", decimal=",").encode("cp1252"),
        "tabs": dates.to_csv(index=False, sep="\t").encode("utf-16"),
        "lines": dates.to_json(orient="records", lines=True, date_format="iso").encode(),
        "columns": dates.to_json(date_format="iso").encode(),
        "split": dates.to_json(orient="split", date_format="iso").encode(),
        "arrow": found["feather"],
        "ods": open_document(),
    }
    return found | {f"{name}.{way}": data for name in ("text", "parquet") for way, data in packed(found[name])}


def idx(dimensions: int = 3) -> bytes:
    """A file in the format of MNIST."""
    sizes = (30, 4, 4)[:dimensions]
    head = struct.pack(f">BBBB{dimensions}I", 0, 0, 8, dimensions, *sizes)
    return head + bytes(range(240)) * 2 if dimensions > 1 else head + bytes(range(10)) * 3


def pictures() -> bytes:
    """An archive of images in folders of classes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(12):
            with archive.open(f"{'ab'[number % 2]}/{number}.png", "w") as member:
                Image.new("L", (4, 4), number * 20).save(member, "png")
    return stream.getvalue()


def open_document() -> bytes:
    from tests.core.hostile.workbooks import ODS_ROW, ods

    return ods(ODS_ROW.format("", "", "name") + "".join(ODS_ROW.format("", "", f"x{row}") for row in range(20)))


def damaged(files: dict[str, bytes], seed: int, number: int) -> tuple[str, bytes]:
    """The damaged file of a number, and what it was made of."""
    dice = random.Random(f"{seed} {number}")
    name = dice.choice(sorted(files))
    data, done = bytearray(files[name]), []
    if dice.random() < 0.1:  # the head of one file, the rest of another
        other = files[dice.choice(sorted(files))]
        data, done = data[: dice.randrange(len(data))] + other[dice.randrange(len(other)) :], ["splice"]
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        mutation = dice.choice(MUTATIONS)
        data = mutation(dice, data) if data else data
        done.append(mutation.__name__)
    return f"{name}: {', '.join(done)}", bytes(data[: 4 * 2**20])


def wrong(ended: Ended) -> str:
    """What is wrong with how a reading ended; empty where nothing is."""
    if ended.end not in ("table", "refused", "over"):
        return f"{ended.end}: {ended.text[-1_500:]}"
    if ended.end == "refused" and not (len(ended.text) > 10 and ended.text.endswith(".") and "\n" not in ended.text):
        return f"refused without a sentence: {ended.text!r}"
    if ended.busy > SLOWEST or ended.peak > MOST:
        return f"took {ended.busy:.1f} s of the processor and {ended.peak / 2**20:.0f} MiB"
    return f"did {ended.seen}" if ended.seen or ended.callers else ""


class Kept:
    """Where failing files are kept, so that they can be looked at."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fuzzing-"))
        self.found: list[str] = []

    def add(self, number: int, made_of: str, content: bytes, fault: str) -> None:
        path = self.folder / str(number)
        path.write_bytes(content)
        self.found.append(f"{path} ({made_of}) {fault}")

    def told(self) -> str:
        """The failures; the folder is removed where there are none."""
        if not self.found:
            shutil.rmtree(self.folder)
        return "\n".join(self.found)


def trial(folder: Path, seed: int, numbers: range) -> tuple[dict[str, int], float, int, str]:
    """Read damaged files; gives how often each end came, the longest time, the most memory, and what went wrong."""
    files, kept, ends = seeds(folder), Kept(), dict[str, int]()
    slowest, most, place = 0.0, 0, folder / "damaged"
    reader = Reader("stay", folder / "reader")
    try:
        for number in numbers:
            made_of, content = damaged(files, seed, number)
            place.write_bytes(content)
            ended = reader.read(place, deed="core.data:load_table", patience=2 * SLOWEST)
            ends[ended.end] = ends.get(ended.end, 0) + 1
            slowest, most = max(slowest, ended.busy), max(most, ended.peak)
            if fault := wrong(ended):
                kept.add(number, made_of, content, fault)
    finally:
        reader.close()
    return ends, slowest, most, kept.told()
