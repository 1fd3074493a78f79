"""Whole tables: a spreadsheet from work, real ones where they are at hand, and the fingerprint of a content."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.data import Unreadable, make_problem, propose_positive, propose_target, propose_task, read_table
from core.records import ColumnKind, Roles, Table, Task


def read(folder: Path, content: bytes | str, name: str = "table.csv") -> Table:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(path)


def kunden(path: Path) -> pd.DataFrame:
    """A spreadsheet from work: semicolons, decimal commas, German dates, cp1252, gaps."""
    random, n = np.random.default_rng(0), 2000
    frame = pd.DataFrame(
        {
            "Kunden-Nr": np.arange(n),
            "Beitritt": pd.date_range("2023-01-01", periods=n, freq="6h").strftime("%d.%m.%Y"),
            "Umsatz": random.gamma(2, 50, n).round(2),
            "Region": random.choice(["Süd", "Nord", "Ost", None], n),
            "Besuche": random.poisson(4, n),
        }
    )
    frame["gekündigt"] = np.where(random.random(n) < 1 / (1 + np.exp(frame.Besuche - 3)), "ja", "nein")
    frame.loc[::17, "Umsatz"] = np.nan
    frame.to_csv(path, sep=";", decimal=",", index=False, encoding="cp1252")
    return frame


def test_the_spreadsheet_from_work_is_read_without_help(tmp_path: Path) -> None:
    written = kunden(tmp_path / "kunden.csv")
    table = read_table(tmp_path / "kunden.csv")
    assert {column.name: column.kind for column in table.columns} == {
        "Kunden-Nr": ColumnKind.IDENTIFIER,
        "Beitritt": ColumnKind.DATE,
        "Umsatz": ColumnKind.NUMBER,
        "Region": ColumnKind.CATEGORY,
        "Besuche": ColumnKind.COUNT,
        "gekündigt": ColumnKind.YES_NO,
    }
    np.testing.assert_array_equal(table.frame["Umsatz"], written["Umsatz"])
    days = pd.date_range("2023-01-01", periods=2000, freq="6h").normalize()
    assert (table.frame["Beitritt"].to_numpy() == days.to_numpy()).all()
    assert list(table.frame["Region"].cat.categories) == ["Nord", "Ost", "Süd"]
    assert table.frame["Besuche"].dtype == np.int64
    assert table.notes == (
        "Not UTF-8; read as Western European, cp1252.",
        "`Beitritt` read as dates written day.month.year: 2,000 cells.",
        "Decimal commas in `Umsatz` read as numbers: 1,882 cells.",
    )
    problem = make_problem(table, Roles("gekündigt"))
    assert problem.positive == "ja" and problem.classes == ("ja", "nein")
    assert problem.left_out == {
        "Kunden-Nr": "it looks like an identifier: whole numbers in sequence, a different one in every row"
    }
    assert next(column.missing for column in problem.features if column.name == "Region") == written.Region.isna().sum()


class TestFingerprint:
    CONTENT = "a,b,when\n" + "".join(f"{n % 7}.5,k{n % 3},2024-01-{n % 28 + 1:02d}\n" for n in range(40))

    def test_does_not_depend_on_name_format_or_process(self, tmp_path: Path) -> None:
        first = read(tmp_path, self.CONTENT, "first.csv")
        second = read(tmp_path, self.CONTENT.replace(",", ";").encode("utf-16"), "second.txt")
        third = tmp_path / "third.parquet"
        first.frame.to_parquet(third)
        assert first.fingerprint == second.fingerprint == read_table(third).fingerprint
        code = f"from core.data import read_table; print(read_table({str(tmp_path / 'first.csv')!r}).fingerprint)"
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert other.stdout.strip() == first.fingerprint
        assert len(first.fingerprint) == 20 and int(first.fingerprint, 16) >= 0

    @pytest.mark.parametrize(
        ("old", "new"), [("a,b", "c,b"), ("0.5,k0", "0.6,k0"), ("k2", "k9"), ("2024-01-28", "2024-01-27")]
    )
    def test_depends_on_names_and_values(self, tmp_path: Path, old: str, new: str) -> None:
        assert old in self.CONTENT
        changed = self.CONTENT.replace(old, new)
        assert read(tmp_path, self.CONTENT).fingerprint != read(tmp_path, changed).fingerprint


SHARED = Path(__file__).parents[2].parent / "shared" / "data"
ALL = pd.read_csv(SHARED / "INDEX.csv") if SHARED.exists() else pd.DataFrame({"file": pd.Series(dtype="str")})
REAL = ALL[ALL.file.str.contains(r"^core/|\.arff")]
OTHERS = ALL.drop(REAL.index)
# Files that are not read without help, and what is asked of the person.
ASKED = {
    r"odd_csv/csvkit_bad(_skip_lines)?\.csv": "Most rows do not have 3 cells",
    r"odd_csv/csvkit_test_extra_header\.csv": "Most rows do not have 4 cells",
    r"odd_csv/csvkit_test_empty_columns_short_row\.csv": "Most rows do not have 3 cells",
    r"odd_csv/csvkit_test_empty_columns_long_row\.csv": "column names but no data rows",
    r"odd_csv/csvkit_empty\.csv": "The file is empty",
}


@pytest.mark.skipif(REAL.empty, reason="the folder with real tables is not beside this checkout")
@pytest.mark.parametrize("row", REAL.to_dict("records"), ids=lambda row: row["file"])
def test_real_tables_are_read_right(row: dict[str, object]) -> None:
    table = read_table(SHARED / str(row["file"]))
    assert table.frame.shape == (row["rows"], row["columns"])
    missing = 100 * table.frame.isna().to_numpy().mean()
    assert missing == pytest.approx(row["missing_percent"], abs=0.01)
    target = str(row["target"]).strip("()") if isinstance(row["target"], str) else propose_target(table).value
    task = propose_task(table, target).value
    problem = make_problem(table, Roles(target))
    assert problem.task is task
    if row["task"] in list(Task):
        assert task == row["task"]
    assert problem.rows > 100 and len(problem.features) >= 3
    if task is Task.CLASSIFICATION:
        assert problem.positive == propose_positive(problem.classes, problem.counts).value


@pytest.mark.skipif(OTHERS.empty, reason="the folder with real tables is not beside this checkout")
@pytest.mark.parametrize("row", OTHERS.to_dict("records"), ids=lambda row: row["file"])
def test_every_other_file_is_read_or_asked_about(row: dict[str, object]) -> None:
    asked = next((said for name, said in ASKED.items() if re.fullmatch(name, str(row["file"]))), "")
    if asked:
        with pytest.raises(Unreadable, match=asked):
            read_table(SHARED / str(row["file"]))
        return
    table = read_table(SHARED / str(row["file"]))
    labels = any(each.rule == "joined" for each in table.report)  # which lie in a file beside the images
    if str(row["rows"]).replace(".0", "").isdecimal():
        assert len(table.frame) == int(float(str(row["rows"])))
    if pd.notna(row["columns"]):  # a table of series is listed without them
        assert table.frame.shape[1] == int(float(str(row["columns"]))) + labels


@pytest.mark.skipif(REAL.empty, reason="the folder with real tables is not beside this checkout")
def test_the_blanks_of_the_telco_table_are_gaps_and_not_text() -> None:
    table = read_table(SHARED / "core" / "telco_churn_ibm.csv")
    charges = next(column for column in table.columns if column.name == "TotalCharges")
    assert charges.kind is ColumnKind.NUMBER and charges.missing == 11
    assert propose_target(table).value == "Churn"
    problem = make_problem(table, Roles("Churn"))
    assert problem.positive == "Yes" and list(problem.left_out) == ["customerID"]
