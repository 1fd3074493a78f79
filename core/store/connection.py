"""How the database is opened, and how it is read and written: every write is one short ``BEGIN IMMEDIATE`` transaction.

A plain BEGIN that reads first fails at once under contention (SQLITE_BUSY_SNAPSHOT), whatever the timeout.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

from core.store import opening
from core.store.errors import DiskFull, told
from core.store.files import Files
from core.store.space import Space

JOURNAL_WAIT = 250  # milliseconds

F = TypeVar("F", bound=Callable[..., Any])


def with_room(make: Callable[[Space], None]) -> Callable[[F], F]:
    """For methods that are tried again on a full disk, after the ballast has made room for them."""

    def wrap(method: F) -> F:
        @wraps(method)
        def tried(self: Database, *args: Any, **kwargs: Any) -> Any:
            try:
                return method(self, *args, **kwargs)
            except DiskFull:
                make(self.space)
                return method(self, *args, **kwargs)

        return cast(F, tried)

    return wrap


freeing = with_room(Space.release)  # whatever frees room, or stops what takes it
entering = with_room(Space.give_way)  # opening a database that nobody has open makes a small file


class Database:
    """The folder of a store, opened: ``tables/`` for people's files, ``fetched/``, ``store/`` for the rest.

    Parameters
    ----------
    folder : Path
        Made when it is missing.
    keep_open : bool
        Whether one connection serves every call; for a process with one thread, to which opening would add up. Without
        it one is kept all the same, since the last to leave a database tidies up, and the next has to lay it out again.

    Raises
    ------
    StoreError
        If the folder cannot be written or was made by a newer version.
    DiskFull
        If there is no room to make it or to bring it up to date.
    """

    def __init__(self, folder: Path, *, keep_open: bool = False) -> None:
        self.folder = folder.expanduser().resolve()
        self.tables = self.folder / "tables"
        self.fetched = self.folder / "fetched"
        self.home = self.folder / "store"
        self._journal = self.home / f"{opening.NAME}-wal"
        self._keep_open = keep_open
        self._kept: sqlite3.Connection | None = None
        self._end: Callable[[], object] = lambda: None
        with self._telling():
            self.tables.mkdir(parents=True, exist_ok=True)
            self.files = Files(self.home)
            self.space = Space(self.home)
            self._make_ready()
            self._keep()

    @property
    def lock_path(self) -> Path:
        """The file whose lock the one supervisor of a folder holds."""
        return self.home / "supervisor.lock"

    @property
    def seen_path(self) -> Path:
        """The file that an open page touches every few seconds."""
        return self.home / "seen"

    # -- connections

    @entering
    def connect(self) -> sqlite3.Connection:
        """A new connection with the store's settings; the caller closes it."""
        with self._telling():
            db = opening.link(self.home / opening.NAME)
            try:
                db.row_factory = sqlite3.Row
                db.execute("PRAGMA journal_mode=WAL")
                db.execute("PRAGMA synchronous=NORMAL")
            except BaseException:
                db.close()
                raise
        return db

    @entering
    def _make_ready(self) -> None:
        with self._telling():
            opening.make_ready(self.home)

    def _keep(self) -> None:
        """Keep a connection for as long as this object lives."""
        self._kept = self.connect()
        self._end = weakref.finalize(self, self._kept.close)

    def _let_go(self) -> None:
        """Close the connection that is kept; the next call opens another one."""
        self._kept = None
        with suppress(sqlite3.Error):
            self._end()

    def _connected(self) -> AbstractContextManager[sqlite3.Connection]:
        if self._kept is None:
            self._keep()
        return nullcontext(self._kept) if self._keep_open and self._kept else closing(self.connect())

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Turn the errors of the database and of the disk into the store's."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            if (sentence := told(error, self.home)) is None:
                raise
            if not isinstance(sentence, DiskFull):  # after others a connection may stay of no use
                self._let_go()
            raise sentence from error

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._telling(), self._connected() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # after some errors SQLite has taken it back already
                    db.execute("ROLLBACK")
                if db.in_transaction:
                    self._let_go()
                raise
            self._shorten_journal(db)

    def _shorten_journal(self, db: sqlite3.Connection) -> None:
        """Wait for readers a little when they keep the journal from being used anew: it would grow without end."""
        with suppress(OSError, sqlite3.Error):  # what was written is written
            if self._journal.stat().st_size > self.space.size:
                db.execute(f"PRAGMA busy_timeout={JOURNAL_WAIT}")
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                db.execute(f"PRAGMA busy_timeout={opening.BUSY_SECONDS * 1000:.0f}")

    def _read(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with self._telling(), self._connected() as db:
            return db.execute(sql, values).fetchall()
