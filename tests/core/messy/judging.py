"""What came of reading a messy file: exact, asked, refused, wrong or crashed, with every deviation.

Takes a `Sample` and a reader, gives a `Verdict`. Wrong is what differs from every reading that the sample allows, or
what only a word in the report would have allowed and the report is silent: in both cases a person is not told.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd

from core.data import Unreadable, read_table
from core.records import Table
from tests.core.messy.truth import Case, Col, Need, Reading, Sample

YES = {"yes", "y", "true", "t", "1", "ja", "j", "wahr", "oui", "o", "vrai", "si", "sí", "s", "sim", "x", "tak", "evet"}
NO = {"no", "n", "false", "f", "0", "nein", "falsch", "non", "faux", "não", "nao", "falso", "nie"}
EXACT, ASKED, REFUSED, WRONG, CRASHED = "exact", "asked", "refused", "wrong", "crashed"
GOOD = (EXACT, ASKED)
_SHOWN = 3
Reader = Callable[[Path], Table]


@dataclass(frozen=True)
class Verdict:
    """What came of a case.

    Attributes
    ----------
    deviations : tuple of str
        What is not as it should be, against the reading that comes nearest.
    got : tuple of str
        What the report says; the sentence of a refusal.
    """

    case: Case
    seed: int
    outcome: str
    deviations: tuple[str, ...] = ()
    got: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether the table is right, or the person was told."""
        return self.outcome in GOOD

    def __str__(self) -> str:
        return f"{self.case.section:4} {self.case.name} (seed {self.seed}) {self.outcome}: {'; '.join(self.deviations)}"


def made_anew(case: Case, seed: int) -> Sample:
    """The file of a case, the same one for the same seed."""
    return case.make(Random(f"{case.name} {seed}"))


sample_of = cache(made_anew)


def judged(case: Case, seed: int, folder: Path, reader: Reader = read_table) -> Verdict:
    """Write the file of a case into a folder, have it read, and judge what comes out."""
    made = sample_of(case, seed)
    path = folder / case.file
    path.write_bytes(made.data)
    try:
        table = reader(path)
    except Unreadable as error:
        if not made.readings:
            return Verdict(case, seed, EXACT, (), (str(error),))
        return Verdict(case, seed, ASKED if made.refusable else REFUSED, (f"refused: {error}",), (str(error),))
    except Exception as error:  # whatever it is, a person would see a traceback
        return Verdict(case, seed, CRASHED, (f"{type(error).__name__}: {error}",))
    finally:
        path.unlink()
    return compared(case, seed, made, table)


def compared(case: Case, seed: int, made: Sample, table: Table) -> Verdict:
    """Judge a table that was read."""
    said = tuple(f"{change.rule}: {change.text}" for change in table.report)
    if not made.readings:
        shape = f"{len(table.frame)} rows x {list(table.frame)[:6]}"
        return Verdict(case, seed, WRONG, (f"read though there is no table in it: {shape}",), said)
    best: list[str] | None = None
    for place, reading in enumerate(made.readings):
        deviations, asked = differences(reading, table)
        if not deviations:
            return Verdict(case, seed, ASKED if asked or (place and reading.needs) else EXACT, (), said)
        if best is None or len(deviations) < len(best):
            best = deviations
    return Verdict(case, seed, WRONG, tuple(best or ()), said)


