"""What follows for the default network from the size of a table; without torch, so that a form can tell it.

Chosen on ten tables and confirmed on others: wide layers and many bins need rows, deep numbers few columns.
"""

from __future__ import annotations

from core.networks.choices import PRESETS

FEW_ROWS = 5_000

COPIES, LAYERS = 4, 2
"""Answers within a network, and its hidden layers."""

NUMBERS_DEPTH = 256
"""What the bins of all numbers together are combined to, from 2 to 12 for each."""

PLACE_WIDTH = 8
"""Numbers that stand for a value of a category."""

SMALL = 8
"""A category of no more values has a column for each of them."""

MOST_BENT = 1_024
"""With more columns of numbers none has bins: they would make the network too large for what they bring."""


def bins_for(rows: int) -> int:
    """How many bins a number has at most: few where few rows would fill them."""
    return min(max(rows // 200, 8), 48)


def sizes(rows: int, numbers: int, width: int | None = None) -> dict[str, int]:
    """Units of each hidden layer, bins, and what they are combined to, for so many rows and columns of numbers."""
    width = width or (64 if rows < FEW_ROWS / 2 else 96 if rows < FEW_ROWS else 128)
    depth = min(max(NUMBERS_DEPTH // max(1, numbers), 2), 12)
    return {"width": int(width), "bins": bins_for(rows), "depth": depth}


def members_for(preset: str, rows: int) -> int:
    """How many networks answer together."""
    chosen = PRESETS[preset]
    return chosen.few_members if rows < FEW_ROWS else chosen.members
