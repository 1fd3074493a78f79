"""What goes wrong with a store, as sentences; a full disk is told apart, because room can be made."""

from __future__ import annotations

import errno
import sqlite3
import tempfile
from pathlib import Path

# A disk without room, a quota that is used up, and a file that may not grow further come to the same.
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
PROBE = 65_536  # bytes

FULL = (
    "The disk is full, so nothing more can be stored. Delete old runs or their models, or make room elsewhere on the "
    "disk; what is finished is safe."
)

# The database's own words for what is not the fault of a statement but of the disk or of another process.
OUTSIDE = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOTADB,
    }
)
VAGUE = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN})
DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class StoreError(ValueError):
    """The folder cannot be used; the text says why and what to do."""


class DiskFull(StoreError):  # noqa: N818 - it reads as what is the case
    """Nothing more can be stored until there is room; what was stored before is whole."""

    def __init__(self, text: str = FULL) -> None:
        super().__init__(text)


def code_of(error: BaseException) -> int:
    """SQLite's primary code of an error; 0 for others."""
    return int(getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def is_full(error: BaseException, folder: Path | None = None) -> bool:
    """Whether an error means that the disk is full or a quota used up.

    For some writes SQLite tells "disk I/O error" only. With a `folder`, it is tried whether another file can be written
    there.
    """
    if isinstance(error, OSError):
        return error.errno in NO_ROOM
    code = code_of(error)
    vague = folder is not None and code in VAGUE and not has_room(folder)
    return isinstance(error, DiskFull) or code == sqlite3.SQLITE_FULL or vague


def has_room(folder: Path) -> bool:
    """Whether a small file can be written in a folder; also sees quotas and a lack of inodes."""
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            return file.write(bytes(PROBE)) == PROBE
    except OSError as error:
        return error.errno not in NO_ROOM


def told(error: sqlite3.Error | OSError, home: Path) -> StoreError | None:
    """An error of the database in `home`, or of a file there, as a sentence; None for the fault of a statement."""
    if is_full(error, home):
        return DiskFull()
    if isinstance(error, OSError):
        return StoreError(f"The data folder {home.parent} cannot be used: {error}.")
    if code_of(error) in DAMAGE:
        return StoreError(f"The database in {home} is damaged ({error}). Start Bakeoff again: a backup replaces it.")
    return StoreError(f"The database in {home} cannot be used: {error}.") if code_of(error) in OUTSIDE else None
