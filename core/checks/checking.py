"""CHECKS: every pitfall that is looked for before training, and what has come of looking.

Takes a table and what is to be learned from it, gives what was found in the order of its weight, and a proposal of how
to divide the rows. May not know how tables are read or problems made: the caller hands them in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.catalogue import Catalogue
from core.checks import columns, leaks, order, rows, target, texts
from core.checks.entry import Check, Checked, Finding, Setting, Severity
from core.checks.groups import GROUPS
from core.checks.weights import WEIGHTS
from core.records import Fold, Problem, Proposal, Samples, Split, Table, Task
from core.wording import counted, quoted

CHECKS: Catalogue[Check] = Catalogue(
    "check",
    leaks.LEAKS,
    GROUPS,
    order.TIME_ORDER,
    order.ORDER,
    rows.DUPLICATES,
    rows.NEAR_DUPLICATES,
    rows.BOTH_SIDES,
    rows.CONFLICTING,
    target.TARGET,
    target.IMBALANCE,
    target.RARE_CLASS,
    rows.FEW,
    rows.WIDE,
    WEIGHTS,
    columns.MISSING,
    columns.MOSTLY_MISSING,
    columns.INFINITE_VALUES,
    texts.MIXED_TYPES,
    texts.DIRTY,
    columns.OUTLIERS,
    columns.SKEW,
    columns.CARDINALITY,
    columns.IDENTIFIERS,
    columns.CONSTANT,
    texts.CORRELATED,
    columns.SENSITIVE,
)

_WEIGHT = {severity: place for place, severity in enumerate(Severity)}


def check_all(
    table: Table,
    problem: Problem,
    samples: Samples,
    split: Split,
    folds: Sequence[Fold] = (),
    *,
    seed: int = 0,
    checks: Iterable[Check] = tuple(CHECKS.values()),
) -> Checked:
    """Look for every pitfall.

    Parameters
    ----------
    table : Table
    problem : Problem
        What is to be learned from it.
    samples : Samples
        The problem's rows.
    split : Split
        How they are to be divided.
    folds : sequence of Fold, optional
        The division itself, where it is known.
    seed : int
        Of the rows that are drawn where all would take too long; a finding says so.

    Returns
    -------
    Checked
        What matters most first, otherwise in the order of the checks.
    """
    setting = Setting(table, problem, samples, split, folds, seed)
    findings: list[Finding] = []
    not_applied: dict[str, str] = {}
    for check in checks:
        reason = check.applies(setting)
        if reason is None:
            findings += check.look(setting)
        else:
            not_applied[check.name] = reason
    findings.sort(key=lambda each: _WEIGHT[each.severity])
    return Checked(tuple(findings), not_applied)


def propose_split(table: Table, problem: Problem, findings: Sequence[Finding], split: Split | None = None) -> Proposal:
    """How the rows should be divided, given what was found.

    Parameters
    ----------
    table : Table
    problem : Problem
    findings : sequence of Finding
        Those of `check_all`, the weightiest first. Groups and times count from medium weight on, equal rows where
        theirs is high.
    split : Split, optional
        How they are divided now: a guard against something that was found stays proposed. As many folds are proposed,
        else 5; fewer where there are not enough groups or rows of a class.

    Returns
    -------
    Proposal
        A mapping with ``kind`` (an entry of `core.data.SPLITS`), ``folds``, ``group`` and ``time``, the latter two
        empty where the split needs none; and the reason as a clause.
    """
    folds = split.folds if split else 5
    for finding in findings:
        told = finding.suggestion
        needed = Severity.MEDIUM if told and (told.group or told.time) else Severity.HIGH
        guarded = told is not None and split is not None and told.split == split.kind
        if told is None or not told.split or (_WEIGHT[finding.severity] > _WEIGHT[needed] and not guarded):
            continue
        if told.group:
            folds = max(2, min(folds, int(table.frame[told.group].nunique())))
        value = {"kind": told.split, "folds": folds, "group": told.group, "time": told.time}
        return Proposal(value, _because(finding))
    if problem.group or problem.time:
        kind, column = ("group", problem.group) if problem.group else ("time", problem.time)
        value = {"kind": kind, "folds": folds, "group": problem.group, "time": problem.time}
        return Proposal(value, f"{quoted(column)} was chosen for it")
    return _default(problem, folds)


def propose_weight(problem: Problem, findings: Sequence[Finding]) -> Proposal:
    """The column by which rows should count, given what was found.

    Returns
    -------
    Proposal
        A column's name and why; an empty name where all rows should count the same.
    """
    if problem.weight:
        return Proposal(problem.weight, "chosen by you")
    for finding in findings:
        if finding.suggestion and finding.suggestion.weight:
            return Proposal(finding.suggestion.weight, _because(finding))
    return Proposal("", "no column says by its name how much a row counts")


def _because(finding: Finding) -> str:
    """A finding's sentence as a clause."""
    text = finding.text.removesuffix(".")
    return text if text.startswith(("`", "“")) or text[:1].isdigit() else text[:1].lower() + text[1:]


def _default(problem: Problem, folds: int) -> Proposal:
    """Folds with the classes in proportion; fewer, or without regard to classes, where one is too rare for that."""
    if problem.task is Task.REGRESSION:
        value = {"kind": "kfold", "folds": folds, "group": "", "time": ""}
        return Proposal(value, "numbers are predicted and no column says that rows belong together")
    rarest = min(problem.counts)
    kind = "stratified" if rarest > 1 else "kfold"
    kept = min(folds, rarest) if rarest > 1 else folds
    value = {"kind": kind, "folds": kept, "group": "", "time": ""}
    if kept < folds:
        return Proposal(value, f"the rarest class has {counted(rarest, 'row')}")
    told = "classes are predicted and no column says that rows belong together"
    return Proposal(value, told if rarest > 1 else "a class has a single row")
