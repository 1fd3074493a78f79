"""What single columns did in a run: one that is enough by itself, and those that could be left out.

Takes a `Finished` with its rows, gives findings.
"""

from __future__ import annotations

from statistics import fmean

from core.afterwards.entry import Finished, Review, beats_guessing, first
from core.afterwards.folds import check_setting
from core.afterwards.shuffling import Falls, falls, shuffle_seconds
from core.afterwards.trials import Change, again_seconds, first_seconds, tried
from core.checks import Finding, Severity, Suggestion
from core.checks.entry import once
from core.checks.leaks import COMPANY, STANDS_OUT, TELLING, single_scores
from core.checks.naming import names_afterwards
from core.checks.strength import LEAVES, skill
from core.records import ModelSpec
from core.wording import counted, listed, quoted

REACHES = 0.9  # of the best model's way from guessing to perfect
SURE, PERFECT = 0.95, 0.975  # skill of a column alone
ASKED = 3  # columns that are fitted on the run's folds, the best by a quick look
TRIVIAL = 0.01  # of the way from guessing to perfect
SHOWN = 5


@once
def golden(finished: Finished) -> list[Finding]:
    """The column that alone reaches about what the best model reaches."""
    setting, classes = check_setting(finished), len(finished.problem.classes)
    skills = {name: skill(score, classes) for name, score in single_scores(setting).items()}
    ordered = sorted(skills, key=lambda name: -skills[name])
    reached = {name: values for name in ordered[:ASKED] if (values := _alone(finished, name)) is not None}
    enough = [name for name in reached if _enough(finished, reached[name])]
    if not enough:
        return []
    name = enough[0]
    severity = _weight(skills, name)
    return [_told(finished, name, reached[name], severity, skills)]


def _alone(finished: Finished, name: str) -> list[float] | None:
    """A shallow tree's score on every fold by one column; None where it is not defined on one."""
    leaf = max(2, round(finished.result.practice_rows / 200))
    spec = ModelSpec("decision_tree", "", {"max_leaf_nodes": LEAVES, "min_samples_leaf": leaf})
    values = tried(finished, spec, Change(columns=(name,))).values(finished.metric.name)
    known = [each for each in values if each is not None]
    return known if len(known) == len(values) else None


def _enough(finished: Finished, values: list[float]) -> bool:
    own, best = finished.skill(fmean(values)), finished.skill(finished.mean(finished.best))
    if own is None or best is None or best <= 0 or own < REACHES * best:
        return False
    floor = finished.floor
    return floor is not None and finished.ahead(values, finished.values(floor))


def _weight(skills: dict[str, float], name: str) -> Severity:
    """How suspicious it is: far ahead of all other columns, or nearly without error; harmless where many are."""
    own, others = skills[name], [value for other, value in skills.items() if other != name]
    far = len(others) >= COMPANY and 1 - max(others) >= STANDS_OUT * (1 - own)
    many = sum(value >= PERFECT for value in skills.values()) > max(2, len(skills) / 3)
    if (own >= PERFECT and not many) or (own >= SURE and far):
        return Severity.HIGH
    return Severity.MEDIUM if (own >= TELLING and far) or names_afterwards(name) else Severity.LOW


def _told(finished: Finished, name: str, values: list[float], severity: Severity, skills: dict[str, float]) -> Finding:
    best, alone = finished.mean(finished.best), fmean(values)
    suspicious = severity is not Severity.LOW
    without = _without(finished, (name,)) if suspicious else None
    then = f" Without it, {finished.best.title} reaches {finished.told(fmean(without))}." if without else ""
    return Finding(
        "golden",
        severity,
        f"{quoted(name)} alone reaches {finished.told(alone)}, the best model with all columns {finished.told(best)} "
        f"({finished.measure}).{then}",
        f"Ask whether {quoted(name)} is known when a prediction is made; if it comes with the answer, leave it out."
        if suspicious
        else "The other columns add little; that is no fault, and a rule by this column may be enough.",
        (name,),
        {
            "score": alone,
            "best": best,
            "without": fmean(without) if without else None,
            "skill": skills[name],
            "models": [finished.best.id],
        },
        Suggestion(leave_out=(name,)) if suspicious else None,
    )


