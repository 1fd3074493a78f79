"""What the rows that a model learned from say beside those that it had not seen: over- and underfitting.

Takes a `Finished`, gives a diagnosis per model and findings. Scores on the training rows are those of at most 500 of
them, see `core.run.execution`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.afterwards.entry import Finished, Review, first, ids, with_guessing
from core.afterwards.levers import turned
from core.checks import Finding, Severity
from core.checks.entry import once
from core.results import ModelResult
from core.wording import counted

CLEAR = 0.1  # of the way from guessing to perfect: a smaller gap is of no consequence
NOTHING = 0.05  # the same: who reaches less on the rows it learned from has learned nothing


class Fitting(StrEnum):
    """How a model has learned."""

    BALANCED = "balanced"
    BY_HEART = "by heart"
    TOO_SIMPLE = "too simple"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """How one model has learned.

    Attributes
    ----------
    train, test : float
        Its mean scores on rows that it learned from, and on rows that it had not seen.
    gap : float
        How much better the first is, as a share of the way from guessing to perfect.
    behind : bool
        Whether it is worse than the best model beyond what the folds leave open.
    text, advice : str
        A sentence each; no advice where nothing has to be done.
    """

    model: str
    title: str
    kind: Fitting
    train: float
    test: float
    gap: float
    behind: bool
    text: str
    advice: str


@once
def diagnoses(finished: Finished) -> tuple[Diagnosis, ...]:
    """How every ranked model has learned, the best first; those without scores on training rows are left out."""
    found = (_diagnosis(finished, each) for each in finished.ranked)
    return tuple(each for each in found if each is not None)


def _diagnosis(finished: Finished, model: ModelResult) -> Diagnosis | None:
    train, test = model.mean(finished.metric.name, train=True), finished.mean(model)
    skills = finished.skill(train), finished.skill(test)
    if train is None or skills[0] is None or skills[1] is None:
        return None
    gap = skills[0] - skills[1]
    kind = _kind(finished, model, skills[0], gap)
    behind = finished.ahead(finished.values(finished.best), finished.values(model))
    scores = (
        f"{finished.told(train)} on rows that it learned from, {finished.told(test)} on others ({finished.measure})"
    )
    open_gap = kind is Fitting.BALANCED and gap >= CLEAR
    text = f"{model.title} {_OPEN if open_gap else _SAYS[kind]}: {scores}."
    return Diagnosis(
        model.id, model.title, kind, train, test, gap, behind, text, _advice(finished, model, kind, behind)
    )


_OPEN = "may know its own rows better than new ones, which the folds leave open"
_SAYS = {
    Fitting.BALANCED: "does nearly as well on new rows as on its own",
    Fitting.BY_HEART: "knows its own rows far better than new ones",
    Fitting.TOO_SIMPLE: "does no better on its own rows than on new ones, and worse than the best model",
    Fitting.NOTHING: "has learned next to nothing",
}


def _kind(finished: Finished, model: ModelResult, train_skill: float, gap: float) -> Fitting:
    known, unseen = finished.values(model, train=True), finished.values(model)
    if train_skill < NOTHING and not finished.beats_guessing(model):
        return Fitting.NOTHING
    if gap >= CLEAR and finished.ahead(known, unseen):
        return Fitting.BY_HEART
    best = finished.best
    way = abs(finished.mean(best) - finished.mean(model)) / (finished.unit or 1.0)
    if way >= CLEAR and gap < CLEAR and finished.ahead(finished.values(best), unseen):
        return Fitting.TOO_SIMPLE
    return Fitting.BALANCED


def _advice(finished: Finished, model: ModelResult, kind: Fitting, behind: bool) -> str:
    if kind is Fitting.BALANCED:
        return ""
    simpler = kind is Fitting.BY_HEART
    turn = turned(model.spec, finished.problem.task, simpler=simpler)
    if simpler:
        calm = (
            "" if behind else "What counts is the score on new rows, and by that one it cannot be told to be behind. "
        )
        return f"{calm}To try: {f'{turn}, ' if turn else ''}fewer columns, or more rows."
    return f"To try: {f'{turn}, ' if turn else ''}other columns, or a model that can bend more."


def _of(finished: Finished, kind: Fitting) -> list[Diagnosis]:
    return [each for each in diagnoses(finished) if each.kind is kind]


def _overfit(finished: Finished) -> list[Finding]:
    found = sorted(_of(finished, Fitting.BY_HEART), key=lambda each: (not each.behind, -each.gap))
    if not found:
        return []
    worst, rest = found[0], len(found) - 1
    harm = any(each.behind or not finished.beats_guessing(finished.result.model(each.model)) for each in found)
    also = f" The same holds for {counted(rest, 'other model')}." if rest else ""
    return [
        Finding(
            "overfit",
            Severity.MEDIUM if harm else Severity.LOW,
            worst.text + also,
            worst.advice,
            (),
            {"models": [each.model for each in found], "train": worst.train, "test": worst.test, "gap": worst.gap},
        )
    ]


def _too_simple(finished: Finished) -> list[Finding]:
    found = _of(finished, Fitting.TOO_SIMPLE)
    if not found:
        return []
    worst, rest = found[-1], len(found) - 1
    also = f" The same holds for {counted(rest, 'other model')}." if rest else ""
    figures = {"models": [each.model for each in found], "train": worst.train, "test": worst.test}
    return [Finding("too_simple", Severity.LOW, worst.text + also, worst.advice, (), figures)]


def _no_better(finished: Finished) -> list[Finding]:
    """Models that cannot be told from guessing while others can; where none can, another review says so."""
    lost = [each for each in finished.ranked if not finished.beats_guessing(each)]
    if not lost or len(lost) == len(finished.ranked):
        return []
    floor, last = finished.floor, lost[-1]
    assert floor is not None  # `with_guessing`
    by = {each.model: each for each in diagnoses(finished)}
    both = [each for each in lost if each.id in by and by[each.id].kind is Fitting.NOTHING]
    known = " On the rows that it learned from it is no better either." if last in both else ""
    others = f" Nor can {counted(len(lost) - 1, 'other model')}." if len(lost) > 1 else ""
    return [
        Finding(
            "underfit",
            Severity.MEDIUM,
            f"{last.title} cannot be told from guessing: {finished.told(finished.mean(last))}, guessing "
            f"{finished.told(finished.mean(floor))} ({finished.measure}).{known}{others}",
            by[last.id].advice if last.id in by else "Leave it out, or give it other settings.",
            (),
            {"models": ids(lost), "on_both_parts": ids(both), "score": finished.mean(last)},
        )
    ]


def _trained(finished: Finished) -> str | None:
    return None if diagnoses(finished) else "there are no scores on the rows that models learned from"


FITTING = (
    Review(
        "overfit",
        "Learned by heart",
        "Models that know the rows they learned from far better than new ones.",
        "Overfitting: training minus held-out score, paired over the folds; told where the corrected interval of the "
        "difference lies above 0 and it is a tenth of the way from guessing to perfect.",
        _overfit,
        first(with_guessing, _trained),
    ),
    Review(
        "underfit",
        "No better than guessing",
        "Models that cannot be told from always giving the same answer.",
        "Underfitting against the dummy baseline: the corrected interval of the difference includes 0, on held-out "
        "rows and, where that is said, with less than a twentieth of the way to perfect on training rows.",
        _no_better,
        with_guessing,
    ),
    Review(
        "too_simple",
        "Too simple",
        "Models that do as badly on their own rows as on new ones, while another does better.",
        "Underfitting against the best model: hardly a gap between training and held-out score, and worse than the "
        "best beyond the corrected interval.",
        _too_simple,
        first(with_guessing, _trained),
    ),
)
