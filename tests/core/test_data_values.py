"""Cells to values: missing marks, ways of writing numbers, dates, yes and no; column kinds and their reasons."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.data import read_table, table_of_frame
from core.records import Column, ColumnKind, Table


def table_of(folder: Path, columns: dict[str, list[str]], delimiter: str = "\t") -> Table:
    lines = [delimiter.join(columns)] + [delimiter.join(cells) for cells in zip(*columns.values(), strict=True)]
    (folder / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_table(folder / "t.csv")


def values_of(folder: Path, cells: list[str], delimiter: str = "\t", beside: list[str] | None = None) -> list[object]:
    return column_of(folder, cells, delimiter, beside).frame["x"].tolist()


def column_of(folder: Path, cells: list[str], delimiter: str = "\t", beside: list[str] | None = None) -> Table:
    other = beside or ["p", "q"] * (len(cells) // 2) + ["r"] * (len(cells) % 2)
    return table_of(folder, {"x": cells, "other": other}, delimiter)


def found(table: Table, name: str = "x") -> Column:
    return next(column for column in table.columns if column.name == name)


@pytest.mark.parametrize("token", ["NA", "N/A", "NaN", "null", "None", "?", "-"])
def test_agreed_marks_are_missing_and_counted(tmp_path: Path, token: str) -> None:
    table = column_of(tmp_path, ["red", "green", token, token])
    assert found(table).missing == 2 and list(table.frame["x"].cat.categories) == ["green", "red"]
    assert table.notes == (f"`{token}` in `x` read as missing: 2 cells.",)
    numbers = column_of(tmp_path, ["1", "2", token, "3"])
    assert found(numbers).kind is ColumnKind.COUNT and found(numbers).missing == 1


def test_empty_cells_are_missing_and_those_of_blanks_noted(tmp_path: Path) -> None:
    table = column_of(tmp_path, ["red", "green", "", "  "])
    assert found(table).missing == 2
    assert table.notes == ("Nothing but blanks in `x` read as missing: 1 cell.",)


@pytest.mark.parametrize("word", ["none", "missing", "unknown", "no answer", "NIL"])
def test_other_words_stay_values(tmp_path: Path, word: str) -> None:
    table = column_of(tmp_path, ["red", "green", word, word])
    assert word in list(table.frame["x"].cat.categories) and table.notes == ()


def test_a_minus_beside_a_plus_is_a_value(tmp_path: Path) -> None:
    assert values_of(tmp_path, ["+", "-", "+", "-"]) == ["+", "-", "+", "-"]


def test_many_columns_share_one_note(tmp_path: Path) -> None:
    table = table_of(tmp_path, {name: ["1.5", "NA", "2.5"] for name in "abcde"})
    assert table.notes == ("`NA` in 5 columns (`a`, `b`, `c` and 2 more) read as missing: 5 cells.",)


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["1", "-2", "+3", "40"], [1, -2, 3, 40]),
        (["1.5", "2", ".5", "1e3"], [1.5, 2, 0.5, 1000]),
        (["1,5", "2,25", "3", "0,001"], [1.5, 2.25, 3, 0.001]),
        (["1.234,5", "2.000.000,25", "3"], [1234.5, 2000000.25, 3]),
        (["1,234.5", "2,000,000.25", "3"], [1234.5, 2000000.25, 3]),
        (["1 234,5", "2 000", "3"], [1234.5, 2000, 3]),
        (["1'234.5", "2'000", "3"], [1234.5, 2000, 3]),
        (["12 %", "13.5 %", "7%"], [12, 13.5, 7]),
        (["€ 12", "€ 13.50", "€7"], [12, 13.5, 7]),
        (["0.125", "1.234", "2.345"], [0.125, 1.234, 2.345]),
        (["1.234", "22.345", "3.456"], [1.234, 22.345, 3.456]),
        (["12345678901234567.5", "2.0"], [12345678901234567.5, 2]),
    ],
)
def test_ways_of_writing_numbers(tmp_path: Path, cells: list[str], numbers: list[float]) -> None:
    assert values_of(tmp_path, cells) == numbers


def test_what_one_column_leaves_open_another_decides(tmp_path: Path) -> None:
    german = table_of(tmp_path, {"x": ["1.234", "22.345"], "y": ["0,5", "1,25"], "z": ["1,234", "2,345"]})
    assert german.frame["x"].tolist() == [1234, 22345] and german.frame["z"].tolist() == [1.234, 2.345]
    assert german.notes == (
        "Points in `x` read as thousands marks, because the file has decimal commas: 2 cells.",
        "Decimal commas in `y` read as numbers: 2 cells.",
        "Commas in `z` read as decimal commas, as elsewhere in the file: 2 cells.",
    )
    english = table_of(tmp_path, {"x": ["1,234", "22,345"], "y": ["0.5", "1.25"]})
    assert english.frame["x"].tolist() == [1234, 22345]
    assert english.notes == ("Commas in `x` read as thousands marks: 2 cells.",)


def test_semicolons_hint_at_decimal_commas(tmp_path: Path) -> None:
    assert values_of(tmp_path, ["1,234", "2,345"], ";") == [1.234, 2.345]
    assert values_of(tmp_path, ["1,234", "2,345"], "|") == [1234, 2345]


def test_infinite_values_are_counted_and_missing(tmp_path: Path) -> None:
    table = column_of(tmp_path, ["1.5", "inf", "-Infinity", "2.5"])
    assert found(table).missing == 2 and table.notes == ("Infinite values in `x` read as missing: 2 cells.",)


def test_whole_numbers_stay_whole_unless_there_are_gaps(tmp_path: Path) -> None:
    assert column_of(tmp_path, ["3", "1", "2"]).frame["x"].dtype == np.int64
    assert column_of(tmp_path, ["3", "", "2"]).frame["x"].dtype == np.float64


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        (["01067", "80331", "20095", "01067"], "Leading zeros in `x`: kept as text."),
        (["1234567890123456", "1234567890123457"] * 2, "Numbers of more than 15 digits in `x`: kept as text."),
        (["123456789012345678901234567890"] * 2 + ["5"] * 2, "Numbers of more than 15 digits in `x`: kept as text."),
    ],
)
def test_codes_that_look_like_numbers_stay_text(tmp_path: Path, cells: list[str], note: str) -> None:
    table = column_of(tmp_path, cells)
    assert table.frame["x"].tolist() == cells and table.notes == (note,)


class TestNumbersAmongText:
    def test_a_few_mistakes_in_a_column_of_numbers_are_named_and_missing(self, tmp_path: Path) -> None:
        table = column_of(tmp_path, [f"{n}.5" for n in range(98)] + ["broken", "12 kg"])
        assert found(table).kind is ColumnKind.NUMBER and found(table).missing == 2
        note = "Text that is none of the numbers in `x` ('broken', '12 kg') read as missing: 2 cells."
        assert note in table.notes

    def test_many_make_it_a_column_of_categories(self, tmp_path: Path) -> None:
        table = column_of(tmp_path, [f"{n % 30}" for n in range(90)] + ["12 kg"] * 10)
        assert found(table).kind is ColumnKind.CATEGORY and found(table).missing == 0
        assert table.notes == ("`x` mixes numbers (90%) and text and was taken as categories.",)

    def test_codes_lose_none_of_their_values(self, tmp_path: Path) -> None:
        table = column_of(tmp_path, ["1", "2", "3"] * 33 + ["other"])
        assert list(table.frame["x"].cat.categories) == ["1", "2", "3", "other"]
        assert table.notes == ("`x` mixes a few numbers with text and was taken as categories.",)


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (["2024-01-31", "2024-12-24"], "2024-01-31"),
        (["2024-01-31 23:59", "2024-12-24 00:01"], "2024-01-31 23:59"),
        (["2024-01-31T23:59:58.5", "2024-12-24T00:01:00"], "2024-01-31 23:59:58.5"),
        (["2024-01-31T12:00:00+02:00", "2024-07-31T12:00:00+01:00"], "2024-01-31 10:00"),
        (["31.01.2024", "24.12.2024"], "2024-01-31"),
        (["01.02.2024", "03.04.2024"], "2024-02-01"),
        (["31/01/2024", "24/12/2024"], "2024-01-31"),
        (["01/31/2024", "12/24/2024"], "2024-01-31"),
        (["1/31/2024 1:05 PM", "2/1/2024 2:06 AM"], "2024-01-31 13:05"),
        (["31-Jan-2024", "24-Dec-2024"], "2024-01-31"),
        (["January 31, 2024", "May 24, 2024"], "2024-01-31"),
        (["1949-01", "1949-02"], "1949-01-01"),
        (["9999-12-31", "2024-01-01"], "9999-12-31"),
    ],
)
def test_ways_of_writing_dates(tmp_path: Path, cells: list[str], first: str) -> None:
    table = column_of(tmp_path, cells * 2)
    assert found(table).kind is ColumnKind.DATE and found(table).missing == 0
    assert table.frame["x"].iloc[0] == pd.Timestamp(first)


def test_day_and_month_are_told_apart_on_evidence(tmp_path: Path) -> None:
    certain = column_of(tmp_path, ["01/02/2024", "03/04/2024", "05/13/2024"])
    assert certain.frame["x"].iloc[0] == pd.Timestamp("2024-01-02")
    assert certain.notes == ("`x` read as dates written month/day/year: 3 cells.",)
    in_order = column_of(tmp_path, ["01/11/2023", "02/10/2023", "02/12/2023", "03/01/2023"])
    assert in_order.frame["x"].iloc[0] == pd.Timestamp("2023-01-11")
    assert "cannot be told apart for sure" in in_order.notes[0] and "month/day/year" in in_order.notes[0]
    open_question = column_of(tmp_path, ["05/06/2023", "01/02/2023", "07/03/2023"])
    assert open_question.frame["x"].iloc[0] == pd.Timestamp("2023-06-05")
    assert open_question.notes == (
        "`x` read as dates written day/month/year, though day and month cannot be told apart for sure: 3 cells.",
    )


def test_text_among_dates_is_named(tmp_path: Path) -> None:
    table = column_of(tmp_path, [f"2024-01-{n % 28 + 1:02d}" for n in range(40)] + ["0000-00-00"])
    assert found(table).kind is ColumnKind.DATE and found(table).missing == 1
    assert table.notes == ("Text that is none of the dates in `x` ('0000-00-00') read as missing: 1 cell.",)


@pytest.mark.parametrize("cells", [["1.2.3", "2.0.1"], ["10-12", "12-14"], ["12:30", "13:45"], ["99.99.2020", "1.1.x"]])
def test_what_only_resembles_dates_stays_text(tmp_path: Path, cells: list[str]) -> None:
    assert values_of(tmp_path, cells * 2) == cells * 2


@pytest.mark.parametrize(
    "pair", [("yes", "no"), ("Yes", "No"), ("TRUE", "FALSE"), ("ja", "nein"), ("Y", "N"), ("oui", "non")]
)
def test_yes_and_no_keep_their_spelling(tmp_path: Path, pair: tuple[str, str]) -> None:
    table = column_of(tmp_path, list(pair) * 3)
    assert found(table).kind is ColumnKind.YES_NO and list(table.frame["x"].cat.categories) == sorted(pair)


def test_several_spellings_of_yes_and_no_fall_together(tmp_path: Path) -> None:
    table = column_of(tmp_path, ["Yes", "yes", "Yes", "No", "no", "No", "TRUE"])
    assert table.frame["x"].tolist() == ["Yes", "Yes", "Yes", "No", "No", "No", "Yes"]
    assert table.notes == ("Other spellings in `x` read as 'Yes' and 'No': 3 cells.",)


def test_blanks_around_text_are_taken_off_and_counted(tmp_path: Path) -> None:
    table = column_of(tmp_path, ["red ", " red", "red", "green"])
    assert list(table.frame["x"].cat.categories) == ["green", "red"]
    assert table.notes == ("Blanks around the text in `x` taken off: 2 cells.",)


PROSE = [f"This is a long remark number {n}, written by somebody with much to say about it." for n in range(30)]


@pytest.mark.parametrize(
    ("name", "values", "kind", "left_out"),
    [
        ("size", np.linspace(0, 1, 30), ColumnKind.NUMBER, ""),
        ("size", np.arange(30) % 5, ColumnKind.COUNT, ""),
        ("size", np.arange(30) ** 2, ColumnKind.COUNT, ""),
        ("size", np.arange(30) ** 2 + 2, ColumnKind.NUMBER, ""),
        ("customerID", np.arange(30) ** 2, ColumnKind.IDENTIFIER, "identifier"),
        ("row_id", np.arange(100, 130)[::-1], ColumnKind.IDENTIFIER, "in sequence"),
        ("year", np.arange(1990, 2020), ColumnKind.NUMBER, ""),
        ("customer", [f"c{n}" for n in range(30)], ColumnKind.IDENTIFIER, "a different text in every row"),
        ("name", [f"c{n % 29}" for n in range(30)], ColumnKind.CATEGORY, ""),
        ("remark", PROSE, ColumnKind.TEXT, "long free text"),
        ("remark", PROSE[:3] * 10, ColumnKind.CATEGORY, ""),
        ("same", ["x"] * 30, ColumnKind.CONSTANT, "the same value in every row"),
        ("same", np.ones(30), ColumnKind.CONSTANT, "the same value in every row"),
        ("gaps", ["x", None] * 15, ColumnKind.CATEGORY, ""),
        ("none", [None] * 30, ColumnKind.EMPTY, "all its values are missing"),
        ("flag", [True, False] * 15, ColumnKind.YES_NO, ""),
        ("flag", [True, None] * 15, ColumnKind.CATEGORY, ""),
        ("when", pd.date_range("2024-01-01", periods=30), ColumnKind.DATE, ""),
        ("spent", pd.to_timedelta(np.arange(30) * 1.5, unit="s"), ColumnKind.NUMBER, ""),
        ("mixed", [1, "a", 2.5] * 10, ColumnKind.CATEGORY, ""),
    ],
)
def test_what_a_column_is_taken_for(name: str, values: object, kind: ColumnKind, left_out: str) -> None:
    column = table_of_frame(pd.DataFrame({name: values})).columns[0]
    assert column.kind is kind and column.reason
    assert (left_out in column.leave_out) if left_out else column.leave_out == ""


def test_house_dtypes() -> None:
    frame = pd.DataFrame(
        {
            "small": np.arange(12, dtype=np.int8) % 5,
            "single": np.linspace(0, 1, 12, dtype=np.float32),
            "nullable": pd.array([1.5, None] * 6, dtype="Float64"),
            "big": pd.array([2**60 + 1, None, 5] * 4, dtype="Int64"),
            "when": pd.date_range("2024-01-01", periods=12, unit="s"),
            "words": pd.array(["a", "b", None] * 4, dtype="string"),
            "text": [f"key {n}" for n in range(12)],
            "codes": pd.Categorical([1, 0, 1] * 4),
        },
        index=range(100, 112),
    )
    table = table_of_frame(frame)
    assert [str(dtype) for dtype in table.frame.dtypes] == [
        *("int64", "float64", "float64", "category", "datetime64[us]", "category", "str", "category"),
    ]
    assert isinstance(table.frame.index, pd.RangeIndex) and table.frame.index[0] == 0
    assert table.frame["big"].tolist()[0] == str(2**60 + 1)
    assert table.notes == ("Whole numbers in `big` are too large to be exact and were kept as text.",)
    assert table.frame["codes"].cat.categories.tolist() == [0, 1]
    assert [column.missing for column in table.columns] == [0, 0, 6, 4, 0, 4, 0, 0]
    assert table_of_frame(table.frame).fingerprint == table.fingerprint


def test_halves_of_surrogate_pairs_are_replaced() -> None:
    table = table_of_frame(pd.DataFrame({"x": pd.Series(["a\ud800", "b", "b"] * 2, dtype=object)}))
    assert list(table.frame["x"].cat.categories) == ["a?", "b"]
    assert table.notes == ("Characters that cannot be shown in `x` replaced: 2 cells.",)


def test_a_frame_is_left_as_it_was() -> None:
    frame = pd.DataFrame({"a": [1.0, np.inf, 3.0], "b": ["x", "", "y"]})
    before = frame.copy(deep=True)
    table = table_of_frame(frame)
    pd.testing.assert_frame_equal(frame, before)
    assert table.notes == (
        "Infinite values in `a` read as missing: 1 cell.",
        "Empty text in `b` read as missing: 1 cell.",
    )
