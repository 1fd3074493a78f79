"""What a person wants of jobs that are at work, such as a pause: asked for by a page, done by the supervisor."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from core.records import FitState, Hold
from core.store.outcomes import Outcomes
from core.store.rows import Derived, FitRow, derived_row, fit_row

ENDED_BY_HAND = "It was stopped before it was through."


class Holding(Outcomes):
    """What a person wants of fits that are not through, beside their end, and of what is worked out on request."""

    def pause(self, run: str, model: str) -> bool:
        """Pause a model's open fits: those at work stand still, the others do not begin; says whether any did not."""
        return self._hold(run, model, Hold.PAUSED, "hold<>'paused'")

    def resume(self, run: str, model: str) -> bool:
        """Have a model's paused fits go on; says whether any was paused."""
        return self._hold(run, model, Hold.NONE, "hold<>''")

    def step(self, run: str, model: str) -> bool:
        """Have a model's paused fits that are at work do one step, or begin the first where none is.

        Says whether there was one that could.
        """
        return self._hold(run, model, Hold.STEP, "hold='paused' AND state='running'") or self._hold(
            run,
            model,
            Hold.STEP,
            "hold='paused' AND fold=(SELECT MIN(fold) FROM fit AS other"
            " WHERE other.run=fit.run AND other.model=fit.model AND other.state='queued')"
            " AND NOT EXISTS (SELECT 1 FROM fit AS other WHERE other.run=fit.run AND other.model=fit.model"
            " AND other.state='running')",
        )

    def stepped(self, fit: FitRow) -> bool:
        """Pause a fit again that was to do one step; says whether it still was."""
        return self._hold(fit.run, fit.model, Hold.PAUSED, "hold='step' AND fold=?", fit.fold)

    def _hold(self, run: str, model: str, to: Hold, expected: str, *values: object) -> bool:
        with self._write() as db:
            sql = f"UPDATE fit SET hold=? WHERE run=? AND model=? AND state IN (?, ?) AND cancel=0 AND {expected}"
            states = FitState.QUEUED, FitState.RUNNING
            return bool(db.execute(sql, (to, run, model, *states, *values)).rowcount)

    def others(self, fit: FitRow, but: Iterable[str]) -> list[FitRow]:
        """The other fits of a fit's model in its run that may begin, none of the given keys, in the order of folds."""
        sql = "SELECT * FROM fit WHERE run=? AND model=? AND fold<>? AND state='queued' AND hold<>'paused'"
        rows = (fit_row(row, False) for row in self._read(f"{sql} ORDER BY fold", fit.run, fit.model, fit.fold))
        return [row for row in rows if row.key not in but]

    def held_fits(self) -> list[FitRow]:
        """The fits at work, without their curves, each with what is wanted of it."""
        return [fit_row(row, False) for row in self._read("SELECT * FROM fit WHERE state='running'")]

    def rests(self, run: str) -> bool:
        """Whether something of a run is paused, and all the rest of it is through."""
        sql = "SELECT COUNT(*), SUM(hold='paused') FROM fit WHERE run=? AND state IN ('queued', 'running')"
        open_, paused = self._read(sql, run)[0]
        return bool(open_) and open_ == paused

    # -- derived results

    def stop_derived(self, key: str) -> None:
        """Ask for the end of a derived result's job; what has not begun is forgotten here and now."""
        with self._write() as db:
            db.execute("DELETE FROM derived WHERE key=? AND state='queued'", (key,))
            db.execute("UPDATE derived SET reason=? WHERE key=? AND state='running'", (ENDED_BY_HAND, key))

    def unwanted_derived(self) -> list[Derived]:
        """What somebody asked to stop while it was worked out."""
        return [derived_row(row) for row in self._read("SELECT * FROM derived WHERE state='running' AND reason<>''")]

    def write_derived_steps(self, steps: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Keep how far derived results have come that are being worked out: (key, see `Derived.step`)."""
        with self._write() as db:
            sql = "UPDATE derived SET result=? WHERE key=? AND state='running'"
            db.executemany(sql, [(json.dumps(step), key) for key, step in steps])
