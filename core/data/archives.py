"""What a ZIP archive holds: images in folders of classes, files in the format of MNIST, or something else.

Takes the bytes of an archive or its list of members, decides by them alone, unpacks nothing onto the disk.
"""

from __future__ import annotations

import gzip
import io
import lzma
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from posixpath import splitext
from typing import IO, cast

from core.data.content import is_idx

ZIP = b"PK\x03\x04"
DAMAGED = (
    OSError,
    EOFError,
    ValueError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    NotImplementedError,
)
# files of programs and notes that often lie beside a table
BESIDE = frozenset(
    {".md", ".rst", ".pdf", ".html", ".htm", ".doc", ".docx", ".rtf", ".py", ".r", ".ipynb", ".png", ".jpg", ".names"}
    | {".do", ".sps", ".sas", ".license", ".yml", ".yaml"}
)
WORKBOOKS = frozenset({"xl/workbook.xml", "xl/workbook.bin", "content.xml"})
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".jpe", ".gif", ".bmp", ".webp", ".tif", ".tiff"})
_PART = re.compile(r"(train|test|valid|val|dev|eval|t10k|extra)(ing|ation)?([ _-]?(set|data|images))?", re.IGNORECASE)
_MANY = 5  # so many images for each other file, and an archive is one of images
_MOST_LOOKED_INTO = 2_000


def parts_of(member: zipfile.ZipInfo) -> list[str]:
    """The folders of a member and its name; some programs divide them by backslashes."""
    # not a PurePath, which takes ten times as long, and there may be many members
    return [part for part in member.filename.replace("\\", "/").split("/") if part not in ("", ".")]


def suffix_of(member: zipfile.ZipInfo) -> str:
    """How a member's name ends, as ``.png``; empty where it has no ending."""
    return splitext(member.filename)[1].lower()


def is_file(member: zipfile.ZipInfo) -> bool:
    """Whether a member is an ordinary file that a person put there."""
    parts = parts_of(member)
    linked = stat.S_ISLNK(member.external_attr >> 16)
    if not parts or member.is_dir() or linked:  # a damaged archive may have a member without a name
        return False
    return parts[0] != "__MACOSX" and not parts[-1].startswith(".")


def is_part(word: str) -> bool:
    """Whether a word names a part of the rows, such as ``train`` or ``test``, and no class."""
    return bool(_PART.fullmatch(word))


def class_of(member: zipfile.ZipInfo) -> str:
    """The folder right above an image, which is its class; empty where there is none."""
    folder = "".join(parts_of(member)[-2:-1])
    return "" if is_part(folder) else folder


def pictures_of(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The images of an archive, by their names, in its order."""
    return [each for each in archive.infolist() if suffix_of(each) in _PICTURES and is_file(each)]


def idx_files_of(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files of an archive that begin as MNIST's do, perhaps packed as gz, in its order."""
    members = archive.infolist()
    if len(members) > _MOST_LOOKED_INTO:
        return []
    return [each for each in members if is_file(each) and _begins_as_idx(archive, each)]


def is_pictures(data: bytes) -> bool:
    """Whether the bytes are an archive of images, and not of one table with some pictures beside it."""
    return _asked(data, holds_pictures)


def is_idx_archive(data: bytes) -> bool:
    """Whether the bytes are an archive of several files in the format of MNIST."""
    return _asked(data, holds_idx)


def holds_pictures(archive: zipfile.ZipFile) -> bool:
    """As `is_pictures`, of an open archive."""
    pictures = pictures_of(archive)
    if not pictures or WORKBOOKS & set(archive.namelist()):
        return False
    known = _PICTURES | BESIDE
    tables = sum(suffix_of(each) not in known and is_file(each) for each in archive.infolist())
    classes = {class_of(each) for each in pictures} - {""}
    return not tables or (len(pictures) > _MANY * tables and len(classes) > 1)


def holds_idx(archive: zipfile.ZipFile) -> bool:
    """As `is_idx_archive`, of an open archive."""
    return len(idx_files_of(archive)) > 1


@contextmanager
def opened(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
    """A member's content as a stream, past the gz that it may be packed in."""
    with archive.open(member) as stream:
        if cast(zipfile.ZipExtFile, stream).peek(2)[:2] != b"\x1f\x8b":
            yield stream
        else:
            with gzip.open(stream) as inside:
                yield cast(IO[bytes], inside)


def beside(archive: zipfile.ZipFile, used: Sequence[zipfile.ZipInfo]) -> list[str]:
    """The names of the files of an archive that are not used, those that a person put there first."""
    taken = {each.filename for each in used}
    rest = [each for each in archive.infolist() if parts_of(each) and not each.is_dir() and each.filename not in taken]
    return [each.filename for each in sorted(rest, key=lambda each: not is_file(each))]


def _begins_as_idx(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    try:
        with opened(archive, member) as stream:
            return is_idx(stream.read(4))
    except (*DAMAGED, RuntimeError):  # the last one where it is protected by a password
        return False


def _asked(data: bytes, question: Callable[[zipfile.ZipFile], bool]) -> bool:
    if not data.startswith(ZIP):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return question(archive)
    except DAMAGED:
        return False
