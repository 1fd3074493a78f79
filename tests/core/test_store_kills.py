"""Writers that are killed: what they acknowledged is there, and no row is there without its file.

The writers are children of a process of its own, which kills them from outside and never has the store open.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from core.store import Files, Store, opening
from tests.core.points import predictions

KILLS, MANY_KILLS, EACH = 50, 1000, 50
SEED = 0

# ---- in a process of its own ---------------------------------------------------------------------------------------


def write(store: Store, number: int) -> None:
    """As an outcome is stored: the file, and then the row that tells of it."""
    store.files.put_predictions(f"k{number}", predictions(number))
    store.note(str(number), number)


def properly(store: Store, number: int, say: Callable[[int], None]) -> None:
    write(store, number)
    say(number)


def acknowledged_early(store: Store, number: int, say: Callable[[int], None]) -> None:
    say(number)
    write(store, number)


def row_first(store: Store, number: int, say: Callable[[int], None]) -> None:
    store.note(str(number), number)
    write(store, number)
    say(number)


WAYS = {each.__name__: each for each in (properly, acknowledged_early, row_first)}


def killed(folder: Path, way: str, start: int, seconds: float) -> set[int]:
    """What a writer acknowledged before it was killed, so many seconds after its first word."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        store = Store(folder)
        for number in range(start, start + 1_000_000):
            WAYS[way](store, number, lambda number: os.write(writes, f"{number}\n".encode()) and None)
        os._exit(1)
    os.close(writes)
    with open(reads, "rb") as pipe:
        first = pipe.readline()
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        rest = pipe.read().split()
    os.waitpid(child, 0)
    return {int(first), *map(int, rest)}


def numbers(folder: Path, check: bool) -> set[int]:
    """The numbers whose rows are there."""
    with closing(sqlite3.connect(folder / "store" / opening.NAME)) as db:
        if check:
            assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        return {int(row[0]) for row in db.execute("SELECT key FROM meta")}


def trial(folder: Path, kills: int, way: str) -> dict[str, int]:
    """Kill writers; count what was acknowledged, what of it is lost, and rows whose files are missing or torn."""
    dice, files = random.Random(SEED), Files(folder / "store")
    acknowledged: set[int] = set()
    looked_at: set[int] = set()
    torn = 0
    for attempt in range(kills):
        acknowledged |= killed(folder, way, attempt * 1_000_000, dice.uniform(0.0, 0.12))
        fresh = numbers(folder, attempt % EACH == EACH - 1) - looked_at
        torn += sum(repr(files.predictions(f"k{each}")) != repr(predictions(each)) for each in fresh)
        for each in fresh:
            files.remove_fit(f"k{each}")
        looked_at |= fresh
    return {"acknowledged": len(acknowledged), "lost": len(acknowledged - numbers(folder, True)), "torn": torn}


if __name__ == "__main__":
    print(json.dumps(trial(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])))

# ---- the tests -----------------------------------------------------------------------------------------------------


def trialled(folder: Path, kills: int, way: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.core.test_store_kills", str(folder), str(kills), way]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr[-3000:]
    found: dict[str, Any] = json.loads(ran.stdout)
    print(f"{kills} kills, seed {SEED}: {found}")
    return found


@pytest.mark.parametrize("kills", [KILLS, pytest.param(MANY_KILLS, marks=[pytest.mark.slow, pytest.mark.timeout(900)])])
def test_nothing_that_was_acknowledged_is_lost_by_killing_its_writer(kills: int, tmp_path: Path) -> None:
    found = trialled(tmp_path, kills, "properly")
    assert found["acknowledged"] > kills
    assert (found["lost"], found["torn"]) == (0, 0)


@pytest.mark.parametrize(("way", "what"), [("acknowledged_early", "lost"), ("row_first", "torn")])
def test_a_writer_in_the_wrong_order_is_caught(way: str, what: str, tmp_path: Path) -> None:
    assert trialled(tmp_path, 10, way)[what] > 0
