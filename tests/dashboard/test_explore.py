"""Looking around in a table: every tab empty, full and failed; what is marked filters the rows below."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core import jobs
from core.profile import PARTS
from core.store import Store
from dashboard import words
from dashboard.widgets.explore import TABS
from tests.core.tables import mixed
from tests.dashboard.pages import charts, frame, page, said, sound

COLUMNS = "What they are like"


def tab(title: str, data: str = "loan_desk", **address: str) -> AppTest:
    """The data page with one of the tabs open."""
    at = page("data", data=data, **address)
    at.session_state["explore"] = title
    return at.run()


def click(at: AppTest, key: str, *places: int) -> AppTest:
    """Mark points of a picture, as a browser would tell it."""
    points = [{"customdata": ["", place], "point_index": place} for place in places]
    at.session_state[key] = {"selection": {"points": points, "point_indices": list(places), "box": [], "lasso": []}}
    return at.run()


@pytest.fixture
def made(store: Store) -> str:
    """A file with columns of every kind, in the data folder."""
    mixed().to_csv(store.tables / "made.csv", index=False)
    return "made.csv"


# ---- full


@pytest.mark.parametrize(
    ("title", "expected", "pictures"),
    [
        ("Columns", "14.3 % of the cells are empty", 2),
        ("Against the target", "The strongest tie with default: employment", 3),
        ("Together", "Strongest tie: ", 3),
        ("Gaps", "1,604 of 2,000 rows have all values", 2),
        ("Scatter", "Over age, income ", 2),
        ("Two groups", "“default is no” has 1,800 rows and “default is yes” has 200 rows", 3),
        ("Odd rows", "Of 2,000 rows, row ", 1),
    ],
)
def test_every_tab_shows_pictures_and_says_what_they_show(
    store: Store, title: str, expected: str, pictures: int
) -> None:
    at = tab(title)
    sound(at)
    table = jobs.read(store, "loan_desk").frame
    expected = expected.replace("14.3", f"{100 * table.isna().to_numpy().mean():.1f}")
    assert expected in said(at) and charts(at) == pictures


@pytest.mark.parametrize("target", ["left", "spend", "joined"])
def test_every_tab_bears_every_kind_of_column(made: str, target: str) -> None:
    at = page("data", data=made, target=target)
    for each in TABS:
        at.session_state["explore"] = each.title
        sound(at.run())


def test_the_list_of_columns_holds_what_pandas_counts(store: Store) -> None:
    at = page("data", data="loan_desk")
    table = jobs.read(store, "loan_desk").frame
    shown = frame(at, COLUMNS).set_index("Column")
    assert list(shown.index) == list(table.columns)
    assert shown["Different"].to_dict() == table.nunique().to_dict()
    assert shown["Missing"].to_dict() == pytest.approx((100 * table.isna().mean()).to_dict())
    assert sum(shown.loc["housing", "Values"]) == table["housing"].notna().sum()


def test_0_and_1_are_drawn_as_answers_until_they_are_taken_for_numbers(store: Store) -> None:
    columns = {"paid": [0, 1, 1] * 20, "size": [float(row % 9) for row in range(60)], "y": ["a", "b"] * 30}
    pd.DataFrame(columns).to_csv(store.tables / "answers.csv", index=False)
    at = page("data", data="answers.csv", target="y")
    assert frame(at, COLUMNS).set_index("Column").loc["paid", COLUMNS] == "Most often 1 (67 %) and 0 (33 %)."
    editor = f"columns-{jobs.read(store, 'answers.csv').fingerprint}-y"
    at.session_state[editor] = {"edited_rows": {0: {"Taken for": "number"}}, "added_rows": [], "deleted_rows": []}
    told = frame(at.run(), COLUMNS).set_index("Column").loc["paid", COLUMNS]
    assert told.startswith("Half lie between 0")


def test_wide_tables_are_searched_and_paged(store: Store) -> None:
    wide = pd.DataFrame({f"c{place}": [float(place * row % 7) for row in range(20)] for place in range(120)})
    wide.to_csv(store.tables / "wide.csv", index=False)
    at = page("data", data="wide.csv", target="c1")
    assert frame(at, COLUMNS)["Column"].tolist() == [f"c{place}" for place in range(50)]
    at.text_input(key="find_column").set_value("C11").run()
    sound(at)
    assert frame(at, COLUMNS)["Column"].tolist() == ["c11", *(f"c{place}" for place in range(110, 120))]
    at.text_input(key="find_column").set_value("nothing").run()
    assert "No column is called so." in said(at)


def test_a_clicked_bar_shows_its_rows_and_clear_takes_them_back(store: Store) -> None:
    at = tab("Against the target")
    table = jobs.read(store, "loan_desk").frame
    at.selectbox(key="against_column").set_value("housing").run()
    picture = frame(at, "In")
    place = 3
    value, label, count = picture[["In", "Value", "Rows"]].iloc[place]
    click(at, "pair-housing-default-0", place)
    sound(at)
    assert f"{count:,} of 2,000 rows selected" in said(at)
    rows = at.dataframe[-1].value
    expected = table[(table["housing"].astype(str) == value) & (table["default"].astype(str) == label)]
    assert rows.index.tolist() == expected.index[:200].tolist()
    at.session_state["explore"] = "Two groups"
    at.run()
    at.segmented_control(key="groups_way").set_value("marks").run()
    sound(at)
    assert f"“selected” has {count:,} rows" in said(at), "a selection outlives its tab, and can be compared"
    at.button(key="clear_marks").click().run()
    sound(at)
    assert "rows selected" not in said(at)


def test_points_in_a_frame_are_rows(store: Store) -> None:
    at = tab("Scatter", "iris")
    sound(at)
    click(at, "scatter-sepal length (cm)-sepal width (cm)-0", 4, 100)
    assert at.dataframe[-1].value.index.tolist() == [4, 100]
    click(at, "scatter-sepal length (cm)-sepal width (cm)-0")
    assert "rows selected" not in said(at), "an empty frame marks nothing"


def test_a_clicked_bar_of_a_ranking_chooses_the_column(store: Store) -> None:
    at = tab("Against the target", "iris")
    first = at.selectbox(key="against_column").value
    click(at, "associations-0", 2)
    second = at.selectbox(key="against_column").value
    assert second != first and second == frame(at, "Measure")["Column"].iloc[2]
    at.selectbox(key="against_column").set_value(first).run()
    assert at.selectbox(key="against_column").value == first, "the click is not followed twice"


def test_the_informative_view_is_found_and_drawn(store: Store) -> None:
    at = tab("Scatter", "iris")
    at.toggle(key="find_view").set_value(True).run()
    sound(at)
    assert "ten nearest neighbours name 9" in said(at) and "guessing names 33 %" in said(at)
    click(at, "views-0", 0)
    drawn = [at.selectbox(key=f"scatter_{axis}").value for axis in "xy"]
    assert sorted(drawn) == ["petal length (cm)", "petal width (cm)"]


# ---- empty, and failed


def test_without_a_target_the_tab_says_what_to_do(store: Store) -> None:
    draw = pd.DataFrame(
        {"day": pd.date_range("2023-01-01", periods=60), "until": pd.date_range("2024-01-01", periods=60)}
    )
    draw.to_csv(store.tables / "plain.csv", index=False)
    at = tab("Against the target", "plain.csv")
    sound(at)
    assert "Choose what to predict, further up" in said(at)
    at.session_state["explore"] = "Gaps"
    assert "No value is missing." in said(at.run())


@pytest.mark.parametrize("part", ["overview", "associations", "correlations", "gaps", "scatter", "groups"])
def test_a_part_that_fails_is_a_sentence_and_can_be_tried_again(
    store: Store, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    def broken(*_: Any) -> None:
        raise ValueError("The rows were too many to count.")

    entry = PARTS[part]
    monkeypatch.setitem(PARTS._entries, part, type(entry)(entry.name, entry.waiting, broken))
    titles = {"overview": "Columns", "associations": "Against the target", "correlations": "Together"}
    titles |= {"gaps": "Gaps", "scatter": "Scatter", "groups": "Two groups"}
    at = tab(titles[part], "iris")
    sound(at)
    assert "The rows were too many to count." in said(at)
    monkeypatch.setitem(PARTS._entries, part, entry)
    (again,) = [each for each in at.button if str(each.key).startswith("again-")]
    again.click().run()
    sound(at)
    assert "too many" not in said(at)


def test_names_of_columns_and_values_are_no_markdown(store: Store) -> None:
    hostile = "![i](http://example.org/x.png) :red[x] **b**"
    data = mixed().rename(columns={"region": hostile, "visits": "<b>$x$</b>"})
    data[hostile] = data[hostile].where(data[hostile] != "east", hostile)
    data.to_csv(store.tables / "hostile.csv", index=False)
    at = page("data", data="hostile.csv", target="left")
    for tab_of in TABS:
        at.session_state["explore"] = tab_of.title
        sound(at.run())
        for each in [*at.markdown, *at.caption]:
            assert "![i](" not in each.value and ":red[" not in each.value


# ---- sentences


def test_a_column_s_sentence() -> None:
    row = {"sort": "number", "distinct": 9, "low": 0.0, "q1": 12.0, "median": 20.0, "q3": 48.0, "high": 900.0}
    row |= {"far_below": 0.0, "far_above": 0.03}
    assert words.exploring.column(row) == "Half lie between 12.0 and 48.0; 3.0 % far above."
    assert words.exploring.column(row | {"far_above": 0.0}) == "Half lie between 12.0 and 48.0, all between 0 and 900."
    assert words.exploring.column(row | {"q1": 0.0, "q3": 0.0, "median": 0.0, "far_above": 0.0}).startswith(
        "At least half are 0"
    )
    assert words.exploring.column({"sort": "number", "distinct": 0}) == "Has no value at all."
    labels = {"sort": "category", "distinct": 3, "labels": ["a", "b", "c"], "counts": [1, 7, 2], "others": ""}
    assert words.exploring.column(labels) == "Most often b (70 %) and c (20 %)."


def test_marked_rows_that_a_map_does_not_hold_are_told() -> None:
    told = words.exploring.on_map
    assert told("3 rows that were missed", 3, 0, 100, 150) == "Marked: 3 rows that were missed."
    assert (
        told("3 rows", 3, 1, 100, 150) == "Marked: 3 rows. 1 of them is not on this map, which shows 100 of 150 rows."
    )
    assert told("3 rows", 3, 2, 150, 150) == "Marked: 3 rows. 2 of them are not on this map."
    assert told("3 rows", 3, 3, 100, 150).endswith("None of them is on this map, which shows 100 of 150 rows.")


def test_a_difference_that_may_be_chance_is_said_to() -> None:
    row = {"sort": "number", "first": 3.0, "second": 4.0, "p": 0.004, "label": ""}
    assert "chance" not in words.exploring.group_difference(row, ["a", "b"], 1)
    assert words.exploring.group_difference(row, ["a", "b"], 10) == (
        "On average 3.00 in “a” and 4.00 in “b”; that may be chance."
    )


# ---- odd rows


def test_odd_rows_are_listed_with_the_reason_and_shown_as_they_stand(store: Store) -> None:
    frame = mixed()
    frame.loc[5, "spend"] = 1e6
    frame.to_csv(store.tables / "odd.csv", index=False)
    at = tab("Odd rows", data="odd.csv", target="left")
    listed = next(each.value for each in at.dataframe if "How odd" in each.value)
    listed = listed.set_index("Row")
    assert list(listed.index[:2]) in ([0, 5], [5, 0]), "and the revenue of row 0 is far off as well"
    assert listed["Why"][5].startswith("spend is 1,000,000, where about ")
    assert listed["How odd"][5].endswith(" ×")
