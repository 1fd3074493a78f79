"""What a comparison is expected to take, and what stands in the way of it.

Takes a run's spec and what is known of its models' costs; gives values. Knows no store.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from core.data import fold_count
from core.estimates import Estimate, fold_rows, objection, rough
from core.models import MODELS, check_settings
from core.records import ModelSpec, Problem, RunSpec
from core.results import practice_rows

GIB = 2**30


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a comparison is expected to take.

    Attributes
    ----------
    expected : mapping of str to Estimate
        Of one training, by the model's id; from the catalogue alone where nothing was tried yet. Models with settings
        that do not hold are left out.
    on_trial : frozenset of str
        The models whose trial is still to come.
    against : mapping of str to str
        Why a model will not fit into the limits, as a sentence, by its id.
    seconds : float
        Of the whole comparison.
    """

    expected: Mapping[str, Estimate]
    on_trial: frozenset[str]
    against: Mapping[str, str]
    seconds: float


def forecast(
    spec: RunSpec, problem: Problem, known: Mapping[str, Estimate | None], *, slots: int = 1, memory: int = 0
) -> Forecast:
    """What a comparison is expected to take.

    Parameters
    ----------
    spec : RunSpec
    problem : Problem
    known : mapping of str to Estimate or None
        What was found out on samples, by the model's id; None while that is under way.
    slots : int
        Trainings that go on at the same time.
    memory : int
        Bytes that a training may take where the spec does not say.
    """
    train, _ = fold_rows(spec.split, problem.rows)
    models = [each for each in spec.models if settings_hold(problem, each)]
    expected = {each.id: known.get(each.id) or rough(problem, each, train) for each in models}
    against = {each.id: against_limits(spec, problem, each, expected[each.id], memory) for each in models}
    limit = spec.time_limit or math.inf
    each_fit = [min(estimate.seconds, limit) for estimate in expected.values()]
    folds = fold_count(spec.split, practice_rows(spec.split, problem.rows))
    return Forecast(
        expected,
        frozenset(id for id, found in known.items() if found is None),
        {id: reason for id, reason in against.items() if reason},
        max(sum(each_fit) * folds / max(slots, 1), *each_fit, 0.0),
    )


def settings_hold(problem: Problem, model: ModelSpec) -> bool:
    """Whether a model can be given these settings; what is wrong with others is said where they are set."""
    try:
        check_settings(model.name, problem.task, model.settings)
    except ValueError:
        return False
    return True


def against_limits(
    spec: RunSpec, problem: Problem, model: ModelSpec, estimate: Estimate | None = None, memory: int = 0
) -> str:
    """Why a model will not fit into a run's limits, as a sentence; empty if it will."""
    if not settings_hold(problem, model):
        return ""
    train, _ = fold_rows(spec.split, problem.rows)
    return objection(
        MODELS[model.name],
        problem,
        estimate or rough(problem, model, train),
        rows=train,
        seconds=spec.time_limit,
        memory=int(spec.memory_limit * GIB) or memory,
    )
