"""What all studies share: their parameters, the setting that they train in, and how far they have come."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from core.derivation import Derivation, Params, derived_key
from core.models import model_title
from core.progress import Step, retelling, tell
from core.records import Fold, ModelSpec, RunSpec
from core.store import Store

if TYPE_CHECKING:
    import numpy as np

    from core.run import Fitted, Setting

LONGEST = 3600.0  # seconds that a study may take
Told = dict[str, Any]


def study_params(spec: RunSpec, model: ModelSpec) -> Told:
    """The parameters of a study: what a run says, with one model alone and without its limits."""
    chosen = replace(spec, models=(model,), time_limit=0.0, memory_limit=0.0, run_limit=0.0)
    raw: Told = json.loads(chosen.to_json())
    return raw


def study_key(kind: str, spec: RunSpec, model: ModelSpec) -> str:
    """The key under which a study of a model is found."""
    return derived_key(kind, study_params(spec, model))


def study(kind: str, work: Callable[[Setting], Told]) -> Derivation:
    """The entry of a study that works on the setting of a run with one model."""

    def begin(store: Store, params: Params) -> Told:
        from core.run import setting

        table = store.table(params["fingerprint"])
        if table is None:
            raise ValueError("The table was deleted.")
        spec = RunSpec.from_json(json.dumps(params))
        return {"title": model_title(spec.models[0])} | work(setting(spec, table))

    return Derivation(kind, begin, seconds=lambda store, params: LONGEST, long=True)


@dataclass(frozen=True, slots=True)
class Fit:
    """One fit of a study: the rows that it learns from and is judged on, and its share of all the work."""

    fold: Fold
    cost: float
    told: str


def fitted(shared: Setting, fits: Sequence[Fit]) -> Iterator[Fitted | str]:
    """Fit the setting's one model on one fold after the other; the reason where it fails.

    Whoever listens hears how far all of them have come.
    """
    from core.run import execute, reason_of

    whole, done = sum(each.cost for each in fits) or 1.0, 0.0
    [model] = shared.spec.models
    for fit in fits:
        tell(Step(done / whole, fit.told))
        try:
            with _within(done / whole, fit.cost / whole, fit.told):
                yield execute(replace(shared, folds=[replace(fit.fold, number=0)]), model, 0)
        except Exception as error:  # it is one of many; the others count all the same
            yield reason_of(error)
        done += fit.cost


@contextmanager
def _within(before: float, share: float, told: str) -> Iterator[None]:
    """A fit's own steps are steps of the whole."""
    with retelling(lambda step: Step(before + share * step.fraction, told)):
        yield


def in_order(shared: Setting, train: np.ndarray, seed: int) -> np.ndarray:
    """Training rows in an order of which every beginning is a fair sample of them.

    Parameters
    ----------
    shared : Setting
    train : ndarray
        Positions in the samples.
    seed : int

    Returns
    -------
    ndarray
        The same positions: the latest first where rows have times, group by group where they have groups, else drawn
        at random, classes in proportion.
    """
    import numpy as np

    rows, rng = shared.samples, np.random.default_rng(seed)
    if rows.times is not None:
        return train[np.argsort(rows.times[train], kind="stable")[::-1]]
    drawn = rng.permutation(train)
    if rows.groups is not None:
        _, group = np.unique(rows.groups[drawn], return_inverse=True)
        return drawn[np.argsort(rng.permutation(group.max() + 1)[group], kind="stable")]
    if not shared.problem.classes:
        return drawn
    place = np.empty(len(drawn))
    for code in np.unique(rows.y[drawn]):
        members = np.flatnonzero(rows.y[drawn] == code)
        place[members] = (np.arange(len(members)) + rng.random()) / len(members)
    return drawn[np.argsort(place, kind="stable")]


def plain(scores: Mapping[str, float | None]) -> dict[str, float | None]:
    """Scores as plain values."""
    return {name: None if value is None else float(value) for name, value in scores.items()}
