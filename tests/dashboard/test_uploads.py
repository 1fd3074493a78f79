"""Files that people hand over: plain names, nothing twice, nothing lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dashboard.uploads import keep, new_part, safe_name, sweep


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("kunden.csv", "kunden.csv"),
        ("Umsätze März (neu).CSV", "Umsätze März (neu).csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\tables\\a b.tsv", "a b.tsv"),
        ("..", "table"),
        (".hidden.csv", "hidden.csv"),
        ("CON.csv", "table_CON.csv"),
        ("a\nb\u202egpj.csv", "a_b_gpj.csv"),
        ("no ending", "no ending"),
        ("x" * 300 + ".parquet", "x" * 80 + ".parquet"),
        ("🐟.csv", "_.csv"),
    ],
)
def test_a_name_becomes_plain(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def handed_over(folder: Path, name: str, content: bytes) -> str:
    part = new_part(folder)
    part.write_bytes(content)
    return keep(folder, name, part)


def test_the_same_content_is_kept_once_and_another_one_beside_it(tmp_path: Path) -> None:
    assert handed_over(tmp_path, "a.csv", b"x\n1\n") == "a.csv"
    assert handed_over(tmp_path, "other name.csv", b"x\n1\n") == "a.csv"
    assert handed_over(tmp_path, "a.csv", b"x\n2\n") == "a-2.csv"
    assert handed_over(tmp_path, "a.csv", b"x\n3\n") == "a-3.csv"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-2.csv", "a-3.csv", "a.csv"]
    assert (tmp_path / "a.csv").read_bytes() == b"x\n1\n"


def test_nothing_leaves_the_folder(tmp_path: Path) -> None:
    inner = tmp_path / "tables"
    inner.mkdir()
    handed_over(inner, "../outside.csv", b"1")
    assert [path.name for path in tmp_path.iterdir()] == ["tables"]


def test_only_parts_that_nobody_writes_to_are_swept(tmp_path: Path) -> None:
    old, young, table = new_part(tmp_path), new_part(tmp_path), tmp_path / "a.part"
    for each in (old, young, table):
        each.write_bytes(b"1")
    for each in (old, table):
        os.utime(each, (0, 0))
    sweep(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([young, table])
