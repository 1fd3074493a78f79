"""Every change that a reader makes is in its report, with its rule and its count, and what can be undone is undone."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.catalogue import UnknownName
from core.data import RULES, Unreadable, read_table
from core.data.settings import parts, with_settings
from core.records import Change, ColumnKind, Table
from tests.core.test_data_reading import workbook

NAMES = [f"n{place}" for place in range(40)]


def text(cells: list[str], name: str = "x") -> bytes:
    """A file of two columns, the first one with these cells."""
    return "\n".join([f"key;{name}", *(f"{key};{cell}" for key, cell in zip(NAMES * 9, cells, strict=False))]).encode()


def numbers(*others: str) -> list[str]:
    return [*(f"{place / 4:.2f}" for place in range(1, 61)), *others]


LINES = [f"{place},{place / 4:.2f},{name}" for place, name in enumerate(NAMES, 1)]


def lines(*others: str, header: str = "a,b,c", below: str = "") -> bytes:
    return "\n".join([*([below] if below else []), header, *LINES, *others]).encode()


def json_of(value: object) -> bytes:
    return pd.io.json.ujson_dumps(value).encode() if not isinstance(value, str) else value.encode()


def parquet(frame: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.to_parquet(stream)
    return stream.getvalue()


# For each rule of texts, workbooks and documents a file that it applies to.
FILES: dict[str, Callable[[], bytes]] = {
    "encoding": lambda: text(["Käse", "Brot", "Öl"] * 9, "Größe").decode().encode("cp1252"),
    "unpacked": lambda: __import__("gzip").compress(text(numbers())),
    "sheet": lambda: workbook({"Cover": [["Read me"]], "Data": [["a", "b"], *([n / 2, n * 2.0] for n in range(9))]}),
    "place": lambda: json_of({"count": 2, "rows": [{"a": 1, "b": 2}, {"a": 3, "b": 4}]}),
    "orientation": lambda: json_of({"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": "y"}}),
    "comment": lambda: lines(below="# made by a machine"),
    "preamble": lambda: lines(below="Report of 2024\n"),
    "second_header": lambda: lines(header=",2023,2023\na,b,c").replace(b"n", b"1."),
    "units": lambda: lines(header="a,b,c\nkg,cm,-"),
    "no_header": lambda: "\n".join(LINES).encode(),
    "open_quote": lambda: lines('77,"88,x', *LINES),
    "ragged": lambda: lines("1,2", "1,2,3,4"),
    "row_name": lambda: "\n".join(["a,b", *(f"car {n},{n},{n / 2}" for n in range(12))]).encode(),
    "repeated_header": lambda: lines("a,b,c", *LINES),
    "second_table": lambda: lines("name,size,place", *LINES),
    "ruled_line": lambda: "\n".join(["a|b", "---|---", *(f"{n}|{n * 2}" for n in range(9))]).encode(),
    "footer": lambda: lines("Source: our own survey,,"),
    "total": lambda: lines(f"Total,{sum(place / 4 for place in range(1, 41)):.2f},"),
    "empty_column": lambda: "\n".join(["a,b,", *(f"{n},{n}," for n in range(9))]).encode(),
    "empty_row": lambda: lines(",,", ",,"),
    "no_name": lambda: lines(header="a,,c"),
    "same_name": lambda: lines(header="a,a,c"),
    "tidy_name": lambda: lines(header='a,"b\n(in kg)",c'),
    "same_key": lambda: json_of('[{"a": 1, "a": 2, "b": 1}, {"a": 3, "b": 4}]'),
    "nested": lambda: json_of([{"a": 1, "b": [1, 2]}, {"a": 2, "b": [3]}]),
    "blanks": lambda: text([" red", "green ", "blue"] * 9),
    "only_blanks": lambda: text(["red", "green", "  "] * 9),
    "missing_mark": lambda: text(["red", "NA", "blue"] * 9),
    "kept_mark": lambda: text(["DE", "FR", "NA", "US", "ZA", "BR", "CN"] * 9),
    "sentinel": lambda: text(numbers("-999", "-999", "-999")),
    "formula_error": lambda: workbook_with_error(),
    "empty_text": lambda: json_of([{"a": "x", "b": ""}, {"a": "y", "b": "z"}, {"a": "w", "b": "v"}]),
    "kept_as_text": lambda: text(["01067", "80331", "20095"] * 9),
    "mixed": lambda: text([*numbers()[:30], *["about three"] * 20]),
    "not_a_number": lambda: text(numbers("12 kg", "unclear")),
    "decimal": lambda: text([each.replace(".", ",") for each in numbers()]),
    "sign": lambda: text([f"{each} %" for each in numbers()]),
    "date": lambda: text([f"{day:02}.03.2024" for day in range(1, 29)]),
    "not_a_date": lambda: text([*(f"2024-03-{day:02}" for day in range(1, 29)), "soon"]),
    "time_zone": lambda: text([f"2024-03-{day:02}T10:00:00+02:00" for day in range(1, 29)]),
    "span": lambda: parquet(pd.DataFrame({"x": pd.to_timedelta(np.arange(9), unit="s"), "y": range(9)})),
    "spelling": lambda: text(["yes", "no", "Yes", "NO", "yes"] * 6),
    "large_number": lambda: parquet(pd.DataFrame({"x": pd.array([2**60, None, 3], "Int64"), "y": range(3)})),
    "infinite": lambda: text(numbers("inf", "-inf")),
    "unprintable": lambda: text(["a\0b", "cd", "ef"] * 9),
}
ELSEWHERE = {  # rules of images, databases, statistics programs and data sets, each tested with its reader
    *("origin", "joined", "sample", "table", "pixels", "folders", "grey", "resized", "first_picture"),
    *("unreadable_image", "no_class", "unused_file", "binary", "retyped", "labels", "full_stop", "padded", "series"),
}


def workbook_with_error() -> bytes:
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        for row in range(1, 12):
            sheet.write(row, 0, row)
            sheet.write_formula(row, 1, "=1/0", None, "#DIV/0!") if row == 5 else sheet.write(row, 1, row * 2)
    return stream.getvalue()


def reading(tmp_path: Path, content: bytes, **settings: object) -> Table:
    (tmp_path / "t").write_bytes(content)
    return read_table(tmp_path / "t", settings=settings)


def told(table: Table, rule: str) -> list[Change]:
    return [each for each in table.report if each.rule == rule]


def test_every_rule_has_a_file_here_or_a_test_elsewhere() -> None:
    assert set(FILES) | ELSEWHERE == set(RULES) and not set(FILES) & ELSEWHERE


@pytest.mark.parametrize("rule", FILES)
def test_what_is_done_is_told(rule: str, tmp_path: Path) -> None:
    found = told(reading(tmp_path, FILES[rule]()), rule)
    assert found and all(each.text.endswith(".") and "{" not in each.text for each in found)
    if RULES[rule].lossy and rule not in ("open_quote", "same_name", "same_key", "time_zone", "span"):
        assert all(each.count > 0 for each in found), "what is lost is counted"


@pytest.mark.parametrize("rule", [name for name in FILES if RULES[name].undo])
def test_what_can_be_undone_is_not_done_again(rule: str, tmp_path: Path) -> None:
    before = reading(tmp_path, FILES[rule]())
    names = [f"{rule}:{each.column}".removesuffix(":") for each in told(before, rule)]
    after = reading(tmp_path, FILES[rule](), undo=tuple(names))
    if rule == "sentinel":  # it is told in either case, and means the other
        assert after.columns[1].missing == 3 and before.columns[1].missing == 0
        return
    assert told(after, rule) == [] and after.fingerprint != before.fingerprint


def test_undone_values_are_as_they_stand_in_the_file(tmp_path: Path) -> None:
    kept = reading(tmp_path, FILES["missing_mark"](), undo=("missing_mark:x",))
    assert list(kept.frame["x"].cat.categories) == ["NA", "blue", "red"]
    missing = reading(tmp_path, FILES["kept_mark"](), undo=("kept_mark:x",))
    assert missing.columns[1].missing == 9
    codes = reading(tmp_path, FILES["kept_as_text"](), undo=("kept_as_text:x",))
    assert codes.frame["x"].tolist()[:2] == [1067, 80331]
    as_numbers = reading(tmp_path, FILES["mixed"](), undo=("mixed:x",))
    assert as_numbers.columns[1].kind is ColumnKind.NUMBER and as_numbers.columns[1].missing == 20
    words = reading(tmp_path, FILES["not_a_number"](), undo=("not_a_number:x",))
    assert "12 kg" in set(words.frame["x"].astype(str))


@pytest.mark.parametrize(
    ("content", "settings", "expected"),
    [
        (b"a;b\n1,5;2\n3,5;4\n", {"delimiter": ","}, (2, 2)),
        (b"1,2\n3,4\n5,6\n", {"header": 1}, (2, 2)),
        (b"x,y\n1,2\n3,4\n", {"header": 0}, (3, 2)),
        (b"made by\n\na,b\n1,2\n3,4\n", {"header": 3}, (2, 2)),
        (b"a,b\n1,2\n3\n4,5,6\n7,8\n", {"uneven_rows": "filled or cut"}, (4, 2)),
        (b"a,b\n'x,y',2\n'z,w',4\n", {"quote": "'"}, (2, 2)),
        ("Größe;b\n1;2\n3;4\n".encode("cp850"), {"encoding": "cp850"}, (2, 2)),
    ],
)
def test_a_person_says_how_a_text_is_read(
    content: bytes, settings: dict[str, object], expected: tuple[int, int], tmp_path: Path
) -> None:
    table = reading(tmp_path, content, **settings)
    assert table.frame.shape == expected
    assert parts(table.name)[1] == settings, "the table's name brings it back"
    if "encoding" in settings:
        assert "Größe" in table.frame and table.facts["encoding"] == "cp850"


def test_day_and_month_as_a_person_says(tmp_path: Path) -> None:
    content = text([f"0{day % 9 + 1}/0{day % 7 + 1}/2024" for day in range(30)])
    day = reading(tmp_path, content, dates="day").frame["x"]
    month = reading(tmp_path, content, dates="month").frame["x"]
    assert (day.dt.day.to_numpy() == month.dt.month.to_numpy()).all() and day[1] == pd.Timestamp(2024, 2, 2)


def test_settings_stand_behind_a_source_and_come_back() -> None:
    settings = {"decimal": ",", "header": 3, "undo": ("date:a & b", "missing_mark:x=1?")}
    source = with_settings("sales 2024.csv", settings)
    assert source.startswith("sales 2024.csv?") and parts(source) == ("sales 2024.csv", settings)
    assert with_settings(source, {}) == "sales 2024.csv"
    for wrong, error in (
        ("x.csv?decimals=,", UnknownName),
        ("x.csv?decimal=;", Unreadable),
        ("x.csv?header=two", Unreadable),
        ("x.csv?undo=nothing:a", UnknownName),
    ):
        with pytest.raises(error):
            parts(wrong)


def test_too_many_cells_become_a_sample_that_is_told_and_is_the_same_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = lines(*LINES, *LINES)
    whole = reading(tmp_path, content)
    monkeypatch.setattr("core.data.sampling.MOST_CELLS", 90)
    part, again = reading(tmp_path, content), reading(tmp_path, content)
    assert len(whole.frame) == 120 and len(part.frame) == 30 and part.fingerprint == again.fingerprint
    (change,) = told(part, "sample")
    assert change.count == 90 and "30 of the rows were drawn at random (seed 0)" in change.text
    assert set(part.frame["a"]) <= set(whole.frame["a"])


def test_a_row_of_missing_numbers_begins_no_other_table(tmp_path: Path) -> None:
    table = reading(tmp_path, lines("NA,NA,n1", *LINES))
    assert len(table.frame) == 81 and [each.missing for each in table.columns] == [1, 1, 0]
    assert {each.rule for each in table.report} == {"missing_mark"}
