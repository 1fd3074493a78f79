"""What the tests of pages share: a run that has ended, a page that is drawn, and what can be read on it."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core import jobs
from core.engines.inline import InlineEngine
from core.records import FitState, ModelSpec, Roles, RunSpec, RunState, Split
from core.run import with_baseline
from core.store import RunRow, Store
from core.supervisor import Supervisor
from tests.source import ROOT

APP = str(ROOT / "dashboard" / "app.py")


def drain(store: Store) -> None:
    """Do in this process what a supervisor would do in another."""
    Supervisor(store, InlineEngine(store.folder)).drain()


def compared(store: Store, data: str, *models: ModelSpec, folds: int = 3, kind: str = "kfold", **roles: str) -> RunRow:
    """A run that has ended."""
    table = jobs.read(store, data)
    spec = RunSpec(
        table.name,
        table.fingerprint,
        Roles(roles.pop("target", "") or table.target, **roles),
        Split(kind, folds=folds),
        with_baseline(models),
    )
    row = store.run(jobs.submit(store, spec, table))
    assert row is not None and jobs.ended(row)
    return row


def queued(store: Store, *models: ModelSpec, owner: str = "", folds: int = 2, seed: int = 0) -> RunRow:
    """A run on the example that waits, where nobody is at work (see the fixture `idle`)."""
    table = jobs.read(store, "iris")
    split = Split("kfold", folds=folds)
    spec = RunSpec("iris", table.fingerprint, Roles("species"), split, with_baseline(models), seed)
    row = store.run(jobs.submit(store, spec, table, owner))
    assert row is not None and not jobs.ended(row)
    return row


def begun(store: Store, run: RunRow, *models: str) -> RunRow:
    """The same run with the first folds of these models being trained."""
    store.advance_run(run.id, [RunState.QUEUED], RunState.RUNNING)
    for fit in store.fits(run.id):
        if fit.model in models and fit.fold == 0:
            assert store.advance_fit(fit, [FitState.QUEUED], FitState.RUNNING)
    row = store.run(run.id)
    assert row is not None
    return row


def page(view: str = "data", **address: str) -> AppTest:
    """A page, drawn once."""
    at = AppTest.from_file(APP, default_timeout=60)
    for name, value in address.items():
        at.query_params[name] = value
    at.run()
    return at if view == "data" else at.switch_page(f"views/{view}.py").run()


def queue(at: AppTest) -> AppTest:
    """Click on the start while nobody is at work, where only what was queued is of interest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "ensure_supervisor", lambda _: None)
        at.button(key="start").click().run()
    sound(at)
    return at


def said(at: AppTest) -> str:
    """All words on a page, without the signs of their escape."""
    parts = [*at.title, *at.subheader, *at.markdown, *at.caption, *at.error, *at.info, *at.warning, *at.success]
    return "\n".join(str(each.value) for each in parts).replace("\\", "").replace("\u2060", "")


def click(at: AppTest, key: str, place: int) -> AppTest:
    """Click on a cell, as a browser would tell it."""
    points = [{"customdata": {"0": "a", "5": place}, "point_index": place}]
    at.session_state[key] = {"selection": {"points": points, "point_indices": [place], "box": [], "lasso": []}}
    return at.run()


def charts(at: AppTest) -> int:
    """How many charts a page shows."""
    return len(at.get("plotly_chart"))


def frame(at: AppTest, column: str) -> pd.DataFrame:
    """The table on a page that has this column."""
    return next(each.value for each in at.dataframe if column in each.value)


def keys(at: AppTest, start: str) -> list[str]:
    """The buttons of a page whose keys begin so."""
    return [str(each.key) for each in at.button if str(each.key).startswith(start)]


def address(at: AppTest, name: str) -> str:
    """What stands in the address."""
    value = at.query_params[name]
    return value if isinstance(value, str) else value[0]


def sound(at: AppTest) -> None:
    """Nothing went wrong that nobody foresaw."""
    assert not at.exception
    assert not [each.value for each in at.error if "Something went wrong" in str(each.proto.title)]


def _slider(at: AppTest) -> Any:
    """The slider of cut-offs as it is sent to the browser."""
    [found] = (each.proto for each in at.get("bidi_component") if "sliding" in each.proto.component_name)
    return found


def sliding(at: AppTest) -> dict[str, Any]:
    """What the slider of cut-offs is given: where it stands, and the figures at every place."""
    given: dict[str, Any] = json.loads(_slider(at).json)
    return given


def slide(at: AppTest, share: float) -> float:
    """Let the slider go at a share of its whole length; gives the cut-off there."""
    given = sliding(at)
    key = "cut-" + _slider(at).id.partition("-cut-")[2].removesuffix("-slide")
    at.session_state[key] = given["low"] + given["step"] * round(share * (len(given["places"]) - 1))
    at.run()
    return float(at.session_state[key])
