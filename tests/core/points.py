"""Every point at which a store touches the disk, as a place where something can go wrong.

`watch` puts a call in front of each: a trial may end the process there, or raise what a disk raises. The code under
test knows nothing of it. `LIFE` is a run's whole life in steps, `view` what a store then shows.
"""

from __future__ import annotations

import builtins
import hashlib
import io
import os
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.records import (
    Column,
    ColumnKind,
    FitState,
    ModelSpec,
    Outcome,
    Predictions,
    Problem,
    Roles,
    RunSpec,
    RunState,
    Split,
    Table,
    Task,
)
from core.store import FitRow, Store, table_info

Point = Callable[[str], None]
Step = Callable[[Store], object]

# A folder in memory, where there is one: these trials are about what was written, not on what.
QUICK = "/dev/shm" if os.path.isdir("/dev/shm") else None

COLUMN = Column("a", ColumnKind.NUMBER, "3 different numbers", 0, 3)
PROBLEM = Problem(Task.CLASSIFICATION, "y", "yes", ("no", "yes"), (4, 3), (COLUMN,), {"id": "an identifier"}, 7)
SPEC = RunSpec("toy", "abc123", Roles("y"), Split("kfold", 2), (ModelSpec("ridge", "wide", {"sizes": (8, 8)}),), seed=3)
OUTCOME = Outcome(
    0.1, 0.01, 99, {"f1": 0.5, "log_loss": None}, {"f1": 1.0}, {"log_loss": "no probabilities"}, ({"step": 1.0},)
)
TABLE = Table("t", "T", pd.DataFrame({"a": [1.5, np.nan, 3.0]}), (COLUMN,), "feed")


def predictions(value: int = 0) -> Predictions:
    """Five rows, told apart by a number."""
    rows = np.arange(5)
    return Predictions(rows, rows % 2, rows % 2, scores=rows + value)


def fit(fold: int, key: str, state: FitState = FitState.QUEUED, run: str = "r1") -> FitRow:
    """A fit of the one model."""
    return FitRow(run, "ridge:wide", fold, key, 1.0, state)


# ---- where it can go wrong -----------------------------------------------------------------------------------------


def watch(patch: pytest.MonkeyPatch, point: Point) -> None:
    """Call `point` with a name before and after whatever touches the disk."""
    for name in ("replace", "rename", "fsync", "unlink", "truncate"):
        patch.setattr(os, name, _around(name, getattr(os, name), point))
    really = builtins.open

    def opened(path: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        if mode not in ("wb", "ab"):
            return really(path, mode, *arguments, **options)
        point("open")
        raw = _Raw(path, mode[0])
        raw.point = point
        return raw if options.get("buffering") == 0 else io.BufferedWriter(raw)

    patch.setattr(builtins, "open", opened)
    patch.setattr(io, "open", opened)
    kind = type("Watched", (_Connection,), {"point": staticmethod(point)})
    patch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=kind))


def _around(name: str, function: Callable[..., Any], point: Point) -> Callable[..., Any]:
    def wrapped(*arguments: Any, **options: Any) -> Any:
        point(name)
        result = function(*arguments, **options)
        point(f"after {name}")
        return result

    return wrapped


class _Raw(io.FileIO):
    """A file that is written in two halves, so that it can be left torn."""

    point: Point

    def write(self, content: Any) -> int:
        view = memoryview(content).cast("B")
        half = len(view) // 2
        for part in (view[:half], view[half:]):
            self.point("write")
            super().write(part)
        return len(view)


READING = ("SELECT", "PRAGMA quick_check", "PRAGMA synchronous", "PRAGMA journal_mode=WAL")


class _Connection(sqlite3.Connection):
    """A connection whose statements are points."""

    point: Point

    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        if not sql.startswith(READING):
            type(self).point(f"sql {sql}")
        cursor = super().execute(sql, *arguments)
        if sql == "COMMIT":
            type(self).point("after sql COMMIT")
        return cursor

    def backup(self, *arguments: Any, **options: Any) -> None:
        type(self).point("sql backup")
        super().backup(*arguments, **options)


# ---- a run's life --------------------------------------------------------------------------------------------------


