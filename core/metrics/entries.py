"""The metrics there are, in the order of the screen.

Knows what is asked of one set of predictions (`judged`), so that rows are counted, sorted and subtracted once for all
metrics, with numpy alone: scikit-learn would check and count anew for each, which takes longer than many a fit. Every
entry names the scikit-learn function that gives the same number.
"""

from __future__ import annotations

from core.metrics import of_classes, of_numbers, of_ranks

ENTRIES = (*of_classes.ENTRIES, *of_ranks.ENTRIES, *of_numbers.ENTRIES)
