"""Files: containers, encodings, separators, rows that do not fit, names; what is no table is refused in a sentence."""

from __future__ import annotations

import gzip
import io
import pickle
import time
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
import pytest

from core.data import Unreadable, Unusable, make_problem, read_table
from core.records import ColumnKind, Roles, Table
from tests.pace import in_time


def read(folder: Path, content: bytes | str, name: str = "table.csv") -> Table:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(path)


def kinds(table: Table) -> dict[str, ColumnKind]:
    return {column.name: column.kind for column in table.columns}


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    """A small Excel file, written by hand: text inline, numbers and booleans typed."""
    kinds_of = {str: ("inlineStr", "<is><t>{}</t></is>"), bool: ("b", "<v>{:d}</v>"), float: ("n", "<v>{}</v>")}

    def cell(row: int, column: int, value: object) -> str:
        if value is None:
            return ""
        kind, form = kinds_of[type(value)]
        shown = escape(value) if isinstance(value, str) else value
        return f'<c r="{chr(65 + column)}{row + 1}" t="{kind}">{form.format(shown)}</c>'

    namespace = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {namespace} xmlns:r="{office}"><sheets>'
        + "".join(f'<sheet name="{name}" sheetId="{n + 1}" r:id="r{n + 1}"/>' for n, name in enumerate(sheets))
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        + "".join(
            f'<Relationship Id="r{n + 1}" Type="{office}/worksheet" Target="worksheets/sheet{n + 1}.xml"/>'
            for n in range(len(sheets))
        )
        + "</Relationships>",
    }
    for number, rows in enumerate(sheets.values()):
        lines = "".join(
            f'<row r="{r + 1}">{"".join(cell(r, c, value) for c, value in enumerate(row))}</row>'
            for r, row in enumerate(rows)
        )
        parts[f"xl/worksheets/sheet{number + 1}.xml"] = (
            f"<worksheet {namespace}><sheetData>{lines}</sheetData></worksheet>"
        )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\n\n  \n", "The file is empty."),
        (b"a,b,c\n", "no data rows"),
        (b"a,b\n,\n,\n", "no data rows"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a PNG image"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"<!DOCTYPE html><html><body>404, not found</body></html>", "a web page"),
        (b"\n <HTML>\n<table><tr><td>1,2</td></tr></table>", "a web page"),
        (b'<?xml version="1.0"?><rows/>', "XML"),
        (pickle.dumps({"a": [1, 2]}), "a Python pickle"),
        (pickle.dumps(pd.DataFrame({"a": [1, 2]})), "a Python pickle"),
        (b"#Arrow heads\n@problemName ArrowHead\n@classLabel true 0 1\n@data\n", "no series behind its line @data"),
        (bytes(257) + b"ustar" + bytes(250), "tar archive"),
        (b"PAR1 and then nothing", "Parquet file is damaged"),
        (b"PK\x03\x04 and then nothing", "damaged ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "damaged or protected"),
        (b"\x1f\x8b\x08 and then nothing", "gz file is damaged"),
        (bytes(range(256)) * 20, "binary data"),
        (b"a,b\n1,2,3\n1,2,3,4\n1\n2,2\n", "Most rows"),
        (b"a,b\n1,2,3,4\n5,6,7,8\n", "header names 2 columns but the rows have 4 cells"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence) as raised:
        read(tmp_path, content)
    text = str(raised.value)
    assert text.endswith(".") and text[0].isupper() and "Traceback" not in text


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="is a folder"):
        read_table(tmp_path)
    with pytest.raises(Unreadable, match=r"gone\.csv cannot be opened"):
        read_table(tmp_path / "gone.csv")


def test_one_column_and_one_row_are_read_but_nothing_can_be_learned(tmp_path: Path) -> None:
    one_column = read(tmp_path, "answer\n" + "yes\nno\n" * 20)
    assert one_column.frame.shape == (40, 1)
    with pytest.raises(Unusable, match="The table has one column, `answer`"):
        make_problem(one_column, Roles("answer"))
    one_row = read(tmp_path, "a,b\n1,x\n")
    with pytest.raises(Unusable, match="1 row with a known target is too few: at least 10"):
        make_problem(one_row, Roles("b"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_separators_quotes_and_line_ends(tmp_path: Path, delimiter: str, line_end: str) -> None:
    lines = [f'size{delimiter}"full name"{delimiter}note']
    lines += [f'{n}{delimiter}"Doe{delimiter} {n % 3} ""J"""{delimiter}"two\nlines"' for n in range(12)]
    table = read(tmp_path, line_end.join(lines) + line_end)
    assert list(table.frame) == ["size", "full name", "note"]
    assert list(table.frame["full name"].cat.categories) == [f'Doe{delimiter} {n} "J"' for n in range(3)]
    assert table.frame["size"].tolist() == list(range(12))
    assert table.frame["note"].unique().tolist() == ["two\nlines"]


TEXT = "Größe,Straße\n" + "".join(f"{n % 7},Käseweg {n % 3}\n" for n in range(20))
POLISH = "wiek,miasto\n" + "1,Zażółć gęślą jaźń\n2,Województwo małopolskie\n3,Kraków Łódź Gdańsk\n4,Wrocław\n" * 20
RUSSIAN = "возраст,город\n" + "".join(f"{n % 7},Москва и Санкт-Петербург\n" for n in range(40))


@pytest.mark.parametrize(
    ("text", "encoding", "note"),
    [
        (TEXT, "utf-8", ""),
        (TEXT, "utf-8-sig", ""),
        (TEXT, "utf-16", "Read as UTF-16 text."),
        (TEXT, "utf-16-le", "Read as UTF-16 text."),
        (TEXT, "utf-16-be", "Read as UTF-16 text."),
        (TEXT, "cp1252", "Not UTF-8; read as Western European, cp1252."),
        (TEXT, "latin-1", "Not UTF-8; read as Western European, cp1252."),
        (POLISH, "cp1250", "Not UTF-8; read as cp1250."),
        (RUSSIAN, "cp1251", "Not UTF-8; read as cp1251."),
    ],
)
def test_encodings(tmp_path: Path, text: str, encoding: str, note: str) -> None:
    table = read(tmp_path, text.encode(encoding))
    header, first = text.splitlines()[:2]
    assert list(table.frame) == header.split(",")
    assert table.frame.iloc[0, 1] == first.split(",")[1]
    assert table.notes == ((note,) if note else ())


def test_letters_that_come_late_in_the_file_are_seen(tmp_path: Path) -> None:
    lines = [f"{n % 7},plain" for n in range(30_000)] + ["1,schön"]
    table = read(tmp_path, ("a,b\n" + "\n".join(lines)).encode("cp1252"))
    assert list(table.frame["b"].cat.categories) == ["plain", "schön"]


def test_rows_of_another_length_are_left_out_and_their_lines_named(tmp_path: Path) -> None:
    lines = ["a,b,c", *["1,2,3"] * 5, "short,1", "", "1,2,3", "too,long,1,2", *["4,5,6"] * 4]
    table = read(tmp_path, "\n".join(lines))
    assert table.frame.shape == (10, 3) and kinds(table)["a"] is ColumnKind.NUMBER
    assert table.notes == ("2 rows did not have 3 cells and were left out: 1 with fewer, 1 with more (line 7, 10).",)


def test_only_the_first_five_lines_are_named(tmp_path: Path) -> None:
    table = read(tmp_path, "a,b\n" + "1,2\n" * 20 + "odd\n" * 7)
    assert table.notes == (
        "7 rows did not have 2 cells and were left out: 7 with fewer, 0 with more "
        "(line 22, 23, 24, 25, 26 and others).",
    )


def test_a_quote_that_is_never_closed_swallows_no_rows(tmp_path: Path) -> None:
    rows = [f"{n},x{n % 3},{n * 2}" for n in range(30)]
    rows[4] = '4,"x1,8'
    table = read(tmp_path, "a,b,c\n" + "\n".join(rows) + "\n")
    assert len(table.frame) == 30 and table.frame["c"].tolist() == [n * 2 for n in range(30)]
    assert table.notes == ("A quote that opens in line 6 is never closed; quotes were read as ordinary characters.",)


def test_duplicate_and_empty_names_are_made_unique_and_noted(tmp_path: Path) -> None:
    table = read(tmp_path, "price,price,,price_2,price\n" + "1,2,3,4,5\n6,7,8,9,0\n" * 5)
    assert list(table.frame) == ["price", "price_3", "column_3", "price_2", "price_4"]
    assert table.frame.iloc[0].tolist() == [1, 2, 3, 4, 5]
    assert table.notes == (
        "A second column `price` is called `price_3`.",
        "A second column `price` is called `price_4`.",
        "Column 3 has no name and is called `column_3`.",
    )


def test_a_second_price_is_called_price_2(tmp_path: Path) -> None:
    assert list(read(tmp_path, "price,price\n1,2\n3,4\n").frame) == ["price", "price_2"]


def test_an_index_that_pandas_wrote_is_left_out(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": np.linspace(0, 1, 30), "y": ["a", "b", "c"] * 10})
    frame.to_csv(tmp_path / "index.csv")
    table = read_table(tmp_path / "index.csv")
    assert table.columns[0].name == "column_1"
    assert table.columns[0].leave_out == "it looks like an identifier: row numbers that another program wrote"
    again = read(tmp_path, ("Unnamed: 0,x\n" + "".join(f"{n},{n * 0.5}\n" for n in range(5))))
    assert again.columns[0].kind is ColumnKind.IDENTIFIER


def test_names_for_the_rows_as_statistics_programs_write_them(tmp_path: Path) -> None:
    table = read(tmp_path, "mpg;cyl\n" + "".join(f"car {n};{20 + n / 2};{n % 3}\n" for n in range(12)))
    assert list(table.frame) == ["row_name", "mpg", "cyl"] and kinds(table)["row_name"] is ColumnKind.IDENTIFIER
    assert table.frame["mpg"].iloc[0] == 20.0


def test_lines_before_the_table_and_empty_rows_and_columns_after_it(tmp_path: Path) -> None:
    table = read(tmp_path, "Report 2024;;;\n\nregion;sales;;\n" + "north;1,5;;\nsouth;2,5;;\n" * 6 + ";;;\n;;;\n")
    assert table.frame.shape == (12, 2) and table.frame["sales"].tolist()[:2] == [1.5, 2.5]
    assert table.notes == (
        "1 line before the table left out, beginning with 'Report 2024'.",
        "2 empty columns without a name left out.",
        "2 empty rows left out.",
        "Decimal commas in `sales` read as numbers: 12 cells.",
    )


def test_a_file_without_a_header_is_said_to_have_none(tmp_path: Path) -> None:
    table = read(tmp_path, "5.1,3.5,setosa\n4.9,3.0,setosa\n6.0,2.1,other\n")
    assert list(table.frame) == ["column_1", "column_2", "column_3"] and len(table.frame) == 3
    assert table.notes[0].startswith("The first line holds values and no names")
    years = read(tmp_path, "land,2019,2020\nDE,1.5,2.5\nFR,2.5,3.5\n")
    assert list(years.frame) == ["land", "2019", "2020"]


def test_gz_is_unpacked(tmp_path: Path) -> None:
    table = read(tmp_path, gzip.compress(b"a,b\n1,x\n2,y\n"), "table.csv.gz")
    assert table.frame["a"].tolist() == [1, 2] and table.notes == ("Unpacked from the gz file.",)


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "whole": pd.array([1, 2, None] * 4, dtype="Int64"),
            "flag": [True, False, True] * 4,
            "when": pd.to_datetime(["2024-01-31", "2024-02-29", None] * 4),
            "zoned": pd.to_datetime(["2024-01-31 12:00"] * 6 + ["2024-01-31 13:00"] * 6).tz_localize("Europe/Berlin"),
            "code": ["007", "008", "NA"] * 4,
            "level": pd.Categorical(["low", "high", "low"] * 4, categories=["low", "high"]),
            "size": np.array([1.5, np.inf, np.nan] * 4),
        }
    )
    frame.to_parquet(tmp_path / "typed.parquet")
    table = read_table(tmp_path / "typed.parquet")
    assert table.frame["whole"].dtype == np.float64 and table.frame["whole"].isna().sum() == 4
    assert list(table.frame["flag"].cat.categories) == ["False", "True"] and kinds(table)["flag"] is ColumnKind.YES_NO
    assert table.frame["when"].iloc[1] == pd.Timestamp("2024-02-29")
    assert table.frame["zoned"].iloc[0] == pd.Timestamp("2024-01-31 11:00")
    assert list(table.frame["code"].cat.categories) == ["007", "008", "NA"]
    assert list(table.frame["level"].cat.categories) == ["low", "high"]
    assert table.notes == (
        "Times with a time zone in `zoned` turned into UTC.",
        "Infinite values in `size` read as missing: 4 cells.",
    )


def test_parquet_with_nested_columns_and_huge_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pd.DataFrame({"a": [1, 2], "list": [[1], [2, 3]]})
    frame.to_parquet(tmp_path / "nested.parquet")
    table = read_table(tmp_path / "nested.parquet")
    assert list(table.frame) == ["a"] and table.notes == ("Nested columns left out: `list`.",)
    monkeypatch.setattr("core.data.columnar._MAX_CELLS", 3)
    with pytest.raises(Unreadable, match="holds 4 cells, too many"):
        read_table(tmp_path / "nested.parquet")


def test_excel_takes_the_first_sheet_that_holds_a_table(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Sales of 2024"], ["region", "sales", "paid", "code", None]]
    rows += [["north", 1.5, True, "007", None], ["south", 2.0, False, "008", None]] * 6
    data = workbook({"Cover": [["Read me"]], "Data": rows, "More": rows})
    table = read(tmp_path, data, "book.xlsx")
    assert list(table.frame) == ["region", "sales", "paid", "code"] and len(table.frame) == 12
    assert table.frame["sales"].tolist()[:2] == [1.5, 2.0] and kinds(table)["paid"] is ColumnKind.YES_NO
    assert list(table.frame["code"].cat.categories) == ["007", "008"]
    assert table.notes[:2] == (
        "Read from the sheet 'Data' (14 × 4 cells), one of 3: the largest one.",
        "1 line before the table left out, beginning with 'Sales of 2024'.",
    )
    facts = table.facts
    assert (facts["sheet"], facts["sheets"], facts["header_row"]) == ("Data", ["Cover", "Data", "More"], 2)
    with pytest.raises(Unreadable, match="No sheet"):
        read(tmp_path, workbook({"Cover": [["Read me"]]}), "book.xlsx")


def test_a_small_file_that_unpacks_to_a_very_large_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.data.containers.MAX_BYTES", 1000)
    with pytest.raises(Unreadable, match="unpacks to more than"):
        read(tmp_path, workbook({"Data": [["a", "b"], ["1", "2"]]}))
    with pytest.raises(Unreadable, match="gz file holds more than"):
        read(tmp_path, gzip.compress(b"a,b\n" * 1000))


def test_characters_that_break_other_programs_are_replaced(tmp_path: Path) -> None:
    table = read(tmp_path, "na\0me,b\n" + "x\0y,1\nz,2\n" * 5)
    assert list(table.frame) == ["na\ufffdme", "b"]
    assert list(table.frame.iloc[:, 0].cat.categories) == ["x\ufffdy", "z"]
    assert "Characters that cannot be shown in `na\ufffdme` replaced: 5 cells." in table.notes


def test_two_thousand_columns_and_fifty_thousand_rows_are_quick(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    wide = "\n".join(",".join(row) for row in random.normal(size=(50, 2000)).round(3).astype(str))
    header = ",".join(f"c{n}" for n in range(2000))
    began = time.process_time()
    table = read(tmp_path, f"{header}\n{wide}\n")
    assert table.frame.shape == (50, 2000) and in_time(time.process_time() - began, 3)  # by columns alone
    numbers = random.normal(size=(2000, 29)).round(4)
    text = "\n".join(",".join(map(str, row)) + f",k{n % 5}" for n, row in enumerate(numbers))
    began = time.process_time()
    table = read(tmp_path, (",".join(f"c{n}" for n in range(30)) + "\n" + f"{text}\n" * 25).encode())
    assert table.frame.shape == (50_000, 30) and in_time(time.process_time() - began, 2)
    np.testing.assert_array_equal(table.frame["c3"].to_numpy()[:2000], numbers[:, 3])
