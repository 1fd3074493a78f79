"""The nouns that travel between the rooms: frozen, without logic beyond their own shape.

Knows nothing of the other modules. What crosses a process turns into JSON and back without loss.
"""

from core.records.problems import Fold, Problem, Roles, Samples, Split, Task
from core.records.runs import (
    ENDED,
    NOT_CONVERGED,
    RUN_ENDED,
    STOPPED_EARLY,
    FitState,
    Hold,
    ModelSpec,
    Outcome,
    Param,
    Predictions,
    RunSpec,
    RunState,
)
from core.records.tables import NUMBERS, Change, Column, ColumnKind, Proposal, Table

__all__ = [
    "ENDED",
    "NOT_CONVERGED",
    "NUMBERS",
    "RUN_ENDED",
    "STOPPED_EARLY",
    "Change",
    "Column",
    "ColumnKind",
    "FitState",
    "Fold",
    "Hold",
    "ModelSpec",
    "Outcome",
    "Param",
    "Predictions",
    "Problem",
    "Proposal",
    "Roles",
    "RunSpec",
    "RunState",
    "Samples",
    "Split",
    "Table",
    "Task",
]
