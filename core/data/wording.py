"""Counts and names in sentences, and the list of changes that a reader makes to a table.

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


class Changes:
    """What was changed while reading: sentences with counts, one per column or, for many columns, one for all.

    A sentence has a place ``{columns}`` for the names and may have one ``{count}`` for the number of cells.
    """

    def __init__(self) -> None:
        self._columns: dict[str, dict[str, int]] = {}

    def add(self, sentence: str, column: str = "", count: int = 0) -> None:
        """Note that `sentence` is true of `column`, for `count` cells."""
        of_sentence = self._columns.setdefault(sentence, {})
        of_sentence[column] = of_sentence.get(column, 0) + count

    def notes(self) -> tuple[str, ...]:
        """All sentences in the order in which they were first added."""
        return tuple(note for sentence, columns in self._columns.items() for note in _render(sentence, columns))


def _render(sentence: str, columns: dict[str, int]) -> list[str]:
    if len(columns) <= _SHOWN:
        return [_fill(sentence, quoted(name), count) for name, count in columns.items()]
    names = f"{len(columns):,} columns ({listed(list(columns))})"
    return [_fill(sentence, names, sum(columns.values()))]


def _fill(sentence: str, columns: str, count: int) -> str:
    # replaced rather than formatted: values quoted in a sentence may hold braces of their own
    return sentence.replace("{count}", counted(count, "cell")).replace("{columns}", columns)
