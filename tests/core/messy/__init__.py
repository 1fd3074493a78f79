"""Messy files with the right table beside each: CASES, told apart by what is messy about them.

Takes a seed, gives files and what they hold in truth. Written without a look at the reader: what it should find, not
what it finds.
"""

from __future__ import annotations

from tests.core.messy import delimiters, encodings, quoting
from tests.core.messy.truth import Case

CASES: tuple[Case, ...] = (
    *delimiters.CASES,
    *quoting.CASES,
    *encodings.CASES,
)
