"""Messy files against the right table beside each: exact or asked, and none wrong in silence.

The files come from `tests.core.messy`; ``python -m tests.core.messy`` reads them with several seeds and shows what
deviates. The controls at the end show that a reader which errs, or keeps silent, is found out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from core.data import Unreadable, read_table, table_of_frame
from core.data.report import RULES
from core.records import Table
from tests.core.messy import CASES
from tests.core.messy.judging import CRASHED, EXACT, WRONG, Verdict, judged, made_anew, sample_of, tally
from tests.core.messy.truth import Case, Need

pytestmark = pytest.mark.timeout(300)  # some hundred files are read
SEED = 20261121
WANTED = 0.95


def rules_of(case: Case) -> set[Need]:
    """What a case wants to be told."""
    readings = sample_of(case, SEED).readings
    columns = [each for reading in readings for column in reading.columns for each in (column, *column.others)]
    return {need for each in (*readings, *columns) for need in each.needs}


@pytest.fixture(scope="module", params=[2, pytest.param(1, marks=pytest.mark.slow)], ids=["half", "all"])
def verdicts(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> list[Verdict]:
    folder = tmp_path_factory.mktemp("messy")
    return [judged(case, SEED, folder) for case in CASES[:: request.param]]


def listed(verdicts: list[Verdict]) -> str:
    return "\n".join(["", *map(str, verdicts), f"seed {SEED}: {tally(verdicts)}"])


def test_there_are_enough_shapes_of_every_kind() -> None:
    assert len(CASES) >= 400 and len({case.name for case in CASES}) == len(CASES)


def test_the_same_seed_makes_the_same_file_and_another_one_another() -> None:
    for case in [case for case in CASES if sample_of(case, SEED).readings][::9]:
        made, other = made_anew(case, SEED), made_anew(case, 2)
        assert made == sample_of(case, SEED) and made.readings != other.readings


def test_every_rule_that_a_case_asks_for_exists() -> None:
    lacking = {need.rules: case.name for case in CASES for need in rules_of(case) if not set(need.rules) & set(RULES)}
    assert not lacking


def test_no_messy_file_is_read_wrong_in_silence(verdicts: list[Verdict]) -> None:
    wrong = [each for each in verdicts if each.outcome in (WRONG, CRASHED)]
    assert not wrong, listed(wrong)


def test_nearly_all_messy_files_are_read_right_or_asked_about(verdicts: list[Verdict]) -> None:
    bad = [each for each in verdicts if not each.good]
    assert len(bad) <= (1 - WANTED) * len(verdicts), listed(bad)


# ---- controls: the judge must be able to find something ------------------------------------------------------------


def altered(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], Table]:
    """A reader that reads right and then errs; what it reports is what the right one reported."""

    def read(path: Path) -> Table:
        table = read_table(path)
        wrong = table_of_frame(change(table.frame.copy()))
        return dataclasses.replace(wrong, report=table.report)

    return read


def shifted(frame: pd.DataFrame) -> pd.DataFrame:
    names = list(frame)
    return frame.rename(columns=dict(zip(names, [*names[1:], names[0]], strict=True)))


def one_cell_changed(frame: pd.DataFrame) -> pd.DataFrame:
    name = next(name for name in frame if pd.api.types.is_numeric_dtype(frame[name]))
    frame.loc[len(frame) // 2, name] += 1
    return frame


def one_cell_lost(frame: pd.DataFrame) -> pd.DataFrame:
    frame.iloc[len(frame) // 2, -1] = None
    return frame


def without_letters(value: object) -> object:
    return value.encode("ascii", "replace").decode() if isinstance(value, str) else value


ERRORS = {
    "names shifted by a column": shifted,
    "the first row lost": lambda frame: frame.iloc[1:],
    "the last row twice": lambda frame: pd.concat([frame, frame.iloc[-1:]]),
    "the last column lost": lambda frame: frame.iloc[:, :-1],
    "two columns swapped": lambda frame: frame[[*list(frame)[1::-1], *list(frame)[2:]]],
    "rows in another order": lambda frame: frame.iloc[::-1],
    "one number changed": one_cell_changed,
    "one cell lost": one_cell_lost,
    "numbers as text": lambda frame: frame.astype(str),
    "letters lost": lambda frame: frame.map(without_letters),
}


@pytest.mark.parametrize("shape", ["commas, orders", "Excel, orders", "JSON, objects within", "UTF-8 with mark"])
@pytest.mark.parametrize("error", ERRORS)
def test_a_reader_that_errs_is_found_out(error: str, shape: str, tmp_path: Path) -> None:
    case = next(case for case in CASES if case.name == shape)
    assert judged(case, SEED, tmp_path).outcome == EXACT
    verdict = judged(case, SEED, tmp_path, altered(ERRORS[error]))
    assert verdict.outcome == WRONG and verdict.deviations


def silent(path: Path) -> Table:
    """A reader that reads as it does and tells nothing."""
    return dataclasses.replace(read_table(path), report=(), notes=())


def test_a_reader_that_keeps_silent_is_found_out(verdicts: list[Verdict], tmp_path: Path) -> None:
    told = [each for each in verdicts if each.outcome == "asked" and not each.deviations]
    assert told
    assert {judged(each.case, SEED, tmp_path, silent).outcome for each in told} == {WRONG}


def test_a_reader_that_refuses_everything_is_found_out(tmp_path: Path) -> None:
    def refuse(path: Path) -> Table:
        raise Unreadable("No.")

    good = [judged(case, SEED, tmp_path, refuse).good for case in CASES]
    assert sum(good) < 0.25 * len(CASES)


def test_a_reader_with_a_traceback_is_found_out(tmp_path: Path) -> None:
    def crash(path: Path) -> Table:
        raise KeyError("x")

    assert judged(CASES[0], SEED, tmp_path, crash).outcome == CRASHED
