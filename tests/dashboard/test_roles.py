"""Every column's role, chosen in one place: what models see, what they do not, and the group, the time, the weight."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core import jobs
from core.records import ModelSpec
from core.run.weighing import MARK, UNWEIGHTED
from core.store import Store
from dashboard import words
from dashboard.charts import CHARTS, palette
from tests.dashboard.pages import compared, frame, keys, page, said, sound

N = 90


def people(store: Store, **more: Any) -> str:
    """A file with a person in three rows each, a day, and two columns that could weight rows."""
    rng = np.random.default_rng(0)
    columns: dict[str, Any] = {
        "age": rng.integers(18, 80, N),
        "person": [f"p{n // 3}" for n in rng.permutation(N)],
        "day": pd.date_range("2024-01-01", periods=N)[rng.permutation(N)].strftime("%Y-%m-%d"),
        "times": rng.integers(1, 5, N),
        "fnlwgt": rng.integers(10_000, 300_000, N),
        "income": rng.choice(["low", "high"], N),
    }
    pd.DataFrame(columns | more).to_csv(store.tables / "people.csv", index=False)
    return "people.csv"


def editor(at: AppTest) -> str:
    """The key under which the editor of columns stands now."""
    drawn = next(each for each in at.dataframe if "Role" in each.value)
    return str(drawn.proto.id).split("-", 2)[2]  # behind Streamlit's own mark and hash


def give(at: AppTest, name: str, role: str) -> AppTest:
    """Choose a role in the editor of columns, as a person does."""
    place = frame(at, "Role")["Column"].tolist().index(name)
    at.session_state[editor(at)] = {"edited_rows": {place: {"Role": role}}, "added_rows": [], "deleted_rows": []}
    at.run()
    sound(at)
    return at


def roles(at: AppTest) -> dict[str, str]:
    """What the editor of columns shows."""
    shown = frame(at, "Role")
    return dict(zip(shown["Column"], shown["Role"], strict=True))


def test_a_weight_is_chosen_replaced_and_taken_back(store: Store) -> None:
    at = page(data=people(store), target="income")
    assert set(roles(at).values()) == {"feature"} and "Models see 5 columns." in said(at)
    give(at, "times", "weight")
    assert roles(at)["times"] == "weight" and "times is the weight, as chosen by you." in said(at)
    assert "Models see 4 columns; 1 is kept from them." in said(at)
    give(at, "fnlwgt", "weight")
    assert {name: role for name, role in roles(at).items() if role != "feature"} == {"fnlwgt": "weight"}
    give(at, "fnlwgt", "left out")
    assert roles(at)["fnlwgt"] == "left out" and "is the weight" not in said(at)
    assert "Models see 4 columns; 1 is kept from them." in said(at)
    give(at, "fnlwgt", "feature")
    assert "Models see 5 columns." in said(at)


def test_a_group_or_a_time_is_what_the_comparison_divides_by(store: Store) -> None:
    at = page(data=people(store), target="income")
    give(at, "person", "group")
    assert "person is the group, as chosen by you." in said(at)
    at.switch_page("views/compare.py").run()
    assert (
        at.selectbox(key="split-classification").value == "group" and at.selectbox(key="role-group").value == "person"
    )
    at.switch_page("views/data.py").run()
    assert roles(at)["person"] == "group"
    give(at, "day", "time")
    assert (roles(at)["person"], roles(at)["day"]) == ("feature", "time")
    at.switch_page("views/compare.py").run()
    assert at.selectbox(key="split-classification").value == "time" and at.selectbox(key="role-time").value == "day"
    at.selectbox(key="split-classification").set_value("stratified").run()
    at.switch_page("views/data.py").run()
    assert set(roles(at).values()) == {"feature"}


def test_a_column_of_the_compare_page_is_shown_with_its_role(store: Store) -> None:
    at = page("compare", data=people(store), target="income")
    at.selectbox(key="split-classification").set_value("group").run()
    at.selectbox(key="role-group").set_value("person").run()
    at.switch_page("views/data.py").run()
    assert roles(at)["person"] == "group" and "Models see 4 columns" in said(at)
    give(at, "times", "group")
    assert (roles(at)["person"], roles(at)["times"]) == ("feature", "group")
    give(at, "times", "weight")
    assert {name: role for name, role in roles(at).items() if role != "feature"} == {"times": "weight"}
    at.switch_page("views/compare.py").run()
    assert at.selectbox(key="split-classification").value == "stratified"
    assert "times is the weight" in said(at)


def test_what_cannot_be_a_weight_is_said_and_can_be_taken_back(store: Store) -> None:
    at = page(data=people(store, age=range(-5, N - 5)), target="income")
    give(at, "age", "weight")
    assert "age” cannot say how much a row counts: it is negative in 5 rows" in at.error[0].value.replace("\\", "")
    give(at, "age", "feature")
    assert not at.error and "Models see 5 columns." in said(at)


def test_a_proposed_weight_is_taken_by_its_button(store: Store) -> None:
    at = page(data=people(store), target="income")
    assert "fnlwgt” says by its name how much a row counts" in said(at) and roles(at)["fnlwgt"] == "feature"
    assert keys(at, "do-weights") == ["do-weights-fnlwgt"]
    at.button(key="do-weights-fnlwgt").click().run()
    sound(at)
    assert roles(at)["fnlwgt"] == "weight" and not keys(at, "do-weights")


def test_the_weight_outlives_another_target_but_is_not_one(store: Store) -> None:
    at = page(data=people(store), target="income")
    give(at, "times", "weight")
    at.selectbox(key="target_column").set_value("age").run()
    sound(at)
    assert roles(at)["times"] == "weight" and "times" in roles(at) and "age" not in roles(at)
    at.selectbox(key="target_column").set_value("times").run()
    sound(at)
    assert not at.error and "is the weight" not in said(at)


def test_a_weighted_comparison_is_started_and_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    few = ("baseline", "logistic_regression", "k_neighbors")
    monkeypatch.setattr("dashboard.widgets.cards.default_models", lambda _: few)
    at = page(data=people(store), target="income")
    give(at, "times", "weight")
    at.switch_page("views/compare.py").run()
    at.button(key="start").click().run()
    sound(at)
    (run,) = store.runs()
    assert run.spec.roles.weight == run.problem.weight == "times"
    assert json.loads(run.spec.to_json())["roles"]["weight"] == "times"
    told = said(at)
    assert "rows weighted by times" in told and UNWEIGHTED in told and MARK in told
    at.switch_page("views/look_closer.py").run()
    sound(at)
    result = jobs.result(store, run)
    assert UNWEIGHTED in result.model("k_neighbors").notes and not result.model("logistic_regression").marks


def test_an_opened_run_brings_its_weight_along(store: Store) -> None:
    run = compared(store, people(store), ModelSpec("k_neighbors"), target="income", weight="times")
    at = page(run=run.id)
    sound(at)
    assert roles(at)["times"] == "weight"


def test_pictures_say_what_they_count() -> None:
    cells = pd.DataFrame({"actual": ["a", "b"], "predicted": ["a", "b"], "count": [3, 4], "share": [1.0, 1.0]})
    measures = pd.DataFrame({"precision": [1.0], "recall": [0.5], "f1": [0.7], "support": [1234.5]}, index=["a"])
    told = {}
    for weighted in (False, True):
        cells.attrs["weighted"] = measures.attrs["weighted"] = weighted
        drawn = [
            CHARTS[name].draw(each, palette("light")) for name, each in (("confusion", cells), ("per_class", measures))
        ]
        told[weighted] = (drawn[0].layout.title.subtitle.text, drawn[1].data[0].customdata[0][1])
    assert told[False] == ("7 of 7 rows named right", "1,234 rows")
    assert told[True] == ("7 of 7 rows named right, each counted once whatever its weight", "rows of weight 1,234.5")


def test_a_role_is_told_in_a_sentence() -> None:
    told = "fnlwgt is the weight, as chosen by you. It says how much a row counts, in fits and in scores; "
    assert words.role_of("fnlwgt", "weight") == f"{told}models do not see it."


def test_what_was_decided_about_columns_outlives_a_reload(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.session.owner", lambda: "ann")
    source = people(store)
    give(give(page(data=source, target="income"), "fnlwgt", "weight"), "age", "left out")
    again = roles(page(data=source, target="income"))
    assert (again["fnlwgt"], again["age"]) == ("weight", "left out")
    monkeypatch.setattr("dashboard.session.owner", lambda: "bob")
    others = roles(page(data=source, target="income"))
    assert (others["fnlwgt"], others["age"]) == ("feature", "feature")
