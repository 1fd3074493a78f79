"""Makes a folder's database ready: new, migrated after a backup, or back from a backup after damage.

All of it happens under one lock, so that processes which open a folder at the same moment do it once. A database that
is up to date is opened without the lock and without a write, also on a full disk.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock

from core.store import schema
from core.store.errors import DAMAGE, StoreError, code_of

NAME = "bakeoff.db"
BACKUPS_KEPT = 3
BUSY_SECONDS = 20.0
LOCK_SECONDS = 120.0  # a large database takes a while to be copied


def link(path: Path, mode: str = "rw") -> sqlite3.Connection:
    """A connection to a database that exists; with the mode ``rwc`` also to one that does not."""
    where = f"{path.as_uri()}?mode={mode}"
    return sqlite3.connect(where, BUSY_SECONDS, isolation_level=None, check_same_thread=False, uri=True)


def make_ready(home: Path) -> None:
    """See that the database in `home` can be used by this version.

    Raises
    ------
    StoreError
        If it was made by a newer version.
    sqlite3.Error, OSError
        If it can be neither used nor replaced.
    """
    path = home / NAME
    if _look(path) == (schema.VERSION, ""):
        return
    with _alone(home):
        version, damage = _look(path)
        wal = _beside(path, "-wal")
        if damage or (not version and not _there(path) and (wal.exists() or backups(home))):
            replace(home, damage or "the file was gone")
            version, _ = _look(path)
        if version > schema.VERSION:
            raise StoreError(
                f"The data folder {home.parent} was made by a newer Bakeoff (store version {version}, this one knows "
                f"{schema.VERSION}). Update Bakeoff, or choose another folder with --data-dir or BAKEOFF_DATA."
            )
        if 0 < version < schema.VERSION:
            copy_aside(home, version)
        _bring_up_to_date(path)


def check(home: Path) -> bool:
    """Look through the whole database; where it is damaged, put the newest good backup in its place.

    Returns
    -------
    bool
        Whether all was well.
    """
    if not damage_of(home / NAME):
        return True
    with _alone(home):
        if damage := damage_of(home / NAME):
            replace(home, damage)
            _bring_up_to_date(home / NAME)
    return False


def back_up(home: Path) -> bool:
    """Keep a copy of the database for today, unless there is one; the newest few stay."""
    newest = next(iter(backups(home, schema.VERSION)), None)
    if newest is not None and newest.name.split("-")[1] == _now().split("-")[0]:
        return False
    with _alone(home):
        copy_aside(home, schema.VERSION)
        for old in backups(home, schema.VERSION)[BACKUPS_KEPT:]:
            old.unlink(missing_ok=True)
    return True


def backups(home: Path, version: int | None = None) -> list[Path]:
    """The backups, of one version or of all, newest first."""
    found = (home / "backups").glob(f"v{'*' if version is None else version}-*.db")
    return sorted(found, key=lambda each: each.name.split("-", 1)[1], reverse=True)


def copy_aside(home: Path, version: int) -> Path:
    """Copy the database into the backups.

    Raises
    ------
    StoreError
        If the copy is damaged; it is not kept, and takes no good one's place.
    """
    path = home / "backups" / f"v{version}-{_now()}.db"
    path.parent.mkdir(exist_ok=True)
    with _part_of(path) as part:
        with closing(link(home / NAME)) as source, closing(link(part, "rwc")) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # a single file
        if damage := damage_of(part):
            raise StoreError(f"The database in {home} is damaged ({damage}), so no backup of it was kept.")
    return path


def damage_of(path: Path) -> str:
    """What is wrong with a database, all of it read, in SQLite's words; empty when it is whole."""
    try:
        with closing(link(path)) as db:
            found = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        if code_of(error) not in DAMAGE:
            raise
        return str(error)
    return "" if found == "ok" else found.splitlines()[-1]


def replace(home: Path, damage: str) -> None:
    """Set a database aside, with its journal, and put the newest good backup or an empty one in its place."""
    path, aside = home / NAME, f"{NAME}.damaged-{_now()}"
    with _part_of(path) as part:
        backup = _restore(home, part)
        with closing(link(part, "rwc")) as db, _transaction(db):
            if backup is None:
                schema.create(db)
            text = _sentence(damage, aside if _there(path) else "", backup)
            db.execute("INSERT OR REPLACE INTO meta VALUES ('damaged', ?)", (json.dumps(text),))
        # Without its own journal, or with one that is not its own, a database would be another one.
        for end in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                os.rename(_beside(path, end), home / f"{aside}{end}")


def _restore(home: Path, part: Path) -> Path | None:
    """Copy the newest backup that is whole and not too new; gives its path."""
    for backup in backups(home):
        if not damage_of(backup) and 0 < _look(backup)[0] <= schema.VERSION:
            shutil.copyfile(backup, part)
            return backup
    return None


def _sentence(damage: str, aside: str, backup: Path | None) -> str:
    kept = f" and was set aside as {aside}" if aside else ""
    if backup is None:
        then = "There was no backup of it, so the list of runs starts empty."
    else:
        moment = datetime.strptime(backup.stem.split("-", 1)[1], "%Y%m%d-%H%M%S")
        then = f"A backup of {moment.day} {moment:%B %Y, %H:%M} took its place: what came after it is not in the list."
    return f"The database was damaged ({damage}){kept}. {then}"


def _bring_up_to_date(path: Path) -> None:
    with closing(link(path, "rwc")) as db:
        db.execute("PRAGMA journal_mode=WAL")
        with _transaction(db):
            version = db.execute("PRAGMA user_version").fetchone()[0]
            schema.migrate(db, version) if version else schema.create(db)


def _look(path: Path) -> tuple[int, str]:
    """A database's version, 0 where there is none, and what is wrong at first sight."""
    if not _there(path):
        return 0, ""
    try:
        with closing(link(path)) as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            db.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError as error:
        if code_of(error) not in DAMAGE:
            raise
        return 0, str(error)
    return int(version), ""


def _there(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def _now() -> str:
    return time.strftime("%Y%m%d-%H%M%S")


def _alone(home: Path) -> FileLock:
    return FileLock(home / "opening.lock", timeout=LOCK_SECONDS)


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    yield
    db.execute("COMMIT")  # closing without it takes everything back


@contextmanager
def _part_of(path: Path) -> Iterator[Path]:
    """A database to be made that takes its place when it is on the disk."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        yield part
        with open(part, "rb") as file:
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        for end in ("", "-journal"):
            _beside(part, end).unlink(missing_ok=True)
