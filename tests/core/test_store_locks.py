"""Several processes write and read one store at once, and a slow reader holds on to what it sees: nobody is locked out."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.records import FitState
from core.store import Store, StoreError
from tests.core.points import OUTCOME, PROBLEM, SPEC, fit

WRITERS, READERS, LINGERS = 4, 4, 2.0  # processes, processes, seconds
FEW, MANY = 300, 5000  # transactions of each writer
P99, WAL = 0.5, 64 * 2**20  # seconds, bytes

# ---- in processes of their own -------------------------------------------------------------------------------------


class Careless(sqlite3.Connection):
    """The control: transactions that begin as readers and become writers half-way."""

    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        return super().execute("BEGIN" if sql == "BEGIN IMMEDIATE" else sql, *arguments)


def write(folder: Path, name: str, count: int) -> dict[str, Any]:
    """Write as a supervisor (one connection) or a page (a new one each time) does; every second one reads first."""
    store = Store(folder, keep_open=int(name) % 2 == 0)
    seconds, locked = [], 0
    for number in range(count):
        begun = time.perf_counter()
        try:
            if number % 2:
                store.add_scores("k0", {f"{name}-{number % 7}": number}, {})
            else:
                store.note(f"{name}-{number}", number)
        except StoreError as error:
            assert "locked" in str(error), error
            locked += 1
        seconds.append(time.perf_counter() - begun)
    return {"locked": locked, "seconds": seconds}


def read(folder: Path) -> dict[str, Any]:
    """Read as a page does, until the writers are through."""
    store, times, locked = Store(folder), 0, 0
    while not store.noted("through"):
        try:
            store.stamp("r1"), store.fits("r1"), store.noted("0-0")
        except StoreError:
            locked += 1
        times += 1
    return {"locked": locked, "times": times}


def linger(folder: Path) -> dict[str, Any]:
    """Look at one state of the store for a while."""
    with closing(Store(folder).connect()) as db:
        db.execute("BEGIN")
        before = db.execute("SELECT COUNT(*) FROM meta").fetchone()[0]
        time.sleep(LINGERS)
        after = db.execute("SELECT COUNT(*) FROM meta").fetchone()[0]
    return {"locked": int(before != after)}


if __name__ == "__main__":
    role, where, name, count, careful = sys.argv[1:]
    if careful == "no":
        sqlite3.connect = partial(sqlite3.connect, factory=Careless)  # type: ignore[assignment]
    folder = Path(where)
    work = {"write": partial(write, folder, name, int(count)), "read": partial(read, folder)}
    print(json.dumps(work.get(role, partial(linger, folder))()))

# ---- the tests -----------------------------------------------------------------------------------------------------


def started(role: str, folder: Path, name: int = 0, count: int = 0, careful: bool = True) -> subprocess.Popen[str]:
    words = [role, str(folder), str(name), str(count), "yes" if careful else "no"]
    return subprocess.Popen([sys.executable, "-m", "tests.core.test_store_locks", *words], stdout=-1, text=True)


def said(process: subprocess.Popen[str]) -> dict[str, Any]:
    output, _ = process.communicate()
    assert process.returncode == 0
    found: dict[str, Any] = json.loads(output)
    return found


def pressed(store: Store, count: int, careful: bool = True) -> tuple[int, float, int]:
    """How many were locked out, the 99th percentile of a write in seconds, and the journal's largest size in bytes."""
    store.add_run("r1", "", SPEC, PROBLEM, [fit(0, "k0")])
    store.advance_fit(fit(0, "k0"), [FitState.QUEUED], FitState.RUNNING)
    store.finish_fit(fit(0, "k0"), OUTCOME)
    writers = [started("write", store.folder, each, count, careful) for each in range(WRITERS)]
    others = [*(started("read", store.folder) for _ in range(READERS)), started("linger", store.folder)]
    journal, largest = store.home / "bakeoff.db-wal", 0
    while any(each.poll() is None for each in writers) and not time.sleep(0.05):
        largest = max(largest, journal.stat().st_size)
    store.note("through", True)
    written, seen = [said(each) for each in writers], [said(each) for each in others]
    waits = np.concatenate([each["seconds"] for each in written])
    locked = sum(each["locked"] for each in (*written, *seen))
    p99 = float(np.quantile(waits, 0.99))
    print(
        f"{len(waits)} writes, {locked} locked out, p99 {p99 * 1000:.0f} ms, worst {max(waits):.2f} s, {largest} bytes"
    )
    return locked, p99, largest


@pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=[pytest.mark.slow, pytest.mark.timeout(600)])])
def test_four_writers_and_four_readers_do_not_lock_each_other_out(count: int, store: Store) -> None:
    locked, p99, journal = pressed(store, count)
    assert locked == 0
    assert p99 < P99
    assert journal < WAL


def test_transactions_that_begin_as_readers_would_be_locked_out(store: Store) -> None:
    assert pressed(store, 100, careful=False)[0] > 0
