"""Several processes write and read one store at once, beside a slow reader: nobody is locked out."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.records import FitState
from core.store import Store
from tests.core.points import OUTCOME, PROBLEM, SPEC, fit

WRITERS, READERS = 4, 4
FEW, MANY = 300, 5000  # transactions of each writer
P99, JOURNAL = 0.5, 64 * 2**20  # seconds, bytes


class Process:
    """One of them, at work; what it says is larger than a pipe holds."""

    def __init__(self, role: str, folder: Path, number: int = 0, count: int = 0, careful: bool = True) -> None:
        words = [role, str(folder), str(number), str(count), "yes" if careful else "no"]
        self.output = tempfile.TemporaryFile("w+")  # noqa: SIM115 - open as long as the process
        self.process = subprocess.Popen([sys.executable, "-m", "tests.core.pressing", *words], stdout=self.output)

    def said(self) -> dict[str, Any]:
        """What it reported at its end."""
        assert self.process.wait() == 0
        with self.output as output:
            output.seek(0)
            found: dict[str, Any] = json.load(output)
        return found


def pressed(store: Store, count: int, careful: bool = True) -> tuple[int, float, int]:
    """How many were locked out, the 99th percentile of a write in seconds, and the journal's largest size in bytes."""
    store.add_run("r1", "", SPEC, PROBLEM, [fit(0, "k0")])
    store.advance_fit(fit(0, "k0"), [FitState.QUEUED], FitState.RUNNING)
    store.finish_fit(fit(0, "k0"), OUTCOME)
    writers = [Process("write", store.folder, each, count, careful) for each in range(WRITERS)]
    others = [*(Process("read", store.folder) for _ in range(READERS)), Process("linger", store.folder)]
    journal, largest = store.home / "bakeoff.db-wal", 0
    while any(each.process.poll() is None for each in writers) and not time.sleep(0.02):
        largest = max(largest, journal.stat().st_size)
    store.note("through", True)
    written, seen = [each.said() for each in writers], [each.said() for each in others]
    waits = np.concatenate([each["seconds"] for each in written])
    locked = sum(each["locked"] for each in (*written, *seen))
    p99 = float(np.quantile(waits, 0.99))
    print(f"{len(waits)} writes, {locked} locked out, p99 {p99 * 1000:.0f} ms, worst {max(waits):.2f} s, ", end="")
    print(f"journal {largest / 2**20:.1f} MiB, reads {sum(each.get('times', 0) for each in seen)}")
    assert seen[-1]["unmoved"]
    return locked, p99, largest


@pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=[pytest.mark.slow, pytest.mark.timeout(600)])])
def test_four_writers_and_four_readers_do_not_lock_each_other_out(count: int, store: Store) -> None:
    locked, p99, journal = pressed(store, count)
    assert locked == 0
    assert p99 < P99
    assert journal < JOURNAL


def test_transactions_that_begin_as_readers_would_be_locked_out(store: Store) -> None:
    assert pressed(store, FEW, careful=False)[0] > 0
