"""Counts and names in sentences.

Knows nothing of tables: takes names and numbers, gives text.
"""

from __future__ import annotations

from collections.abc import Sequence

_SHOWN = 3


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: ``"1 row"``, ``"1,204 rows"``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def quoted(name: object) -> str:
    """A column's name as it stands in a sentence."""
    return f"`{name}`"


def listed(names: Sequence[object], shown: int = _SHOWN) -> str:
    """The first few names and how many there are besides: ``"`a`, `b`, `c` and 4 more"``."""
    parts = [quoted(name) for name in names[:shown]]
    if len(names) > shown:
        return f"{', '.join(parts)} and {len(names) - shown:,} more"
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
