"""What the store gives back: rows as records, and the way between the two."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from core.records import Change, Column, ColumnKind, FitState, Hold, Outcome, Problem, RunSpec, RunState, Table

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as it stands in the store."""

    number: int
    id: str
    owner: str
    spec: RunSpec
    problem: Problem
    state: RunState
    created: float
    started: float | None
    ended: float | None
    seconds: float | None


@dataclass(frozen=True, slots=True, eq=False)
class FitRow:
    """One fit of a run; `outcome` is there once it is done. Equal only to itself: it is what was read at one moment."""

    run: str
    model: str
    fold: int
    key: str
    cost: float
    state: FitState
    reason: str = ""
    log: str = ""
    reused: bool = False
    cancel: bool = False
    attempts: int = 0
    progress: float = 0.0
    message: str = ""
    curve: tuple[Mapping[str, float], ...] = ()
    started: float | None = None
    ended: float | None = None
    hold: Hold = Hold.NONE
    outcome: Outcome | None = None


class Unread(Mapping[str, Any]):
    """JSON that is read when somebody looks into it: most who ask for a result want to know only that it is there."""

    __slots__ = ("_read", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._read: dict[str, Any] | None = None

    @property
    def _content(self) -> dict[str, Any]:
        found = self._read
        if found is None:
            found = self._read = json.loads(self._text)
        return found

    def __getitem__(self, name: str) -> Any:
        return self._content[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._content)

    def __len__(self) -> int:
        return len(self._content)

    def __repr__(self) -> str:
        return repr(self._content)


@dataclass(frozen=True, slots=True)
class Derived:
    """A result that is computed on request from stored things, e.g. a projection.

    Attributes
    ----------
    reason : str
        Why it has failed; while it is worked out, why that is to end, empty where it is not.
    step : mapping
        How far it is, while it is worked out and has said so: ``progress`` (0 to 1), ``message``, ``seconds`` so far.
    """

    key: str
    kind: str
    params: Mapping[str, Any]
    state: FitState
    reason: str
    log: str
    result: Mapping[str, Any]
    step: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Totals:
    """What a data folder takes, in bytes.

    Attributes
    ----------
    models, predictions : int
        Fitted models and what they said about held-out rows.
    tables : int
        People's files, and the copies that are made of them for reading fast.
    rest : int
        The database, its backups, checkpoints, logs and the ballast.
    free : int
        What is left on the disk.
    """

    models: int
    predictions: int
    tables: int
    rest: int
    free: int


def table_info(table: Table) -> dict[str, Any]:
    """Everything about a table but its frame, as plain values."""
    info = {each.name: getattr(table, each.name) for each in dataclasses.fields(table) if each.name != "frame"}
    parts = {name: [dataclasses.asdict(each) for each in getattr(table, name)] for name in ("columns", "report")}
    return info | parts | {"rows": len(table.frame)}


def table_of(info: Mapping[str, Any], frame: pd.DataFrame) -> Table:
    """The table that `table_info` described."""
    rest = {key: value for key, value in info.items() if key != "rows"} | {
        "columns": tuple(Column(**(each | {"kind": ColumnKind(each["kind"])})) for each in info["columns"]),
        "report": tuple(Change(**each) for each in info.get("report", ())),  # stores before the third version have none
        **{name: tuple(info[name]) for name in ("notes", "image_shape")},
    }
    return Table(frame=frame, **rest)


_spec, _problem = lru_cache(maxsize=256)(RunSpec.from_json), lru_cache(maxsize=256)(Problem.from_json)


def run_row(row: sqlite3.Row) -> RunRow:
    """A run as a record."""
    values = dict(row)
    spec, problem = _spec(values.pop("spec")), _problem(values.pop("problem"))
    return RunRow(spec=spec, problem=problem, state=RunState(values.pop("state")), **values)


def fit_row(row: sqlite3.Row, curves: bool, outcome: Outcome | None = None) -> FitRow:
    """A fit as a record, with its outcome where it is given."""
    values = dict(row)
    curve = values.pop("curve")
    values.pop("outcome", None)
    values |= {"state": FitState(values["state"]), "reused": bool(values["reused"]), "cancel": bool(values["cancel"])}
    values["hold"] = Hold(values["hold"])
    return FitRow(**values, curve=tuple(json.loads(curve)) if curves else (), outcome=outcome)


def outcome_of(text: str) -> Outcome:
    """The outcome that was stored as JSON."""
    raw = json.loads(text)
    lists = {name: tuple(raw.get(name, ())) for name in ("curve", "notes", "marks")}
    return Outcome(**(raw | lists))


def derived_row(row: sqlite3.Row) -> Derived:
    """A derived result as a record; while it is worked out, how far it is stands in the place of its result."""
    state, found = FitState(row["state"]), Unread(row["result"])
    result, step = ({}, found) if state == FitState.RUNNING else (found, {})
    return Derived(row["key"], row["kind"], json.loads(row["params"]), state, row["reason"], row["log"], result, step)
