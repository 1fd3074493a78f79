"""Counts, words that stand in an order, and pixels are told from other numbers and words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.data import Unusable, make_problem, read_table, samples, table_of_frame
from core.data.conversion import as_kind
from core.data.frames import fingerprint
from core.data.scales import in_order
from core.preparation import Needs, preparation
from core.records import NUMBERS, Column, ColumnKind, Roles, Table


def taken_for(values: object) -> Column:
    return table_of_frame(pd.DataFrame({"x": values, "y": ["a", "b", "c"] * (len(values) // 3)})).columns[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["high", "low", "medium"], ["low", "medium", "high"]),
        (["Very Good", "Fair", "Ideal", "Premium", "Good"], ["Fair", "Good", "Very Good", "Premium", "Ideal"]),
        (["Wed", "Mon", "Tue"], ["Mon", "Tue", "Wed"]),
        (["mittel", "hoch", "niedrig"], ["niedrig", "mittel", "hoch"]),
        (["65+", "18-25", "<18", "26-64"], ["<18", "18-25", "26-64", "65+"]),
        (["3 - good", "1 - poor", "2 - fair"], ["1 - poor", "2 - fair", "3 - good"]),
        (["XL", "S", "M"], ["S", "M", "XL"]),
        (["red", "green", "blue"], None),
        (["low", "high"], None),
        (["low", "high", "red"], None),
        (["low", "Low", "high"], None),
        (["12", "13", "14"], None),
    ],
)
def test_words_in_an_order_that_everybody_knows(texts: list[str], order: list[str] | None) -> None:
    assert in_order(texts) == order
    column = table_of_frame(pd.DataFrame({"x": texts * 5, "y": range(5 * len(texts))}))
    expected = ColumnKind.ORDERED if order else ColumnKind.CATEGORY
    if len(texts) > 2:
        assert column.columns[0].kind is expected
        assert order is None or list(column.frame["x"].cat.categories) == order


def test_counts_begin_at_zero_or_one_and_are_whole() -> None:
    rng = np.random.default_rng(0)
    visits = taken_for(rng.poisson(4, 300))
    assert visits.kind is ColumnKind.COUNT and visits.reason.startswith("whole numbers from 0 to ")
    assert taken_for(np.where(np.arange(300) % 9, rng.poisson(4, 300), np.nan)).kind is ColumnKind.COUNT
    assert taken_for(rng.poisson(4, 300) + 0.5).kind is ColumnKind.NUMBER
    assert taken_for(rng.poisson(4, 300) - 2).kind is ColumnKind.NUMBER
    assert taken_for(rng.integers(1000, 5000, 300)).kind is ColumnKind.NUMBER
    assert taken_for(np.arange(300) % 2).kind is ColumnKind.YES_NO


def test_models_see_counts_and_ordered_words_and_a_person_may_choose_both() -> None:
    rng = np.random.default_rng(0)
    size = rng.choice(["small", "medium", "large"], 120)
    frame = pd.DataFrame({"visits": rng.poisson(3, 120), "size": size, "mood": rng.choice(list("zya"), 120)})
    frame["bought"] = np.where(frame["visits"] > 3, "yes", "no")
    table = table_of_frame(frame)
    problem = make_problem(table, Roles("bought", kinds={"mood": "ordered category", "visits": "number"}))
    assert [each.kind for each in problem.features] == [ColumnKind.NUMBER, ColumnKind.ORDERED, ColumnKind.ORDERED]
    rows = samples(table, problem)
    prepared = preparation(problem, Needs(), 0).fit_transform(rows.X, rows.y)
    assert np.isfinite(np.asarray(prepared, dtype=float)).all() and len(prepared) == 120
    counts, lost = as_kind(pd.Series([1.0, 2.5, -1.0, 4.0]), ColumnKind.COUNT)
    assert counts.tolist()[::3] == [1.0, 4.0] and lost == 2
    with pytest.raises(Unusable, match="integer count"):
        make_problem(table, Roles("bought", kinds={"mood": "integer cont"}))


def test_dates_of_older_stores_are_still_dates() -> None:
    assert ColumnKind("date") is ColumnKind.DATE and str(ColumnKind.DATE) == "date/time"
    with pytest.raises(ValueError, match="dates"):
        ColumnKind("dates")
    assert {ColumnKind.NUMBER, ColumnKind.COUNT, ColumnKind.IMAGE} == NUMBERS


def test_numbers_mixed_with_text_are_no_identifier(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    cells = [f"{value:.3f}" for value in rng.normal(size=40)] + [f"unknown {place}" for place in range(20)]
    lines = "".join(f"{place % 7},{cell}\n" for place, cell in enumerate(cells))
    (tmp_path / "t.csv").write_text(f"size,level\n{lines}")
    table = read_table(tmp_path / "t.csv")
    level = table.columns[1]
    assert (level.kind, level.reason) == (ColumnKind.TEXT, "numbers mixed with text")
    with pytest.raises(Unusable, match="holds numbers mixed with text, which cannot be predicted here"):
        make_problem(table, Roles("level"))
    numbers = read_table(tmp_path / "t.csv", settings={"undo": ("mixed:level",)})
    assert make_problem(numbers, Roles("level")).task == "regression"


def test_a_number_that_is_not_exact_keeps_its_column_text(tmp_path: Path) -> None:
    rows = "".join(f"{place}.5,{place}\n" for place in range(30))
    (tmp_path / "t.csv").write_text(f"a,b\n{rows}{2**60 + 1},1\n")
    table = read_table(tmp_path / "t.csv")
    assert str(2**60 + 1) in set(table.frame["a"].astype(str))
    assert [each.rule for each in table.report] == ["kept_as_text"]


def test_names_that_meet_in_a_json_record_are_told(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('[{"a.b": 1, "a": {"b": 2}, "c": 3}, {"a.b": 4, "a": {"b": 5}, "c": 6}]')
    table = read_table(tmp_path / "t.json")
    assert table.frame["a.b"].tolist() == [2, 5]
    assert [(each.rule, each.column) for each in table.report] == [("same_key", "a.b")]


# ---- yes and no as 1 and 0


def table_of_answers() -> Table:
    draw = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "member": draw.integers(0, 2, 120),
            "size": draw.normal(size=120),
            "paid": np.where(np.arange(120) % 7, draw.integers(0, 2, 120), np.nan),
            "colour": pd.Categorical(draw.choice(["blue", "red"], 120)),
            "y": draw.integers(0, 2, 120),
        }
    )
    return table_of_frame(frame, target="y")


def as_numbers(table: Table) -> Table:
    """The same table as it was before: 0 and 1 are numbers like others."""
    columns = (replace(each, kind=ColumnKind.NUMBER) if each.name != "colour" else each for each in table.columns)
    return replace(table, columns=tuple(columns))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0, 1, 1] * 4, ColumnKind.YES_NO),
        ([0.0, 1.0, np.nan] * 4, ColumnKind.YES_NO),
        ([True, False, True] * 4, ColumnKind.YES_NO),
        ([0, 1, 2] * 4, ColumnKind.COUNT),
        ([1, 2, 2] * 4, ColumnKind.NUMBER),
        ([0, -1, 0] * 4, ColumnKind.NUMBER),
        ([0, 0.5, 0] * 4, ColumnKind.NUMBER),
        ([1, 1, 1] * 4, ColumnKind.CONSTANT),
        ([1, np.nan, 1] * 4, ColumnKind.NUMBER),
    ],
)
def test_numbers_that_are_0_and_1_alone_are_answers(values: list[object], kind: ColumnKind) -> None:
    found = taken_for(values)
    assert found.kind is kind
    assert found.reason.startswith("two values, ") == (kind is ColumnKind.YES_NO)


def test_the_values_the_classes_and_the_fingerprint_stay() -> None:
    table = table_of_answers()
    assert [str(table.frame[name].dtype) for name in ("member", "paid", "y")] == ["int64", "float64", "int64"]
    assert {each.name: each.kind for each in table.columns}["paid"] is ColumnKind.YES_NO
    before = as_numbers(table)
    assert fingerprint(table.frame, table.columns) == fingerprint(before.frame, before.columns) == table.fingerprint
    problem, old = make_problem(table, Roles("y")), make_problem(before, Roles("y"))
    assert problem == old and problem.classes == (0, 1) and problem.positive == 1
    assert [type(each) for each in problem.classes] == [int, int]


@pytest.mark.parametrize("needs", [Needs(), Needs(scaled=True), Needs(native_categories=True, native_gaps=True)])
def test_models_see_what_they_saw(needs: Needs) -> None:
    table = table_of_answers()
    seen = [matrix(each, Roles("y"), needs) for each in (table, as_numbers(table))]
    np.testing.assert_array_equal(*seen)
    assert seen[0].shape[1] >= 4
    chosen = [matrix(each, Roles("y", kinds={"paid": "yes/no"}), needs) for each in (table, as_numbers(table))]
    np.testing.assert_array_equal(*chosen)  # what somebody chose before is kept under the same key
    np.testing.assert_array_equal(seen[0], matrix(table, Roles("y", kinds={"paid": "number"}), needs))


def matrix(table: Table, roles: Roles, needs: Needs) -> np.ndarray:
    problem = make_problem(table, roles)
    rows = samples(table, problem)
    return np.asarray(preparation(problem, needs).fit_transform(rows.frame, rows.y))


def test_kinds_are_changed_both_ways_and_nothing_is_lost() -> None:
    table = table_of_answers()
    for kind in ("number", "category", "yes/no"):
        problem = make_problem(table, Roles("y", kinds={"paid": kind}))
        feature = next(each for each in problem.features if each.name == "paid")
        assert feature.kind == kind and (feature.missing, feature.distinct) == (18, 2) and not problem.notes
        there, lost = as_kind(table.frame["paid"], ColumnKind(kind))
        back, lost_again = as_kind(there, ColumnKind.NUMBER)
        assert lost == lost_again == 0
        pd.testing.assert_series_equal(back, table.frame["paid"], check_names=False)
