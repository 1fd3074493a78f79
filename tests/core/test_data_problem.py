"""Proposals, and from a table and roles to a Problem and its samples; what cannot be learned is said in a sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.data import Unusable, load_table, make_problem, propose_positive, propose_target, propose_task, samples
from core.data import table_of_frame as table
from core.records import ColumnKind, Roles, Table, Task

N = 60


def people(**more: Any) -> Table:
    """A table with something of everything."""
    random = np.random.default_rng(0)
    columns = {
        "id": np.arange(N),
        "age": random.integers(18, 80, N),
        "city": random.choice(["Rome", "Paris", "Bonn"], N),
        "since": pd.date_range("2024-01-01", periods=N)[random.permutation(N)],
        "same": ["x"] * N,
        "void": [np.nan] * N,
        "household": np.repeat(np.arange(20), 3),
        "left": random.choice(["yes", "no"], N, p=[0.3, 0.7]),
    }
    return table(pd.DataFrame(columns | more))


class TestProposals:
    @pytest.mark.parametrize(
        ("names", "target"),
        [
            (["a", "b", "c"], "c"),
            (["target", "b", "c"], "target"),
            (["a", "Class", "c"], "Class"),
            (["class", "survived", "c"], "survived"),
            (["a", "Churn", "c"], "Churn"),
            (["a", "y", "c"], "y"),
            (["x", "y", "c"], "c"),
        ],
    )
    def test_target(self, names: list[str], target: str) -> None:
        frame = pd.DataFrame({name: np.arange(30) % 3 for name in names})
        proposal = propose_target(table(frame))
        assert proposal.value == target and proposal.reason

    def test_target_is_none_that_nothing_can_be_learned_of(self) -> None:
        frame = pd.DataFrame({"size": np.arange(30) % 7, "target": ["x"] * 30, "name": [f"n{n}" for n in range(30)]})
        assert propose_target(table(frame)).value == "size"
        assert propose_target(table(frame[["target", "name"]])).value == ""
        assert propose_target(load_table("linnerud")).value == "Weight"

    @pytest.mark.parametrize(
        ("values", "task", "reason"),
        [
            (["a", "b", "c"] * 20, Task.CLASSIFICATION, "the target has 3 different values"),
            ([0, 1] * 30, Task.CLASSIFICATION, "the target has 2 different values"),
            ([0.0, 1.0, np.nan] * 20, Task.CLASSIFICATION, "the target has 2 different values"),
            ([3, 4, 5, 6] * 15, Task.CLASSIFICATION, "the target has 4 different values"),
            (np.arange(60) % 30, Task.REGRESSION, "numbers on a scale, 30 different values"),
            (np.linspace(0, 1, 60), Task.REGRESSION, "numbers on a scale, 60 different values"),
            ([0.5, 1.5, 2.5] * 20, Task.REGRESSION, "numbers on a scale, 3 different values"),
        ],
    )
    def test_task(self, values: Any, task: Task, reason: str) -> None:
        proposal = propose_task(table(pd.DataFrame({"a": np.arange(60) % 7, "b": values})), "b")
        assert (proposal.value, proposal.reason) == (task, reason)

    @pytest.mark.parametrize(
        ("classes", "counts", "positive"),
        [
            (("no", "yes"), (10, 90), "yes"),
            (("ja", "nein"), (90, 10), "ja"),
            ((0, 1), (10, 90), 1),
            (("False", "True"), (1, 1), "True"),
            (("benign", "malignant"), (60, 40), "malignant"),
            (("a", "b"), (50, 50), "b"),
            (("a", "b", "c"), (1, 2, 3), None),
        ],
    )
    def test_positive(self, classes: tuple[Any, ...], counts: tuple[int, ...], positive: Any) -> None:
        proposal = propose_positive(classes, counts)
        assert proposal.value == positive and proposal.reason


class TestProblem:
    def test_features_and_the_reasons_of_the_others(self) -> None:
        problem = make_problem(people(), Roles("left", group="household", time="since"))
        assert [column.name for column in problem.features] == ["age", "city"]
        assert problem.left_out == {
            "id": "it looks like an identifier: whole numbers in sequence, a different one in every row",
            "since": "it says when a row was recorded",
            "same": "it has the same value in every row",
            "void": "all its values are missing",
            "household": "it says which rows belong together",
        }
        assert (problem.task, problem.positive, problem.classes) == (Task.CLASSIFICATION, "yes", ("no", "yes"))
        assert sum(problem.counts) == problem.rows == N

    def test_a_person_overrules_the_proposals(self) -> None:
        roles = Roles("left", left_out={"city": "known too late"}, used=("id", "same"), kinds={"age": "category"})
        problem = make_problem(people(), roles)
        kinds = {column.name: column.kind for column in problem.features}
        assert kinds == {
            "id": ColumnKind.NUMBER,
            "age": ColumnKind.CATEGORY,
            "since": ColumnKind.DATE,
            "same": ColumnKind.CATEGORY,
            "household": ColumnKind.COUNT,
        }
        assert problem.left_out["city"] == "known too late"
        assert all(column.leave_out == "" for column in problem.features)
        rows = samples(people(), problem)
        assert [str(dtype) for dtype in rows.X.dtypes] == ["int64", "category", "datetime64[us]", "category", "int64"]
        ages = rows.X["age"].cat.categories
        assert ages.dtype == "str" and list(ages) == sorted(ages, key=int)

    def test_a_kind_that_is_no_feature_leaves_the_column_out(self) -> None:
        problem = make_problem(people(), Roles("left", kinds={"city": "identifier", "age": "text"}))
        assert problem.left_out["city"] == "you took it for an identifier column"
        assert problem.left_out["age"] == "you took it for a text column"

    def test_what_a_chosen_kind_cannot_read_is_counted(self) -> None:
        data = people(size=["1,5", "2", "big"] * 20)
        problem = make_problem(data, Roles("left", kinds={"size": "number"}))
        size = next(column for column in problem.features if column.name == "size")
        assert (size.kind, size.missing, size.reason) == (ColumnKind.NUMBER, 20, "chosen by you")
        assert "20 values of `size` cannot be read as number: missing." in problem.notes
        assert samples(data, problem).X["size"].tolist()[:2] == [1.5, 2.0]
        with pytest.raises(Unusable, match="No value of `city` can be read as date"):
            make_problem(data, Roles("left", kinds={"city": "date"}))

    def test_text_becomes_dates_and_dates_become_numbers(self) -> None:
        data = people(day=[f"{n % 28 + 1}.1.2024" for n in range(N)])
        problem = make_problem(data, Roles("left", kinds={"day": "date", "since": "number"}))
        X = samples(data, problem).X
        assert X["day"].iloc[0] == pd.Timestamp("2024-01-01")
        assert X["since"].min() == (pd.Timestamp("2024-01-01") - pd.Timestamp(0)).days

    def test_rows_without_target_group_or_time_are_left_out_and_counted(self) -> None:
        data = people()
        frame = data.frame.astype({"household": float})
        frame.loc[:4, "left"] = None
        frame.loc[5:7, "household"] = np.nan
        frame.loc[8:9, "since"] = pd.NaT
        changed = table(frame)
        problem = make_problem(changed, Roles("left", group="household", time="since"))
        assert problem.rows == N - 10
        assert problem.notes == (
            "5 rows without a target left out.",
            "3 rows without a group left out.",
            "2 rows without a time left out.",
        )
        rows = samples(changed, problem)
        assert rows.rows.tolist() == list(range(10, N)) and list(rows.X.index) == list(range(N - 10))
        assert rows.groups is not None and rows.times is not None and not np.isnat(rows.times).any()
        np.testing.assert_array_equal(rows.y, (frame["left"].iloc[10:] == "yes").astype(int))

    def test_classes_can_be_dropped(self) -> None:
        data = people()
        problem = make_problem(data, Roles("city", drop_classes=("Rome",)))
        assert problem.classes == ("Bonn", "Paris")
        dropped = int((data.frame["city"] == "Rome").sum())
        assert problem.notes[0] == f"{dropped} rows of the class `Rome` left out by you."
        rows = samples(data, problem)
        assert len(rows.y) == N - dropped and set(rows.y) == {0, 1}
        with pytest.raises(Unusable, match=r"No class is called 'Roma'\. Did you mean 'Rome'"):
            make_problem(data, Roles("city", drop_classes=("Roma",)))

    def test_numbers_as_classes_are_sorted_as_numbers(self) -> None:
        problem = make_problem(people(grade=[10.0, 9.0, np.nan] * 20), Roles("grade"))
        assert problem.classes == (9, 10) and problem.counts == (20, 20) and problem.rows == 40
        text = make_problem(people(grade=pd.Categorical(["low", "high"] * 30, ["low", "high"])), Roles("grade"))
        assert text.classes == ("low", "high")

    def test_positive_is_found_by_its_text(self) -> None:
        assert make_problem(people(), Roles("left", positive="no")).positive == "no"
        flag = people(flag=[0, 1] * 30)
        assert make_problem(flag, Roles("flag", positive="1")).positive == 1
        assert make_problem(flag, Roles("flag", positive=0)).positive == 0
        with pytest.raises(Unusable, match="No class is called 'perhaps'"):
            make_problem(people(), Roles("left", positive="perhaps"))
        with pytest.raises(Unusable, match="only where there are two classes; `city` has 3"):
            make_problem(people(), Roles("city", positive="Rome"))

    def test_regression(self) -> None:
        data = people(price=np.linspace(1, 2, N))
        problem = make_problem(data, Roles("price"))
        assert (problem.task, problem.positive, problem.classes, problem.counts) == (Task.REGRESSION, None, (), ())
        rows = samples(data, problem)
        assert rows.y.dtype == np.float64 and rows.y.tolist() == data.frame["price"].tolist()
        assert make_problem(data, Roles("age", task="regression")).task is Task.REGRESSION
        as_text = people(grade=["1", "2", "10"] * 20)
        graded = make_problem(as_text, Roles("grade", task="regression"))
        assert samples(as_text, graded).y.tolist()[:3] == [1, 2, 10]

    def test_small_and_wide_tables_are_warned_of(self) -> None:
        frame = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 30))).assign(target=["a", "b"] * 10)
        assert make_problem(table(frame), Roles("target")).notes == (
            "Only 20 rows: all scores are uncertain.",
            "More columns (30) than rows (20): models can easily learn by heart.",
        )


MIXED = [1, "a", 2, "b"] * 15


@pytest.mark.parametrize(
    ("more", "roles", "sentence"),
    [
        ({}, Roles(""), "No target is chosen. Choose the column to predict."),
        ({}, Roles("lefd"), "No column is called 'lefd'. Did you mean 'left'?"),
        ({}, Roles("left", group="hausehold"), "No column is called 'hausehold'. Did you mean 'household'?"),
        ({}, Roles("left", left_out={"agee": ""}), "Did you mean 'age'?"),
        ({}, Roles("left", kinds={"age": "nummer"}), "No kind of column is called 'nummer'. Did you mean 'number'"),
        ({}, Roles("left", task="guess"), "No task is called 'guess'"),
        ({}, Roles("same"), "The target `same` has the same value in every row"),
        ({}, Roles("void"), "The target `void` has no values"),
        ({}, Roles("id"), "The target `id` is different in every row, like an identifier"),
        ({"key": [f"k{n}" for n in range(N)]}, Roles("key"), "`key` is different in every row"),
        ({}, Roles("since"), "holds dates"),
        ({}, Roles("left", task="regression"), "The target `left` holds words, not numbers"),
        ({"mix": MIXED}, Roles("mix", task="regression"), "`mix` holds words, not numbers"),
        ({"one": ["x"] * 30 + [None] * 30}, Roles("one"), "has only one value"),
        ({}, Roles("left", drop_classes=("no",)), "19 rows|has only one value"),
        ({"few": ["a", "b"] * 4 + [None] * 52}, Roles("few"), "8 rows with a known target are too few: at least 10"),
        ({}, Roles("left", time="left"), "`left` is the target and cannot be the group, the time"),
        ({}, Roles("left", left_out=dict.fromkeys(["age", "city", "since", "household"], "")), "No column is left"),
    ],
)
def test_what_cannot_be_learned_is_said_in_a_sentence(more: dict[str, Any], roles: Roles, sentence: str) -> None:
    with pytest.raises(Unusable, match=sentence.replace("?", r"\?").replace(".", r"\.")):
        make_problem(people(**more), roles)


def test_too_many_classes() -> None:
    frame = pd.DataFrame({"a": np.arange(500) % 7, "b": [f"k{n % 250}" for n in range(500)]})
    with pytest.raises(Unusable, match="`b` has 250 different classes; at most 100"):
        make_problem(table(frame), Roles("b"))


def test_a_mixed_target_is_handled_as_classes() -> None:
    problem = make_problem(people(mix=MIXED), Roles("mix"))
    assert problem.task is Task.CLASSIFICATION and problem.classes == ("1", "2", "a", "b")


def test_awkward_names_do_no_harm() -> None:
    names = ["a.b", "x]", 'q"', "$y$", "<b>", "select", "for", "日本", "a b", "__class__"]
    frame = pd.DataFrame({name: np.arange(40) % (3 + n) for n, name in enumerate(names)}).assign(target=["u", "v"] * 20)
    data = table(frame)
    problem = make_problem(data, Roles("target", kinds={"x]": "category"}))
    assert [column.name for column in problem.features] == names
    assert list(samples(data, problem).X) == names


def test_texts_give_no_order_of_time() -> None:
    with pytest.raises(Unusable, match=r"`city` cannot give the order of the rows"):
        make_problem(people(), Roles("left", time="city"))
    assert make_problem(people(), Roles("left", time="since")).time == "since"
    assert make_problem(people(), Roles("left", time="age")).time == "age"
