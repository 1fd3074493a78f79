"""How the database is opened, and how it is read and written: every write is one short ``BEGIN IMMEDIATE`` transaction.

A plain BEGIN that reads first fails at once under contention (SQLITE_BUSY_SNAPSHOT), whatever the timeout.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

from core.store import opening
from core.store.errors import DiskFull, StoreError, is_full, told
from core.store.files import Files
from core.store.space import Space

F = TypeVar("F", bound=Callable[..., Any])


def freeing(method: F) -> F:
    """A method that frees room, or stops what takes it: on a full disk it is tried again without the ballast."""

    @wraps(method)
    def tried(self: Database, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except DiskFull:
            self.space.release_ballast()
            return method(self, *args, **kwargs)

    return cast(F, tried)


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
    DiskFull
        If there is no room to make it or to bring it up to date.
    """

    def __init__(self, folder: Path, *, keep_open: bool = False) -> None:
        self.folder = folder.expanduser().resolve()
        self.tables = self.folder / "tables"
        self.home = self.folder / "store"
        self._keep_open = keep_open
        self._kept: sqlite3.Connection | None = None
        try:
            self.tables.mkdir(parents=True, exist_ok=True)
            self.files = Files(self.home)
            self.space = Space(self.home)
            self._make_ready()
        except OSError as error:
            if is_full(error):
                raise DiskFull from error
            raise StoreError(f"The data folder {self.folder} cannot be used: {error}.") from error

    @property
    def lock_path(self) -> Path:
        """The file whose lock the one supervisor of a folder holds."""
        return self.home / "supervisor.lock"

    @property
    def seen_path(self) -> Path:
        """The file that an open page touches every few seconds."""
        return self.home / "seen"

    # -- connections

    @freeing
    def connect(self) -> sqlite3.Connection:
        """A new connection with the store's settings; the caller closes it."""
        return self._settled(opening.link)

    def _settled(self, link: Callable[[Path], sqlite3.Connection]) -> sqlite3.Connection:
        with self._telling():
            db = link(self.home / opening.NAME)
            try:
                db.row_factory = sqlite3.Row
                db.execute("PRAGMA journal_mode=WAL")
                db.execute("PRAGMA synchronous=NORMAL")
                db.execute("PRAGMA journal_size_limit=67108864")
            except BaseException:
                db.close()
                raise
        return db

    @freeing
    def _make_ready(self) -> None:
        with self._telling():
            opening.make_ready(self.home)

    def _connected(self) -> AbstractContextManager[sqlite3.Connection]:
        if not self._keep_open:
            return closing(self._settled(opening.link_briefly))
        self._kept = self._kept or self.connect()
        return nullcontext(self._kept)

    def _let_go(self) -> None:
        """Close the connection that is kept; the next call opens another one."""
        kept, self._kept = self._kept, None
        if kept is not None:
            with suppress(sqlite3.Error):
                kept.close()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Turn the database's errors into the store's."""
        try:
            yield
        except sqlite3.Error as error:
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
                raise

    def _read(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with self._telling(), self._connected() as db:
            return db.execute(sql, values).fetchall()
