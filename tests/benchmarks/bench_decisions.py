"""From stored predictions to a decision: 50,000 rows in ten folds, a cut-off moved, costs changed, sets called for."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from core.conformal import certainty
from core.decisions import Costs, Weighing, judge
from tests.core.folds import binary, predicted

ROWS, FOLDS, TIMES = 50_000, 10, 9


def run() -> dict[str, Any]:
    """Measure; rows of name, value, target, unit, passed."""
    held, problem = predicted(ROWS, FOLDS), binary(ROWS)
    weighing = Weighing(held, problem)

    def slide() -> None:
        counts = weighing.counts(0.123)
        for part, whole in ((counts.hits, counts.hits + counts.misses), (counts.hits, counts.flagged)):
            weighing.share(part, whole)
        Costs(500, 20).money(counts)

    judge(weighing, Costs(500, 20), 1 / FOLDS)
    return {
        "rows": [
            _row("50,000 rows: a cut-off moved, all that follows from it", slide, 100.0),
            _row("the same: sorted for the first time", lambda: Weighing(held, problem), 100.0),
            _row(
                "the same: other costs, the cut-off of every fold", lambda: judge(weighing, Costs(300, 7), 0.1), 100.0
            ),
            _row("the same: money at every cut-off, thinned", lambda: weighing.curve(Costs(500, 20)), 100.0),
            _row("the same: sets that the other folds call for", lambda: certainty(held, problem, apart=True), 100.0),
        ]
    }


def _row(name: str, work: Callable[[], object], target: float) -> dict[str, Any]:
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        work()
        taken.append(1e3 * (time.perf_counter() - began))
    value = median(taken)
    return {"name": name, "value": value, "target": target, "unit": "ms", "passed": value <= target}
