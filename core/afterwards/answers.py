"""What models answered: always the same, all the same as another, or hardly ever the rare class.

Takes a `Finished`, gives findings. Predictions are only read where the stored scores leave it open.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from core.afterwards.entry import Finished, Review, any_model, first, guesses, ids, named
from core.checks import Finding, Severity
from core.records import Predictions, Task
from core.results import FitResult, ModelResult, outcome_of
from core.wording import counted

NEAR = 1e-9
MISSED = 0.5  # of the rows of a class
RARE = 0.2  # a class with a smaller share of the rows is one that is easily missed


def _constant(finished: Finished) -> list[Finding]:
    """Models that give one answer for all rows of a fold."""
    found = {each.id: folds for each in finished.done if (folds := _constant_folds(finished, each))}
    models = [each for each in finished.done if each.id in found]
    if not models:
        return []
    worst = max(models, key=lambda each: len(found[each.id]))
    folds = found[worst.id]
    where = "every fold" if len(folds) == len(worst.done) else f"{len(folds)} of {counted(len(worst.done), 'fold')}"
    what = "the same class" if finished.problem.classes else "the same number"
    others = [each for each in models if each is not worst]
    also = f"; so {'does' if len(others) == 1 else 'do'} {named(others)}" if others else ""
    return [
        Finding(
            "constant",
            Severity.MEDIUM,
            f"{worst.title} says {what} for all rows of {where}{also}.",
            "Let rare classes weigh more, hold the model back less, or give it other columns."
            if finished.problem.classes
            else "Hold the model back less, or give it other columns.",
            (),
            {"models": ids(models), "folds": found},
        )
    ]


def _constant_folds(finished: Finished, model: ModelResult) -> list[int]:
    suspects = (fit for fit in model.done if _may_be_constant(fit, bool(finished.problem.classes)))
    loaded = ((fit, finished.result.load(fit)) for fit in suspects)
    return [fit.fold + 1 for fit, said in loaded if said is not None and len(said.rows) > 1 and _one_value(said)]


def _one_value(said: Predictions) -> bool:
    finite = bool(np.isfinite(said.predicted).all())
    return finite and bool(np.ptp(said.predicted) <= NEAR * max(1.0, float(np.abs(said.predicted).max())))


def _may_be_constant(fit: FitResult, classes: bool) -> bool:
    """Whether the scores allow it: with k classes present a constant answer has balanced accuracy 1 / k, R² <= 0."""
    scores = outcome_of(fit).scores
    value = scores.get("balanced_accuracy" if classes else "r2")
    if value is None or not classes:
        return value is None or value <= NEAR
    return value <= 0 or abs(1 / value - round(1 / value)) < 1e-6


def _the_same(finished: Finished) -> list[Finding]:
    """Models that say the same about every row."""
    groups: list[list[ModelResult]] = []
    for a, b in _twins(finished):
        group = next((each for each in groups if a in each), None)
        if group is None:
            groups.append([a, b])
        elif b not in group:
            group.append(b)
    return [
        Finding(
            "identical",
            Severity.LOW,
            f"{named(group)} say the same about every held-out row.",
            "One of them is enough; where they should differ, see whether a setting had any effect.",
            (),
            {"models": ids(group)},
        )
        for group in groups
    ]


def _twins(finished: Finished) -> Iterator[tuple[ModelResult, ModelResult]]:
    """Pairs whose stored scores are the same in everything, and whose predictions are as well."""
    for a, b in combinations(finished.done, 2):
        if _scores(a) == _scores(b) and _same_answers(finished, a, b):
            yield a, b


def _scores(model: ModelResult) -> list[tuple[tuple[str, float | None], ...]]:
    return [tuple(sorted((k, v) for k, v in outcome_of(each).scores.items())) for each in model.done]


def _same_answers(finished: Finished, a: ModelResult, b: ModelResult) -> bool:
    pairs = zip(a.done, b.done, strict=True)
    return all(_equal(finished.result.load(x), finished.result.load(y)) for x, y in pairs)


def _equal(a: Predictions | None, b: Predictions | None) -> bool:
    if a is None or b is None or len(a.rows) != len(b.rows):
        return False
    return bool(np.array_equal(a.rows, b.rows) and np.allclose(a.predicted, b.predicted, rtol=NEAR, atol=0))


def _missed(finished: Finished) -> list[Finding]:
    """A rare class that the best model finds less than half of, though its score looks fine."""
    said = finished.result.predictions(finished.best.id)
    counts, classes = finished.problem.counts, finished.problem.classes
    if said is None or not finished.beats_guessing(finished.best):
        return []
    found = []
    for code, name in enumerate(classes):
        of_class = said.actual == code
        rows, right = int(of_class.sum()), int((said.predicted[of_class] == code).sum())
        if rows >= 10 and counts[code] < RARE * sum(counts) and right < MISSED * rows:
            found.append((right / rows, str(name), right, rows))
    if not found:
        return []
    share, name, right, rows = min(found)
    return [
        Finding(
            "rare_class_missed",
            Severity.MEDIUM,
            f"{finished.best.title}, which is in front, finds {100 * share:.0f} of 100 rows that are “{name}” "
            f"({right:,} of {rows:,}).",
            "Let rare classes weigh more, move the threshold, or rank by a measure in which every class counts alike.",
            (),
            {"models": [finished.best.id], "class": name, "found": right, "rows": rows},
        )
    ]


def _a_rare_class(finished: Finished) -> str | None:
    counts = finished.problem.counts
    if finished.problem.task is Task.REGRESSION:
        return "numbers are predicted, not classes"
    return None if min(counts) < RARE * sum(counts) else "no class is rare"


def _several_models(finished: Finished) -> str | None:
    return None if len(finished.done) > 1 else "fewer than two models were finished"


def _one_model(finished: Finished) -> str | None:
    done = [each for each in finished.result.models if not guesses(each) and each.done]
    return None if done and finished.done else "no model was finished"


ANSWERS = (
    Review(
        "constant",
        "Always the same answer",
        "Models that say the same about every row of a fold.",
        "Constant predictions on the held-out rows of a fold.",
        _constant,
        _one_model,
    ),
    Review(
        "rare_class_missed",
        "A rare class that is missed",
        "Whether the best model finds the rows of a rare class at all.",
        "Recall below one half for a class with less than a fifth of the rows, over all held-out rows.",
        _missed,
        first(_a_rare_class, any_model),
    ),
    Review(
        "identical",
        "Models that say the same",
        "Models of which one is enough, as they agree on every row.",
        "Equal predictions on all held-out rows.",
        _the_same,
        _several_models,
    ),
)
