"""Which rows fit least and why, in plain sentences.

Takes plain values of `core.oddities`, gives plain text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .figures import count, number, percent

ONE_COLUMN = 0.4  # of a row's oddness: below, no single column is to blame
LITTLE = 0.3  # of what rows differ by: with less given back, columns tell little about each other


def first(row: Mapping[str, Any], of: int) -> str:
    """The oddest row in one sentence."""
    return f"Of {count(of, 'row')}, row {row['row']} fits least. {why(row)}"


def why(row: Mapping[str, Any]) -> str:
    """Why a row is odd: ``height is 310, where about 172 was expected.``"""
    place = f"{row['column']} is {_cell(row['value'], 'missing')}"
    told = f"{place}, where {_cell(row['expected'], 'nothing', about='about ')} was expected."
    return told if row["share"] >= ONE_COLUMN else f"Several columns do not go together, most of all this one: {told}"


def _cell(value: float | str | None, nothing: str, about: str = "") -> str:
    if value is None:
        return nothing
    if isinstance(value, str):
        return f"“{value}”"
    told = number(value, 4)
    return about + (told.rstrip("0").rstrip(".") if "." in told and "×" not in told else told)


def times(far: float) -> str:
    """How much odder a row is than the one in the middle: ``12 ×``."""
    return f"{number(far, 2)} ×" if far < 1e6 else "over a million ×"


def caption(told: Mapping[str, Any]) -> str:
    """How the rows were found, and how far that can be trusted."""
    of = count(told["of"], "row")
    from_some = of if told["learned"] == told["of"] else f"{told['learned']:,} of {of}, drawn at random,"
    kept = f"{percent(told['kept'], 0)} of what rows differ by"
    found = (
        f"A small network has learned from {from_some} what a row is like: it squeezes each through a few numbers, and "
        f"tells {kept} again. The rows here are those that it cannot tell again; “how odd” is against the row in "
        "the middle. What is to be predicted plays no part. Odd need not mean wrong."
    )
    if told["kept"] >= LITTLE:
        return found
    return f"{found} Here the columns tell little about each other, so these are rows at the edge, no more."
