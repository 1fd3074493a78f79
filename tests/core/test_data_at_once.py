"""Columns of plain numbers are read at once: what comes of it is what comes of a look at every different text."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from core.data import numerals, values
from core.data.report import Report
from tests.core.trials import SEED

PLAIN: tuple[Callable[[random.Random], str], ...] = (
    lambda dice: str(dice.randrange(2)),
    lambda dice: str(dice.randrange(-50, 10**6)),
    lambda dice: f"{dice.gauss(0, 100):.3f}",
    lambda dice: f"{dice.gauss(0, 1):.6g}",
    lambda dice: f"{dice.gauss(0, 1):.2e}",
    lambda dice: dice.choice(("0", "-0", "0.5", "-0.25")),
)
ODD = (
    *("", "NA", "nan", "NaN", "NAN", "nan(1)", "?", "-", ".", "N/A", "None", "   ", " 3", "4 ", "abc", "\u0661"),
    *("inf", "-Infinity", "1e400", "1e-400", "1E5", "5.", ".5", "-.5", "+1", "+1.5", "-0", "-0.0", "0x1F", "1,5"),
    *("00", "007", "-01", "+07", "00.5", "-00.5", "1.234", "1.234.567", "-999", "999", "99999", "20240131"),
    *("999999999999999", "1000000000000000", "12345678901234567", "-9223372036854775808", "9" * 30, "1" * 500),
)


def columns_of(dice: random.Random) -> dict[str, list[str]]:
    """Columns of plain numbers, of which some hold a few cells of another sort."""
    rows, columns = dice.choice((3, 12, 40, 300, 2_500)), {}
    for place in range(6):
        kinds = [dice.choice(PLAIN)] if dice.random() < 0.9 else PLAIN
        odd, share = dice.sample(ODD, dice.choice((0, 1, 2))), dice.choice((0.001, 0.1, 0.5, 1))
        columns[f"c{place}"] = [
            dice.choice(odd) if odd and dice.random() < share else dice.choice(kinds)(dice) for _ in range(rows)
        ]
    return columns


def read(columns: dict[str, list[str]], settings: dict[str, object]) -> tuple[pd.DataFrame, Report]:
    report = Report(settings)
    half = len(columns["c0"]) // 2
    texts = [pa.chunked_array([cells[:half], cells[half:]], pa.string()) for cells in columns.values()]
    return values.read_columns(list(columns), texts, False, report), report


@pytest.mark.parametrize("settings", [{}, {"decimal": ","}, {"undo": [f"missing_mark:c{place}" for place in range(6)]}])
def test_it_comes_to_the_same(settings: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    dice, at_once, taken = random.Random(SEED), values._at_once, []
    tables = [columns_of(dice) for _ in range(60)]

    def counted(*asked: Any) -> Any:
        taken.append(at_once(*asked))
        return taken[-1]

    monkeypatch.setattr(values, "_at_once", counted)
    soon = [read(columns, settings) for columns in tables]
    monkeypatch.setattr(values, "_at_once", lambda *asked: None)
    for columns, (frame, report) in zip(tables, soon, strict=True):
        slowly, told = read(columns, settings)
        pd.testing.assert_frame_equal(frame, slowly, check_exact=True)
        assert all(np.signbit(frame[each]).equals(np.signbit(slowly[each])) for each in frame.select_dtypes("number"))
        assert report.changes() == told.changes() and report.facts == told.facts
    quick = sum(each is not None for each in taken)
    assert len(taken) / 4 < quick < len(taken) * 3 / 4  # both ways were gone


def test_a_minus_before_a_zero_is_no_reason_to_look_twice() -> None:
    assert numerals.at_once(pa.chunked_array([["-0", "0.5", "-0", "1.5", "0"]])) is not None
    assert numerals.at_once(pa.chunked_array([["-0", "0.5", "-01", "1.5"]])) is None
