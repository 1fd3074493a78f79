"""``python -m tests.core.messy [--seeds 5] [PART OF A NAME …]``: reads every case, says what deviates.

Takes names of cases or parts of them, prints one line per case that fails and a tally.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.core.messy import CASES
from tests.core.messy.judging import Verdict, judged, sample_of, tally


def beginning(verdict: Verdict, lines: int = 5) -> str:
    """The first lines of a failing file."""
    head = sample_of(verdict.case, verdict.seed).data.split(b"\n")[:lines]
    return "\n".join(f"        | {each[:150]!r}" for each in head)


def main() -> int:
    """Read all cases with several seeds; 1 where one is not as it should be."""
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--long", action="store_true", help="show the file and the report as well")
    asked = parser.parse_args()
    chosen = [case for case in CASES if not asked.parts or any(part in case.name for part in asked.parts)]
    with tempfile.TemporaryDirectory() as folder:
        verdicts = [judged(case, seed, Path(folder)) for case in chosen for seed in range(asked.seeds)]
    for verdict in verdicts:
        if not verdict.good:
            print(verdict)
            if asked.long:
                print(beginning(verdict), *(f"        > {text}" for text in verdict.got), sep="\n")
    print(f"{len(chosen)} cases x {asked.seeds} seeds: {tally(verdicts)}")
    return int(any(not verdict.good for verdict in verdicts))


if __name__ == "__main__":
    raise SystemExit(main())
