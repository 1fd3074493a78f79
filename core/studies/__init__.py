"""Studies: one model trained many times over, to see what its number hangs on.

Takes a run's spec with one model; gives the scores over the number of rows to learn from (`rows`), over the ways to
divide the rows (`techniques`), and of answers that were shuffled (`luck`). All are jobs, as each trains models anew.
"""

from __future__ import annotations

from core.studies import luck, rows, techniques
from core.studies.study import study_key, study_params

__all__ = ["DERIVATIONS", "KINDS", "luck", "rows", "study_key", "study_params", "techniques"]

DERIVATIONS = (rows.DERIVATION, techniques.DERIVATION, luck.DERIVATION)
KINDS = tuple(each.name for each in DERIVATIONS)
