"""What is packed: the table inside a gz, bz2, xz or ZIP file.

Takes bytes, gives the bytes of what is inside with a sentence. Nothing is ever unpacked onto the disk.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import IO, Any

from core.data.archives import BESIDE, DAMAGED, WORKBOOKS, ZIP, holds_idx, holds_pictures, is_file, suffix_of
from core.data.content import WANTED
from core.data.errors import Unreadable
from core.wording import counted, listed, quoted

MAX_BYTES = 1 << 29  # unpacked; a small file can become a very large one, which takes several times as much memory
MOST_COLUMNS = 20_000
_RATIO, _ANYHOW = 100, 1 << 28  # beyond so many bytes, what unpacks to more than so many times its size is no table
_PIECE = 1 << 20
_LAYERS = 2  # a packed file in a packed file
_MAX_MEMBERS = 2_000
_PACKERS: tuple[tuple[bytes, str, Callable[[IO[bytes]], Any]], ...] = (
    (b"\x1f\x8b", "gz", gzip.open),
    (b"BZh", "bz2", bz2.open),
    (b"\xfd7zXZ\x00", "xz", lzma.open),
)


def unpacked(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The content of a packed file and what was unpacked, or the bytes as they are.

    Raises
    ------
    Unreadable
        If what is packed is damaged, protected, too large, or more than one table.
    """
    notes: list[str] = []
    most = min(MAX_BYTES, max(_ANYHOW, _RATIO * len(data)))
    while True:
        inside, note = _one_layer(data, most)
        if not note:
            return data, tuple(notes)
        if len(notes) == _LAYERS:
            raise Unreadable("The file is packed more than twice. Unpack it and choose the table inside.")
        data = inside
        notes.append(note)


def check_cells(cells: int, most: int, what: str) -> None:
    """Refuse a file whose table would not fit into the memory, however small the file is."""
    if cells > most:
        raise Unreadable(f"The {what} file holds {cells:,} cells, too many to open here. Save a part of it.")


def check_columns(columns: int) -> None:
    """Refuse a table of more columns than anybody could look at; each of them costs about a millisecond."""
    if columns > MOST_COLUMNS:
        raise Unreadable(f"The table has more than {MOST_COLUMNS:,} columns, too many to read. Leave some out.")


def _one_layer(data: bytes, most: int) -> tuple[bytes, str]:
    for begin, name, opened in _PACKERS:
        if data.startswith(begin):
            return _limited(opened, io.BytesIO(data), f"The {name} file", most), f"Unpacked from the {name} file."
    if data.startswith(ZIP):
        return _from_zip(data, most)
    return data, ""


def _limited(opened: Callable[[Any], Any], packed: Any, what: str, most: int) -> bytes:
    """Everything in a packed stream, in pieces: asked for all at once, room for all would be taken beforehand."""
    inside = io.BytesIO()
    try:
        with opened(packed) as stream:
            while inside.tell() <= most and (piece := stream.read(_PIECE)):
                inside.write(piece)
    except DAMAGED as error:
        raise Unreadable(f"{what} is damaged or was not fully copied. Pack or copy it again.") from error
    if inside.tell() > most:
        raise Unreadable(f"{what} holds more than {most >> 20:,} MB. Save a smaller part of the table.")
    return inside.getvalue()


def _from_zip(data: bytes, most: int) -> tuple[bytes, str]:
    """The one table of a ZIP archive; those that are a table as a whole, workbooks and images, stay as they are."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except DAMAGED as error:
        raise Unreadable("The file is a damaged ZIP or Excel file. Copy or save it again.") from error
    with archive:
        members = archive.infolist()
        names = {member.filename for member in members}
        if names & WORKBOOKS:
            if sum(member.file_size for member in members) > most:
                raise Unreadable(
                    f"The Excel file unpacks to more than {most >> 20:,} MB. Save the sheet as CSV and try again."
                )
            return data, ""
        _refuse_programs(names)
        if holds_pictures(archive) or holds_idx(archive):
            return data, ""
        if len(members) > _MAX_MEMBERS:
            raise Unreadable(f"The ZIP archive holds {len(members):,} files. Unpack it and choose the table inside.")
        member = _the_table([each for each in members if is_file(each)])
        if member.flag_bits & 1:
            raise Unreadable("The ZIP archive is protected by a password. Unpack it and choose the table inside.")
        note = f"Unpacked {quoted(_shown(member))} from the ZIP archive."
        return _limited(archive.open, member, "The ZIP archive", most), note


def _refuse_programs(names: set[str]) -> None:
    """ZIP archives that hold a fitted model or arrays; a model may hold a pickle, which can run programs."""
    if any(PurePosixPath(name).suffix in (".pkl", ".pickle") for name in names):
        raise Unreadable(
            "This looks like a PyTorch or pickle file, not a table. Such files can run programs when they are opened, "
            f"so they are not read here. {WANTED}"
        )
    if "schema.json" in names and all(name == "schema.json" or name.endswith(".npy") for name in names):
        raise Unreadable(f"This looks like a fitted model of skops, not a table. {WANTED}")
    if names and all(name.endswith(".npy") for name in names):
        raise Unreadable(f"This looks like an archive of NumPy arrays, not a table. {WANTED}")


def _shown(member: zipfile.ZipInfo) -> str:
    """A member's name without line ends, colours and marks of direction."""
    return "".join(each if each.isprintable() else "\ufffd" for each in member.filename)


def _the_table(members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    tables = [each for each in members if suffix_of(each) not in BESIDE] or members
    if not tables:
        raise Unreadable("The ZIP archive holds no file.")
    if len(tables) > 1:
        names = [_shown(each) for each in tables]
        raise Unreadable(
            f"The ZIP archive holds {counted(len(tables), 'file')}: {listed(names)}. Unpack it and choose one."
        )
    return tables[0]
