"""Leak suspects: a column, or a sum of columns, that gives the target away.

Takes a `Setting`, gives findings. Every feature is asked alone; the scores are those of rows that were held out.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from core.checks.entry import Check, Finding, Setting, Severity, Suggestion, once
from core.checks.naming import names_afterwards
from core.checks.order import clocks
from core.checks.strength import LEAVES, rank_correlation, score_of_codes, score_of_numbers, skill
from core.wording import counted, listed, quoted

FEWEST, ROWS, BUDGET = 30, 4_000, 400_000  # rows; and rows times columns that are looked at
PERFECT = 0.99  # of the classes' rows right; honest columns of well-known tables stay below
COPY = 0.975  # the same where every value stands for one class: a copy of the target with slips
SAME_ORDER = 0.97  # the same for numbers, R² or the square of the rank correlation
SURE = 0.9  # that much at least must be right beyond chance (lower end of an interval of 95 %)
STANDS_OUT, TELLING, COMPANY = (
    3.0,
    0.8,
    3,
)  # errors of the next best ÷ its own, and skill, and columns beside it, for the lesser alarm
AFTERWARDS, AHEAD = (
    0.3,
    1.5,
)  # the skill that makes a name such as "duration" suspicious, and how far ahead of the others
EXACT = 1e-6  # share of the variance that a sum may leave


@once
def single_scores(setting: Setting) -> Mapping[str, float]:
    """How well each feature alone tells the target: balanced accuracy of classes, or R² of numbers."""
    times = {each.name for each in clocks(setting) if each.matters}  # told by the check of time
    return {name: score_alone(setting, name) for name in setting.names if name not in times}


def looked_at(setting: Setting) -> tuple[NDArray[np.intp], str]:
    """The rows that single columns are judged on, and the clause that says so."""
    return setting.some(max(500, min(ROWS, BUDGET // max(1, len(setting.samples.frame.columns)))))


def score_alone(setting: Setting, name: str) -> float:
    """How well one column alone tells the target; for numbers also as their order does."""
    rows, _ = looked_at(setting)
    y, classes = setting.samples.y[rows], len(setting.problem.classes)
    if name in setting.categories:
        return score_of_codes(setting.codes(name)[0][rows], y, classes, setting.seed)
    values = _as_numbers(setting, name)[rows]
    different, places = np.unique(values, return_inverse=True)
    if len(different) <= LEAVES:  # the tree would give each a leaf
        return score_of_codes(places, y, classes, setting.seed)
    score = score_of_numbers(values, y, classes, setting.seed)
    return score if classes else max(score, rank_correlation(values, y) ** 2 * _known(values))


def _as_numbers(setting: Setting, name: str) -> NDArray[np.float64]:
    values = setting.column(name)
    if values.dtype.kind == "M":
        days: NDArray[np.float64] = (values - values.min()).dt.total_seconds().to_numpy() / 86_400
        return days
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


def _known(values: NDArray[np.float64]) -> float:
    return float((~np.isnan(values)).mean())


def _leaks(setting: Setting) -> list[Finding]:
    scores = single_scores(setting)
    sure = {name: score for name, score in scores.items() if _gives_away(setting, name, score)}
    rest = {name: score for name, score in scores.items() if name not in sure}
    easy = len(sure) > max(2, len(scores) / 3)  # where so many tell it, the answer is easy and not given away
    found = [_told(setting, name, score, Severity.MEDIUM if easy else Severity.HIGH) for name, score in sure.items()]
    if not sure and len(rest) > COMPANY:
        best = max(rest, key=lambda name: rest[name])
        others = [score for name, score in rest.items() if name != best]
        if _stands_out(setting, best, rest[best], max(others)):
            found.append(_told(setting, best, rest[best], Severity.MEDIUM))
    return [*found, *_sums(setting)]


def _gives_away(setting: Setting, name: str, score: float) -> bool:
    """Whether a column alone leaves next to no doubt."""
    if not setting.classes:
        return score >= SAME_ORDER
    limit = COPY if _one_to_one(setting, name) else PERFECT
    rows = len(looked_at(setting)[0])
    return score >= limit and _lowest(score, rows) >= SURE


def _lowest(share: float, rows: int) -> float:
    """The lower end of Wilson's interval of a share, 95 %."""
    z = 1.96
    middle = share + z * z / (2 * rows)
    reach = z * np.sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows))
    return float((middle - reach) / (1 + z * z / rows))


