"""Files of every kind, told apart by content: the same table comes out, damaged ones and programs are refused."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import torch

from core.data import Unreadable, archives, read_table
from core.data.reading import FORMATS
from core.records import ColumnKind, Table
from tests.core.database_files import duck, sqlite
from tests.core.test_data_reading import workbook

ROWS = 24
FRAME = pd.DataFrame(
    {
        "size": np.arange(ROWS) / 4,
        "count": np.arange(ROWS) % 7,
        "city": [("Ulm", "Köln", "New York")[row % 3] for row in range(ROWS)],
    }
)
ARFF = (
    "% made here\n@relation 'three columns'\n@attribute size real [0, 9]\n@attribute count integer\n"
    "@attribute city {Ulm, Köln, 'New York'}\n@data\n"
)


def written(write: Callable[..., Any], tmp_path: Path, **settings: Any) -> bytes:
    """What a library that takes a path writes."""
    path = tmp_path / "written"
    write(FRAME, str(path), **settings)
    return path.read_bytes()


def portable(frame: pd.DataFrame, path: str) -> None:
    """A file of SPSS as it was when letters were few."""
    pyreadstat.write_por(frame.replace("Köln", "Koln").rename(columns=str.upper), path)


def database(path: Path, name: str) -> bytes:
    """The rows as the only table of a database's file."""
    rows = [tuple(row) for row in FRAME.astype(object).to_numpy()]
    kinds = "(size DOUBLE, count BIGINT, city VARCHAR)"
    if name == "sqlite":
        return sqlite(path, f"CREATE TABLE t {kinds}", rows=rows, into="t").read_bytes()
    return duck(path, f"CREATE TABLE t {kinds}", *(f"INSERT INTO t VALUES {row}" for row in rows)).read_bytes()


SAMPLES: dict[str, Callable[[Path], bytes]] = {
    "parquet": lambda _: FRAME.to_parquet(),
    "feather": lambda tmp_path: written(pd.DataFrame.to_feather, tmp_path),
    "workbook": lambda _: workbook({"Sheet": [list(FRAME), *FRAME.astype({"count": float}).astype(object).to_numpy()]}),
    "sav": lambda tmp_path: written(pyreadstat.write_sav, tmp_path),
    "por": lambda tmp_path: written(portable, tmp_path),
    "stata": lambda tmp_path: written(pyreadstat.write_dta, tmp_path),
    "sas": lambda tmp_path: pytest.skip("nothing but SAS itself writes these files"),
    "xport": lambda tmp_path: written(pyreadstat.write_xport, tmp_path),
    "arff": lambda _: (
        ARFF + "".join(f"{size},{count},'{city}',\n" for size, count, city in FRAME.to_numpy())
    ).encode(),
    "json": lambda _: FRAME.to_json(orient="records").encode(),
    "sqlite": lambda tmp_path: database(tmp_path / "s", "sqlite"),
    "duckdb": lambda tmp_path: database(tmp_path / "d", "duckdb"),
    "ts": lambda _: pytest.skip("holds series without names; see test_data_series.py"),
    "idx": lambda _: pytest.skip("holds numbers without names; see test_data_images.py"),
    "images": lambda _: pytest.skip("holds images; see test_data_images.py"),
    "text": lambda _: FRAME.to_csv(index=False).encode(),
}


