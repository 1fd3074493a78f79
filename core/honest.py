"""Your split against an honest split: the same models on the same rows, divided in two ways.

Takes a run and a proposed split; gives the run that judges by it, and the scores of both side by side. Knows no screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core import jobs
from core.data import SPLITS, default_split
from core.records import RunSpec, RunState, Table, Task
from core.results import Comparison
from core.store import RunRow, Store

if TYPE_CHECKING:
    import pandas as pd


def honest_spec(spec: RunSpec, split: Mapping[str, Any]) -> RunSpec:
    """The same models, seed and limits with the rows divided as proposed, see `core.checks.propose_split`."""
    divided = replace(spec.split, kind=split["kind"], folds=split["folds"], repeats=1, shuffle=True)
    roles = replace(spec.roles, group=split["group"], time=split["time"])
    return replace(spec, split=divided, roles=roles)


def plain_spec(spec: RunSpec, task: Task) -> RunSpec:
    """The same models, seed and limits by ordinary folds, which know nothing of groups, times or equal rows."""
    divided = replace(spec.split, kind=default_split(task).kind, repeats=1, shuffle=True)
    return replace(spec, split=divided, roles=replace(spec.roles, group="", time=""))


def guards(split: Mapping[str, Any]) -> bool:
    """Whether a proposed split keeps something apart that would flatter: groups, times or equal rows."""
    kind = SPLITS[split["kind"]]
    return bool(kind.needs or kind.together)


def differs(spec: RunSpec, split: Mapping[str, Any]) -> bool:
    """Whether a proposed split guards against something that a run's own does not."""
    if not guards(split):
        return False
    asked = (spec.split.kind, spec.roles.group, spec.roles.time)
    return asked != (split["kind"], split["group"], split["time"])


def submit_both(
    store: Store, spec: RunSpec, split: Mapping[str, Any], table: Table, owner: str = ""
) -> tuple[str, str]:
    """Queue a run and the same by a proposed split; what was run or trained before is not done again.

    Returns
    -------
    tuple of str
        The ids of both.

    Raises
    ------
    ValueError
        If one of them cannot be done, with the reason; `core.jobs.submit` says which.
    """
    yours, honest = (
        known.id if (known := run_of(store.runs(owner=owner), each)) else jobs.submit(store, each, table, owner)
        for each in (spec, honest_spec(spec, split))
    )
    return yours, honest


def run_of(runs: Iterable[RunRow], spec: RunSpec) -> RunRow | None:
    """The first of some runs that is exactly so, and was neither stopped nor failed."""
    gone = (RunState.CANCELLED, RunState.FAILED)
    return next((each for each in runs if each.spec == spec and each.state not in gone), None)


def side_by_side(yours: Comparison, honest: Comparison, metric: str) -> pd.DataFrame:
    """The mean scores of the models that both have finished, the best of the first on top.

    Returns
    -------
    DataFrame
        Columns ``id``, ``title``, ``baseline``, ``yours``, ``honest`` and ``change`` (honest - yours).
    """
    import pandas as pd

    other = {each.id: each.mean for each in honest.standings(metric)}
    rows = [
        {"id": each.id, "title": each.title, "baseline": each.baseline, "yours": each.mean, "honest": other[each.id]}
        for each in yours.standings(metric)
        if each.mean is not None and other.get(each.id) is not None
    ]
    frame = pd.DataFrame(rows, columns=["id", "title", "baseline", "yours", "honest"])
    return frame.assign(change=frame["honest"] - frame["yours"])
