"""From a list of rows to the map: a click on a cell, the rows on the map, and what is said where they are not there."""

from __future__ import annotations

import numpy as np
import pandas as pd
from streamlit.testing.v1 import AppTest

from core import jobs
from core.records import ModelSpec
from core.store import RunRow, Store
from dashboard import decided
from dashboard.charts import CHARTS, palette
from dashboard.looks import THEMES
from dashboard.widgets.on_map import STATE, Marked
from tests.dashboard.pages import click, compared, frame, keys, page, said, slide, sound

MODEL = "logistic_regression"
LOANS = "loan_desk:rows=300"


def deciding(store: Store) -> tuple[RunRow, AppTest, np.ndarray, np.ndarray]:
    """The page that decides, and the rows that are missed and falsely flagged at a cut-off of a half."""
    run = compared(store, LOANS, ModelSpec(MODEL), positive="yes")
    at = page("decide", run=run.id)
    cut_off = slide(at, 0.5)
    row = store.run(run.id)
    assert row is not None
    weighing = decided.weighing(row, MODEL)
    given = weighing.held.predictions
    true = given.actual == run.problem.classes.index("yes")
    flagged = weighing.flagged(cut_off)
    return run, at, np.sort(given.rows[true & ~flagged]), np.sort(given.rows[~true & flagged])


def listed(at: AppTest) -> list[int]:
    """The rows in the list on the page that decides."""
    return sorted(frame(at, "late_payments")["row"])


def cell(run: RunRow, actual: str, named: str) -> int:
    """The place of a cell in the frame of the matrix."""
    classes = [str(each) for each in run.problem.classes]
    return len(classes) * classes.index(actual) + classes.index(named)


def test_a_click_on_a_cell_does_what_the_button_does_and_the_later_of_them_counts(store: Store) -> None:
    run, at, missed, alarms = deciding(store)
    ends, matrix = f"ends-{run.id}-{MODEL}", f"cut-confusion-{MODEL}"
    assert "Or click on a cell of the matrix." in said(at)
    at = click(at, f"{matrix}-0", cell(run, "yes", "no"))
    sound(at)
    assert at.session_state[ends] == "missed" and listed(at) == list(missed)
    at.button_group(key=ends).set_value("alarms").run()
    sound(at)
    assert listed(at) == list(alarms), "the cell that was clicked on before has no say any more"
    at = click(at, f"{matrix}-1", cell(run, "yes", "no"))
    assert listed(at) == list(missed)
    slide(at, 0.6)
    assert at.session_state[ends] == "missed", "another cut-off leaves the choice as it is"


def test_missed_rows_are_marked_on_the_map_until_they_are_forgotten(store: Store) -> None:
    run, at, missed, _ = deciding(store)
    at.session_state[f"ends-{run.id}-{MODEL}"] = "missed"
    at.run()
    at.session_state["map-show"] = True
    at.button(key=f"map-ends-{run.id}-{MODEL}").click().run()
    sound(at)
    told = f"Marked: {len(missed)} rows that are “yes” and were missed by Logistic regression, flagging from a"
    assert at.title[0].value == "Map" and told in said(at) and "on this map" not in said(at)
    assert at.button_group(key="colour").value == "marked"
    points = frame(at, "Marked")
    assert sorted(points.loc[points["Marked"], "Row"]) == list(missed) and len(points) == 300
    at = at.switch_page("views/map.py").run()  # where a browser is by now
    at.button(key="forget_marked").click().run()
    sound(at)
    assert "Marked" not in said(at) and not keys(at, "forget_marked")
    assert "Marked rows" not in at.button_group(key="colour").options


def test_the_rows_of_a_cell_of_look_closer_are_marked(store: Store) -> None:
    run = compared(store, "iris", ModelSpec("decision_tree"))
    found = jobs.result(store, run).predictions("decision_tree")
    assert found is not None
    wrong = sorted(found.rows[(found.actual == 1) & (found.predicted == 2)])
    at = page("look_closer", run=run.id)
    at.session_state["closer"] = THEMES["errs"]
    at = click(at.run(), "confusion-decision_tree", 5)
    at.session_state["map-show"] = True
    at.button(key="map-confusion-decision_tree").click().run()
    sound(at)
    assert f"{len(wrong)} rows that are “versicolor”, named “virginica” by Decision tree." in said(at)
    points = frame(at, "Marked")
    assert sorted(points.loc[points["Marked"], "Row"]) == wrong


def test_the_map_of_another_table_marks_nothing(store: Store) -> None:
    run = compared(store, "iris", ModelSpec("decision_tree"))
    at = page("data", run=run.id)
    at.session_state[STATE] = Marked("another table", np.arange(3), "3 rows")
    at.session_state["colour"] = "marked"
    at = at.switch_page("views/map.py").run()
    sound(at)
    assert at.session_state["colour"] == "actual" and "Marked" not in said(at)
    assert "Marked rows" not in at.button_group(key="colour").options


def test_rows_that_the_map_does_not_hold_are_counted(store: Store) -> None:
    run = compared(store, "iris", ModelSpec("decision_tree"))
    at = page("data", run=run.id)
    at.session_state[STATE] = Marked(run.spec.fingerprint, np.arange(145, 155), "10 rows")
    at.session_state["colour"] = "marked"
    at.session_state["map-show"] = True
    at = at.switch_page("views/map.py").run()
    sound(at)
    assert "Marked: 10 rows. 5 of them are not on this map." in said(at)
    assert frame(at, "Marked")["Marked"].sum() == 5


def test_marked_rows_stay_where_not_all_rows_can_be_drawn() -> None:
    rows = np.arange(60_000)
    many = pd.DataFrame({"x": rows * 1.0, "y": 0.0, "row": rows, "label": "a", "marked": rows % 6_000 == 0})
    others, marked = CHARTS["projection"].draw(many, palette("light")).data
    assert (others.name, marked.name) == ("other rows", "marked (10)")
    assert len(others.x) == 49_990 and list(marked.x) == list(rows[::6_000])
