"""Messy files with the right table beside each: CASES, told apart by what is messy about them.

Takes a seed, gives files and what they hold in truth. Written without a look at the reader: what it should find, not
what it finds.
"""

from __future__ import annotations

from tests.core.messy import (
    columnar,
    dates,
    delimiters,
    documents,
    encodings,
    gaps,
    headers,
    lines,
    numbers,
    packed,
    quoting,
    words,
    workbooks,
)
from tests.core.messy.truth import Case

_ROOMS = (
    packed,
    encodings,
    delimiters,
    quoting,
    lines,
    headers,
    numbers,
    gaps,
    dates,
    words,
    workbooks,
    documents,
    columnar,
)
CASES: tuple[Case, ...] = tuple(case for room in _ROOMS for case in room.CASES)
