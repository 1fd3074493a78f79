"""Pages after a run of 15 models × 10 folds × 50,000 rows: what drawing one again costs the page's process.

The predictions are made up, see `tests.benchmarks.made`. Told is processor time of the page's script, the least of a
few, without what the browser does; jobs are done in place before.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

import streamlit as st
from streamlit.navigation.page import Page
from streamlit.testing.v1 import AppTest

from core import jobs
from core.store import Store
from dashboard.looks import THEMES
from tests.benchmarks.made import made_run
from tests.dashboard.pages import APP, drain

SOURCE, TIMES = "loan_desk:rows=50000", 4
VIEWS = ("compare", "better", "proof", "look_closer", "for_whom", "map", "decide", "how_sure")
AGAIN = 300.0


def run() -> dict[str, Any]:
    """Measure; rows of name, value, target, unit, passed."""
    with (
        tempfile.TemporaryDirectory() as folder,
        patch.dict(os.environ, BAKEOFF_DATA=folder),
        patch.object(jobs, "ensure_supervisor", drain),
        patch("core.afterwards.AT_ONCE_SECONDS", 0.0),
        patch("dashboard.session.owner", lambda: ""),
    ):
        made_run(Store(Path(folder)), SOURCE)
        at = AppTest.from_file(APP, default_timeout=300)
        at.query_params["data"], at.query_params["run"] = SOURCE, "made"
        at.run()
        rows = [_row(view, _again(at, view)) for view in VIEWS]
        st.cache_resource.clear()
    return {"rows": rows}


def _row(view: str, value: float) -> dict[str, Any]:
    told = f"{view}: drawn again, 15 models × 10 folds, 50,000 rows"
    return {"name": told, "value": value, "target": AGAIN, "unit": "ms", "passed": value <= AGAIN}


def _again(at: AppTest, view: str) -> float:
    """Milliseconds of the page's own script when nothing has changed."""
    at.session_state["closer"] = THEMES["curves"]
    at.switch_page(f"views/{view}.py").run()
    at.run()
    taken: list[float] = []
    begin = Page.run

    def timed(page: Page) -> None:
        began = time.thread_time()
        try:
            begin(page)
        finally:
            taken.append(1e3 * (time.thread_time() - began))

    with patch.object(Page, "run", timed):
        for _ in range(TIMES):
            at.run()
    assert not at.exception
    return min(taken)
