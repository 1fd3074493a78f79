"""A run as a value, where it stands, and what comes of it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from core.records.problems import Roles, Split

if TYPE_CHECKING:
    import numpy as np


class RunState(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class FitState(StrEnum):
    """Where a fit, a model of a run, or a derived job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class Hold(StrEnum):
    """What a person wants of a fit that is not through, beside its end.

    A fit that is ``PAUSED`` stands still, or does not begin; with ``STEP`` it does one step of learning and is paused
    again.
    """

    NONE = ""
    PAUSED = "paused"
    STEP = "step"


STOPPED_EARLY, NOT_CONVERGED = "stopped early", "not converged"  # among `Outcome.marks`
ENDED = frozenset({FitState.DONE, FitState.FAILED, FitState.SKIPPED, FitState.CANCELLED})
RUN_ENDED = frozenset({RunState.DONE, RunState.CANCELLED, RunState.FAILED})


@dataclass(frozen=True, slots=True)
class Param:
    """A setting that a form can draw and a command line can check.

    Attributes
    ----------
    name : str
        The constructor's own name for it.
    default : int, float, str, bool, None or tuple
        Used when nothing else is said.
    about : str
        One plain sentence.
    low, high : float or None
        Inclusive bounds of a number.
    choices : tuple
        The values there are, where they can be listed.
    log : bool
        Whether the number is better moved by factors than by steps.
    none_means : str
        What ``None`` stands for, in words; empty where ``None`` is not allowed.
    """

    name: str
    default: Any
    about: str
    low: float | None = None
    high: float | None = None
    choices: tuple[Any, ...] = ()
    log: bool = False
    none_means: str = ""


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A catalogue entry with settings; the same entry may take part twice under labels."""

    name: str
    label: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The entry's name, with the label behind a colon where there is one."""
        return f"{self.name}:{self.label}" if self.label else self.name


@dataclass(frozen=True, slots=True)
class RunSpec:
    """A run as a value: everything that decides its result, and its limits.

    A fit may take `time_limit` seconds (0: any number) and `memory_limit` GiB (0: what the machine has left, at least
    2), all of the run `run_limit` seconds (0: any number).
    """

    dataset: str
    fingerprint: str
    roles: Roles
    split: Split
    models: tuple[ModelSpec, ...]
    seed: int = 0
    class_weight: str = ""
    time_limit: float = 120.0
    memory_limit: float = 0.0
    run_limit: float = 0.0

    def to_json(self) -> str:
        """The spec as JSON text, keys sorted."""
        return json.dumps(dataclasses.asdict(self) | {"roles": self.roles.values()}, sort_keys=True, default=list)

    @classmethod
    def from_json(cls, text: str) -> RunSpec:
        """The spec that `to_json` wrote."""
        raw = json.loads(text)
        roles = raw.pop("roles")
        roles["used"], roles["drop_classes"] = tuple(roles["used"]), tuple(roles["drop_classes"])
        models = tuple(
            ModelSpec(each["name"], each["label"], {key: _tuples(value) for key, value in each["settings"].items()})
            for each in raw.pop("models")
        )
        return cls(roles=Roles(**roles), split=Split(**raw.pop("split")), models=models, **raw)


def _tuples(value: Any) -> Any:
    """JSON lists back to the tuples that settings are made of."""
    return tuple(_tuples(each) for each in value) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Predictions:
    """What a model said about rows it was not trained on (or, for training scores, was).

    Attributes
    ----------
    rows : ndarray of shape (n,)
        Positions in the table.
    actual, predicted : ndarray of shape (n,)
        Class codes or numbers.
    probabilities : ndarray of shape (n, classes) or None
    scores : ndarray of shape (n,) or (n, classes) or None
        Decision scores, where a model has no probabilities. For two classes one number, larger meaning code 1.
    weights : ndarray of shape (n,) or None
        How much each row counts, 0 or more; None where all count the same.
    """

    rows: np.ndarray
    actual: np.ndarray
    predicted: np.ndarray
    probabilities: np.ndarray | None = None
    scores: np.ndarray | None = None
    weights: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one fit.

    Attributes
    ----------
    size_bytes : int or None
        Of the fitted model's file; None while it is not measured, 0 where that was lost.
    scores, train_scores : mapping of str to float or None
        Metric to value on the held-out and on the training rows; None where it is not defined.
    undefined : mapping of str to str
        Metric to the reason why it is not defined.
    curve : tuple of mapping
        Points of the learning curve, see `core.progress.Step`. The last is of the last epoch where a network told of
        its own, and else of the model as it is kept.
    notes : tuple of str
        What a person should know, e.g. that it did not converge.
    marks : tuple of str
        The same in a word or two, for a badge: ``"not converged"``, ``"stopped early"``, ``"loss not finite"``.
    """

    fit_seconds: float
    predict_seconds: float
    size_bytes: int | None
    scores: Mapping[str, float | None]
    train_scores: Mapping[str, float | None]
    undefined: Mapping[str, str] = field(default_factory=dict)
    curve: tuple[Mapping[str, float], ...] = ()
    notes: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
