"""The layers of a network as its settings stand, before it is trained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from core.models import Model
from core.records import Problem
from core.results import practice_rows, test_share
from dashboard import words
from dashboard.charts import CHARTS, Subject
from dashboard.widgets.figures import show_chart
from dashboard.widgets.forms import chosen_split


def show_architecture(model: Model, problem: Problem, settings: Mapping[str, Any], key: str) -> None:
    """Draw a network's layers and say how much there is to learn; nothing for any other model."""
    layers = model.architecture(problem, settings)
    if not layers:
        return
    split = chosen_split(problem.task, problem)
    practice = practice_rows(split, problem.rows)
    said = words.to_learn(
        sum(each.depth for each in layers),
        sum(each.parameters for each in layers),
        practice * (1 - test_share(split, practice)),
    )
    frame = pd.DataFrame([(each.title, each.shape, each.parameters) for each in layers])
    frame.columns = pd.Index(["layer", "shape", "parameters"])
    show_chart(CHARTS["architecture"], frame, Subject(), key, said=said)