def _without(finished: Finished, names: tuple[str, ...]) -> list[float] | None:
    """The best model's scores where it does not see some columns; None where none are left, or it is not defined."""
    rest = tuple(each.name for each in finished.problem.features if each.name not in names)
    if not rest:
        return None
    values = tried(finished, finished.best.spec, Change(columns=rest)).values(finished.metric.name)
    known = [each for each in values if each is not None]
    return known if known and len(known) == len(values) else None


@once
def idle(finished: Finished) -> tuple[str, ...]:
    """Columns whose shuffling certainly moves the best model's score by next to nothing."""
    found: Falls = falls(finished)
    least = TRIVIAL * (finished.unit or 0.0)
    return tuple(name for name, high in zip(found.names, found.high, strict=True) if high < least)


def _useless(finished: Finished) -> list[Finding]:
    """Columns that the best model can do without; silent beside a column that tells nearly everything."""
    names = idle(finished)
    if not names or any(each.severity is Severity.HIGH for each in golden(finished)):
        return []
    total, least = len(finished.problem.features), TRIVIAL * (finished.unit or 0.0)
    without = _without(finished, names) if len(names) < total else None
    same = without is not None and _no_loss(finished, without)
    one = len(names) == 1
    return [
        Finding(
            "useless",
            Severity.LOW,
            f"{len(names):,} of {counted(total, 'column')} {'changes' if one else 'change'} next to nothing when "
            f"shuffled (less than {finished.distance(least)}{'' if one else ' each'}, for {finished.best.title}): "
            f"{listed(names, SHOWN)}.{_then(finished, names, without)}",
            f"Leave {'it' if one else 'them'} out: fewer columns have to be collected and explained."
            if same
            else "Columns that say the same stand in for each other, so do not leave out all of them at once.",
            names,
            {"columns": len(names), "of": total, "without": fmean(without) if without else None},
            Suggestion(leave_out=names) if same else None,
        )
    ]


def _then(finished: Finished, names: tuple[str, ...], without: list[float] | None) -> str:
    """What the best model comes to without some columns, as a sentence behind a blank."""
    if without is None:
        return ""
    them = "it" if len(names) == 1 else "all of them"
    scores = [finished.told(each) for each in (fmean(without), finished.mean(finished.best))]
    return f" Without {them}, {finished.best.title} reaches {scores[0]}, with {them} {scores[1]}."


def _no_loss(finished: Finished, without: list[float]) -> bool:
    """Whether leaving columns out costs nothing that matters."""
    sign = 1 if finished.metric.greater_is_better else -1
    loss = sign * (finished.mean(finished.best) - fmean(without))
    return loss <= TRIVIAL * (finished.unit or 0.0) and not finished.ahead(finished.values(finished.best), without)


def _several_columns(finished: Finished) -> str | None:
    if finished.problem.image_shape:
        return "the columns are pixels of images"
    return None if len(finished.problem.features) > 1 else "there is one column only"


def _golden_seconds(finished: Finished) -> float:
    look = 0.005 * len(finished.problem.features)
    return look + ASKED * first_seconds(finished, ModelSpec("decision_tree"), columns=1)


def _useless_seconds(finished: Finished) -> float:
    return shuffle_seconds(finished) + again_seconds(finished, finished.best)


_HELD = first(_several_columns, beats_guessing)

COLUMNS = (
    Review(
        "golden",
        "One column is enough",
        "A column that alone reaches about what the best model reaches, perhaps because it holds the answer.",
        "Golden feature (target leakage): a tree of 32 leaves on each column alone, on the same folds; severe where "
        "it is nearly perfect, or far ahead of all other columns.",
        golden,
        _HELD,
        _golden_seconds,
    ),
    Review(
        "useless",
        "Columns that change nothing",
        "Columns that the best model could do without.",
        "Permutation importance on held-out rows of every fold; told where even the upper end of its corrected 95 % "
        "interval is below a hundredth of the way from guessing to perfect. The model is then fitted without them.",
        _useless,
        _HELD,
        _useless_seconds,
    ),
)
