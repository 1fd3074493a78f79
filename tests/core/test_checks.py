"""Every check finds what is planted for it, says so with the count, and is silent where nothing is."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from time import process_time
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core import asking
from core.checks import CHECKS, Check, Checked, Finding, Setting, Severity, check_all
from core.checks.naming import names_entity, names_identifier, names_time, sensitive
from core.checks.strength import likeness, score_of_codes, score_of_numbers, within_groups
from core.data import load_table, make_problem, samples, table_of_frame
from core.records import FitState, Roles, Split
from core.store import Store
from tests.core.pitfalls import checked, of
from tests.pace import in_time

N = 400


def clean(rows: int = N, **more: Any) -> pd.DataFrame:
    """A table in which no check finds anything: numbers, a category, and a target that depends on them."""
    rng = np.random.default_rng(7)
    columns: dict[str, Any] = {f"m{n}": rng.normal(size=rows) for n in range(4)}
    columns["town"] = rng.choice(["Rome", "Paris", "Bonn"], rows)
    columns["answer"] = np.where(columns["m0"] + columns["m1"] + rng.normal(size=rows) > 0, "stays", "leaves")
    return pd.DataFrame(columns | more)


def put(frame: pd.DataFrame, column: str, rows: Any, value: Any) -> pd.DataFrame:
    """The table with another value in some rows of a column."""
    frame = frame.astype({column: object}) if isinstance(value, str) else frame
    frame.loc[rows, column] = value
    return frame


def numbers(seed: int = 0, rows: int = N) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=rows)


Planted = Callable[[], pd.DataFrame]

# check: the table with its pitfall, what the sentence must say, and the columns that it must name
PLANTED: dict[str, tuple[Planted, str, tuple[str, ...]]] = {
    "leak": (lambda: clean().assign(code=lambda f: (f["answer"] == "stays") * 7), "100.0 of 100 rows right", ("code",)),
    "groups": (
        lambda: clean().assign(
            user=np.arange(N) // 5, answer=np.where(numbers(1, N // 5).repeat(5) > 0, "stays", "leaves")
        ),
        "80 different values in 400 rows, about 5 for each",
        ("user",),
    ),
    "time_order": (
        lambda: clean().assign(
            day=pd.date_range("2024-01-01", periods=N), answer=np.where(np.arange(N) % 80 < 40, "stays", "leaves")
        ),
        "likeness 0.9",
        ("day",),
    ),
    "order": (lambda: clean().sort_values("answer"), "sorted by it", ()),
    "duplicates": (lambda: pd.concat([clean(), clean().head(60)]), "60 rows of 460 repeat an earlier row", ()),
    "near_duplicates": (
        lambda: pd.concat(
            [clean(), clean().head(30).assign(m0=lambda f: f["m0"] + 1e-6, town=lambda f: f["town"].str.upper() + " ")]
        ),
        "30 rows are nearly the same as another row",
        (),
    ),
    "both_sides": (lambda: pd.concat([clean(), clean().head(60)]), "judged while an equal row", ()),
    "conflicting": (
        lambda: pd.concat([clean(), clean().head(10).assign(answer=["stays", "leaves"] * 5)]),
        "equal others in every feature",
        (),
    ),
    "target": (
        lambda: clean().assign(answer=[f"kind {n % 25}" for n in range(N)]),
        "25 classes, about 16 rows for each",
        ("answer",),
    ),
    "imbalance": (lambda: clean().assign(answer=["yes"] * 8 + ["no"] * 392), "8 rows of 400 (2.0 %)", ()),
    "rare_class": (lambda: put(clean(), "answer", [3, 9], "asks"), "1 class has fewer rows than there are folds", ()),
    "few_rows": (lambda: clean(40), "Only 40 rows", ()),
    "wide": (lambda: clean(60).assign(**{f"w{n}": numbers(n, 60) for n in range(70)}), "more features (75)", ()),
    "weights": (
        lambda: clean().assign(sample_weight=1 + np.abs(numbers(4)).round(2)),
        "says by its name how much a row counts (1 to",
        ("sample_weight",),
    ),
    "missing": (lambda: put(clean(), "m2", range(30), np.nan), "30 values in 1 column", ("m2",)),
    "mostly_missing": (lambda: put(clean(), "m2", range(320), np.nan), "known in 80 rows of 400", ("m2",)),
    "infinite": (lambda: put(clean(), "m2", [1, 2], np.inf), "2 infinite values", ("m2",)),
    "mixed": (
        lambda: clean().assign(grade=([*"123456789", "none of them"] * N)[:N]),
        "words such as “none of them” in 40 rows",
        ("grade",),
    ),
    "dirty": (lambda: put(clean(), "town", [1, 5, 8], "ROME"), "“Rome” = “ROME”", ("town",)),
    "outliers": (
        lambda: put(clean().assign(m3=numbers(2).round(1) + 20), "m3", range(5), 999.0),
        "is 999 in 5 rows",
        ("m3",),
    ),
    "skew": (lambda: clean().assign(m3=np.exp(2 * numbers(3))), "long tail", ("m3",)),
    "cardinality": (
        lambda: clean().assign(street=[f"street {n % 90}" for n in range(N)]),
        "`street` has 90, one for every 4 rows",
        ("street",),
    ),
    "identifier": (lambda: clean().assign(row=np.arange(N)), "looks like an identifier", ("row",)),
    "constant": (lambda: put(clean().assign(same=1.0), "same", 5, 2.0), "the same value in nearly", ("same",)),
    "correlated": (lambda: clean().assign(again=lambda f: 3 - 2 * f["m1"]), "say the same", ("m1", "again")),
    "sensitive": (lambda: clean().assign(Geschlecht=["w", "m"] * (N // 2)), "`Geschlecht`", ("Geschlecht",)),
}


def test_a_clean_table_has_no_findings() -> None:
    found = checked(clean(), "answer", Split("stratified"))
    assert found.findings == () and set(found.not_applied) <= {"time_order"}


@cache
def planted(name: str) -> Checked:
    """What is found in a table with a pitfall."""
    return checked(PLANTED[name][0](), "answer", Split("stratified"))


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.name)
def test_a_planted_pitfall_is_found(check: Check) -> None:
    (_, sentence, columns), found = PLANTED[check.name], planted(check.name)
    told = of(found, check.name)
    assert told, found
    assert sentence in told[0].text and told[0].columns == columns and check.name not in found.not_applied
    assert check.title and check.about.endswith(".") and len(check.about) < 110


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.name)
def test_findings_are_sentences_with_figures_that_travel(check: Check) -> None:
    found = planted(check.name)
    assert Checked.from_json(json.loads(json.dumps(found.to_json()))) == found
    order = [each.severity for each in found.findings]
    assert order == sorted(order, key=list(Severity).index)
    for each in found.findings:
        assert each.text.endswith(".") and each.advice.endswith(".") and each.figures and each.check in CHECKS
        assert each.text[0].isupper() or each.text[0] in "`“" or each.text[0].isdigit()


def test_every_check_that_does_not_apply_says_why() -> None:
    few = checked(load_table("linnerud"), load_table("linnerud").target)
    assert few.not_applied["leak"] == "with 20 rows the score of a single column says nothing"
    assert few.not_applied["imbalance"] == "numbers are predicted, not classes"
    assert few.not_applied["cardinality"] == "no feature holds categories"
    pictures = checked(load_table("digits"), "digit")
    assert "pixels" in pictures.not_applied["correlated"] and "pixels" in pictures.not_applied["leak"]
    assert "not known" in pictures.not_applied["both_sides"]


def test_zeros_and_nines_that_mean_unknown_are_told_from_real_ones() -> None:
    rng = np.random.default_rng(0)
    frame = clean().assign(
        bmi=(rng.normal(30, 5, N)).round(1), calls=rng.poisson(1, N), pay=rng.gamma(2, 500, N).round()
    )
    frame.loc[:9, "bmi"] = 0
    marks = {each.columns: each.figures for each in of(checked(frame, "answer"), "outliers") if "value" in each.figures}
    assert marks == {("bmi",): {"value": 0.0, "count": 10}}


def test_spellings_that_fall_together_are_listed() -> None:
    frame = clean()
    frame["town"] = ["Zürich", "zürich ", "Zurich", "St. Gallen", "St Gallen", "Bern", "<5", ">5", "1.5", "15"] * (
        N // 10
    )
    [dirty] = of(checked(table_of_frame(frame), "answer"), "dirty")
    together = {frozenset(each) for each in dirty.figures["spellings"]}
    assert together == {frozenset({"Zürich", "zürich ", "Zurich"}), frozenset({"St. Gallen", "St Gallen"})}


def test_duplicates_of_tables_with_few_values_may_be_chance() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({name: rng.choice(list("xo"), 600) for name in "abcdefg"})
    frame["answer"] = rng.choice(["win", "loss"], 600)
    [twins] = of(checked(frame, "answer"), "duplicates")
    assert twins.severity == Severity.MEDIUM and "chance" in twins.text and twins.suggestion is None


def test_equal_rows_that_are_kept_together_are_no_worry() -> None:
    frame = pd.concat([clean(), clean().head(60)])
    found = checked(frame, "answer", Split("together"))
    assert "both_sides" in found.not_applied and of(found, "duplicates")[0].severity == Severity.LOW


@pytest.mark.parametrize(
    ("name", "entity", "identifier"),
    [
        ("patient", True, False),
        ("Kunden-Nr", True, True),
        ("customerID", True, True),
        ("household_size", False, False),
        ("number_customer_service_calls", False, False),
        ("education_num", False, False),
        ("id", False, True),
        ("paid", False, False),
        ("Matrikelnummer", False, True),
    ],
)
def test_names_of_entities_and_identifiers(name: str, entity: bool, identifier: bool) -> None:
    assert (names_entity(name), names_identifier(name)) == (entity, identifier)


@pytest.mark.parametrize(
    ("name", "proposed", "hinted"),
    [
        *((name, True, False) for name in ("sample_weight", "Case Weights", "fnlwgt", "pweight", "surveyWeight")),
        *((name, True, False) for name in ("instance weight", "Hochrechnungsfaktor", "final_weight_2")),
        *((name, False, True) for name in ("weight", "Weights", "Gewicht", "wt", "poids", "PESO")),
        *((name, False, False) for name in ("body_weight", "weight_kg", "curb weight", "weighting", "wt_loss")),
    ],
)
def test_only_a_name_that_can_mean_nothing_else_is_proposed_as_a_weight(
    name: str, proposed: bool, hinted: bool
) -> None:
    found = of(checked(clean().assign(**{name: np.abs(numbers(4)) + 1}), "answer"), "weights")
    assert [bool(each.suggestion and each.suggestion.weight == name) for each in found] == [proposed] * (
        proposed or hinted
    )
    assert not hinted or found[0].severity is Severity.LOW


@pytest.mark.parametrize("values", [numbers(4), np.ones(N), np.zeros(N), [np.inf] + [1.0] * (N - 1), ["a", "b"] * 200])
def test_a_column_that_could_not_weight_rows_is_not_proposed(values: Any) -> None:
    found = checked(clean().assign(sample_weight=values), "answer")
    assert not of(found, "weights")


def test_a_chosen_weight_is_neither_proposed_nor_judged() -> None:
    table = clean().assign(sample_weight=1.0, user=np.arange(N) // 5)
    found = checked(table.assign(sample_weight=np.arange(N) // 4 + 1), "answer", weight="sample_weight")
    assert "the rows count by `sample_weight`" in found.not_applied["weights"]
    assert not [each for each in found.findings if "sample_weight" in each.columns]


def test_names_of_times_and_of_traits() -> None:
    assert all(map(names_time, ("date", "OrderDate", "Jahr", "time_step")))
    assert not any(map(names_time, ("YearBuilt", "date of birth", "datum_id_x".replace("datum_", ""), "update")))
    assert [sensitive(each) for each in ("Age", "sexe", "Staatsangehörigkeit", "Religion")] == [
        "age",
        "sex",
        "origin",
        "religion",
    ]
    assert not any(map(sensitive, ("average", "page", "HouseAge", "sextant")))


def test_scores_of_single_columns_are_those_of_rows_held_out() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 2_000)
    assert score_of_numbers(y + rng.normal(0, 0.01, 2_000), y, 2) == 1.0
    assert score_of_numbers(rng.normal(size=2_000), y, 2) == pytest.approx(0.5, abs=0.05)
    assert score_of_codes(np.arange(2_000), y, 2) == pytest.approx(0.5, abs=0.1), "a value per row tells nothing"
    with_gaps = np.where(y == 1, np.nan, rng.normal(size=2_000))
    assert score_of_numbers(with_gaps, y, 2) == 1.0, "that a value is missing can be the leak"
    amount = rng.gamma(2, 50, 2_000)
    assert score_of_numbers(amount, amount * 3 + 1, 0) > 0.97
    assert score_of_numbers(rng.normal(size=2_000), amount, 0) < 0.05


def test_likeness_within_groups_is_the_intraclass_correlation() -> None:
    values, groups = np.array([9.0, 6, 8, 7, 10, 6, 2, 1, 4, 1, 5, 2]), np.repeat([0, 1, 2, 3], 3)
    means = values.reshape(4, 3).mean(axis=1)
    between = 3 * ((means - values.mean()) ** 2).sum() / 3
    within = ((values.reshape(4, 3) - means[:, None]) ** 2).sum() / 8
    assert within_groups(values, groups)[0] == pytest.approx((between - within) / (between + 2 * within))
    assert likeness(np.array([0, 1] * 50), 2) == pytest.approx(-1.0, abs=0.05)
    assert likeness(np.arange(50.0), 0) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "frame", [clean(12), clean(12).assign(m0=np.nan), pd.DataFrame({"a": [0, 1] * 10, "b": [1, 0] * 10})]
)
def test_the_smallest_tables_are_looked_at_without_an_error(frame: pd.DataFrame) -> None:
    found = checked(frame, frame.columns[-1], Split("kfold", folds=2))
    assert of(found, "few_rows")


def test_100_000_rows_take_seconds_and_the_sample_is_told() -> None:
    rng, rows = np.random.default_rng(0), 100_000
    columns: dict[str, Any] = {f"n{n}": rng.normal(size=rows) for n in range(40)}
    columns |= {f"c{n}": rng.choice([f"v{each}" for each in range(200)], rows) for n in range(9)}
    columns["y"] = columns["n0"] + rng.normal(size=rows)
    columns["n1"] = np.where(rng.random(rows) < 0.1, 1e9, columns["n1"])
    table = table_of_frame(pd.DataFrame(columns))
    problem = make_problem(table, Roles("y"))
    drawn = samples(table, problem)
    start = process_time()
    found = check_all(table, problem, drawn, Split("kfold"))
    assert in_time(process_time() - start, 8), "5 s on a quiet machine"
    assert any("drawn at random" in each.text for each in found.findings)
    setting = Setting(table, problem, drawn, Split("kfold"))
    assert len(setting.some()[0]) == 20_000 and np.array_equal(setting.some()[0], setting.some()[0])


def test_checks_are_worked_out_once_and_told_as_findings(in_place: Store) -> None:
    from core import jobs

    (in_place.tables / "people.csv").write_text(
        clean().assign(code=lambda f: (f["answer"] == "stays") * 1).to_csv(index=False)
    )
    table = jobs.read(in_place, "people.csv")
    row = asking.request_checks(in_place, table.fingerprint, Roles("answer"), Split("stratified"))
    done = in_place.derived(row.key)
    assert done is not None and done.state == FitState.DONE, done
    told = asking.checks_told(done)
    assert told is not None
    found, proposal = told
    assert isinstance(found.findings[0], Finding) and found.findings[0].columns == ("code",)
    assert proposal.value["kind"] == "stratified"
    assert asking.request_checks(in_place, table.fingerprint, Roles("answer"), Split("stratified")).key == row.key
    left = asking.request_checks(
        in_place, table.fingerprint, Roles("answer", left_out={"code": ""}), Split("stratified")
    )
    again = in_place.derived(left.key)
    assert again is not None and asking.checks_told(again)[0].findings == ()  # type: ignore[index]
