"""What is said of rows that fit least."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard import words


def row(value: float | str | None, expected: float | str | None, share: float = 0.8) -> dict[str, Any]:
    return {"row": 12, "times": 17.3, "column": "height", "value": value, "expected": expected, "share": share}


@pytest.mark.parametrize(
    ("value", "expected", "told"),
    [
        (310.0, 171.6, "height is 310, where about 171.6 was expected."),
        ("tall", "small", "height is “tall”, where “small” was expected."),
        (None, "small", "height is missing, where “small” was expected."),
        (2.0, None, "height is 2, where nothing was expected."),
    ],
)
def test_why_a_row_is_odd(value: float | str | None, expected: float | str | None, told: str) -> None:
    assert words.odd.why(row(value, expected)) == told
    assert words.odd.first(row(value, expected), 4000) == f"Of 4,000 rows, row 12 fits least. {told}"


def test_where_no_single_column_is_to_blame_that_is_said() -> None:
    assert words.odd.why(row("a", "b", 0.2)).startswith("Several columns do not go together, most of all this one: ")


@pytest.mark.parametrize(
    ("far", "told"), [(17.3, "17 ×"), (1.84, "1.8 ×"), (67_540.7, "67,541 ×"), (1e300, "over a million ×")]
)
def test_how_odd_a_row_is(far: float, told: str) -> None:
    assert words.odd.times(far) == told


def test_how_far_it_can_be_trusted_is_said() -> None:
    told = {"of": 50_000, "learned": 10_000, "kept": 0.9}
    assert "learned from 10,000 of 50,000 rows, drawn at random, what" in words.odd.caption(told)
    assert "90 % of what rows differ by" in words.odd.caption(told) and "no more" not in words.odd.caption(told)
    assert "no more." in words.odd.caption(told | {"kept": 0.1, "learned": 50_000})
