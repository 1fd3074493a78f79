"""Measure speed: ``python -m tests.benchmarks [NAME …]`` runs every ``bench_*.py`` in this folder, or those named.

Each has a function ``run()`` that returns one measurement, ``{"name", "value", "target", "unit", "passed"}``, or more
as ``{"rows": [...]}``. A row without a target is told and not judged. The exit code is 1 where a target was missed.
"""

from __future__ import annotations

import os
import sys

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[name] = "1"  # as in a worker, and read when numpy and torch are imported
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an everyday start finds the bytecode of an earlier one

import importlib  # noqa: E402
import time  # noqa: E402
from collections.abc import Iterable, Mapping  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

FIELDS = ("name", "value", "target", "unit", "passed")
Row = Mapping[str, Any]


def benchmarks() -> list[str]:
    """The names of the benchmarks in this folder, without ``bench_``."""
    return sorted(file.stem.removeprefix("bench_") for file in Path(__file__).parent.glob("bench_*.py"))


def measure(name: str) -> list[Row]:
    """Run one benchmark and give its rows.

    Raises
    ------
    ValueError
        If a row lacks one of the five fields.
    """
    found = importlib.import_module(f"tests.benchmarks.bench_{name}").run()
    rows: list[Row] = list(found.get("rows", [found]))
    for row in rows:
        lacking = [field for field in FIELDS if field not in row]
        if lacking:
            raise ValueError(f"bench_{name}: the row {dict(row)} lacks {', '.join(lacking)}.")
    return rows


def line(row: Row) -> str:
    """One row of the table."""
    judged = row["target"] is not None
    verdict = ("ok" if row["passed"] else "MISSED") if judged else ""
    target = _number(row["target"]) if judged else ""
    return f"  {row['name']:<58} {_number(row['value']):>10} {target:>10} {row['unit']:<12} {verdict}".rstrip()


def _number(value: Any) -> str:
    return f"{value:,.3g}" if isinstance(value, float) and abs(value) < 1000 else f"{value:,.0f}"


def missed(rows: Iterable[Row]) -> list[Row]:
    """The rows that have a target and missed it."""
    return [row for row in rows if row["target"] is not None and not row["passed"]]


def main(names: list[str]) -> int:
    """Run, print, and say how it went: 0 when every target was met, 1 when one was missed, 2 for an unknown name."""
    known = benchmarks()
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"No benchmark is called {', '.join(unknown)}. Known: {', '.join(known) or 'none'}.", file=sys.stderr)
        return 2
    print(f"  {'measured':<58} {'value':>10} {'target':>10} unit")
    rows: list[Row] = []
    for name in names or known:
        begun = time.perf_counter()
        latest = measure(name)
        print(f"{name} ({time.perf_counter() - begun:.0f} s)", *map(line, latest), sep="\n", flush=True)
        rows += latest
    behind = missed(rows)
    print(f"{len(rows)} measurements, {len(behind)} missed their target.")
    return 1 if behind else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
