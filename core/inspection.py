"""What a table was read as, what it is probably for, and what stands out in it: everything before a model is trained.

Takes a `Table`, gives an `Inspection`, which turns into JSON. Uses no store and trains nothing but the small models of
the checks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from core.checks import Checked, Finding, check_all, propose_split, propose_weight
from core.data import (
    Unusable,
    default_split,
    folds,
    make_problem,
    propose_target,
    propose_task,
    samples,
)
from core.records import Column, Fold, Problem, Proposal, Roles, Table

TARGET, FEATURE, LEFT_OUT, GROUP, TIME, WEIGHT = "target", "feature", "left out", "group", "time", "weight"
_FACTS = ("encoding", "delimiter", "decimal", "header_row")


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is known of a table before anything is trained.

    Attributes
    ----------
    target : Proposal
        The column that is probably to be predicted; an empty name where none suits.
    task : Proposal or None
        What kind of answer that is; None where no column suits.
    split : Proposal or None
        How the rows should be divided: ``kind``, ``folds``, ``group`` and ``time``. None where nothing can be learned.
    weight : Proposal or None
        The column by which rows should count; an empty name where all count the same.
    checked : Checked or None
        What the checks found; None where nothing can be learned.
    objection : str
        Why nothing can be learned; empty where something can.
    """

    table: Table
    target: Proposal
    task: Proposal | None
    split: Proposal | None
    weight: Proposal | None
    problem: Problem | None
    checked: Checked | None
    objection: str = ""

    def role(self, column: Column) -> tuple[str, str]:
        """A column's role and the reason for it."""
        split = self.split.value if self.split else {}
        if column.name == self.target.value:
            return TARGET, self.target.reason
        if column.name in (split.get("group"), split.get("time")):
            return (GROUP if column.name == split.get("group") else TIME), str(self.split and self.split.reason)
        if self.weight and column.name == self.weight.value:
            return WEIGHT, self.weight.reason
        left_out = self.problem.left_out.get(column.name, "") if self.problem else column.leave_out
        return (LEFT_OUT, left_out) if left_out else (FEATURE, column.reason)

    def to_json(self) -> dict[str, Any]:
        """The inspection as plain values; the README names the fields."""
        table = self.table
        facts = dict.fromkeys(_FACTS) | dict(table.facts)
        return facts | {
            "name": table.name,
            "rows": len(table.frame),
            "columns": [self._column(each) for each in table.columns],
            "target": {"proposal": self.target.value, "reason": self.target.reason},
            "task": str(self.task.value) if self.task else None,
            "task_reason": self.task.reason if self.task else self.objection,
            "split": _split(self.split),
            "weight": {"proposal": self.weight.value, "reason": self.weight.reason} if self.weight else None,
            "report": [asdict(each) for each in table.report],
            "warnings": self._warnings(),
        }

    def _column(self, column: Column) -> dict[str, Any]:
        role, why = self.role(column)
        told = {"name": column.name, "kind": str(column.kind), "role": role}
        rest = {"missing": column.missing, "distinct": column.distinct, "reason": column.reason}
        return told | rest | ({"role_reason": why} if why != column.reason else {})

    def _warnings(self) -> list[dict[str, Any]]:
        found = [_warning(each) for each in self.checked.findings] if self.checked else []
        nothing = {"check": "problem", "severity": "high", "columns": [], "text": self.objection, "advice": ""}
        return [nothing, *found] if self.objection else found


def inspect_table(table: Table, roles: Roles | None = None) -> Inspection:
    """Look at a table as a person would before training.

    Parameters
    ----------
    table : Table
    roles : Roles, optional
        What a person decided; what is left open is proposed.
    """
    target = Proposal(roles.target, "chosen by you") if roles and roles.target else propose_target(table)
    try:
        problem = make_problem(table, roles or Roles(str(target.value)))
    except Unusable as error:
        task = propose_task(table, str(target.value)) if target.value else None
        return Inspection(table, target, task, None, None, None, None, str(error))
    task = propose_task(table, problem.target)
    task = task if task.value == problem.task else Proposal(problem.task, "chosen by you")
    rows, split = samples(table, problem), default_split(problem.task)
    divided: Sequence[Fold] = ()
    with suppress(Unusable):  # the checks say which class is too rare
        divided = folds(rows, problem, split, 0)
    checked = check_all(table, problem, rows, split, divided)
    proposed = propose_split(table, problem, checked.findings)
    weight = propose_weight(problem, checked.findings)
    return Inspection(table, target, task, proposed, weight, problem, checked)


def _split(proposal: Proposal | None) -> dict[str, Any] | None:
    if proposal is None:
        return None
    value: Mapping[str, Any] = proposal.value
    return {"proposal": value["kind"], "reason": proposal.reason, **{k: v for k, v in value.items() if k != "kind"}}


def _warning(finding: Finding) -> dict[str, Any]:
    told = {"check": finding.check, "severity": str(finding.severity), "columns": list(finding.columns)}
    return told | {"text": finding.text, "advice": finding.advice, "figures": dict(finding.figures)}
