"""What is asked of the database and written to it: the only room that speaks SQL.

Takes a data folder; gives tables, runs, fits, outcomes and derived results as records. Opened with a path, never with a
constant. Several processes may open one folder, and a file is in place before its row is.
"""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import time
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from core.records import ENDED, FitState, Outcome, Problem, RunSpec, RunState, Table
from core.store.connection import freeing
from core.store.deciding import Deciding, drop_decisions
from core.store.outcomes import marks
from core.store.rows import Derived, FitRow, RunRow, derived_row, fit_row, run_row, table_of

_MAY_BEGIN = "state='queued' AND hold<>'paused'"

_info = lru_cache(maxsize=64)(json.loads)  # a page asks for the same ones every second


class Store(Deciding):
    """The store of a data folder; see `core.store.connection.Database` for how it opens."""

    # -- tables

    def put_table_info(self, info: Mapping[str, Any], source: str = "", stamp: str = "") -> None:
        """Keep what a table is, after its frame is in place."""
        with self._write() as db:
            db.execute(
                'INSERT OR REPLACE INTO "table" VALUES (?, ?, ?)', (info["fingerprint"], json.dumps(info), time.time())
            )
            if source:
                row = (source, stamp, info["fingerprint"], json.dumps(info))
                db.execute("INSERT OR REPLACE INTO source VALUES (?, ?, ?, ?)", row)

    def find_table(self, source: str, stamp: str = "") -> str | None:
        """The fingerprint that a source led to, if it still has this stamp."""
        rows = self._read("SELECT fingerprint FROM source WHERE source=? AND stamp=?", source, stamp)
        return str(rows[0][0]) if rows and self.files.frame_path(rows[0][0]).exists() else None

    def table(self, fingerprint: str, source: str = "") -> Table | None:
        """The table of a fingerprint, its frame memory-mapped; None when it was deleted.

        With a `source` it bears the name, and the report, of the reading of that source.
        """
        info = self._info_of(source, fingerprint) or self.table_info(fingerprint)
        if info is None or not self.files.frame_path(fingerprint).exists():
            return None
        return table_of(info, self.files.frame(fingerprint))

    def table_info(self, fingerprint: str) -> dict[str, Any] | None:
        """What a table is, without its frame: see `core.store.table_info`; None when it is not known."""
        rows = self._read('SELECT info FROM "table" WHERE fingerprint=?', fingerprint)
        return _info(rows[0][0]) if rows else None

    def _info_of(self, source: str, fingerprint: str) -> dict[str, Any] | None:
        rows = self._read("SELECT info FROM source WHERE source=? AND fingerprint=?", source, fingerprint)
        return _info(rows[0][0]) if rows and rows[0][0] else None

    # -- runs

    def add_run(
        self, run: str, owner: str, spec: RunSpec, problem: Problem, fits: Iterable[FitRow], *, once: bool = False
    ) -> str:
        """Queue a run with its plan; gives its id, empty when a run of this id is there already.

        With `once`, the id is that of the same person's open run of the same spec, where there is one, and nothing is
        queued.
        """
        with self._write() as db:
            sql = "SELECT id FROM run WHERE owner=? AND spec=? AND state IN ('queued', 'running')"
            if once and (twin := db.execute(sql, (owner, spec.to_json())).fetchone()):
                return str(twin[0])
            made = db.execute(
                "INSERT OR IGNORE INTO run (id, owner, spec, problem, state, created) VALUES (?, ?, ?, ?, ?, ?)",
                (run, owner, spec.to_json(), problem.to_json(), RunState.QUEUED, time.time()),
            ).rowcount
            if made:
                db.executemany(
                    "INSERT INTO fit (run, model, fold, key, cost, state, reason, reused, progress)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [(run, f.model, f.fold, f.key, f.cost, f.state, f.reason, f.reused, f.progress) for f in fits],
                )
                db.execute(  # what was there when the plan was made may have been deleted since
                    "UPDATE fit SET state='queued', reused=0, progress=0"
                    " WHERE run=? AND state='done' AND key NOT IN (SELECT key FROM outcome)",
                    (run,),
                )
        return run if made else ""

    def run(self, run: str) -> RunRow | None:
        """A run by its id; None when there is none."""
        rows = self._read("SELECT * FROM run WHERE id=?", run)
        return run_row(rows[0]) if rows else None

    def runs(self, *, states: Iterable[RunState] = (), owner: str = "") -> list[RunRow]:
        """Runs, the newest first."""
        sql, values = "SELECT * FROM run WHERE 1", []
        if chosen := list(states):
            sql += f" AND state IN ({marks(chosen)})"
            values += [str(each) for each in chosen]
        if owner:
            sql += " AND owner=?"
            values.append(owner)
        return [run_row(row) for row in self._read(sql + " ORDER BY number DESC", *values)]

    def settled_runs(self) -> list[tuple[str, RunState]]:
        """Runs that are not closed though none of their fits is open, and what they come to.

        A run was stopped if all of it was, and has failed if nothing of it is done.
        """
        rows = self._read(
            "SELECT id, CASE"
            " WHEN NOT EXISTS (SELECT 1 FROM fit WHERE run=run.id AND cancel=0 AND state<>'cancelled') THEN 'cancelled'"
            " WHEN EXISTS (SELECT 1 FROM fit WHERE run=run.id AND state='done') THEN 'done' ELSE 'failed' END FROM run"
            " WHERE state IN ('queued', 'running')"
            " AND NOT EXISTS (SELECT 1 FROM fit WHERE run=run.id AND state IN ('queued', 'running'))"
        )
        return [(row[0], RunState(row[1])) for row in rows]

    def advance_run(self, run: str, expected: Iterable[RunState], to: RunState) -> bool:
        """Change a run's state if it is in one of the expected ones; says whether it won."""
        states = list(expected)
        moment = time.time()
        stamps = {RunState.RUNNING: ", started=COALESCE(started, ?)"}.get(to, ", ended=?")
        with self._write() as db:
            sql = f"UPDATE run SET state=?{stamps} WHERE id=? AND state IN ({marks(states)})"
            return bool(db.execute(sql, (to, moment, run, *states)).rowcount)

    def set_seconds(self, run: str, seconds: float) -> None:
        """Keep how long a run took, as a monotonic clock measured it."""
        with self._write() as db:
            db.execute("UPDATE run SET seconds=COALESCE(seconds, 0)+? WHERE id=?", (seconds, run))

    @freeing
    def delete_run(self, run: str) -> bool:
        """Forget an ended run; outcomes stay as long as another run uses them."""
        with self._write() as db:
            gone = db.execute("DELETE FROM run WHERE id=? AND state NOT IN ('queued', 'running')", (run,)).rowcount
            if not gone:
                return False
            db.execute("DELETE FROM fit WHERE run=?", (run,))
            db.execute("DELETE FROM derived WHERE run=?", (run,))
            drop_decisions(db, run)
            lost = [row[0] for row in db.execute("SELECT key FROM outcome WHERE key NOT IN (SELECT key FROM fit)")]
            db.executemany("DELETE FROM outcome WHERE key=?", [(key,) for key in lost])
        for start in range(0, len(lost), 500):  # but what somebody has asked for meanwhile
            part = lost[start : start + 500]
            asked = self._read(f"SELECT key FROM fit WHERE key IN ({marks(part)})", *part)
            for key in set(part).difference(row[0] for row in asked):
                self.files.remove_fit(key)
        return True

    # -- fits

    def fits(self, run: str, *, curves: bool = True) -> list[FitRow]:
        """The fits of a run with the outcomes of those that are done."""
        rows = self._read(
            "SELECT fit.*, outcome.created AS outcome FROM fit LEFT JOIN outcome ON outcome.key=fit.key"
            " AND fit.state='done' WHERE run=? ORDER BY model, fold",
            run,
        )
        outcomes = self._outcomes({row["key"]: row["outcome"] for row in rows if row["outcome"] is not None})
        return [fit_row(row, curves, outcomes.get(row["key"])) for row in rows]

    def waiting(self) -> list[tuple[str, str]]:
        """The runs that have queued fits which may begin, and their owners, oldest first."""
        sql = (
            f"SELECT id, owner FROM run WHERE EXISTS (SELECT 1 FROM fit WHERE run=id AND {_MAY_BEGIN}) ORDER BY number"
        )
        return [(row[0], row[1]) for row in self._read(sql)]

    def queued_cost(self, run: str) -> float:
        """What all fits of a run that may begin are expected to take, in seconds."""
        return float(self._read(f"SELECT TOTAL(cost) FROM fit WHERE run=? AND {_MAY_BEGIN}", run)[0][0])

    def next_fit(self, run: str, *, quickest: bool, but: Iterable[str] = ()) -> FitRow | None:
        """A run's quickest or longest fit that may begin, none of the given keys; of equals, model after model."""
        keys, way = list(but), "" if quickest else " DESC"
        rows = self._read(
            f"SELECT * FROM fit WHERE run=? AND {_MAY_BEGIN} AND key NOT IN ({marks(keys)})"
            f" ORDER BY cost{way}, model, fold LIMIT 1",
            run,
            *keys,
        )
        return fit_row(rows[0], False) if rows else None

    def unwanted_fits(self) -> list[FitRow]:
        """Fits that somebody asked to stop while they ran, also those that have come back into the queue since."""
        rows = self._read("SELECT * FROM fit WHERE state IN ('queued', 'running') AND cancel=1")
        return [fit_row(row, False) for row in rows]

    def advance_fit(
        self, fit: FitRow, expected: Iterable[FitState], to: FitState, reason: str = "", log: str = ""
    ) -> bool:
        """Change a fit's state if it is in one of the expected ones; says whether it won."""
        states, moment = list(expected), time.time()
        begins = to == FitState.RUNNING
        stamp = "started=?, ended=NULL" if begins else "ended=?"
        if to == FitState.QUEUED:  # what it had come to is not where it begins again
            stamp += ", progress=0, message='', curve='[]'"
        values = (to, reason, log, begins, moment if begins or to in ENDED else None)
        with self._write() as db:
            sql = (
                f"UPDATE fit SET state=?, reason=?, log=?, attempts=attempts+?, {stamp}"
                f" WHERE run=? AND model=? AND fold=? AND state IN ({marks(states)})"
            )
            return bool(db.execute(sql, (*values, fit.run, fit.model, fit.fold, *states)).rowcount)

    def finish_fit(self, fit: FitRow, outcome: Outcome, *, key: str = "") -> bool:
        """Keep an outcome and mark every open fit that waits for it as done; the files are in place before.

        Parameters
        ----------
        key : str
            For an outcome that is not what the fit's own key stands for, such as one that was stopped early: this fit
            alone gets it, under this key.
        """
        fields = {each.name: getattr(outcome, each.name) for each in dataclasses.fields(outcome)}  # nothing is copied
        text, moment = json.dumps(fields, default=lambda each: each.tolist()), time.time()  # numpy's numbers
        with self._write() as db:
            won = db.execute(
                "UPDATE fit SET state='done', key=?, reason='', progress=1, message='', curve='[]', ended=?"
                " WHERE run=? AND model=? AND fold=? AND state='running'",
                (key or fit.key, moment, fit.run, fit.model, fit.fold),
            ).rowcount
            if won or not key:
                db.execute("INSERT OR REPLACE INTO outcome VALUES (?, ?, ?)", (key or fit.key, text, moment))
            if not key:
                db.execute(
                    "UPDATE fit SET state='done', reused=1, progress=1, ended=? WHERE key=? AND state='queued'",
                    (moment, fit.key),
                )
                db.execute(  # what its other folds will take is better known now
                    "UPDATE fit SET cost=? WHERE run=? AND model=? AND state='queued'",
                    (outcome.fit_seconds + outcome.predict_seconds, fit.run, fit.model),
                )
        return bool(won)

    @freeing
    def skip(self, run: str, model: str, reason: str) -> int:
        """End the queued fits of a model, or of a whole run where `model` is empty; says how many there were."""
        with self._write() as db:
            return _end_queued(db, run, model, FitState.SKIPPED, reason)

    def set_size(self, key: str, size: int) -> None:
        """Keep the size of a fitted model's file, measured after its outcome was stored."""
        with self._write() as db:
            sql = "UPDATE outcome SET outcome=json_set(outcome, '$.size_bytes', ?), created=? WHERE key=?"
            db.execute(sql, (size, time.time(), key))

    def add_scores(self, key: str, scores: Mapping[str, float | None], undefined: Mapping[str, str]) -> None:
        """Add metrics that an outcome does not have yet; what it has stays."""
        with self._write() as db:
            row = db.execute("SELECT outcome FROM outcome WHERE key=?", (key,)).fetchone()
            if row is not None:
                outcome = json.loads(row[0])
                outcome["scores"] = {**scores, **outcome["scores"]}
                outcome["undefined"] = {**undefined, **outcome["undefined"]}
                sql = "UPDATE outcome SET outcome=?, created=? WHERE key=?"
                db.execute(sql, (json.dumps(outcome), time.time(), key))

    def write_steps(self, steps: Iterable[tuple[FitRow, float, str, str]]) -> None:
        """Keep how far running fits have come: (fit, progress, message, curve as JSON), all in one transaction."""
        with self._write() as db:
            db.executemany(
                "UPDATE fit SET progress=?, message=?, curve=? WHERE run=? AND model=? AND fold=? AND state='running'",
                [(progress, message, curve, f.run, f.model, f.fold) for f, progress, message, curve in steps],
            )

    @freeing
    def cancel(self, run: str, model: str = "") -> int:
        """Ask for the end of a run's (or one model's) fits; says how many were open.

        What is queued ends here and now; what runs is ended by the supervisor.
        """
        with self._write() as db:
            queued = _end_queued(db, run, model, FitState.CANCELLED, "stopped by you")
            sql = "UPDATE fit SET cancel=1 WHERE run=? AND ? IN ('', model) AND state='running'"
            running = db.execute(sql, (run, model)).rowcount
            if not model:  # whatever it has come to by then, it was stopped
                db.execute("UPDATE fit SET cancel=1 WHERE run=?", (run,))
            return queued + running

    def requeue(self) -> int:
        """Put back in the queue what a dead supervisor left running; what was paused stays so, and shows where."""
        with self._write() as db:
            db.execute("UPDATE fit SET progress=0, message='', curve='[]' WHERE state='running' AND hold=''")
            db.execute("UPDATE fit SET hold='paused' WHERE state='running' AND hold='step'")
            fits = db.execute("UPDATE fit SET state='queued' WHERE state='running' AND cancel=0").rowcount
            db.execute(
                "UPDATE fit SET state='cancelled', reason='stopped by you', ended=? WHERE state='running'",
                (time.time(),),
            )
            db.execute("UPDATE derived SET result='{}', state='failed' WHERE state='running' AND reason<>''")
            db.execute("UPDATE derived SET result='{}', state='queued' WHERE state='running'")
        return int(fits)

    def known_keys(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys whose outcome is stored, predictions and all."""
        wanted = list(keys)
        found: set[str] = set()
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            rows = self._read(f"SELECT key FROM outcome WHERE key IN ({marks(part)})", *part)
            found.update(row[0] for row in rows if self.files.predictions_path(row[0]).exists())
        return found

    # -- derived results

    def request(
        self, key: str, kind: str, params: Mapping[str, Any], run: str = "", *, anew: Iterable[FitState] = ()
    ) -> Derived:
        """The derived result of a key, queued now if nobody asked before, or if it is in a state to be asked `anew`."""
        states, known = list(anew), self.derived(key)
        if known is not None and known.state not in states:  # as for a page that is drawn again, which waits for nobody
            return known
        with self._write() as db:
            if states:
                db.execute(f"DELETE FROM derived WHERE key=? AND state IN ({marks(states)})", (key, *states))
            db.execute(
                "INSERT OR IGNORE INTO derived (key, kind, params, state, run, created)"
                " VALUES (?, ?, ?, 'queued', ?, ?)",
                (key, kind, json.dumps(params), run, time.time()),
            )
            row = db.execute("SELECT * FROM derived WHERE key=?", (key,)).fetchone()
        return derived_row(row)

    def derived(self, key: str) -> Derived | None:
        """A derived result by its key."""
        rows = self._read("SELECT * FROM derived WHERE key=?", key)
        return derived_row(rows[0]) if rows else None

    def derived_of(self, kind: str) -> list[Derived]:
        """All derived results of a kind, in the order in which they were asked for."""
        return [derived_row(row) for row in self._read("SELECT * FROM derived WHERE kind=? ORDER BY rowid", kind)]

    def queued_derived(self) -> list[Derived]:
        """What was asked for and not begun, oldest first; estimates, which nobody waits for, come last."""
        sql = "SELECT * FROM derived WHERE state='queued' ORDER BY kind='estimate', rowid"
        return [derived_row(row) for row in self._read(sql)]

    def advance_derived(
        self,
        key: str,
        expected: FitState,
        to: FitState,
        *,
        result: Mapping[str, Any] | None = None,
        reason: str = "",
        log: str = "",
    ) -> bool:
        """Change a derived result's state if it is in the expected one; says whether it won."""
        with self._write() as db:
            sql = "UPDATE derived SET state=?, result=?, reason=?, log=? WHERE key=? AND state=?"
            values = (to, json.dumps(result or {}), reason, log, key, expected)
            return bool(db.execute(sql, values).rowcount)

    @freeing
    def forget_derived(self, key: str) -> None:
        """Drop a derived result, so that it is computed anew."""
        with self._write() as db:
            db.execute("DELETE FROM derived WHERE key=? AND state NOT IN ('queued', 'running')", (key,))

    # -- notes between the processes

    @freeing
    def note(self, key: str, value: Any) -> None:
        """Leave a small value for the other processes."""
        with self._write() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, json.dumps(value)))

    def noted(self, key: str) -> Any:
        """The value that was left under a key; None when there is none."""
        rows = self._read("SELECT value FROM meta WHERE key=?", key)
        return json.loads(rows[0][0]) if rows else None

    def stamp(self, run: str) -> str:
        """Changes whenever anything about a run's progress or its outcomes changes; cheap to ask every second."""
        row = self._read(
            "SELECT (SELECT state FROM run WHERE id=?), COUNT(*), SUM(state='queued'), SUM(state='running'),"
            " SUM(state='done'), SUM(cancel), SUM(hold='paused'), SUM(hold='step'), SUM(progress), MAX(outcome.created)"
            " FROM fit LEFT JOIN outcome USING (key) WHERE run=?",
            run,
            run,
        )[0]
        return "|".join(map(str, row))


def _end_queued(db: sqlite3.Connection, run: str, model: str, state: FitState, reason: str) -> int:
    """End the queued fits of a model, or of the whole run where it is empty."""
    sql = "UPDATE fit SET state=?, reason=?, ended=? WHERE run=? AND ? IN ('', model) AND state='queued'"
    return db.execute(sql, (state, reason, time.time(), run, model)).rowcount
