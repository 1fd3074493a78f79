"""Processes that press a store: writers, readers, and one that holds on to what it sees.

``python -m tests.core.pressing ROLE FOLDER NUMBER COUNT CAREFUL`` is one of them. Imports little: many are started.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from core.store import Store, StoreError

LINGERS = 2.0  # seconds


class Careless(sqlite3.Connection):
    """The control: transactions that begin as readers and become writers half-way."""

    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        return super().execute("BEGIN" if sql == "BEGIN IMMEDIATE" else sql, *arguments)


def write(folder: Path, number: int, count: int) -> dict[str, Any]:
    """Write as a supervisor (one connection) or a page (a new one each time) does; most transactions read first."""
    store = Store(folder, keep_open=number % 2 == 0)
    seconds, locked = [], 0
    for each in range(count):
        begun = time.perf_counter()
        try:
            if each % 4:
                store.add_scores("k0", {f"{number}-{each % 7}": each}, {})
            else:
                store.note(f"{number}-{each}", each)
        except StoreError as error:
            assert "locked" in str(error), error
            locked += 1
        seconds.append(time.perf_counter() - begun)
    return {"locked": locked, "seconds": seconds}


def read(folder: Path, *_: int) -> dict[str, Any]:
    """Read as a page does, until the writers are through."""
    store, times, locked = Store(folder), 0, 0
    while not store.noted("through"):
        try:
            store.stamp("r1"), store.fits("r1")
        except StoreError:
            locked += 1
        times += 1
    return {"locked": locked, "times": times}


def linger(folder: Path, *_: int) -> dict[str, Any]:
    """Look at one state of the store for a while."""
    with closing(Store(folder).connect()) as db:
        db.execute("BEGIN")
        before = db.execute("SELECT COUNT(*) FROM meta").fetchone()[0]
        time.sleep(LINGERS)
        after = db.execute("SELECT COUNT(*) FROM meta").fetchone()[0]
    return {"locked": 0, "unmoved": before == after}


ROLES = {each.__name__: each for each in (write, read, linger)}

if __name__ == "__main__":
    role, where, number, count, careful = sys.argv[1:]
    if careful == "no":
        sqlite3.connect = partial(sqlite3.connect, factory=Careless)  # type: ignore[assignment]
    print(json.dumps(ROLES[role](Path(where), int(number), int(count))))
