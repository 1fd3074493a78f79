"""``cross_validate(n_jobs=2)`` model by model on Bakeoff's own pipelines, in the project's environment."""

from __future__ import annotations

import warnings

import pandas as pd
from child import compete, contest, each, metrics
from sklearn.model_selection import cross_validate

from core.data import make_problem, table_of_frame
from core.models import build
from core.records import ModelSpec, Roles

given = contest()
X = pd.DataFrame(given.X, columns=given.columns)
problem = make_problem(table_of_frame(X.assign(label=[f"class {code}" for code in given.y])), Roles("label"))


def accuracy(model: dict) -> float:
    """One model over the folds."""
    pipeline = build(ModelSpec(model["name"]), problem, given.seed)
    scoring = metrics(pipeline, given.y)
    found = cross_validate(pipeline, X, given.y, cv=given.splits, scoring=scoring, n_jobs=2, return_train_score=False)
    return found["test_accuracy"].mean()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    compete(lambda: each(given.models, accuracy))