def differences(reading: Reading, table: Table) -> tuple[list[str], bool]:
    """How a table deviates from a reading, and whether a column was read in another way that the report tells."""
    names = list(table.frame)
    wanted = [column.name for column in reading.columns]
    if len(names) != len(wanted):
        return [f"{len(names)} columns instead of {len(wanted)}: {_cut(names)} instead of {_cut(wanted)}"], False
    found = [f"no rule {'/'.join(need.rules)} in the report" for need in reading.needs if not told(need, table, None)]
    asked = False
    for column, name in zip(reading.columns, names, strict=True):
        if not _is_called(column, name):
            found.append(f"column {name!r} instead of {column.name!r}")
    if len(table.frame) != reading.rows:
        return [*found, f"{len(table.frame)} rows instead of {reading.rows}"], False
    for column, name, kind in zip(reading.columns, names, table.columns, strict=True):
        ways = (column, *column.others)
        got = cells(table.frame[name])
        tries = [_column_differences(each, table, name, str(kind.kind), got) for each in ways]
        if all(tries):
            found += min(tries, key=len)
        else:
            taken = next(way for way, deviations in zip(ways, tries, strict=True) if not deviations)
            asked = asked or (taken is not column and bool(taken.needs))
    return found, asked


def _is_called(column: Col, name: str) -> bool:
    wanted = {unicodedata.normalize("NFC", " ".join(each.split())) for each in (column.name, *column.also_called)}
    return "*" in wanted or unicodedata.normalize("NFC", name) in wanted


def told(need: Need, table: Table, column: str | None) -> bool:
    """Whether the report has an entry of the rules, about this column or the whole file, with the right count."""
    return any(
        change.rule in need.rules
        and (column is None or change.column in ("", column))
        and (need.count is None or need.count == change.count or f"{need.count:,}" in change.text)
        for change in table.report
    )


def _column_differences(column: Col, table: Table, name: str, kind: str, got: list[Any]) -> list[str]:
    """How a column deviates from one of its readings; silence where something has to be told is a deviation."""
    wrong = [row for row, each in enumerate(got) if not same(column.values[row], each)]
    found = []
    if wrong:
        shown = ", ".join(f"row {row + 1}: {column.values[row]!r} is {got[row]!r}" for row in wrong[:_SHOWN])
        found.append(f"{name!r}: {len(wrong)} of {len(got)} values differ ({shown[:300]})")
    if kind not in column.kinds:
        found.append(f"{name!r}: kind {kind} instead of {'/'.join(sorted(column.kinds))}")
    found += [
        f"{name!r}: not told ({'/'.join(need.rules)}{'' if need.count is None else f', {need.count}'})"
        for need in column.needs
        if not told(need, table, name)
    ]
    return found


def cells(series: pd.Series[Any]) -> list[Any]:
    """The values of a column as Python's own, gaps as None."""
    gaps = series.isna().tolist()
    return [None if gap else value for value, gap in zip(series.astype(object).tolist(), gaps, strict=True)]


def same(wanted: Any, got: Any) -> bool:
    """Whether a cell holds what it should."""
    if wanted is None or got is None:
        return wanted is None and got is None
    if isinstance(wanted, bool):
        return _truth(got) is wanted
    if isinstance(wanted, datetime):
        return isinstance(got, datetime) and pd.Timestamp(got) == pd.Timestamp(wanted)
    if isinstance(wanted, str):
        return isinstance(got, str) and unicodedata.normalize("NFC", got) == unicodedata.normalize("NFC", wanted)
    if isinstance(got, str):  # a whole number that no float can hold is as exact as text
        return isinstance(wanted, int) and abs(wanted) > 2**53 and got == str(wanted)
    if isinstance(got, (datetime, bool)):
        return False
    if isinstance(wanted, int):
        return bool(got == wanted) and (isinstance(got, int) or abs(wanted) <= 2**53)
    return math.isclose(got, wanted, rel_tol=1e-9, abs_tol=1e-12)


def _truth(got: Any) -> bool | None:
    text = str(int(got) if isinstance(got, float) and got.is_integer() else got).strip().lower()
    return True if text in YES else False if text in NO else None


def _cut(names: Sequence[str]) -> str:
    return str(list(names[:8])) + ("…" if len(names) > 8 else "")


def tally(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """How many cases ended in which way."""
    counts = dict.fromkeys((EXACT, ASKED, REFUSED, WRONG, CRASHED), 0)
    for verdict in verdicts:
        counts[verdict.outcome] += 1
    return counts
