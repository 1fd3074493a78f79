"""What is shown of a fit while it learns in rounds: the points of its learning curve, of the kind that networks tell.

Takes a pipeline, the rows it learns from and rows held out; fits it as its entry says (`Model.watched`) and changes
nothing about the result: the held-out rows are looked at and choose nothing. Looking is timed apart from the fit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from core.catalogue import resolve
from core.progress import Step, clock, tell, wanted
from core.records import Predictions, Problem, Samples
from core.run.weighing import weighed

if TYPE_CHECKING:
    import numpy as np

# The rounds double from one look to the next. In between, where they have grown by a tenth, looks are taken as long as
# all of them take no more than this share of the fit's time.
SPARSE, DENSE, SHARE = 2.0, 1.1, 0.04

# So many rows of either part are looked at: to ask a forest about more would take longer than growing some.
SHOWN = 250


class Watch:
    """Looks at a model after its rounds, tells of them, and asks whether to go on.

    Parameters
    ----------
    problem : Problem
    samples : Samples
    rows : ndarray
        Those that the model learns from.
    learned, held : ndarray
        A few of them, and a few that it does not learn from.

    Attributes
    ----------
    points : list of dict
        As in `core.progress.Step`.
    seconds : float
        Spent on what is no part of the fit.
    stopped : str
        What came of a wish to stop, as a sentence; empty without one.
    """

    def __init__(
        self, problem: Problem, samples: Samples, rows: np.ndarray, learned: np.ndarray, held: np.ndarray
    ) -> None:
        self.samples, self.classes = samples, len(problem.classes)
        held = held if samples.weights is None else held[samples.weights[held] > 0]
        self.parts = {name: _few(rows) for name, rows in (("train", learned), ("valid", held)) if len(rows)}
        self.variance = 0.0 if self.classes else _variance(samples.y[rows])
        self.points: list[dict[str, float]] = []
        self.seconds = self.looking = self.latest = 0.0
        self.done, self.taken, self.stopped, self.began = 0, 0.0, "", clock()

    def prepare(self, step: Any) -> None:
        """Take the rows that are looked at as the fitted preparation gives them."""
        import numpy as np

        with self._apart():
            self.shown = np.concatenate([*self.parts.values()])
            self.X = step.transform(self.samples.take(self.shown))

    def __call__(self, so_far: Callable[[], Any], done: int, most: int) -> bool:
        """Look at what `so_far` gives, where that is worth it after `done` of `most` rounds; False asks to stop."""
        self.done, self.taken = done, clock() - self.began - self.seconds
        tell(Step(done / most, f"round {done:,} of {most:,}", self._look(so_far()) if self._due() else {}))
        if done < most and not wanted():
            self.stopped = f"Training was stopped early after round {done:,} of {most:,}; what it learned is kept."
        return not self.stopped

    def _due(self) -> bool:
        """Whether it is time for a look."""
        if not self.points:
            return True
        grown = self.done / self.points[-1]["step"]
        fitted = clock() - self.began - self.looking
        return grown >= SPARSE or (grown >= DENSE and self.looking + self.latest <= SHARE * fitted)

    def _look(self, model: Any) -> dict[str, float]:
        before = self.seconds
        with self._apart():
            self.points.append(self._point(self._said(model)))
        self.latest = self.seconds - before
        self.looking += self.latest
        return self.points[-1]

    def _said(self, model: Any) -> Predictions:
        """What a model says about the rows that are looked at."""
        import numpy as np

        rows, actual = self.samples.rows[self.shown], self.samples.y[self.shown]
        weights = weighed(self.samples, self.shown)
        if not (self.classes and hasattr(model, "predict_proba")):
            return Predictions(rows, actual, model.predict(self.X), weights=weights)
        raw, chances = model.predict_proba(self.X), np.zeros((len(rows), self.classes))
        chances[:, model.classes_] = raw[:, : len(model.classes_)]
        return Predictions(rows, actual, chances.argmax(axis=1), chances, weights=weights)

    def end(self, *said: Predictions) -> None:
        """Take what the model says that is kept for the last point, where there are any."""
        if self.points and self.points[-1]["step"] == self.done:
            self.points.pop()
        if self.done:
            self.points.append(self._point(*said))

    def _point(self, *said: Predictions) -> dict[str, float]:
        """A point made of predictions that cover the rows that are looked at."""
        import numpy as np

        found = {"step": float(self.done), "seconds": self.taken}
        for name, rows in self.parts.items():
            where = self.samples.rows[rows]
            part = next(_of(each, where) for each in said if np.isin(where, each.rows).all())
            judged = _of_classes(part) if self.classes else _of_numbers(part, self.variance)
            found |= {f"{name}_{what}": value for what, value in judged.items() if math.isfinite(value)}
        return found

    @contextmanager
    def _apart(self) -> Iterator[None]:
        """Time what is no part of the fit."""
        began = clock()
        try:
            yield
        finally:
            self.seconds += clock() - began


def fit(pipeline: Any, X: Any, y: np.ndarray, weights: Mapping[str, np.ndarray], way: str, watch: Watch) -> None:
    """Fit a pipeline of two steps as its ``fit`` does, looked at where there is a way.

    Parameters
    ----------
    pipeline : Pipeline
    X : DataFrame
    y : ndarray of shape (rows,)
    weights : mapping of str to ndarray
        What ``fit`` is told beside, under the pipeline's names.
    way : str
        `Model.watched`; empty for a model that is not looked at from here.
    watch : Watch
    """
    if not way:
        pipeline.fit(X, y, **weights)
        return
    prepared = pipeline[0].fit_transform(X, y)
    watch.prepare(pipeline[0])
    arguments = {name.partition("__")[2]: value for name, value in weights.items()}
    resolve(way)(pipeline[-1], prepared, y, watch, **arguments)


def _of_classes(said: Predictions) -> Mapping[str, float]:
    """Mean cross-entropy, where there are probabilities, and accuracy: as networks have them."""
    import numpy as np

    found = {"score": float((said.predicted == said.actual).mean())}
    if said.probabilities is not None:
        own, least = said.probabilities[np.arange(len(said.actual)), said.actual], np.finfo(float).eps
        found["loss"] = -float(np.average(np.log(np.clip(own, least, 1 - least)), weights=said.weights))
    return found


def _of_numbers(said: Predictions, variance: float) -> Mapping[str, float]:
    """Mean squared error in units of the target's variance, and R²: as networks have them."""
    import numpy as np

    left, total = (said.predicted - said.actual) ** 2, ((said.actual - said.actual.mean()) ** 2).sum()
    score = 1 - left.sum() / total if total > 0 else float(not left.any())
    return {"loss": float(np.average(left, weights=said.weights)) / variance, "score": float(score)}


def _variance(y: np.ndarray) -> float:
    from core.networks.inputs import column_scales

    return float(column_scales(y[:, None])[1][0]) ** 2


def _few(rows: np.ndarray) -> np.ndarray:
    """Some of the rows at random, always the same ones."""
    import numpy as np

    return rows[np.sort(np.random.default_rng(0).permutation(len(rows))[:SHOWN])]


def _of(said: Predictions, rows: np.ndarray) -> Predictions:
    """The predictions of some of the rows."""
    import numpy as np

    here = np.isin(said.rows, rows)
    parts = {each.name: part for each in fields(said) if (part := getattr(said, each.name)) is not None}
    return replace(said, **{name: part[here] for name, part in parts.items()})
