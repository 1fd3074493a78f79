"""REVIEWS: every pitfall that is looked for once a run has ended, and what has come of looking.

Takes a run's results, at once or with its rows; gives what was found in the order of its weight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from core.afterwards.answers import ANSWERS
from core.afterwards.columns import COLUMNS
from core.afterwards.entry import Finished, Review
from core.afterwards.explained import EXPLAINED
from core.afterwards.fitting import FITTING
from core.afterwards.folds import FOLDS
from core.afterwards.rivals import RIVALS
from core.afterwards.scores import SCORES
from core.afterwards.seeds import SEEDS
from core.afterwards.settings import SETTINGS
from core.afterwards.step import STEP
from core.catalogue import Catalogue
from core.checks import Checked, Finding, Severity
from core.progress import Step, retelling, tell
from core.run import reason_of

REVIEWS: Catalogue[Review] = Catalogue(
    "review",
    *SCORES[:1],
    STEP,
    *COLUMNS[:1],
    *SCORES[1:],
    *FOLDS,
    *FITTING,
    *SEEDS,
    *ANSWERS,
    *COLUMNS[1:],
    *RIVALS,
    *EXPLAINED,
    *SETTINGS,
)

LONGEST = 900.0  # seconds that a single review may be expected to take
_WEIGHT = {severity: place for place, severity in enumerate(Severity)}


def at_once(finished: Finished, reviews: Iterable[Review] = tuple(REVIEWS.values())) -> Checked:
    """What can be answered from what is stored of a run.

    Parameters
    ----------
    finished : Finished
        A run that has ended.
    reviews : iterable of Review
        Of those that fit models it is only said which do not apply.

    Returns
    -------
    Checked
        What matters most first, otherwise in the order of the reviews.
    """
    looked = _looked(finished, [each for each in reviews if each.seconds is None])
    later = {each.name: reason for each in reviews if each.seconds is not None and (reason := _reason(finished, each))}
    return Checked(looked.findings, {**looked.not_applied, **later})


def with_fits(finished: Finished, reviews: Iterable[Review] = tuple(REVIEWS.values())) -> Checked:
    """What takes fits on the run's own folds; says how far it is by `core.progress`.

    Parameters
    ----------
    finished : Finished
        With its table and setting.
    reviews : iterable of Review
        Those that need no fits are passed over.

    Returns
    -------
    Checked
        A review that fails, or would take too long, is among those that do not apply, with the reason.
    """
    return _looked(finished, [each for each in reviews if each.seconds is not None])


def fits_seconds(finished: Finished) -> float:
    """About how long `with_fits` takes on one core."""
    return sum(_cost(finished, each) for each in REVIEWS.values() if each.seconds and _reason(finished, each) is None)


def merged(*parts: Checked) -> Checked:
    """Several answers as one, what matters most first, otherwise in the order of the reviews."""
    places = {name: place for place, name in enumerate(REVIEWS)}
    findings = [each for part in parts for each in part.findings]
    findings.sort(key=lambda each: (_WEIGHT[each.severity], places.get(each.check, len(places))))
    return Checked(tuple(findings), {name: why for part in parts for name, why in part.not_applied.items()})


def _cost(finished: Finished, review: Review) -> float:
    return review.seconds(finished) if review.seconds else 0.0


def _reason(finished: Finished, review: Review) -> str | None:
    """Why a review is not made."""
    reason = review.applies(finished)
    if reason is None and _cost(finished, review) > LONGEST:
        return f"it would take about {_cost(finished, review) / 60:.0f} minutes"
    return reason


def _looked(finished: Finished, reviews: Sequence[Review]) -> Checked:
    findings: list[Finding] = []
    not_applied: dict[str, str] = {}
    reasons = {each.name: _reason(finished, each) for each in reviews}
    wanted = [each for each in reviews if reasons[each.name] is None]
    not_applied |= {name: reason for name, reason in reasons.items() if reason is not None}
    whole, before = sum(_cost(finished, each) for each in wanted) or 1.0, 0.0
    for review in wanted:
        share = _cost(finished, review) / whole
        tell(Step(min(before, 1.0), review.title))
        try:
            with retelling(_within(before, share)):
                findings += review.look(finished)
        except Exception as error:  # it is one of many; the others count all the same
            not_applied[review.name] = f"it could not be looked at ({reason_of(error)})"
        before += share
    return merged(Checked(tuple(findings), not_applied))


def _within(before: float, share: float) -> Callable[[Step], Step]:
    """Steps of one review as steps of all."""
    return lambda step: Step(min(1.0, before + share * step.fraction), step.message)
