"""Odd rows: what is planted is found, with the column that is to blame and what should have stood there."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from core import oddities
from core.data import samples, without_target
from core.oddities import oddest
from core.records import Roles
from tests.core.tables import table


def people(rows: int = 400) -> pd.DataFrame:
    """Four columns of which each tells of the others, and a gap here and there."""
    draw = np.random.default_rng(0)
    tall = draw.normal(170, 10, rows)
    frame = pd.DataFrame(
        {
            "height": tall.round(1),
            "weight": (0.9 * tall - 85 + draw.normal(0, 2, rows)).round(1),
            "shoe": (tall / 4 + draw.normal(0, 0.4, rows)).round(),
            "size": np.select([tall < 164, tall < 176], ["small", "middle"], "large"),
        }
    )
    frame.loc[::40, "weight"] = np.nan
    return frame


def found(frame: pd.DataFrame, **how: int) -> dict:
    read = table(frame)
    problem = without_target(read, Roles(""))
    return oddest(samples(read, problem), problem, **how)


def test_what_is_planted_is_found_with_its_column_and_what_was_expected():
    frame = people()
    frame.loc[7, "height"], frame.loc[33, "size"] = 1.72, "large" if frame.loc[33, "height"] < 164 else "small"
    told = found(frame)
    rows = {each["row"]: each for each in told["rows"]}
    assert told["rows"][0]["row"] == 7 and told["rows"][0]["column"] == "height"
    assert told["rows"][0]["value"] == 1.72 and 140 < told["rows"][0]["expected"] < 200
    assert rows[33]["column"] == "size" and rows[33]["value"] != rows[33]["expected"]
    times = [each["times"] for each in told["rows"]]
    assert times == sorted(times, reverse=True) and times[0] > 3
    assert told["of"] == told["learned"] == len(frame) and 0.5 < told["kept"] <= 1
    assert json.loads(json.dumps(told)) == told


def test_the_same_seed_gives_the_same_rows_and_a_sample_tells_of_all(monkeypatch: pytest.MonkeyPatch):
    frame = people()
    frame.loc[399, "weight"] = 600.0
    monkeypatch.setattr(oddities, "MOST_LEARNED", 200)
    monkeypatch.setattr(oddities, "BLOCK", 150)
    told = found(frame, seed=1)
    assert told == found(frame, seed=1)
    assert told["learned"] == 200 and told["of"] == 400
    assert told["rows"][0]["row"] == 399 and told["rows"][0]["column"] == "weight"


@pytest.mark.parametrize(
    ("frame", "reason"), [(people(15), "15 rows: too few"), (people()[["height"]], "one column only")]
)
def test_where_nothing_is_usual_nothing_is_odd(frame: pd.DataFrame, reason: str):
    with pytest.raises(ValueError, match=reason):
        found(frame)


def test_rows_of_two_sorts_only_are_no_reason_to_fail():
    frame = pd.DataFrame({"left": [1.0, 2.0] * 15, "right": ["a", "b"] * 15})
    told = found(frame)
    assert all(np.isfinite(each["times"]) and each["value"] != each["expected"] for each in told["rows"])
