"""What is said of a table before anything is trained, and the command that says it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from core.cli import main
from core.data import table_of_frame
from core.inspection import inspect_table
from core.records import Roles
from tests.core.test_data_tables import kunden
from tests.source import ROOT

FIELDS = {"encoding", "delimiter", "decimal", "header_row", "rows", "columns", "target", "task", "split", "report"}


def run(*arguments: str, folder: Path) -> Result:
    with contextlib.chdir(folder):
        command = ["inspect", *arguments, "--data-dir", str(folder / "data")]
        return CliRunner().invoke(main, command, env={"COLUMNS": "200"})


def inspected(name: str, folder: Path) -> dict[str, Any]:
    ended = run(name, "--json", "out.json", folder=folder)
    assert ended.exit_code == 0, ended.stderr
    found: dict[str, Any] = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    return found


def test_the_spreadsheet_from_work(tmp_path: Path) -> None:
    kunden(tmp_path / "kunden.csv")
    found = inspected("kunden.csv", tmp_path)
    assert set(found) >= FIELDS | {"warnings"}
    assert (found["encoding"], found["delimiter"], found["decimal"], found["header_row"]) == ("cp1252", ";", ",", 1)
    kinds = {each["name"]: (each["kind"], each["role"]) for each in found["columns"]}
    assert kinds == {
        "Kunden-Nr": ("identifier", "left out"),
        "Beitritt": ("date/time", "feature"),
        "Umsatz": ("number", "feature"),
        "Region": ("category", "feature"),
        "Besuche": ("integer count", "feature"),
        "gekündigt": ("yes/no", "target"),
    }
    assert found["rows"] == 2000 and found["target"]["proposal"] == "gekündigt" and found["task"] == "classification"
    assert found["split"]["proposal"] == "stratified" and found["split"]["reason"]
    assert {"rule": "decimal", "column": "Umsatz"}.items() <= next(
        each for each in found["report"] if each["rule"] == "decimal"
    ).items()
    assert {each["check"] for each in found["warnings"]} >= {"missing", "identifier"}
    assert all(set(each) >= {"check", "severity", "columns", "text"} for each in found["warnings"])
    assert not [each for each in found["warnings"] if each["severity"] == "high"]


def test_how_a_file_is_to_be_read_stands_behind_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("note\n\nx;y\n" + "".join(f"{n},5;0{n}\n" for n in range(1, 9)) * 3)
    found = inspected("a.csv", tmp_path)
    assert found["header_row"] == 3 and [each["kind"] for each in found["columns"]] == ["number", "category"]
    again = inspected("a.csv?undo=kept_as_text:y", tmp_path)
    assert again["columns"][1]["kind"] == "integer count" and again["name"] == "a.csv?undo=kept_as_text:y"


def test_what_cannot_be_read_ends_with_a_sentence_and_its_own_code(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(b"\x80\x04\x95" + bytes(40))
    (tmp_path / "empty.csv").write_bytes(b"")
    for name, said in (("model.pkl", "Python pickle"), ("empty.csv", "empty"), ("gone.csv", "No data set or file")):
        command = [sys.executable, "-m", "core", "inspect", name, "--json", "-", "--data-dir", str(tmp_path / "data")]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        ended = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)
        assert ended.returncode == 3 and said in ended.stderr and ended.stdout == ""
        assert "Traceback" not in ended.stderr


def test_the_table_is_printed_for_people(tmp_path: Path) -> None:
    ended = run("iris", folder=tmp_path)
    assert ended.exit_code == 0 and "species" in ended.stdout and "What it is for" in ended.stdout
    assert "this is what the data set is made for" in ended.stdout
    wrong = run("iris", "--target", "specie", folder=tmp_path)
    assert wrong.exit_code == 2 and "species" in wrong.stderr


def test_a_group_is_proposed_and_is_no_feature() -> None:
    rng = np.random.default_rng(0)
    patient = np.repeat(np.arange(60), 5)
    level = rng.normal(size=60)[patient]
    frame = pd.DataFrame({"patient": patient + 1000, "pressure": level + rng.normal(0, 0.05, 300)})
    frame["age"], frame["progress"] = 50 + 9 * rng.normal(size=60)[patient], 2 * level + rng.normal(0, 0.2, 300)
    found = inspect_table(table_of_frame(frame), Roles("progress")).to_json()
    assert found["split"]["proposal"] == "group" and found["split"]["group"] == "patient"
    roles = {each["name"]: each["role"] for each in found["columns"]}
    assert roles == {"patient": "group", "pressure": "feature", "age": "feature", "progress": "target"}
    assert found["target"]["reason"] == "chosen by you" and found["task"] == "regression"


@pytest.mark.parametrize("column", ["name", "date"])
def test_where_nothing_can_be_learned_the_reason_is_said(column: str) -> None:
    values = [f"person {n} of a long list of people" for n in range(30)]
    dates = pd.date_range("2024-01-01", periods=30)
    frame = pd.DataFrame({"name": values, "date": dates})[[column]]
    found = inspect_table(table_of_frame(frame)).to_json()
    assert found["split"] is None and found["task"] is None and found["task_reason"]
    assert found["warnings"][0]["check"] == "problem" and found["warnings"][0]["severity"] == "high"
    json.dumps(found)
