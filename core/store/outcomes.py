"""Outcomes as pages ask for them: the same ones every second, so that each is read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from core.records import Outcome
from core.store.rows import outcome_of
from core.store.upkeep import Upkeep

MOST_KNOWN = 2048  # that are kept in memory


class Outcomes(Upkeep):
    """Outcomes by their keys."""

    def __init__(self, folder: Path, *, keep_open: bool = False) -> None:
        super().__init__(folder, keep_open=keep_open)
        self._known: dict[tuple[str, float], Outcome] = {}

    def _outcomes(self, created: Mapping[str, float]) -> dict[str, Outcome]:
        """Outcomes by key, as of the moments when they were stored; a page asks for the same ones every second."""
        found = {key: self._known[key, moment] for key, moment in created.items() if (key, moment) in self._known}
        lacking = [key for key in created if key not in found]
        for start in range(0, len(lacking), 500):
            part = lacking[start : start + 500]
            for row in self._read(f"SELECT key, outcome, created FROM outcome WHERE key IN ({marks(part)})", *part):
                found[row["key"]] = self._known[row["key"], row["created"]] = outcome_of(row["outcome"])
        while len(self._known) > MOST_KNOWN:
            self._known.pop(next(iter(self._known)), None)
        return found


def marks(values: Sequence[object]) -> str:
    """A question mark for each value of a list."""
    return ", ".join("?" * len(values))
