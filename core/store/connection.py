"""How the database is opened, and how it is read and written: every write is one short ``BEGIN IMMEDIATE`` transaction.

A plain BEGIN that reads first fails at once under contention (SQLITE_BUSY_SNAPSHOT), whatever the timeout.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from core.store.files import Files

VERSION = 1

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE "table" (fingerprint TEXT PRIMARY KEY, info TEXT NOT NULL, created REAL NOT NULL);
CREATE TABLE source (source TEXT PRIMARY KEY, stamp TEXT NOT NULL, fingerprint TEXT NOT NULL);
CREATE TABLE run (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, owner TEXT NOT NULL, spec TEXT NOT NULL,
    problem TEXT NOT NULL, state TEXT NOT NULL, created REAL NOT NULL, started REAL, ended REAL, seconds REAL);
CREATE TABLE fit (
    run TEXT NOT NULL, model TEXT NOT NULL, fold INTEGER NOT NULL, key TEXT NOT NULL, cost REAL NOT NULL,
    state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', log TEXT NOT NULL DEFAULT '',
    reused INTEGER NOT NULL DEFAULT 0, cancel INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0, progress REAL NOT NULL DEFAULT 0,
    message TEXT NOT NULL DEFAULT '', curve TEXT NOT NULL DEFAULT '[]', PRIMARY KEY (run, model, fold));
CREATE INDEX fit_state ON fit (state, run, cost);
CREATE TABLE outcome (key TEXT PRIMARY KEY, outcome TEXT NOT NULL, created REAL NOT NULL);
CREATE TABLE derived (
    key TEXT PRIMARY KEY, kind TEXT NOT NULL, params TEXT NOT NULL, state TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '', log TEXT NOT NULL DEFAULT '', result TEXT NOT NULL DEFAULT '{}',
    run TEXT NOT NULL DEFAULT '', created REAL NOT NULL);
CREATE INDEX derived_state ON derived (state);
"""


class StoreError(ValueError):
    """The folder cannot be used; the text says why and what to do."""


class Database:
    """The folder of a store, opened: ``tables/`` for people's files, ``store/`` for everything else.

    Parameters
    ----------
    folder : Path
        Made when it is missing.
    keep_open : bool
        Whether one connection serves every call; for a process with one thread, to which opening would add up.

    Raises
    ------
    StoreError
        If the folder cannot be written or was made by a newer version.
    """

    def __init__(self, folder: Path, *, keep_open: bool = False) -> None:
        self.folder = folder.expanduser().resolve()
        self.tables = self.folder / "tables"
        self.home = self.folder / "store"
        self._kept: sqlite3.Connection | None = None
        try:
            self.tables.mkdir(parents=True, exist_ok=True)
            self.files = Files(self.home)
            self._open_schema()
            self._kept = self.connect() if keep_open else None
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"The data folder {self.folder} cannot be used: {error}.") from error

    @property
    def lock_path(self) -> Path:
        """The file whose lock the one supervisor of a folder holds."""
        return self.home / "supervisor.lock"

    # -- connections

    def connect(self) -> sqlite3.Connection:
        """A new connection with the store's settings; the caller closes it."""
        db = sqlite3.connect(self.home / "bakeoff.db", timeout=20, isolation_level=None)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        db.execute("PRAGMA journal_size_limit=67108864")
        return db

    def _connected(self) -> AbstractContextManager[sqlite3.Connection]:
        return closing(self.connect()) if self._kept is None else nullcontext(self._kept)

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._connected() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def _read(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with self._connected() as db:
            return db.execute(sql, values).fetchall()

    def _open_schema(self) -> None:
        with self._write() as db:
            found = db.execute("PRAGMA user_version").fetchone()[0]
            if found > VERSION:
                raise StoreError(
                    f"The data folder {self.folder} was made by a newer Bakeoff (store version {found}, this one knows "
                    f"{VERSION}). Update Bakeoff, or choose another folder with --data-dir or BAKEOFF_DATA."
                )
            if found == 0:
                for statement in filter(str.strip, SCHEMA.split(";")):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version={VERSION}")
