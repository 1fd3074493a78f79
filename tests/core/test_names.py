"""Hostile names on the terminal and in what is written for other programs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from core.cli import main
from core.data import load_table
from core.store import Store
from tests.core.hostile.names import Name, as_csv, names, table, wrong
from tests.core.trials import sizes

STEERING = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
WIDE = {"COLUMNS": "3000", "NO_COLOR": "1"}  # so that nothing is wrapped


def said(*arguments: str) -> str:
    """What a command prints."""
    ran = CliRunner().invoke(main, arguments, env=WIDE)
    assert ran.exit_code == 0, ran.output
    return ran.output


@pytest.mark.parametrize("count", sizes(60, 600, 300))
def test_inspect_shows_names_and_obeys_none(count: int, tmp_path: Path) -> None:
    named = names(count)
    file = tmp_path / "file.parquet"  # which has names as they are, whatever stands in them
    table(named).to_parquet(file)
    shown = said("inspect", str(file), "--json", str(tmp_path / "out"))
    assert not STEERING.findall(shown) and not wrong(named, shown)
    assert all(each.mark in shown for each in named)
    written = json.loads((tmp_path / "out").read_text())["columns"]
    assert [" ".join(each["name"].split()) for each in written] == [" ".join(each.text.split()) for each in named]


def test_compare_shows_names_and_obeys_none(in_place: Store, tmp_path: Path) -> None:
    bold, file = "[bold]:smile:\x1b[31m[/red]", "[red]\x1b[2J:smile:[-bold]"
    kept = as_csv(tmp_path, file, table([Name(f"{bold} {each}", str(each)) for each in range(9)], 60))
    target = load_table(str(tmp_path / kept)).columns[0].name
    asked = ["compare", str(tmp_path / kept), "--target", target, "--data-dir", str(in_place.folder)]
    shown = said(*asked, "--models", "baseline", "--split", "holdout")
    assert not STEERING.findall(shown) and "[red] [2J:smile:[-bold]" in shown
    written = said("inspect", str(tmp_path / kept), "--json", "-")
    assert not STEERING.findall(written) and json.loads(written)["columns"][0]["name"] == target
    refused = CliRunner().invoke(main, [*asked, "--positive", "\x1b[31mnone"], env=WIDE)
    assert refused.exit_code == 2 and not STEERING.findall(refused.output)


def test_a_name_that_was_read_instead_of_shown_is_seen() -> None:
    bold, link = Name("**zq1q**", "zq1q"), Name("[zq2q](http://evil.example/)", "zq2q")
    assert not wrong([bold, link], "a **zq1q** b [zq2q](ht… c **\n zq1q**")
    assert wrong([bold], "a zq1q b") and wrong([link], "[zq2q]") and wrong([bold], "**zq1q** zq1q")
