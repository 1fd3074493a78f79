"""A table is mapped into memory: workers share its pages, and nothing of it changes on the way."""

from __future__ import annotations

import dataclasses
import pickle
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import feather
from sklearn.model_selection import GroupKFold

from core.data import DATASETS, folds, load_table, make_problem, samples, table_of_frame
from core.data.frames import fingerprint
from core.data.packed import Folds
from core.preparation import Needs, preparation
from core.records import Fold, Roles, Samples, Split, Table
from core.store import Store
from core.store.frames import read_frame, write_frame
from tests.benchmarks.bench_mapped import SHARE, frame, keep, starts

ROWS = 60_000  # about 30 MB


def everything(rows: int = 300) -> Table:
    """A table with every house dtype, each with gaps and without."""
    draw = np.random.default_rng(0)
    known = draw.random(rows) < 0.8
    columns: dict[str, pd.Series] = {
        "number": pd.Series(draw.normal(size=rows)),
        "day": pd.Series(pd.date_range("2024-01-01", periods=rows)),
        "city": pd.Series(draw.choice(["Rome", "Bonn"], rows)),
        "grade": pd.Series(pd.Categorical(draw.choice([1.5, 3.0], rows), [3.0, 1.5], ordered=True)),
        "prose": pd.Series([f"sentence {each} of many words in which nothing is told" for each in range(rows)]),
    }
    columns |= {f"{name} with gaps": values.where(known) for name, values in columns.items()}
    columns |= {"whole": pd.Series(draw.integers(0, 99, rows)), "void": pd.Series([np.nan] * rows)}
    return table_of_frame(pd.DataFrame(columns))


@pytest.fixture
def mapped(tmp_path: Path) -> Table:
    """The same, written and mapped."""
    table, path = everything(), tmp_path / "x.arrow"
    write_frame(table.frame, path)
    return dataclasses.replace(table, frame=read_frame(path))


