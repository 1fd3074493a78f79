"""How long a large file takes to become a table, what memory that costs, and when its profile is there.

The way is that of the page: a supervisor and its warm workers do the work, this process asks and waits. Beside it, on
the same file, stands pandas' own reader. Synthetic data.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
import pyarrow as pa
import pyarrow.csv

from core import jobs
from core.asking import request_checks, request_profile
from core.data import default_split, make_problem, table_of_frame
from core.records import FitState, Roles
from core.store import Derived, Store, table_info

ROWS, NUMBERS, COUNTS, WORDS = 1_000_000, 13, 3, 3
SECONDS, TIMES, ROUNDS = 3.0, 2.5, 3
FIRST, COMPLETE = 2.0, 10.0
PATIENCE = 120.0


def run() -> dict[str, Any]:
    """Measure; rows of name, value, target, unit, passed."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        try:
            jobs.read(store, "iris", PATIENCE)  # whoever does the work is awake
            return {"rows": [*_file(store), *_profile(store, 100_000, 50, judged=True), *_profile(store, ROWS, 20)]}
        finally:
            jobs.stop_supervisor(store)


def frame(rows: int, numbers: int, counts: int, words: int, seed: int = 0) -> pd.DataFrame:
    """Numbers, whole numbers, words and a column of 0 and 1."""
    draw = np.random.default_rng(seed)
    columns: dict[str, Any] = {f"number_{n}": draw.normal(size=rows).round(5) for n in range(numbers)}
    columns |= {f"count_{n}": draw.integers(0, 10 ** (n + 2), rows) for n in range(counts)}
    columns |= {f"word_{n}": draw.choice([f"word {k}" for k in range(5 * (n + 1))], rows) for n in range(words)}
    return pd.DataFrame(columns | {"y": draw.integers(0, 2, rows)})


def _file(store: Store) -> Iterator[dict[str, Any]]:
    first = store.tables / "large 0.csv"
    pa.csv.write_csv(pa.Table.from_pandas(frame(ROWS, NUMBERS, COUNTS, WORDS)), first)
    ours, alone, most = [], [], []
    for number in range(ROUNDS):
        path = store.tables / f"large {number}.csv"
        if not path.exists():
            os.link(first, path)
        seconds, taken = _read(store, path.name)
        ours.append(seconds)
        most.append(taken)
        began = time.perf_counter()
        plain = pd.read_csv(path)
        alone.append(time.perf_counter() - began)
    size = int(plain.memory_usage(deep=True).sum())
    middle, beside = statistics.median(ours), statistics.median(alone)
    name = f"{ROWS:,} × {NUMBERS + COUNTS + WORDS + 1} CSV ({first.stat().st_size / 10**6:.0f} MB):"
    yield _row(f"{name} from the folder to the table", middle, SECONDS, "s")
    yield _row(f"{name} the same ÷ pandas.read_csv ({beside:.2f} s)", middle / beside, None, "×")
    yield _row(f"{name} memory ÷ the table in pandas ({size / 10**6:.0f} MB)", max(most) / size, TIMES, "×")


def _read(store: Store, source: str) -> tuple[float, int]:
    """The seconds until a file is a table, and what whoever read it took beyond the memory that it had."""
    before: dict[int, int] = {}
    most, over = 0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not over.wait(0.01):
            with suppress(psutil.Error):  # one of them has just ended
                for each in psutil.Process(store.noted("supervisor")["pid"]).children(recursive=True):
                    memory = each.memory_info().rss
                    most = max(most, memory - before.setdefault(each.pid, memory))

    watching = threading.Thread(target=watch)
    watching.start()
    time.sleep(0.3)
    began = time.perf_counter()
    table = jobs.read(store, source, PATIENCE)
    seconds = time.perf_counter() - began
    over.set()
    watching.join()
    assert len(table.frame) == ROWS
    return seconds, most


def _profile(store: Store, rows: int, columns: int, *, judged: bool = False) -> Iterator[dict[str, Any]]:
    table = table_of_frame(frame(rows, columns - 8, 3, 4), f"{rows} rows", target="y")
    store.files.put_frame(table.fingerprint, table.frame)
    store.put_table_info(table_info(table))
    name, known = f"profile of {rows:,} × {columns}:", {"target": "y"}
    others = {"associations": known, "correlations": known, "views": known, "gaps": {}}
    names = [each.name for each in table.columns][:50]
    began = time.perf_counter()
    asked = [
        request_profile(store, "overview", table.fingerprint),
        request_profile(store, "columns", table.fingerprint, names=names),
    ]
    yield _row(f"{name} first screen", _waited(store, asked, began), FIRST if judged else None, "s")
    asked = [request_profile(store, part, table.fingerprint, **settings) for part, settings in others.items()]
    yield _row(f"{name} complete", _waited(store, asked, began), COMPLETE if judged else None, "s")
    problem = make_problem(table, Roles("y"))
    began = time.perf_counter()
    asked = [request_checks(store, table.fingerprint, Roles("y"), default_split(problem.task))]
    yield _row(f"checks of {rows:,} × {columns}", _waited(store, asked, began), None, "s")


def _waited(store: Store, asked: list[Derived], began: float) -> float:
    for each in asked:
        assert jobs.wait_for(store, each.key, PATIENCE).state == FitState.DONE
    return time.perf_counter() - began


def _row(name: str, value: float, target: float | None, unit: str) -> dict[str, Any]:
    passed = None if target is None else value <= target
    return {"name": name, "value": value, "target": target, "unit": unit, "passed": passed}
