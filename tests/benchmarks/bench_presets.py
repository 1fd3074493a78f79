"""How long the default network takes, in times of ``HistGradientBoostingClassifier()``, and where the time goes.

Both learn 20,000 × 30 made-up rows, one thread each, and the forest takes its turns before, between and after the
presets, so that what else the machine does meets both. Run it alone with ``python tests/benchmarks/bench_presets.py``.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier

from core.networks import TabularNetworkClassifier
from core.networks.training import Training
from tests.benchmarks.bench_network import one_thread

ROWS, COLUMNS = 20_000, 30
TARGETS = {"quick": 10.0, "default": 40.0, "thorough": 150.0}
PHASES: Mapping[str, tuple[Any, str]] = {
    "preparation": (TabularNetworkClassifier, "_lessons"),
    "batches": (Training, "_learn"),
    "validation": (Training, "_judge"),
    "prediction": (TabularNetworkClassifier, "predict_proba"),
}
"""What is timed: preparation of the columns, learning from batches, judging after each epoch, predicting all rows."""


@contextmanager
def watched(spent: dict[str, float]) -> Iterator[None]:
    """Add up the seconds of each phase within the block."""
    with ExitStack() as stack:
        for phase, (kind, name) in PHASES.items():
            stack.enter_context(mock.patch.object(kind, name, _timed(getattr(kind, name), phase, spent)))
        yield


def _timed(work: Callable[..., Any], phase: str, spent: dict[str, float]) -> Callable[..., Any]:
    def timed(*given: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return work(*given, **named)
        finally:
            spent[phase] = spent.get(phase, 0.0) + time.perf_counter() - began

    return timed


def seconds_of(work: Callable[[], Any]) -> float:
    """Seconds on the clock."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def run(rows: int = ROWS, presets: Mapping[str, float] = TARGETS) -> dict[str, Any]:
    """Measure, print where the time goes, and give a row for each preset."""
    X, y = make_classification(rows, COLUMNS, n_informative=15, random_state=0)
    forest = lambda: HistGradientBoostingClassifier().fit(X, y)  # noqa: E731
    taken, spent, turns = {}, {}, []
    with one_thread():
        seconds_of(forest)
        TabularNetworkClassifier("quick", max_epochs=1).fit(X[:500], y[:500])
        turns.append(seconds_of(forest))
        for preset in presets:
            network, spent[preset] = TabularNetworkClassifier(preset, device="cpu", random_state=0), {}
            with watched(spent[preset]):
                taken[preset] = seconds_of(lambda network=network: network.fit(X, y))  # type: ignore[misc]
                network.predict_proba(X)
            turns.append(seconds_of(forest))
    usual = statistics.median(turns)
    print(f"Default network, {rows:,} × {COLUMNS}, one thread; seconds; the forest took {usual:.2f}")
    print("  " + " ".join(f"{name:>12}" for name in ("", "all of fit", *PHASES)))
    for preset, phases in spent.items():
        figures = [taken[preset], *(phases.get(phase, 0.0) for phase in PHASES)]
        print(f"  {preset:>12} " + " ".join(f"{figure:>12.2f}" for figure in figures))
    return {"rows": [_row(preset, taken[preset] / usual, target) for preset, target in presets.items()]}


def _row(preset: str, ratio: float, target: float) -> dict[str, Any]:
    return {
        "name": f"default network, {preset}: times of a boosted forest",
        "value": ratio,
        "target": target,
        "unit": "at most",
        "passed": ratio <= target,
    }


if __name__ == "__main__":
    for each in run()["rows"]:
        print(f"  {each['name']}: {each['value']:.1f} (at most {each['target']:.0f})")