def read(tmp_path: Path, content: bytes) -> Table:
    path = tmp_path / "table.xyz"  # a name says nothing
    path.write_bytes(content)
    return read_table(path)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_table(name: str, tmp_path: Path) -> None:
    table = read(tmp_path, SAMPLES[name](tmp_path))
    frame = table.frame.rename(columns=str.lower)
    assert list(frame) == list(FRAME)
    assert frame["size"].tolist() == FRAME["size"].tolist()
    assert frame["count"].dtype == np.int64 and frame["count"].tolist() == FRAME["count"].tolist()
    assert frame["city"].astype(str).str.replace("Koln", "Köln").tolist() == FRAME["city"].tolist()
    assert [each.kind for each in table.columns] == [ColumnKind.NUMBER, ColumnKind.COUNT, ColumnKind.CATEGORY]


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("text", "sas")])
def test_a_file_that_was_cut_off_is_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    """Half a file, and half a file with noise in it; some of what is cut can be read all the same, up to there."""
    content = SAMPLES[name](tmp_path)
    noise = bytearray(content)
    for place in range(40, len(noise), 97):
        noise[place] ^= 0xFF
    for damaged in (content[: len(content) // 2], content[:20], bytes(noise), bytes(noise[: len(noise) // 2])):
        try:
            table = read(tmp_path, damaged)
        except Unreadable as error:
            assert str(error).endswith(".") and "Traceback" not in str(error)
        else:
            assert len(table.frame) <= ROWS


def test_letters_that_are_none_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "plain"
    FRAME.to_feather(path, compression="uncompressed")
    content = path.read_bytes()
    assert "Köln".encode() in content
    with pytest.raises(Unreadable, match="Feather file is damaged"):
        read(tmp_path, content.replace("Köln".encode(), b"K\xff\xfeln"))
    with pytest.raises(Unreadable, match="Parquet file is damaged"):  # in the name of a column
        read(tmp_path, FRAME.to_parquet().replace(b"count", b"coun\xb8"))


# ---- packed


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


CSV = FRAME.to_csv(index=False).encode()


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (gzip.compress(CSV), "Unpacked from the gz file."),
        (bz2.compress(CSV), "Unpacked from the bz2 file."),
        (lzma.compress(CSV), "Unpacked from the xz file."),
        (zipped(**{"in/a table.csv": CSV}), "Unpacked `in/a table.csv` from the ZIP archive."),
        (zipped(**{"a.csv": CSV, "README.md": b"# About", "__MACOSX/._a.csv": b"\0"}), "Unpacked `a.csv` from"),
        (zipped(**{"a.csv.gz": gzip.compress(CSV)}), "Unpacked from the gz file."),
        (gzip.compress(FRAME.to_parquet()), "Unpacked from the gz file."),
    ],
)
def test_a_packed_table_is_unpacked(content: bytes, note: str, tmp_path: Path) -> None:
    table = read(tmp_path, content)
    assert table.frame["size"].tolist() == FRAME["size"].tolist()
    assert any(each.startswith(note) for each in table.notes)


def test_an_archive_with_several_tables_names_them(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"holds 2 files: `a\.csv` and `b\.csv`\. Unpack it and choose one"):
        read(tmp_path, zipped(**{"a.csv": CSV, "b.csv": CSV}))
    with pytest.raises(Unreadable, match="holds no file"):
        read(tmp_path, zipped(**{".hidden": b"1"}))


def test_a_member_without_a_name_is_no_table() -> None:
    assert not archives.is_file(zipfile.ZipInfo("")) and archives.is_file(zipfile.ZipInfo("a.csv"))


