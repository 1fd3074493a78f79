"""Which fits a run consists of, and the key of each: nothing is trained here, and nothing heavy imported."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.data import SEAL, fold_count
from core.models import MODELS, check_settings
from core.records import ModelSpec, Problem, RunSpec, Task
from core.results import practice_rows, test_share, versions


@dataclass(frozen=True, slots=True)
class PlannedFit:
    """One fit of a run before it is done. `reason` says why it will not be tried; empty when it will."""

    model: ModelSpec
    fold: int
    key: str
    cost: float
    reason: str = ""


def fit_key(spec: RunSpec, model: ModelSpec, fold: int) -> str:
    """The hash of everything that decides a fit's result: equal keys, equal results.

    Limits are no part of it, so what ran out of time can be tried again with more; neither is the label of a model.
    """
    decides = {
        "fingerprint": spec.fingerprint,
        "roles": spec.roles.values(),
        "split": dataclasses.asdict(spec.split),
        "seed": spec.seed,
        "class_weight": spec.class_weight,
        "model": model.name,
        "settings": dict(model.settings),
        "fold": fold,
        "versions": versions(),
        **({"seal": SEAL} if spec.split.exam and spec.seed != SEAL else {}),  # what is sealed followed the seed once
    }
    text = json.dumps(decides, sort_keys=True, default=_plain)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _plain(value: Any) -> Any:
    """What JSON does not know: numpy's numbers and arrays as Python's, other collections as lists."""
    return value.tolist() if hasattr(value, "tolist") else list(value)


def plan(
    spec: RunSpec, problem: Problem, memory: int = 0, costs: Mapping[str, float] | None = None
) -> list[PlannedFit]:
    """Every fit of a run, model by model.

    Parameters
    ----------
    spec : RunSpec
    problem : Problem
        What `spec.roles` make of the table.
    memory : int
        Bytes that a fit may take; 0 for no limit.
    costs : mapping of model id to seconds, optional
        What a fit is expected to take, where that is known better than the catalogue does.

    Returns
    -------
    list of PlannedFit
        A model that does not suit the problem, or will not fit into the memory, has one entry per fold as well, each
        with the reason.

    Raises
    ------
    UnknownName, ValueError
        If a model, a setting or a class weight does not exist, or a model takes part twice under one id.
    """
    if spec.class_weight not in ("", "balanced"):
        raise ValueError(f"Class weights are 'balanced' or left out; there are none called {spec.class_weight!r}.")
    if spec.class_weight and problem.task is Task.REGRESSION:
        raise ValueError(f"Class weights are for classes; {problem.target} is predicted as a number.")
    rows = practice_rows(spec.split, problem.rows)
    count = fold_count(spec.split, rows)
    train = round(rows * (1 - test_share(spec.split, rows)))
    fits = []
    for model in spec.models:
        entry = MODELS[model.name]
        reason = entry.unsuitable(problem) or ""
        if not reason:
            check_settings(model.name, problem.task, model.settings)
            reason = entry.too_large(problem, memory, train, model.settings)
        price = (costs or {}).get(model.id) or entry.seconds(problem, model.settings)
        fits += [PlannedFit(model, fold, fit_key(spec, model, fold), price, reason) for fold in range(count)]
    _refuse_twins(spec.models)
    return fits


def _refuse_twins(models: Sequence[ModelSpec]) -> None:
    ids = [each.id for each in models]
    for each in ids:
        if ids.count(each) > 1:
            raise ValueError(f"The model {each!r} takes part twice. Give one of them a label, as in {each}:second.")


def with_baseline(models: Sequence[ModelSpec]) -> tuple[ModelSpec, ...]:
    """The models with those that are in every run in front, none of them twice."""
    chosen = {each.name for each in models}
    always = [ModelSpec(entry.name) for entry in MODELS.values() if entry.always_in and entry.name not in chosen]
    return (*always, *models)
