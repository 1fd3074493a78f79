"""A page that is drawn again draws no figure anew, and the page of a run that has ended is left alone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest
import streamlit as st

from core import jobs
from core.records import ModelSpec
from core.store import Store
from core.store.rows import Unread
from dashboard.charts import CHARTS, Subject, palette
from dashboard.drawn import Drawn, drawn
from dashboard.looks import THEMES
from tests.dashboard.pages import compared, drain, page, sound

MODELS = (ModelSpec("logistic_regression"), ModelSpec("gaussian_naive_bayes"))
CELLS = pd.DataFrame(
    [("no", "no", 8, 0.8), ("no", "yes", 2, 0.2), ("yes", "no", 1, 0.1), ("yes", "yes", 9, 0.9)],
    columns=["actual", "predicted", "count", "share"],
)


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many figures were put together."""
    made: Counter[str] = Counter()
    begin = Drawn.__init__

    def counted(self: Drawn, figure: go.Figure) -> None:
        made["figures"] += 1
        begin(self, figure)

    monkeypatch.setattr(Drawn, "__init__", counted)
    return made


def test_a_page_that_is_drawn_again_draws_no_figure_anew(store: Store, figures: Counter[str]) -> None:
    run = compared(store, "loan_desk:rows=400", *MODELS, positive="yes")
    at = page("data", data="loan_desk:rows=400", run=run.id)
    for view in ("compare", "better", "look_closer", "decide", "how_sure", "for_whom", "map"):
        before = figures["figures"]
        at.session_state["closer"] = THEMES["curves"]
        at.switch_page(f"views/{view}.py").run()
        drain(store)
        at.session_state["closer"] = THEMES["curves"]
        at.run()
        once = figures["figures"]
        at.run()
        sound(at)
        assert once > before and figures["figures"] == once, view


def test_a_figure_is_another_one_where_anything_differs(store: Store, figures: Counter[str]) -> None:
    chart, light, told = CHARTS["confusion"], palette("light"), Subject("paid", model="Ridge")
    first = drawn(chart, CELLS, light, told)
    assert drawn(chart, CELLS.copy(), light, told) is first and figures["figures"] == 1
    coloured = CELLS.copy()
    coloured.attrs["shown"] = "count"
    others = [
        drawn(chart, CELLS.assign(count=CELLS["count"] + 1), light, told),
        drawn(chart, coloured, light, told),
        drawn(chart, CELLS, palette("dark"), told),
        drawn(chart, CELLS, light, Subject("paid", model="Lasso")),
    ]
    assert len({id(each) for each in [first, *others]}) == figures["figures"] == 5
    drawn(chart, CELLS, light, told, moving=True)
    assert drawn(chart, CELLS, light, told) is first, "those that move have a cache of their own"


def test_a_drawn_figure_is_what_plotly_makes_of_it(store: Store) -> None:
    figure = CHARTS["confusion"].draw(CELLS, palette("light"), Subject("paid"))
    made = Drawn(figure)
    assert made.to_dict() == json.loads(figure.to_json())
    assert made.alt == figure.layout.meta["alt"]
    made.to_dict()["data"][0].clear()
    assert made.to_dict() == json.loads(figure.to_json()), "what Plotly does to its copy stays there"


def test_the_leaderboard_of_a_run_that_has_ended_is_left_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = compared(store, "iris", *MODELS)
    parts: dict[str, tuple[Callable[[], None], float | None]] = {}
    fragment = st.fragment

    def kept(function: Any = None, **how: Any) -> Any:
        parts[how.get("key", "")] = (function, how.get("run_every"))
        return fragment(function, **how)

    monkeypatch.setattr(st, "fragment", kept)
    at = page("data", run=run.id)
    at.switch_page("views/compare.py").run()
    sound(at)
    assert parts["leaderboard"][1] is None
    look, every = parts["leaderboard_moved"]
    assert every and "drawing_rows" not in parts
    asked: Counter[str] = Counter()
    read = Store._read
    monkeypatch.setattr(Store, "_read", lambda self, sql, *values: asked.update([sql]) or read(self, sql, *values))
    look()
    assert asked.total() == 1, "one cheap question while nothing moves"


def test_a_result_is_read_when_somebody_looks_into_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Unread('{"a": 1, "b": [2]}')
    assert dict(told) == {"a": 1, "b": [2]} == told and len(told) == 2 and not Unread("{}")
    table = jobs.read(store, "iris")
    asked = jobs.request_projection(store, table.fingerprint, compared(store, "iris", *MODELS).spec.roles, "pca")
    drain(store)
    monkeypatch.setattr(Store, "_write", None)  # asking again waits for nobody who writes
    again = store.request(asked.key, asked.kind, asked.params)
    assert again.result._read is None and again.result["frame"] and again.result._read
