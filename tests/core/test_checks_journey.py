"""Too good to be true: leaks, rows twice, repeated patients and time are found where they hide, and only there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from core.checks import Severity, propose_split
from core.data import check_split, default_split, load_table, make_problem, samples, table_of_frame
from core.records import Problem, Roles, Split, Table, Task
from tests.core import pitfalls
from tests.core.pitfalls import checked, of, problem_of, severe

CLASSICS = ("iris", "wine", "breast_cancer", "digits", "diabetes", "linnerud")


def divided(table: Table, problem: Problem, target: str) -> dict[str, object]:
    """The proposed split, which must be one that works."""
    told = propose_split(table, problem, checked(table, target).findings)
    value = told.value
    assert told.reason
    roles = Roles(target, group=value["group"], time=value["time"])
    check_split(make_problem(table, roles), Split(value["kind"], folds=value["folds"]), table)
    return value


@pytest.mark.parametrize("name", CLASSICS)
def test_nothing_of_the_highest_severity_in_well_known_tables(name: str) -> None:
    table = load_table(name)
    problem = make_problem(table, Roles(table.target))
    found = checked(table, table.target, default_split(problem.task))
    assert severe(found) == [] and of(found, "leak") == []
    told = propose_split(table, problem, found.findings)
    assert told.value["kind"] == default_split(problem.task).kind


@pytest.mark.parametrize("planted", pitfalls.LEAKS, ids=lambda each: each.__name__)
def test_a_column_that_gives_the_answer_away_is_named(planted: Callable[[], tuple[pd.DataFrame, str, str]]) -> None:
    frame, target, column = planted()
    found = checked(frame, target)
    [leak] = of(found, "leak")
    assert severe(found) == [("leak", (column,))] and found.findings[0] is leak
    assert leak.figures["score"] > 0.97 and f"{100 * leak.figures['score']:.1f}" in leak.text
    assert leak.suggestion is not None and leak.suggestion.leave_out == (column,)
    assert of(checked(frame.drop(columns=column), target), "leak") == []
    left_out = checked(frame, target, left_out={column: "left out by you"})
    assert of(left_out, "leak") == []


def test_the_score_of_a_leak_is_that_of_its_slips() -> None:
    frame, target, column = pitfalls.result_code()
    codes = pd.factorize(frame[target])[0]
    right = [(frame[column] == codes)[codes == each].mean() for each in (0, 1)]
    [leak] = of(checked(frame, target), "leak")
    assert leak.figures["score"] == pytest.approx(np.mean(right), abs=1e-9)


def test_parts_of_a_total_are_found() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"rent": rng.gamma(3, 200, 400), "food": rng.gamma(2, 90, 400), "age": rng.integers(18, 80, 400)}
    )
    frame["rooms"] = rng.integers(1, 6, 400)
    frame["spent"] = frame["rent"] + frame["food"]
    [leak] = [each for each in of(checked(frame, "spent"), "leak") if each.figures.get("sum")]
    assert set(leak.columns) == {"rent", "food"} and leak.severity == Severity.HIGH
    frame["spent"] += rng.normal(0, 50, 400)
    assert [each for each in of(checked(frame, "spent"), "leak") if each.figures.get("sum")] == []


def test_an_easy_answer_is_not_taken_for_a_leak() -> None:
    frame = load_table("iris").frame
    two = frame[frame["species"] != "virginica"]
    assert severe(checked(two.assign(species=two["species"].astype(str)), "species")) == []


@pytest.mark.parametrize(("name", "rows"), [("breast_cancer", 200), ("wine", 40), ("diabetes", 90)])
def test_rows_that_are_there_twice_are_counted(name: str, rows: int) -> None:
    table = table_of_frame(pitfalls.twice(name, rows))
    target = load_table(name).target
    found = checked(table, target, Split("kfold"))
    [twins] = of(found, "duplicates")
    assert twins.severity == Severity.HIGH and twins.figures["repeated"] == rows and f"{rows} rows" in twins.text
    [across] = of(found, "both_sides")
    assert across.figures["seen"] > rows
    assert divided(table, make_problem(table, Roles(target)), target)["kind"] == "together"
    assert of(checked(load_table(name), target), "duplicates") == []


@pytest.mark.parametrize(
    ("frame", "target", "column"),
    [
        (pitfalls.visits(), "progression", "patient"),
        (pitfalls.visits("household"), "progression", "household"),
        (pitfalls.visits("Versuchsperson_ID", people=60, each=8), "progression", "Versuchsperson_ID"),
        (pitfalls.answers(), "churn", "Kunden-Nr"),
        (pitfalls.answers("session"), "churn", "session"),
    ],
)
def test_rows_of_one_person_are_found_and_kept_together(frame: pd.DataFrame, target: str, column: str) -> None:
    table, problem = problem_of(frame, target)
    [group] = of(checked(table, target), "groups")
    assert group.columns == (column,) and group.severity == Severity.HIGH
    value = divided(table, problem, target)
    assert (value["kind"], value["group"]) == ("group", column)
    asked = checked(table, target, group=column)
    assert of(asked, "groups") == [] and column in asked.not_applied["groups"]


def test_numbers_that_mean_nobody_make_no_group() -> None:
    frame = pitfalls.visits()
    frame["patient"] = np.random.default_rng(9).permutation(frame["patient"])
    table, problem = problem_of(frame, "progression")
    [group] = of(checked(table, "progression"), "groups")
    assert group.severity == Severity.LOW
    assert divided(table, problem, "progression")["kind"] == "kfold"
    plain = frame.rename(columns={"patient": "rooms"})
    assert of(checked(plain, "progression"), "groups") == []


@pytest.mark.parametrize(
    ("frame", "target", "column"),
    [
        (pitfalls.days(), "sales", "date"),
        (pitfalls.days("Messzeitpunkt"), "sales", "Messzeitpunkt"),
        (pitfalls.days().sample(frac=1, random_state=0), "sales", "date"),
        (pitfalls.hours(), "state", "step"),
    ],
)
def test_a_series_is_divided_by_time(frame: pd.DataFrame, target: str, column: str) -> None:
    table, problem = problem_of(frame, target)
    [time] = of(checked(table, target), "time_order")
    assert time.columns == (column,) and time.severity == Severity.HIGH
    value = divided(table, problem, target)
    assert (value["kind"], value["time"]) == ("time", column)


def test_dates_that_have_nothing_to_do_with_the_target_change_nothing() -> None:
    table, problem = problem_of(pitfalls.days(trend=0.0), "sales")
    [time] = of(checked(table, "sales"), "time_order")
    assert time.severity == Severity.LOW
    assert divided(table, problem, "sales")["kind"] == "kfold"
    born = pitfalls.days("date_of_birth")
    assert of(checked(born, "sales"), "time_order") == []


def test_a_class_that_is_too_rare_for_the_folds_makes_fewer() -> None:
    frame = pd.DataFrame({"a": np.random.default_rng(0).normal(size=60), "b": ["x"] * 30 + ["y"] * 27 + ["z"] * 3})
    table, problem = problem_of(frame, "b")
    assert problem.task is Task.CLASSIFICATION and len(samples(table, problem).y) == 60
    assert propose_split(table, problem, ()).value == {"kind": "stratified", "folds": 3, "group": "", "time": ""}