def add_table(store: Store) -> None:
    """As a worker and the supervisor do it."""
    store.files.put_frame(TABLE.fingerprint, TABLE.frame)
    store.put_table_info(table_info(TABLE), "t.csv", "stamp")


def start(store: Store, fold: int) -> None:
    """Hand a fit out."""
    store.advance_fit(fit(fold, f"k{fold}"), [FitState.QUEUED], FitState.RUNNING)


def finish(store: Store, fold: int, key: str = "") -> None:
    """The files first, and then the row."""
    own = fit(fold, f"k{fold}")
    store.files.put_predictions(key or own.key, predictions(fold))
    store.files.put_model(key or own.key, b"model" * 100)
    store.finish_fit(own, OUTCOME, key=key)
    store.files.remove_checkpoint(own.key)


def finish_too_early(store: Store, fold: int) -> None:
    """The control: the row before its files."""
    own = fit(fold, f"k{fold}")
    store.finish_fit(own, OUTCOME)
    store.files.put_predictions(own.key, predictions(fold))
    store.files.put_model(own.key, b"model" * 100)


def checkpoint(store: Store, fold: int, epoch: int) -> None:
    """How far a network has come."""
    store.files.put_checkpoint(f"k{fold}", {"weights": np.full(50, float(epoch))})


LIFE: tuple[Step, ...] = (
    add_table,
    lambda store: store.add_run("r1", "me", SPEC, PROBLEM, [fit(each, f"k{each}") for each in range(5)]),
    lambda store: store.advance_run("r1", [RunState.QUEUED], RunState.RUNNING),
    lambda store: start(store, 0),
    lambda store: finish(store, 0),
    lambda store: start(store, 1),
    lambda store: checkpoint(store, 1, 1),
    lambda store: checkpoint(store, 1, 2),
    lambda store: finish(store, 1, key="k1early"),
    lambda store: start(store, 2),
    lambda store: store.write_steps([(fit(2, "k2"), 0.5, "half", "[]")]),
    lambda store: store.cancel("r1"),
    lambda store: store.requeue(),
    lambda store: store.request("d", "projection", {"seed": 1}, "r1"),
    lambda store: store.advance_derived("d", FitState.QUEUED, FitState.DONE, result={"x": 1}),
    lambda store: store.back_up(),
    lambda store: store.forget_derived("d"),
    lambda store: store.advance_run("r1", [RunState.RUNNING], RunState.CANCELLED),
    lambda store: store.add_run("r2", "me", SPEC, PROBLEM, [fit(0, "k0", FitState.DONE, "r2")]),
    lambda store: store.delete_run("r1"),
)

ROWS = {
    "run": "id, owner, state, started IS NULL, ended IS NULL",
    "fit": "run, model, fold, key, state, reason, reused, attempts, progress, started IS NULL, ended IS NULL",
    "outcome": "key, outcome",
    "derived": "key, state, result",
    "table": "fingerprint, info",
    "source": "source, stamp, fingerprint",
}


def view(store: Store) -> list[Any]:
    """Everything that a store shows: its rows without moments, and what the files behind them say."""
    rows = {
        table: sorted(map(repr, map(tuple, store._read(f'SELECT {columns} FROM "{table}"'))))
        for table, columns in ROWS.items()
    }
    keys = sorted({row[0] for row in store._read("SELECT key FROM fit UNION SELECT key FROM outcome")})
    known = store.known_keys(keys)
    kept = {key: (repr(store.files.predictions(key)), _sum(store.files.model_path(key))) for key in sorted(known)}
    states = {key: repr(store.files.checkpoint(key)) for key in keys}
    frame = store.find_table("t.csv", "stamp")
    shape = store.table(frame).frame.shape if frame else ()  # type: ignore[union-attr]
    assert store._read("PRAGMA integrity_check")[0][0] == "ok"
    return [rows, kept, states, list(shape)]


def _sum(path: Path) -> str:
    return hashlib.blake2b(path.read_bytes()).hexdigest() if path.exists() else ""


def files(folder: Path) -> set[str]:
    """The files of a store by their names, without those of the database itself."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {str(path) for path in found if "bakeoff.db" not in path.name and "backups" not in path.parts}