def test_what_can_run_programs_is_refused_whatever_packs_it(tmp_path: Path) -> None:
    stream = io.BytesIO()
    torch.save({"weights": torch.zeros(2)}, stream)
    for content in (stream.getvalue(), gzip.compress(pickle.dumps(FRAME)), zipped(**{"data.pkl": b"x"})):
        with pytest.raises(Unreadable, match=r"run programs when they are opened"):
            read(tmp_path, content)
    stream = io.BytesIO()
    np.savez(stream, a=np.zeros(3))
    with pytest.raises(Unreadable, match="NumPy arrays"):
        read(tmp_path, stream.getvalue())


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, lambda each: zipped(**{"a.csv": each})])
def test_what_would_fill_the_memory_is_refused(
    pack: Callable[[bytes], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.data.containers.MAX_BYTES", 1 << 20)
    with pytest.raises(Unreadable, match="holds more than 1 MB"):
        read(tmp_path, pack(b"a,b\n" + b"0,0\n" * 300_000))


# ---- JSON


@pytest.mark.parametrize("orient", ["records", "columns", "index", "split", "table", "values", "list", "lines"])
def test_every_shape_of_json_that_pandas_writes(orient: str, tmp_path: Path) -> None:
    if orient == "lines":
        text = FRAME.to_json(orient="records", lines=True)
    elif orient == "list":
        text = json.dumps(FRAME.to_dict("list"))
    else:
        text = FRAME.to_json(orient=orient)
    frame = read(tmp_path, text.encode()).frame
    kept = frame[[name for name in frame if name != "index"]]
    for (_, given), (_, found) in zip(FRAME.items(), kept.items(), strict=True):
        assert found.tolist() == given.tolist()


def test_json_objects_of_objects_are_columns_or_rows(tmp_path: Path) -> None:
    days = pd.date_range("2024-01-01", periods=12).strftime("%Y-%m-%d")
    frame = pd.DataFrame({"a": np.arange(12.0) / 4, "b": np.arange(12.0)}, index=days)
    people = {f"person {n}": {"age": 20 + n, "city": "Ulm"} for n in range(12)}
    columns = read(tmp_path, frame.to_json().encode())
    assert columns.frame.shape == (12, 2) and columns.notes[0] == "Read with the outer names of the file as columns."
    rows = read(tmp_path, json.dumps(people).encode())
    assert rows.frame["age"].tolist() == list(range(20, 32))
    assert rows.notes[0] == "Read with the outer names of the file as rows."


def test_json_of_web_services_is_flat_afterwards(tmp_path: Path) -> None:
    rows = [{"id": n, "place": {"city": "Ulm", "at": {"lat": n / 2}}, "tags": ["a"], "note": None} for n in range(12)]
    table = read(tmp_path, b"\xef\xbb\xbf" + json.dumps({"count": 12, "results": rows}).encode())
    assert list(table.frame) == ["id", "place.city", "place.at.lat", "note"]
    assert table.notes[:2] == ("Read from `results` in the file.", "Columns that hold lists left out: `tags`.")
    assert table.frame["place.at.lat"].tolist() == [n / 2 for n in range(12)]


def test_names_of_columns_that_are_numbers_are_no_row_and_second_names_are_told(tmp_path: Path) -> None:
    frame = read(tmp_path, pd.DataFrame(np.arange(24).reshape(12, 2)).to_json(orient="split").encode()).frame
    assert list(frame) == ["0", "1"] and len(frame) == 12
    table = read(tmp_path, json.dumps([["a", "a"], *([n, "x"] for n in range(12))]).encode())
    assert list(table.frame) == ["a", "a_2"] and table.notes == ("A second column `a` is called `a_2`.",)


def test_a_line_of_json_may_hold_any_sign_between_its_quotes(tmp_path: Path) -> None:
    lines = "".join(f'{{"a": {n}, "b": "x\u2028y"}}\n' for n in range(12))
    assert len(read(tmp_path, lines.encode()).frame) == 12


def test_json_values_keep_what_they_are(tmp_path: Path) -> None:
    rows = [
        {"zip": f"0{n}", "big": 2**60 + n, "huge": 10**25 + n, "gap": None if n == 3 else 2**60 + n} for n in range(12)
    ]
    rows += [{"zip": "", "big": 1, "huge": 1, "gap": float("nan"), "late": True}]
    table = read(tmp_path, json.dumps(rows).encode())
    frame = table.frame
    assert frame["zip"].astype(object)[0] == "00" and frame["big"][1] == 2**60 + 1
    assert str(frame["huge"][1]) == str(10**25 + 1) and str(frame["gap"][1]) == str(2**60 + 1)
    assert frame["late"].notna().sum() == 1
    assert "Empty text in `zip` read as missing: 1 cell." in table.notes


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[{"a": 1},\n {"a": }]', r"damaged in line 2, column 8"),
        ('{"a": 1}\n{"a": 2\n', r"damaged in line 2"),
        ('{"a": [1, 2], "b": [1]}', "different lengths"),
        ("[[1, 2], [3]]", "different lengths"),
        ("[" * 100_000, "(nested too deeply|damaged)"),
        ("[]", "holds no table"),
        ('[{"a": [1]}, {"a": [2]}]', "holds no table"),
    ],
)
def test_json_that_is_no_table_is_refused(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=sentence):
        read(tmp_path, text.encode())


