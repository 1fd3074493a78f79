"""What was set for the models of a run: nothing at all, or a value at the end of what there is.

Takes a `Finished`, gives findings from the run's spec and its scores.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.afterwards.entry import Finished, Review, any_model, won
from core.afterwards.levers import SIMPLER, in_words
from core.checks import Finding, Severity
from core.models import MODELS, model_title
from core.records import ModelSpec, Param
from core.results import ModelResult
from core.wording import quoted

FEWEST_TRIED = 3
SHOWN = 2
# What changes most; the best model's other settings are not worth a sentence.
TELLING = {*SIMPLER, "n_estimators", "gamma", "hidden_layer_sizes", "learning_rate_init", "weights"}


def _params(finished: Finished, name: str) -> dict[str, Param]:
    return {each.name: each for each in MODELS[name].params.get(finished.problem.task, ())}


def _at_a_bound(finished: Finished) -> list[Finding]:
    """Values that a person set at the lowest or highest that there is."""
    found = []
    for spec in finished.result.spec.models:
        for param, value in _set_numbers(finished, spec):
            if value in (param.low, param.high):
                found.append((spec, param, value))
    return [
        Finding(
            "edge",
            Severity.LOW,
            f"{model_title(spec)}: {quoted(param.name)} is at {in_words(param, value)}, the "
            f"{'lowest' if value == param.low else 'highest'} value there is.",
            "If it was meant as an extreme, nothing has to be done; else try a value further inside.",
            (),
            {"models": [spec.id], "setting": param.name, "value": value},
        )
        for spec, param, value in found
    ]


def _set_numbers(finished: Finished, spec: ModelSpec) -> Iterator[tuple[Param, float]]:
    """The numbers that a person set, with what is known of them; what is as it comes is not their choice."""
    known = _params(finished, spec.name)
    for name, value in spec.settings.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if name in known and number and value != known[name].default:
            yield known[name], value


def _end_of_what_was_tried(finished: Finished) -> list[Finding]:
    """One model with several values of a setting, of which the last one in a row is the best."""
    found = []
    for name, models in _families(finished).items():
        for param in _params(finished, name).values():
            line = _line(finished, models, param)
            if line and (finding := _told_end(finished, param, line)):
                found.append(finding)
    return found


def _families(finished: Finished) -> dict[str, list[ModelResult]]:
    """Ranked models by the entry that they are of."""
    found: dict[str, list[ModelResult]] = {}
    for each in finished.ranked:
        found.setdefault(each.spec.name, []).append(each)
    return found


def _line(finished: Finished, models: list[ModelResult], param: Param) -> list[tuple[float, ModelResult]]:
    """Models that differ in one number alone, by its value; the largest such group."""
    groups: dict[str, dict[float, ModelResult]] = {}
    for each in models:
        value: Any = each.spec.settings.get(param.name, param.default)
        if isinstance(value, int | float) and not isinstance(value, bool):
            rest = {key: v for key, v in each.spec.settings.items() if key != param.name}
            groups.setdefault(repr(sorted(rest.items())), {}).setdefault(value, each)
    largest = max(groups.values(), key=len, default={})
    return sorted(largest.items()) if len(largest) >= FEWEST_TRIED else []


def _told_end(finished: Finished, param: Param, line: list[tuple[float, ModelResult]]) -> Finding | None:
    by = sorted(line, key=lambda each: finished.mean(each[1]), reverse=finished.metric.greater_is_better)
    best, model = by[0]
    end = next((which for which, place in (("smallest", 0), ("largest", -1)) if line[place][0] == best), "")
    bound = param.low if end == "smallest" else param.high
    if not end or best == bound:
        return None
    values = ", ".join(in_words(param, value) for value, _ in line)
    return Finding(
        "edge_of_tried",
        Severity.LOW,
        f"Of the values of {quoted(param.name)} that were tried ({values}) the {end} did best, for "
        f"{MODELS[model.spec.name].title}: the best one may lie beyond.",
        f"Try {'smaller' if end == 'smallest' else 'larger'} ones.",
        (),
        {"models": [each.id for _, each in line], "setting": param.name, "value": best},
    )


def _untuned(finished: Finished) -> list[Finding]:
    """What the best model leaves as it comes."""
    best = finished.best
    known = _params(finished, best.spec.name)
    left = [each for each in known if each in TELLING and each not in best.spec.settings]
    if not left:
        return []
    named = " and ".join(quoted(each) for each in left[:SHOWN])
    if any(name in known for name in best.spec.settings):
        chosen = ", ".join(quoted(each) for each in best.spec.settings if each in known)
        are = "are" if len(left) > 1 else "is"
        text = f"{best.title}, which is in front, was given {chosen}; {named} {are} left as usual."
    else:
        text = f"{best.title}, which is in front, works with its usual settings."
    return [
        Finding(
            "untuned",
            Severity.LOW,
            text,
            f"Copies with other values of {named} show whether there is more in it.",
            (),
            {"models": [best.id], "left": left},
        )
    ]


def _best_has_settings(finished: Finished) -> str | None:
    if reason := any_model(finished) or won(finished):
        return reason
    telling = TELLING & set(_params(finished, finished.best.spec.name))
    return None if telling else f"{finished.best.title} has hardly anything to set"


SETTINGS = (
    Review(
        "edge",
        "A setting at its end",
        "Settings that stand at the lowest or highest value there is.",
        "A number that was set by hand to the bound of its parameter.",
        _at_a_bound,
        lambda finished: None,
    ),
    Review(
        "edge_of_tried",
        "The best of what was tried stands at the end",
        "Copies of a model of which the one with the most extreme value did best.",
        "Tuned value at the edge of the grid: three or more copies that differ in one number alone.",
        _end_of_what_was_tried,
        any_model,
    ),
    Review(
        "untuned",
        "Not tuned",
        "What could still be set for the best model.",
        "Hyperparameters of the best model that are at their defaults.",
        _untuned,
        _best_has_settings,
    ),
)
