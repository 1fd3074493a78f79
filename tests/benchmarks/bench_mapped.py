"""What a table costs a worker before it cuts a fold: memory of its own, bytes that it reads, and seconds.

A fresh process is a worker: it takes the jobs of a run, 16 models × 5 folds, as the supervisor would send them, and
each ends where the rows of its fold would be copied out of the table. What it then has of its own, and no file stands
behind, is counted against the table's size.
"""

from __future__ import annotations

import json
import pickle
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.data import make_problem, table_of_frame
from core.engines import Job
from core.records import ModelSpec, Roles, RunSpec, Split
from core.store import Store, table_info
from core.store.frames import read_frame

ROWS, NUMBERS = 1_000_000, 60
MODELS, FOLDS = 16, 5
SHARE = 0.1
ROOT = Path(__file__).parents[2]


def run() -> dict[str, Any]:
    """Measure; rows of name, value, target, unit, passed."""
    return {"rows": [row for gaps in (False, True) for row in _measured(gaps)]}


def _measured(gaps: bool) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        found = starts(Path(folder), keep(Store(Path(folder)), frame(ROWS, gaps)))
    name = f"{found['size'] / 2**20:,.0f} MiB {'with gaps' if gaps else 'complete'}, 80 fits:"
    for title, what, target in (("own memory", "private", SHARE), ("read", "read", 0.01), ("jobs", "sent", 0.01)):
        share = found[what] / found["size"]
        unit = f"× ({found[what] / 2**20:.1f} MiB)"
        told = {"name": f"{name} {title} ÷ table", "value": share, "target": target, "unit": unit}
        yield told | {"passed": share <= target}
    for title in ("first", "second"):
        told = {"name": f"{name} {title} fit's rows known after", "value": found[title] * 1_000, "target": None}
        yield told | {"unit": "ms", "passed": None}


def frame(rows: int, gaps: bool, seed: int = 0) -> pd.DataFrame:
    """Numbers for the most part, and a column of every other kind; a tenth of the rows may lack the target."""
    draw = np.random.default_rng(seed)
    columns: dict[str, Any] = {f"number_{index}": draw.normal(size=rows) for index in range(NUMBERS)}
    cities, shops, answers = (draw.integers(0, values, rows) for values in (20, 500, 2))
    columns |= {
        "count": draw.integers(0, 1_000, rows),
        "day": np.datetime64("2020-01-01", "us") + draw.integers(0, 10**9, rows).astype("timedelta64[s]"),
        "code": [f"K{number:09}" for number in range(rows)],
    }
    if gaps:
        for index in range(0, NUMBERS, 2):
            columns[f"number_{index}"][draw.random(rows) < 0.05] = np.nan
        columns["day"][::50] = np.datetime64("NaT")
        cities[::7], shops[::9] = -1, -1
        answers[::10] = -1
    columns["city"] = pd.Categorical.from_codes(cities, [f"city {number}" for number in range(20)])
    columns["shop"] = pd.Categorical.from_codes(shops, [f"shop {number}" for number in range(500)])
    columns["target"] = pd.Categorical.from_codes(answers, ["no", "yes"])
    return pd.DataFrame(columns, copy=False)


def keep(store: Store, frame: pd.DataFrame) -> str:
    """Put a table into a store; gives its fingerprint."""
    table = table_of_frame(frame, "large", target="target")
    store.files.put_frame(table.fingerprint, table.frame)
    store.put_table_info(table_info(table))
    return table.fingerprint


def starts(folder: Path, fingerprint: str, *, copied: bool = False) -> dict[str, float]:
    """What a worker has cost, in a process of its own, when it has started all fits of a run.

    Parameters
    ----------
    folder : Path
    fingerprint : str
    copied : bool
        Whether what was mapped is copied once, to see that this would be noticed.

    Returns
    -------
    dict of str to float
        Bytes of ``private`` memory at most, bytes ``read`` from files and pipes, bytes of the jobs that were ``sent``,
        seconds to the cut of the ``first`` and the ``second`` fit, bytes of the table's file (``size``).
    """
    store = Store(folder)
    warm, large = (_params(store, each) for each in (keep(store, frame(1_000, gaps=True)), fingerprint))
    told = json.dumps({"folder": str(folder), "copied": copied, "warm": warm, "large": large})
    command = [sys.executable, "-m", "tests.benchmarks.bench_mapped"]
    done = subprocess.run(command, input=told, capture_output=True, text=True, cwd=ROOT, timeout=300, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _params(store: Store, fingerprint: str) -> dict[str, Any]:
    """What the supervisor tells the jobs of a run."""
    table = store.table(fingerprint)
    assert table is not None
    spec = RunSpec(table.name, fingerprint, Roles("target"), Split("stratified", FOLDS), (ModelSpec("baseline"),))
    problem = make_problem(table, spec.roles)
    texts = {"spec": spec.to_json(), "problem": problem.to_json(), "fingerprint": fingerprint}
    return texts | {"task": str(problem.task), "name": "baseline", "label": "", "settings": {}, "key": "a"}


class _CutError(Exception):
    """Ends a fit where its rows would be copied."""


def _work(told: Mapping[str, Any]) -> dict[str, float]:
    """Take the jobs of a run up to the cut, after those of a small one that warm the process up."""
    import core.store.files
    import core.worker

    if told["copied"]:
        core.store.files.read_frame = _read_into_memory
    noted: list[tuple[float, int]] = []

    def to_the_cut(shared: Any, model: ModelSpec, number: int) -> None:
        assert len(shared.folds[number].train) and len(shared.samples.y)
        noted.append((time.perf_counter(), private()))
        raise _CutError

    core.worker.execute = to_the_cut  # type: ignore[assignment]
    worker, jobs, seconds = core.worker.Worker(Path(told["folder"])), _jobs(told["large"]), []
    for job in _jobs(told["warm"]):
        worker.events(job)
    before, read = private(), _bytes_read()
    noted.clear()
    for job in jobs:
        began = time.perf_counter()
        ended = worker.events(job)
        seconds.append(noted[-1][0] - began)
        assert _CutError.__name__ in ended[-1].log, ended[-1].log
    return {
        "private": max(own for _, own in noted) - before,
        "read": _bytes_read() - read,
        "sent": sum(len(pickle.dumps(job)) for job in jobs),
        "first": seconds[0],
        "second": seconds[1],
        "size": worker.store.files.frame_path(told["large"]["fingerprint"]).stat().st_size,
    }


def _jobs(params: Mapping[str, Any]) -> list[Job]:
    numbers = range(MODELS * FOLDS)
    return [Job(f"fit {number}", "fit", {**params, "fold": number % FOLDS}) for number in numbers]


def _read_into_memory(path: Path) -> pd.DataFrame:
    return read_frame(path).copy()


def private() -> int:
    """Bytes of this process's memory that no file stands behind, as Linux counts them."""
    found = re.search(r"^Anonymous: +(\d+) kB", Path("/proc/self/smaps_rollup").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024


def _bytes_read() -> int:
    return int(Path("/proc/self/io").read_text().split()[1])


if __name__ == "__main__":
    print(json.dumps(_work(json.load(sys.stdin))))
