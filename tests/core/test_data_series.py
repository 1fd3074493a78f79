"""Series: columns that are known as steps, and files in the format of sktime and the UCR archive."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from core.data import Unreadable, make_problem, read_table
from core.data.series import series_shape
from core.models import MODELS, build
from core.records import Column, ColumnKind, ModelSpec, Problem, Roles, Table

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "time" / "ucr"
HEAD = "#Made for a test\n@problemName Made\n@timeStamps false\n@univariate {univariate}\n@classLabel true b a\n@data\n"


def written(tmp_path: Path, text: str) -> Table:
    path = tmp_path / "table.xyz"
    path.write_text(text)
    return read_table(path)


def columns(*names: str, kind: str = "number") -> list[Column]:
    return [Column(name, ColumnKind(kind), "", 0, 20) for name in names]


def numbered(stem: str, count: int) -> list[str]:
    return [f"{stem}{number}" for number in range(1, count + 1)]


# Columns -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "shape"),
    [
        (numbered("t", 8), (8, 1)),
        (numbered("", 9), (9, 1)),
        ([*numbered("x_", 10), *numbered("y_", 10)], (10, 2)),
        (["t1", "t2", "t3", "t5", "t6", "t7", "t8", "t10"], (8, 1)),  # one without a step that never changes
        (numbered("t", 7), ()),
        (numbered("t", 8)[::-1], ()),
        ([*numbered("t", 8), "age"], ()),
        ([*numbered("x", 8), *numbered("y", 9)], ()),
        ([*numbered("x", 8), *numbered("y", 8), "x9"], ()),
    ],
)
def test_columns_that_are_numbered_in_order_are_a_series(names, shape):
    assert series_shape(columns(*names)) == shape


def test_pixels_and_categories_are_no_series():
    assert series_shape(columns(*numbered("pixel_0_", 9), kind="image")) == ()
    assert series_shape([*columns(*numbered("t", 9)), *columns("t10", kind="category")]) == ()


def test_a_csv_of_steps_is_offered_the_networks_for_series(tmp_path):
    random = np.random.default_rng(0)
    rows = [
        ",".join(f"{each:.3f}" for each in row) + f",{'ab'[number % 2]}"
        for number, row in enumerate(random.normal(size=(40, 12)))
    ]
    table = written(tmp_path, ",".join([*numbered("t", 12), "what"]) + "\n" + "\n".join(rows) + "\n")
    problem = make_problem(table, Roles("what"))
    assert problem.series_shape == (12, 1) and problem.image_shape == ()
    assert MODELS["recurrent"].unsuitable(problem) is None and MODELS["convolutional"].unsuitable(problem)
    less = make_problem(table, Roles("what", left_out={name: "" for name in numbered("t", 12)[4:]}))
    assert less.series_shape == ()
    assert MODELS["recurrent"].unsuitable(less) == (
        "Recurrent network learns from series; here the columns are no steps of one, such as t1, t2 and so on."
    )


def test_problems_from_before_there_were_series_are_read(tmp_path):
    problem = Problem.from_json(json.dumps(PROBLEM | {"series_shape": [8, 2]}))
    assert problem.series_shape == (8, 2) and Problem.from_json(problem.to_json()) == problem
    assert Problem.from_json(json.dumps(PROBLEM)) == dataclasses.replace(problem, series_shape=())


PROBLEM = {
    **{"task": "classification", "target": "y", "positive": None, "classes": ["a"], "counts": [3], "features": []},
    **{"left_out": {}, "rows": 3, "group": "", "time": "", "notes": [], "image_shape": [], "weight": ""},
}


# Files ---------------------------------------------------------------------------------------------------------------


def test_a_file_of_one_series_per_line(tmp_path):
    table = written(tmp_path, HEAD.format(univariate="true") + "1,2.5,-3e1:a\n\n#a note\n4,?,6:b\n7,8,9:a\n")
    assert list(table.frame) == ["t1", "t2", "t3", "label"]
    assert table.frame["t1"].tolist() == [1, 4, 7]
    np.testing.assert_array_equal(table.frame["t2"], [2.5, np.nan, 8])
    assert table.frame["label"].tolist() == ["a", "b", "a"]
    assert list(table.frame["label"].cat.categories) == ["b", "a"], "in the order of the head"
    assert (table.target, table.task, table.facts["format"]) == ("label", "classification", "TS")
    assert table.notes == (
        "Read as 3 rows, each a series of 3 steps.",
        "Missing values within the series, marked `?`: 1.",
    )


def test_short_series_are_filled_up_with_gaps_and_that_is_said(tmp_path):
    table = written(tmp_path, HEAD.format(univariate="false") + "1,2,3:4,5,6:a\n7,8:9:b\n1,2,3:4,5,6:a\n")
    assert list(table.frame) == [*numbered("dim1_t", 3), *numbered("dim2_t", 3), "label"]
    np.testing.assert_array_equal(table.frame.iloc[1, :6].to_numpy(float), [7, 8, np.nan, 9, np.nan, np.nan])
    assert "1 row with series shorter than 3 steps filled up with gaps at their end." in table.notes
    assert {each.rule: each.count for each in table.report}["padded"] == 1


def test_a_number_to_predict(tmp_path):
    text = HEAD.format(univariate="true").replace("classLabel true b a", "targetLabel true")
    table = written(tmp_path, text + "1,2:0.5\n3,4:-7\n")
    assert table.frame["label"].tolist() == [0.5, -7] and table.task == "regression"


def test_a_file_without_labels(tmp_path):
    table = written(tmp_path, HEAD.format(univariate="true").replace("true b a", "false") + "1,2\n3,4\n")
    assert list(table.frame) == ["t1", "t2"] and not table.target


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("1,2:a\n3,x4:b\n", "Line 8 of the TS file holds `x4`, which is no number."),
        ("1,2:a\n3:4:b\n", "Line 8 of the TS file has 2 series side by side, and the first one 1"),
        ("", "no series behind its line @data"),
    ],
)
def test_what_does_not_fit_is_said_with_its_line(tmp_path, lines, sentence):
    with pytest.raises(Unreadable, match=sentence):
        written(tmp_path, HEAD.format(univariate="true") + lines)


def test_times_beside_values_are_refused(tmp_path):
    with pytest.raises(Unreadable, match="have a time for each value"):
        written(tmp_path, HEAD.format(univariate="true").replace("timeStamps false", "timeStamps true") + "(0,1):a\n")
    with pytest.raises(Unreadable, match="has no line @data"):
        written(tmp_path, "@problemName Made\n@classLabel false\n1,2,3\n")


def test_a_run_tells_the_network_how_many_series_there_are(tmp_path):
    random = np.random.default_rng(0)
    values = [":".join(",".join(f"{x:.2f}" for x in each) for each in row) for row in random.normal(size=(20, 2, 9))]
    lines = "".join(f"{each}:{'ab'[number % 2]}\n" for number, each in enumerate(values))
    table = written(tmp_path, HEAD.format(univariate="false") + lines)
    problem = make_problem(table, Roles(table.target))
    assert problem.series_shape == (9, 2)
    pipeline = build(ModelSpec("recurrent", "", {"max_epochs": 1}), problem, seed=0)
    assert pipeline["model"].channels == 2
    X = table.frame.drop(columns="label")
    assert pipeline.fit(X, np.arange(20) % 2).predict_proba(X).shape == (20, 2)


@pytest.mark.skipif(not SHARED.exists(), reason="the folder with real tables is not beside this checkout")
@pytest.mark.parametrize(
    ("name", "rows", "shape", "classes"),
    [
        ("GunPoint_TRAIN", 50, (150, 1), 2),
        ("BasicMotions_TEST", 40, (100, 6), 4),
        ("JapaneseVowels_TRAIN", 270, (26, 12), 9),
    ],
)
def test_files_of_the_archive_are_read(name, rows, shape, classes):
    table = read_table(SHARED / f"{name}.ts")
    problem = make_problem(table, Roles(table.target))
    assert (problem.rows, problem.series_shape, len(problem.classes)) == (rows, shape, classes)