def as_once_written(frame: pd.DataFrame, path: Path) -> None:
    """As frames were written before they could be mapped: with nulls, and in pieces."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    feather.write_feather(table, str(path), compression="uncompressed", chunksize=100)


@pytest.mark.parametrize("write", [write_frame, as_once_written])
@pytest.mark.parametrize("name", ["", *(name for name, entry in DATASETS.items() if not entry.files)])
def test_a_frame_comes_back_as_it_was_written(
    name: str, write: Callable[[pd.DataFrame, Path], None], tmp_path: Path
) -> None:
    table = load_table(name) if name else everything()
    write(table.frame, tmp_path / "x.arrow")
    again = read_frame(tmp_path / "x.arrow")
    pd.testing.assert_frame_equal(again, table.frame)
    assert fingerprint(again, table.columns) == table.fingerprint


def test_what_is_mapped_cannot_be_written_to(mapped: Table) -> None:
    with pytest.raises(ValueError, match="read-only"):
        mapped.frame["number with gaps"].array[0] = 0.0


@pytest.mark.parametrize("names", [["number"], ["number with gaps"], ["number", "day with gaps", "grade", "whole"]])
def test_preparation_is_the_same_on_mapped_columns(names: list[str], mapped: Table) -> None:
    """Also where a single column reaches it without a copy."""
    made = []
    for values in (mapped.frame, mapped.frame.copy()):
        columns = tuple(each for each in mapped.columns if each.name in (*names, "city"))
        problem = make_problem(dataclasses.replace(mapped, frame=values, columns=columns), Roles("city"))
        rows = samples(dataclasses.replace(mapped, frame=values), problem)
        made.append(preparation(problem, Needs(scaled=True)).fit_transform(rows.X, rows.y))
    np.testing.assert_array_equal(*made)


@pytest.mark.skipif(sys.platform != "linux", reason="counts a process's own memory as Linux tells it")
def test_starting_eighty_fits_costs_a_worker_at_most_a_tenth_of_the_table(tmp_path: Path) -> None:
    key = keep(Store(tmp_path), frame(ROWS, gaps=True))
    found, control = starts(tmp_path, key), starts(tmp_path, key, copied=True)
    assert found["private"] <= SHARE * found["size"]
    assert found["read"] <= SHARE * found["size"], "mapped pages are not read"
    assert control["private"] > SHARE * control["size"], "a copy would be noticed"


def test_small_features_are_copied_into_one_block_per_kind(mapped: Table) -> None:
    rows = samples(mapped, make_problem(mapped, Roles("city with gaps")))
    kinds = rows.frame.dtypes[[each == "float64" for each in rows.frame.dtypes]]
    numbers = rows.frame[list(kinds.index)].to_numpy()
    assert len(kinds) > 1 and numbers.base is not None, "one block, of which a view is given"
    assert not np.shares_memory(numbers, mapped.frame["number"].to_numpy())
    assert rows.frame.equals(mapped.frame[list(rows.frame.columns)])


def test_rows_without_a_target_are_left_out_without_a_copy(mapped: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.data.problem.SMALL", 0)
    problem = make_problem(mapped, Roles("city with gaps"))
    rows = samples(mapped, problem)
    known = np.flatnonzero(mapped.frame["city with gaps"].notna())
    assert len(known) < len(mapped.frame) and rows.rows.tolist() == known.tolist()
    assert np.shares_memory(rows.frame["number"].to_numpy(), mapped.frame["number"].to_numpy())
    assert list(rows.X.index) == list(range(len(known)))
    chosen = np.array([5, 3, 100])
    np.testing.assert_array_equal(rows.take(chosen)["number"], mapped.frame["number"].iloc[known[chosen]])
    pd.testing.assert_frame_equal(rows.take(chosen).reset_index(drop=True), rows.X.iloc[chosen].reset_index(drop=True))


@pytest.mark.parametrize("shuffle", [False, True])
def test_groups_of_text_are_divided_as_their_texts_would_be(shuffle: bool) -> None:
    draw = np.random.default_rng(0)
    names = np.array(["10", "9", "ä", "B", "b", "", *(f"g{number}" for number in range(30))], dtype=object)
    columns = {"x": draw.normal(size=400), "g": draw.choice(names, 400), "y": draw.choice(["a", "b"], 400)}
    table = table_of_frame(pd.DataFrame(columns))
    problem = make_problem(table, Roles("y", group="g"))
    rows = samples(table, problem)
    assert rows.groups is not None and rows.groups.dtype.kind == "i"
    texts = table.frame["g"].iloc[rows.rows].astype(str).to_numpy(dtype=str)
    splitter = GroupKFold(4, shuffle=shuffle, random_state=0 if shuffle else None)
    found = folds(rows, problem, Split("group", 4, shuffle=shuffle), 0)
    for fold, (train, test) in zip(found, splitter.split(texts, rows.y, texts), strict=True):
        np.testing.assert_array_equal(fold.train, train)
        np.testing.assert_array_equal(fold.test, test)


class TestFolds:
    @pytest.mark.parametrize("ordered", [True, False])
    def test_come_out_as_they_went_in(self, ordered: bool) -> None:
        draw = np.random.default_rng(0)
        pairs = []
        for size in (0, 1, 7, 1_000):
            order = draw.permutation(1_001)
            train, test = order[:size], order[size:]
            pairs.append((np.sort(train), np.sort(test)) if ordered else (train, test))
        found = Folds(iter(pairs), 1_001)
        assert [fold.number for fold in found] == [0, 1, 2, 3] and len(found) == 4
        for fold, (train, test) in zip(found, pairs, strict=True):
            assert fold.train.dtype == fold.test.dtype == np.int64
            np.testing.assert_array_equal(fold.train, train)
            np.testing.assert_array_equal(fold.test, test)

    def test_are_counted_like_a_list(self) -> None:
        found = Folds([(np.array([number]), np.array([0])) for number in range(1, 4)], 4)
        assert (found[-1].number, found[-1].train.tolist()) == (2, [3])
        assert [fold.number for fold in found[1:]] == [1, 2]
        with pytest.raises(IndexError):
            found[3]

    def test_take_a_bit_for_a_row(self) -> None:
        count = 80_000
        table = table_of_frame(pd.DataFrame({"x": np.arange(100.0), "y": ["a", "b"] * 50}))
        problem = dataclasses.replace(make_problem(table, Roles("y")), rows=count, counts=(count // 2,) * 2)
        rows = Samples(pd.DataFrame({"x": np.zeros(count)}), np.arange(count) % 2, np.arange(count))
        found = folds(rows, problem, Split("stratified", 5), 0)
        packed = len(pickle.dumps(found))
        assert packed < 1.1 * 5 * 2 * count / 8
        in_full = [Fold(each.number, each.train, each.test) for each in found]
        assert len(pickle.dumps(in_full)) > 20 * packed, "folds in full would be noticed"
