"""``python -m tests.benchmarks.peers``: Bakeoff and the tools that people use instead, in turn, on the same work.

Everybody gets the same rows, folds, models and seed in each round, two processes with one thread each, and in the end
the accuracies are held against each other, so that it shows whether the same work was done. A peer's process is fresh
in every round and does the work twice: its "first" call starts its pool of processes, "again" finds it warm, as
Bakeoff's workers are from the start of the app.
"""

from __future__ import annotations

import os

from core.jobs import ONE_THREAD

os.environ |= {**ONE_THREAD, "BAKEOFF_SLOTS": "2"}  # read when numpy is imported, and by every process from here on

import argparse  # noqa: E402
import json  # noqa: E402
import math  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
from collections.abc import Iterable, Iterator  # noqa: E402
from dataclasses import dataclass  # noqa: E402
from importlib.metadata import version  # noqa: E402
from pathlib import Path  # noqa: E402
from statistics import median  # noqa: E402
from typing import Any  # noqa: E402

from core import jobs  # noqa: E402
from core.store import Store  # noqa: E402
from tests.benchmarks.peers import bakeoff  # noqa: E402
from tests.benchmarks.peers.environments import NotInstalled, python_with  # noqa: E402
from tests.source import ROOT  # noqa: E402

HERE = Path(__file__).parent
DATA = ("breast_cancer", "digits")
LARGE = "synthetic"
SECONDS = 3600  # for one peer's two calls

# What PyCaret has under an id of its own with the settings that Bakeoff gives it; the baseline says another class.
PYCARET = {
    "baseline": "dummy",
    "logistic_regression": "lr",
    "ridge": "ridge",
    "k_neighbors": "knn",
    "gaussian_naive_bayes": "nb",
    "lda": "lda",
    "qda": "qda",
    "decision_tree": "dt",
    "random_forest": "rf",
    "extra_trees": "et",
    "ada_boost": "ada",
    "gradient_boosting": "gbc",
}
ALL = PYCARET | dict.fromkeys(("svm_linear", "svm_rbf", "hist_gradient_boosting", "sklearn_mlp"), "")


@dataclass(frozen=True)
class Peer:
    """Somebody to be compared with. `packages` are empty for the project's own environment."""

    name: str
    title: str
    script: str
    models: dict[str, str]
    packages: tuple[str, ...] = ()
    target: float | None = None


_PYCARET = ("pycaret==3.3.2", "six")  # scikit-plot, which it imports, needs six and does not say so
_SKORE = ("skore==0.28.0", *(f"{name}=={version(name)}" for name in ("scikit-learn", "numpy", "pandas", "joblib")))
PEERS = (
    Peer("pycaret", "PyCaret 3.3.2 compare_models, n_jobs=2", "in_pycaret.py", PYCARET, _PYCARET, 2.0),
    Peer("pycaret", "  its scikit-learn alone, n_jobs=1", "in_sklearn.py", PYCARET, _PYCARET),
    Peer("skore", "skore 0.28.0 report, n_jobs=2", "in_skore.py", ALL, _SKORE, 2.0),
    Peer("project", "cross_validate loop, n_jobs=2", "in_project.py", ALL, (), 1.3),
)


def available(folder: Path) -> Iterator[tuple[Peer, Path]]:
    """The peers that can be installed here, and their Pythons; says which cannot."""
    failed: set[str] = set()
    for peer in PEERS:
        try:
            if peer.name not in failed:
                yield peer, python_with(peer.packages, folder / peer.name) if peer.packages else Path(sys.executable)
        except (NotInstalled, OSError, subprocess.SubprocessError) as error:
            failed.add(peer.name)
            print(f"{peer.title} cannot be installed here and is left out: {error}")


def compete(peer: Peer, python: Path, contest: Path) -> dict[str, Any]:
    """One peer's two calls in a fresh process.

    Raises
    ------
    RuntimeError
        If it fails, with the end of what it said.
    """
    environment = {**os.environ, "PYTHONPATH": "" if peer.packages else str(ROOT)}
    command = [python, "-W", "ignore", HERE / peer.script, contest]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=contest.parent, timeout=SECONDS
    )
    if done.returncode:
        raise RuntimeError(f"{peer.title} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def measure(names: Iterable[str], rounds: int, peers: list[tuple[Peer, Path]], folder: Path) -> list[dict[str, Any]]:
    """One row per data set and peer, with every round's figures."""
    store = Store(folder / "data")
    rows: list[dict[str, Any]] = []
    try:
        bakeoff.warm_up(store)
        for name in names:
            table = bakeoff.standardised(store, name)
            new = [{"data": name, "peer": peer, "bakeoff": [], "theirs": []} for peer, _ in peers]
            for number in range(rounds):
                _round(store, table, number, [(row, python) for row, (_, python) in zip(new, peers, strict=True)], folder)
            rows += new
    finally:
        jobs.stop_supervisor(store)
    return rows


def _round(store: Store, table: Any, number: int, rows: list[tuple[dict[str, Any], Path]], folder: Path) -> None:
    """Bakeoff and a peer, Bakeoff and the next … Each pair has a seed of its own, so that nothing is reused."""
    for place, (row, python) in enumerate(rows):
        peer, seed, contest = row["peer"], 10 * number + place, folder / "contest.npz"
        models = {name: id for name, id in peer.models.items() if suits(name, table)}
        row["bakeoff"].append(bakeoff.compete(store, table, tuple(models), seed))
        bakeoff.hand_out(table, models, seed, contest)
        row["theirs"].append(compete(peer, python, contest))
        print(".", end="", flush=True)
