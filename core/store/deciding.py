"""What was decided about a run's models, such as the cut-off that goes with one: small values by run and model."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from core.store.connection import freeing
from core.store.holding import Holding

_PREFIX = "decision of"


class Deciding(Holding):
    """What was decided about a run's models; the empty model stands for the run itself."""

    @freeing
    def put_decision(self, run: str, model: str, decision: Mapping[str, Any]) -> None:
        """Keep a decision, in the place of what was decided before."""
        with self._write() as db:
            row = (f"{_PREFIX} {run} {model}", json.dumps(dict(decision)))
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", row)

    @freeing
    def drop_decision(self, run: str, model: str) -> None:
        """Forget a decision."""
        with self._write() as db:
            db.execute("DELETE FROM meta WHERE key=?", (f"{_PREFIX} {run} {model}",))

    def decisions(self, run: str) -> dict[str, dict[str, Any]]:
        """What was decided, by model."""
        start = f"{_PREFIX} {run} "
        rows = self._read("SELECT key, value FROM meta WHERE substr(key, 1, ?)=?", len(start), start)
        return {row[0][len(start) :]: json.loads(row[1]) for row in rows}


def drop_decisions(db: sqlite3.Connection, run: str) -> None:
    """Forget all that was decided about a run that is deleted, in the caller's transaction."""
    start = f"{_PREFIX} {run} "
    db.execute("DELETE FROM meta WHERE substr(key, 1, ?)=?", (len(start), start))
