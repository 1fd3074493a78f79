"""``python -m tests.benchmarks.peers``: Bakeoff and the tools that people use instead, in turn, on the same work.

Everybody gets the same rows, folds, models and seed in each round, two processes with one thread each, and in the end
the accuracies are held against each other, so that it shows whether the same work was done. Everybody does the work
twice: the first call starts the processes, the second finds them there. Of a peer that is the first and the second
call in a fresh Python, its imports not counted; of Bakeoff the run that starts its supervisor and workers, and one that
finds them, as they are from the start of the app. Judged is the peer's first call against Bakeoff with its workers up,
which is how the targets were set; the like-for-like ratios, cold ÷ cold and warm ÷ warm, stand beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core import jobs
from core.records import Table
from core.store import Store
from tests.benchmarks.peers import bakeoff
from tests.benchmarks.peers.peer import Peer, available, compete
from tests.benchmarks.peers.table import judged, report

DATA = ("breast_cancer", "digits")
LARGE = "synthetic"


def measure(names: Iterable[str], rounds: int, peers: list[tuple[Peer, Path]], folder: Path) -> list[dict[str, Any]]:
    """One row per data set and peer, with every round's figures: Bakeoff and a peer, Bakeoff and the next …"""
    store = Store(folder / "data")
    rows: list[dict[str, Any]] = []
    try:
        for name in names:
            table = bakeoff.standardised(store, name)
            new = [{"data": name, "peer": peer, "bakeoff": [], "theirs": []} for peer, _ in peers]
            for number in range(rounds):
                for place, (row, (_, python)) in enumerate(zip(new, peers, strict=True)):
                    _pair(store, table, 10 * number + place, row, python)
            rows += new
    finally:
        jobs.stop_supervisor(store)
    return rows


def _pair(store: Store, table: Table, seed: int, row: dict[str, Any], python: Path) -> None:
    """Bakeoff and a peer on the same work, with a seed that no other pair has, so that nothing is reused."""
    peer, contest = row["peer"], store.folder / "contest.npz"
    row["bakeoff"].append(bakeoff.compete(store, table, tuple(peer.models), seed))
    bakeoff.hand_out(table, peer.models, seed, contest)
    row["theirs"].append(compete(peer, python, contest))
    print(".", end="", flush=True)


def main() -> int:
    """Install, run, print; 1 where a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.peers", description=__doc__)
    parser.add_argument("--folder", type=Path, help="where the environments lie or are made (default: a temporary one)")
    parser.add_argument("--data", nargs="+", default=DATA, help=f"catalogued data sets (default: {' '.join(DATA)})")
    parser.add_argument("--large", action="store_true", help="20,000 × 30 synthetic rows as well: much longer")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write every figure")
    asked = parser.parse_args()
    os.environ |= {**jobs.ONE_THREAD, "BAKEOFF_SLOTS": "2"}  # for every process that this one starts
    with tempfile.TemporaryDirectory() as scratch:
        peers = list(available((asked.folder or Path(scratch) / "environments").absolute()))
        print(f"Load of this machine before: {os.getloadavg()[0]:.2f} processes.")
        names = (*asked.data, *[LARGE] * asked.large)
        rows = [judged(row) for row in measure(names, asked.rounds, peers, Path(scratch))]
    report(rows)
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if all(row["passed"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