def _one_to_one(setting: Setting, name: str) -> bool:
    """Whether a column has a value for each class, and gaps at the most besides."""
    codes, values = setting.codes(name)
    classes = len(setting.problem.classes)
    if not classes <= values <= classes + 1:  # gaps are a value of their own
        return False
    table = np.zeros((values, classes), dtype=np.int64)
    np.add.at(table, (codes, setting.samples.y), 1)
    return len(set(table.argmax(axis=1))) == classes


def _stands_out(setting: Setting, name: str, score: float, next_best: float) -> bool:
    """Whether the best column is far ahead of all others, or sounds like something that is known too late."""
    classes = len(setting.problem.classes)
    own, other = skill(score, classes), skill(next_best, classes)
    ahead = own >= TELLING and 1 - other >= STANDS_OUT * (1 - own)
    late = names_afterwards(name) and own >= AFTERWARDS and own >= AHEAD * other
    return ahead or late


def _told(setting: Setting, name: str, score: float, severity: Severity) -> Finding:
    _, said = looked_at(setting)
    alone = severity is Severity.HIGH or score >= COPY
    how = "almost without error" if alone else "far better than any other column"
    return Finding(
        "leak",
        severity,
        f"{quoted(name)} alone tells {quoted(setting.problem.target)} {how}: {_score(setting, score)}{said}.",
        f"Ask whether {quoted(name)} is known when a prediction is made; if it comes with the answer, leave it out.",
        (name,),
        {
            "score": score,
            "metric": "balanced_accuracy" if setting.classes else "r2",
            "afterwards": names_afterwards(name),
        },
        Suggestion(leave_out=(name,)),
    )


def _score(setting: Setting, score: float) -> str:
    """A column's score in words."""
    if not setting.classes:
        return f"it explains {100 * score:.1f} % of what varies"
    chance = 100 / len(setting.problem.classes)
    return f"{100 * score:.1f} of 100 rows right, every class counted alike (guessing: {chance:.0f})"


def _sums(setting: Setting) -> list[Finding]:
    """Numbers of which a sum with fixed weights is the target, as parts of a total are."""
    names = list(setting.numbers)
    if setting.classes or not 2 <= len(names) <= setting.rows / 10:
        return []
    rows, said = looked_at(setting)
    frame = setting.features[names].iloc[rows].astype(np.float64)
    values = frame.fillna(frame.mean()).fillna(0.0).to_numpy()
    y = setting.samples.y[rows]
    scale = values.std(axis=0)
    unit = (values - values.mean(axis=0)) / np.where(scale > 0, scale, 1.0)
    centred = y - y.mean()
    weights = np.linalg.lstsq(unit, centred, rcond=1e-8)[0]
    left = float(((centred - unit @ weights) ** 2).sum() / (centred**2).sum())
    parts = [name for name, weight in zip(names, weights, strict=True) if abs(weight) > 1e-3 * y.std()]
    if left > EXACT or not 2 <= len(parts) <= max(2, len(names) / 2):
        return []
    return [
        Finding(
            "leak",
            Severity.HIGH,
            f"{quoted(setting.problem.target)} is a sum of {listed(parts, 5)} with fixed weights, without error{said}.",
            "Ask whether these are known when a prediction is made; if they are parts of the answer, leave them out.",
            tuple(parts),
            {"score": 1 - left, "metric": "r2", "sum": True},
            Suggestion(leave_out=tuple(parts)),
        )
    ]


def _too_few(setting: Setting) -> str | None:
    if setting.rows < FEWEST:
        return f"with {counted(setting.rows, 'row')} the score of a single column says nothing"
    return setting.pixels


LEAKS = Check(
    "leak",
    "Leak suspects",
    "A column that tells the answer almost alone, perhaps because it is only known afterwards.",
    _leaks,
    _too_few,
)