def test_a_csv_whose_first_name_begins_like_a_list_is_no_json(tmp_path: Path) -> None:
    frame = read(tmp_path, b"[1],[2]\n" + b"3,x\n4,y\n" * 6).frame
    assert list(frame) == ["[1]", "[2]"] and len(frame) == 12
    assert read(tmp_path, b" [1, 2, 3] \n").frame["value"].tolist() == [1, 2, 3]


def test_a_name_that_stands_twice_in_a_record_is_told(tmp_path: Path) -> None:
    table = read(tmp_path, b'[{"a": 1, "a": 2, "b": 3}, {"a": 4, "b": 5}]')
    assert table.frame["a"].tolist() == [2, 4]
    assert "A record names `a` twice; the last value was taken." in table.notes


# ---- ARFF, and what statisticians' programs write


def test_arff_classes_keep_their_order_and_sparse_rows_are_full(tmp_path: Path) -> None:
    dense = "@relation r\r\n@attribute grade {poor, fair, good}\r\n@attribute day date yyyy-MM-dd\r\n@data\r\n"
    rows = "".join(f"{('good', 'poor', '?')[n % 3]},2024-01-{n + 1:02}\r\n" for n in range(12))
    table = read(tmp_path, (dense + rows).encode())
    assert list(table.frame["grade"].cat.categories) == ["poor", "good"] and table.columns[0].missing == 4
    assert table.columns[1].kind == ColumnKind.DATE
    sparse = "@relation r\n@attribute a numeric\n@attribute b numeric\n@attribute c {x, y}\n@data\n{0 3, 2 y}\n{1 4}\n"
    frame = read(tmp_path, sparse.encode()).frame
    assert frame["a"].tolist() == [3, 0] and frame["b"].tolist() == [0, 4] and frame["c"].tolist() == ["y", "x"]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("1,2,3", "line 4"),
        ("blue", "line 4: data value blue not found"),
        ("'red", "line 4"),
        ("'50 %s'", "line 4: .*50 %s"),
    ],
)
def test_an_arff_row_that_does_not_fit_is_named(row: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=sentence):
        read(tmp_path, f"@relation r\n@attribute a {{red, green}}\n@data\n{row}\n".encode())


def test_labels_of_values_are_shown_where_every_value_has_one(tmp_path: Path) -> None:
    frame = pd.DataFrame({"sex": [1.0, 2.0, 2.0, np.nan] * 6, "age": [30.0, 41.0, 99.0, 52.0] * 6})
    path = tmp_path / "survey"
    labels = {"sex": {2: "female", 1: "male"}, "age": {99: "no answer"}}
    pyreadstat.write_sav(frame, str(path), variable_value_labels=labels)
    table = read(tmp_path, path.read_bytes())
    assert list(table.frame["sex"].cat.categories) == ["male", "female"]
    assert table.frame["sex"].isna().sum() == 6 and table.frame["age"].tolist() == frame["age"].tolist()
    assert table.notes == (
        "Values of `sex` shown by the labels that the file gives them.",
        "Labels of some values of `age` left out: other values have none.",
    )


def test_a_file_that_claims_more_cells_than_fit_is_refused_for_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = SAMPLES["sav"](tmp_path)
    monkeypatch.setattr("core.data.statistical._MAX_CELLS", 10)
    with pytest.raises(Unreadable, match=r"The SPSS file holds 72 cells, too many to open here\. Save a part of it\."):
        read(tmp_path, content)


def test_labels_that_are_not_different_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "survey"
    frame = pd.DataFrame({"level": [1.0, 2.0] * 12})
    pyreadstat.write_sav(frame, str(path), variable_value_labels={"level": {1: "high", 2: "high"}})
    table = read(tmp_path, path.read_bytes())
    assert table.frame["level"].tolist() == [1, 2] * 12
    assert table.notes == ("Labels of values of `level` left out: different values have the same one.",)
