"""The sealed exam: rows set aside before anything else, and what a model that was chosen without them says about them.

Takes a run's spec and a chosen model; gives its scores on the sealed rows with their intervals, and counts how often
rows have been looked at. Opening it is a derived result, so the same question asked twice is one opening.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from core.comparison import Resampled, bootstrap
from core.derivation import Derivation, Params, derived_key
from core.metrics import METRICS, metrics_of, score_all
from core.models import MODELS, model_title
from core.predictions import taken
from core.progress import Step, retelling, tell
from core.records import FitState, Fold, ModelSpec, Predictions, Problem, RunSpec, Table
from core.store import Derived, Store

if TYPE_CHECKING:
    import numpy as np

KIND = "exam"
DRAWS, FEWEST_DRAWS = 1000, 200
WORK = 1_000_000  # rows times drawings, each scored by every metric of the task
LEVEL = 0.95
FEWEST_ROWS = 2


@dataclass(frozen=True, slots=True)
class Score:
    """A metric on the sealed rows.

    Attributes
    ----------
    value : float or None
    low, high : float or None
        Where the score on other rows of the same kind may well lie, see `core.comparison.bootstrap`. None where too
        many of the drawings have no score, or all have the same.
    reason : str
        Why there is no value.
    """

    value: float | None
    low: float | None
    high: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """One look at sealed rows.

    Attributes
    ----------
    key : str
        Of the derived result.
    model : str
        The title of the model that sat the exam.
    rows : frozenset of int
        The rows that were looked at, as positions in the table.
    """

    key: str
    model: str
    rows: frozenset[int]


def exam_params(spec: RunSpec, model: ModelSpec) -> dict[str, Any]:
    """The parameters of an exam: what a run says, with the chosen model alone and without its limits."""
    chosen = replace(spec, models=(model,), time_limit=0.0, memory_limit=0.0, run_limit=0.0)
    raw: dict[str, Any] = json.loads(chosen.to_json())
    return raw


def exam_key(spec: RunSpec, model: ModelSpec) -> str:
    """The key under which the exam of a model is found."""
    return derived_key(KIND, exam_params(spec, model))


def openings(store: Store, fingerprint: str, target: str) -> tuple[Opening, ...]:
    """Every time that sealed rows of a table were looked at with this target, the first one first."""
    found = [each for each in store.derived_of(KIND) if each.state == FitState.DONE]
    same = [each for each in found if _about(each.params) == (fingerprint, target)]
    return tuple(Opening(each.key, each.result["title"], frozenset(each.result["rows"])) for each in same)


def _about(params: Mapping[str, Any]) -> tuple[str, str]:
    return params["fingerprint"], params["roles"]["target"]


def seen_before(opened: Sequence[Opening], key: str) -> tuple[int, float]:
    """How many openings came before one, and which share of its rows these have shown.

    Parameters
    ----------
    opened : sequence of Opening
        See `openings`.
    key : str
        Of the opening that is asked about.
    """
    place = next((number for number, each in enumerate(opened) if each.key == key), None)
    if place is None:
        return len(opened), 0.0
    earlier = [each for each in opened[:place] if each.rows & opened[place].rows]
    seen = frozenset[int]().union(*(each.rows for each in earlier))
    return len(earlier), len(opened[place].rows & seen) / len(opened[place].rows)


def sit(table: Table, spec: RunSpec) -> dict[str, Any]:
    """Train the one model of a spec on all practice rows and judge it, beside guessing, on the sealed ones.

    Parameters
    ----------
    table : Table
    spec : RunSpec
        With one model.

    Returns
    -------
    dict
        Plain values that turn into JSON: ``title``, ``rows`` (the sealed ones, as positions in the table),
        ``practice`` (rows trained on), ``seconds`` of the fit, ``scores`` and ``guessing`` (metric to the values of
        `Score`).

    Raises
    ------
    ValueError
        If the spec seals nothing.
    Unusable
        If the table cannot be learned from as the spec says.
    """
    from core.data import make_problem, practice_and_exam, samples
    from core.run import Setting, execute

    problem = make_problem(table, spec.roles)
    rows = samples(table, problem)
    practice, sealed = practice_and_exam(rows, problem, spec.split)
    if len(sealed) < FEWEST_ROWS:
        raise ValueError("No rows were sealed for this comparison, so there is no exam to open.")
    shared = Setting(spec, problem, rows, [Fold(0, practice, sealed)])
    [model] = spec.models
    floor = ModelSpec(next(name for name, entry in MODELS.items() if entry.always_in))
    tell(Step(0.0, f"{model_title(model)} learns from all practice rows"))
    with retelling(lambda step: replace(step, fraction=0.8 * step.fraction, point={})):
        fitted = execute(shared, model, 0)
    tell(Step(0.8, "the sealed rows are judged"))
    guessed = execute(shared, floor, 0)
    return {
        "title": model_title(model),
        "rows": rows.rows[sealed].tolist(),
        "practice": len(practice),
        "seconds": fitted.outcome.fit_seconds,
        "scores": _scores(fitted.predictions, problem, spec.seed),
        "guessing": _scores(guessed.predictions, problem, spec.seed),
    }


def _scores(predictions: Predictions, problem: Problem, seed: int) -> dict[str, list[Any]]:
    """Every metric of the task with its interval, as `Score` takes them."""
    values, undefined = score_all(predictions, problem)
    drawn = _drawn(predictions, problem, seed)
    known = {name: value for name, value in values.items() if value is not None}
    found = Resampled(len(predictions.rows), known, drawn, {})
    told = {}
    for metric in metrics_of(problem):
        likely = bootstrap(found, metric.name, LEVEL, bounds=(metric.low, metric.high))
        told[metric.name] = [values[metric.name], likely.low, likely.high, undefined.get(metric.name, "")]
    return told


def _drawn(predictions: Predictions, problem: Problem, seed: int) -> dict[str, np.ndarray]:
    """The scores of rows that are drawn from those at hand, as many and with replacement, again and again."""
    import numpy as np

    rng, count = np.random.default_rng(seed), len(predictions.rows)
    draws = min(DRAWS, max(FEWEST_DRAWS, WORK // count))
    found = {each.name: np.full(draws, np.nan) for each in metrics_of(problem)}
    for place in range(draws):
        scores, _ = score_all(taken(predictions, rng.integers(0, count, count)), problem)
        for name, value in scores.items():
            found[name][place] = np.nan if value is None else value
    return found


def scores_of(row: Derived, metric: str) -> tuple[Score, Score]:
    """What an exam that was sat says by a metric: of the model, and of guessing."""
    name, nothing = METRICS[metric].name, (None, None, None, "It was not computed.")
    return tuple(Score(*row.result[whose].get(name, nothing)) for whose in ("scores", "guessing"))  # type: ignore[return-value]


def _work(store: Store, params: Params) -> dict[str, Any]:
    table = store.table(params["fingerprint"])
    if table is None:
        raise ValueError("The table was deleted.")
    return sit(table, RunSpec.from_json(json.dumps(params)))


DERIVATIONS = (Derivation(KIND, _work, seconds=lambda store, params: 3600.0, long=True),)
