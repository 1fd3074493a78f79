"""A run as the JSON that scripts read: kept stable, and documented in the README.

Takes a `Comparison`; gives plain values.
"""

from __future__ import annotations

import math
import platform
from collections.abc import Mapping, Sequence
from typing import Any

from core.data import SPLITS, fold_count
from core.evidence import Evidence
from core.metrics import METRICS, per_class
from core.records import Split
from core.results import Comparison, ModelResult, outcome_of, versions

SCHEMA = 1


def run_json(comparison: Comparison) -> dict[str, Any]:
    """A run as plain values, in the form that the README documents (schema 1)."""
    bare = [outcome_of(fit) for model in comparison.models for fit in model.done]
    problem, split, roles = comparison.problem, comparison.spec.split, comparison.spec.roles
    evidence = {name: comparison.evidence(name) for name in _told_apart(comparison)}
    return {
        "schema": SCHEMA,
        "run": comparison.run,
        "seed": comparison.spec.seed,
        "class_weight": comparison.spec.class_weight or None,
        "versions": {"python": platform.python_version(), **versions()},
        "dataset": {
            "name": comparison.spec.dataset,
            "fingerprint": comparison.spec.fingerprint,
            "rows": comparison.rows,
            "columns": comparison.columns,
        },
        "problem": {
            "task": str(problem.task),
            "target": problem.target,
            "positive": problem.positive,
            "classes": list(problem.classes),
            "rows": problem.rows,
            "features": [each.name for each in problem.features],
            "left_out": dict(problem.left_out),
            "group": roles.group or None,
            "time": roles.time or None,
            "weight": roles.weight or None,
        },
        "split": _split_json(split, comparison.practice_rows),
        "seconds": {
            "total": comparison.seconds,
            "bare": sum(each.fit_seconds + each.predict_seconds for each in bare),
        },
        "models": [_model_json(comparison, each, evidence) for each in comparison.models],
    }


def _split_json(split: Split, rows: int) -> dict[str, Any]:
    """The split as it was carried out: what its kind does not heed stands at what that comes to."""
    kind = SPLITS[split.kind]
    return {
        "kind": split.kind,
        "folds": split.folds if kind.folded else fold_count(split, rows),
        "repeats": split.repeats if kind.repeated else 1,
        "shuffle": split.shuffle and kind.shuffles,
        "exam": split.exam,
    }


def _told_apart(comparison: Comparison) -> list[str]:
    """The metrics with intervals: all, or of a single fold, whose rows are drawn anew for each, the one that ranks."""
    several = any(len(each.fits) > 1 for each in comparison.models)
    return _metrics(comparison) if several else [comparison.metric]


def _model_json(comparison: Comparison, model: ModelResult, evidence: Mapping[str, Evidence]) -> dict[str, Any]:
    return {
        "id": model.id,
        "name": model.spec.name,
        "title": model.title,
        "settings": {key: _plain(value) for key, value in model.spec.settings.items()},
        "state": str(model.state),
        "reason": model.reason or None,
        "reused": model.reused,
        "notes": list(model.notes),
        "marks": list(model.marks),
        "fit_seconds": _by_fold(model, [outcome_of(each).fit_seconds for each in model.done]),
        "predict_seconds": _by_fold(model, [outcome_of(each).predict_seconds for each in model.done]),
        "size_bytes": model.size_bytes,
        "scores": {name: _score_json(model, name, evidence.get(name)) for name in _metrics(comparison)},
        "per_class": _per_class_json(comparison, model),
        "decision": dict(comparison.decisions.get(model.id, {})) or None,
    }


def _metrics(comparison: Comparison) -> list[str]:
    return [name for name, metric in METRICS.items() if comparison.problem.task in metric.tasks]


def _score_json(model: ModelResult, metric: str, evidence: Evidence | None) -> dict[str, Any]:
    mean, likely = model.mean(metric), evidence.interval(model.id) if evidence is not None else None
    folds, train = (_by_fold(model, model.values(metric, train=part)) for part in (False, True))
    ends = (likely.low, likely.high) if likely is not None else (None, None)
    values = {"mean": mean, "low": ends[0], "high": ends[1], "folds": folds, "train": train}
    return values if mean is not None else {**values, "reason": model.undefined(metric)}


def _by_fold(model: ModelResult, values: Sequence[float | None]) -> list[float | None]:
    """The finished folds' values, each at its fold's place: None for one that failed. Empty where none is finished."""
    known = dict(zip((each.fold for each in model.done), values, strict=True))
    return [known.get(each.fold) for each in model.fits] if known else []


def _per_class_json(comparison: Comparison, model: ModelResult) -> dict[str, Any]:
    predictions = comparison.predictions(model.id) if comparison.problem.classes else None
    if predictions is None:
        return {}
    frame = per_class(predictions, comparison.problem)
    rows = frame.to_dict("index").items()
    return {str(name): {str(key): _plain(value) for key, value in row.items()} for name, row in rows}


def _plain(value: Any) -> Any:
    """A value as JSON knows it: tuples become lists, numpy's scalars Python's, what is not a number None."""
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value
