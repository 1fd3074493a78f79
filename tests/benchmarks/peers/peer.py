"""PEERS: who is compared with, in what environment, on which models, and how much faster Bakeoff shall be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.benchmarks.peers.environments import CannotInstallError, python_with
from tests.source import ROOT

HERE = Path(__file__).parent
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
    """Somebody to be compared with.

    Attributes
    ----------
    module : str
        What must be possible to import in its environment.
    script : str
        The file of this folder that runs there.
    models : dict of str to str
        Bakeoff's names to PyCaret's.
    packages : tuple of str
        What its environment is made of; empty for the project's own.
    target : float or None
        How many times as fast as it Bakeoff shall be.
    """

    title: str
    module: str
    script: str
    models: dict[str, str]
    packages: tuple[str, ...] = ()
    target: float | None = None

    def python(self, folder: Path) -> Path:
        """The Python that it runs in; see `python_with`."""
        if not self.packages:
            return Path(sys.executable)
        return python_with(self.packages, self.module, folder / self.module.split(".")[0])


_PYCARET = ("pycaret==3.3.2", "six")  # scikit-plot, which it imports, needs six and does not say so
_SKORE = ("skore==0.28.0", *(f"{name}=={version(name)}" for name in ("scikit-learn", "numpy", "pandas", "joblib")))
PEERS = (
    Peer("PyCaret 3.3.2 compare_models, n_jobs=2", "pycaret.classification", "in_pycaret.py", PYCARET, _PYCARET, 2.0),
    Peer("its scikit-learn alone, n_jobs=1", "pycaret.classification", "in_sklearn.py", PYCARET, _PYCARET),
    Peer("skore 0.28.0 report, n_jobs=2", "skore", "in_skore.py", ALL, _SKORE, 2.0),
    Peer("cross_validate loop, n_jobs=2", "sklearn", "in_project.py", ALL, (), 1.3),
)


def available(folder: Path) -> Iterator[tuple[Peer, Path]]:
    """The peers that can be installed here, and their Pythons; says which cannot."""
    for peer in PEERS:
        try:
            yield peer, peer.python(folder)
        except (CannotInstallError, OSError, subprocess.SubprocessError) as error:
            print(f"{peer.title}: cannot be installed here and is left out. {error}")


def compete(peer: Peer, python: Path, contest: Path) -> dict[str, Any]:
    """One peer's two calls in a fresh process.

    Raises
    ------
    RuntimeError
        If it fails, with the end of what it said.
    """
    environment = {**os.environ, "PYTHONPATH": "" if peer.packages else str(ROOT)}
    command = [python, "-W", "ignore", HERE / peer.script, contest]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=contest.parent, timeout=SECONDS)
    if done.returncode:
        raise RuntimeError(f"{peer.title} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found
