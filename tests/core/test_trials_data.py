"""Every model on tables that nobody would wish for: each ends in scores that are numbers, or in a sentence."""

from __future__ import annotations

import dataclasses
import io
import math
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from core.data import Unusable, read_table
from core.models import MODELS
from core.records import FitState, ModelSpec, Split, Table, Task
from core.results import Comparison
from core.run import compare
from tests.core.quick import QUICK
from tests.core.trials import SEED, told

ROWS = 60
Frame = pd.DataFrame


def dice() -> np.random.Generator:
    return np.random.default_rng(SEED)


def plain(rows: int = ROWS, columns: int = 3, classes: int = 2) -> Frame:
    """Numbers that say something about their class: nothing is wrong with this one."""
    y = np.arange(rows) % classes
    values = dice().normal(size=(rows, columns)) + y[:, None]
    return Frame(values, columns=[f"c{number}" for number in range(columns)]).assign(target=[f"k{each}" for each in y])


def one_row() -> Frame:
    return plain(1)


def two_rows() -> Frame:
    return plain(2)


def one_class() -> Frame:
    return plain().assign(target="only")


def rare_class() -> Frame:
    frame = plain()
    frame.loc[7, "target"] = "rare"
    return frame


def every_row_a_class() -> Frame:
    return plain().assign(target=[f"id {number}" for number in range(ROWS)])


def constant_columns() -> Frame:
    return plain().assign(c0=1.0, c1="same")


def only_constants() -> Frame:
    return Frame({"c0": [1.0] * ROWS, "target": plain()["target"]})


def empty_column() -> Frame:
    return plain().assign(c1=np.nan)


def nothing_but_gaps() -> Frame:
    return Frame({"c0": [np.nan] * ROWS, "c1": [None] * ROWS, "target": plain()["target"]})


def mostly_gaps() -> Frame:
    frame = plain()
    return frame.mask(Frame(dice().random(frame.shape) < 0.8, columns=frame.columns).assign(target=False))


def infinities() -> Frame:
    frame = plain()
    frame.loc[::5, "c0"], frame.loc[1::7, "c1"] = np.inf, -np.inf
    return frame


def huge_numbers() -> Frame:
    frame = plain()
    frame["c0"] *= 1e308
    frame.loc[3, "c1"] = 1.7e308
    return frame


def tiny_numbers() -> Frame:
    frame = plain()
    return frame.assign(c0=frame["c0"] * 1e-310, c1=-0.0)


def wide() -> Frame:
    return plain(40, 3_000)


def many_categories() -> Frame:
    return plain(400).assign(name=[f"name {number}" for number in dice().permutation(400)], c0="x")


def duplicated() -> Frame:
    return pd.concat([plain(6)] * 10, ignore_index=True)


def more_columns_than_rows() -> Frame:
    return plain(20, 200)


def mixed_types() -> Frame:
    return plain().assign(c0=[number if number % 3 else "n/a 12 kg" for number in range(ROWS)])


def leak() -> Frame:
    frame = plain()
    return frame.assign(c0=frame["target"], c1=np.where(frame["target"] == "k1", 1e6, -1e6))


def odd_names() -> Frame:
    names = {"c0": "<b>🦊</b>]", "c1": 'a"; DROP TABLE x; --', "c2": "[x], <y>: $z$ " + "long " * 50}
    return plain().rename(columns=names)


def dates_only() -> Frame:
    return Frame({"when": pd.date_range("2026-01-01", periods=ROWS), "target": plain()["target"]})


def yes_and_no() -> Frame:
    return plain().assign(c0=dice().random(ROWS) < 0.5, c1=True)[["c0", "c1", "target"]]


def one_in_a_thousand() -> Frame:
    return plain(1_000, 2).assign(target=["rare" if number in (3, 500) else "often" for number in range(1_000)])


def free_text() -> Frame:
    return Frame({"text": [f"some words, {number} of them" * 5 for number in range(ROWS)], "target": plain()["target"]})


def target_with_gaps() -> Frame:
    frame = plain()
    frame.loc[::3, "target"] = None
    return frame


def no_target() -> Frame:
    return plain().assign(target=[None] * ROWS)


def constant_number() -> Frame:
    return plain().assign(target=3.5)


def infinite_number() -> Frame:
    return plain().assign(target=[np.inf if number % 9 == 0 else number / 7 for number in range(ROWS)])


def huge_target() -> Frame:
    return plain().assign(target=dice().normal(size=ROWS) * 1e300)


def number() -> Frame:
    return plain().assign(target=dice().normal(size=ROWS))


# ---- as files bring them: what is read decides the kinds


def from_file(name: str, content: bytes) -> Table:
    """The table of a file."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(content)
        return read_table(Path(folder) / name)


def every_kind() -> Table:
    """Ordered answers, dates, yes and no, counts, identifiers and text, with gaps in all of them."""
    answers = ("very low", "low", "medium", "high", "")
    lines = [
        f"{number:05},{answers[number % 5]},{number % 28 + 1:02}.03.2026,{('yes', 'no', '')[number % 3]},{number % 7},"
        f"{'some words of a person; ' * 3}{number},{number / 7 if number % 4 else ''},{'ab'[number % 2]}"
        for number in range(ROWS)
    ]
    return from_file("t.csv", "\n".join(["id,answer,day,paid,visits,note,size,target", *lines]).encode())


def one_value_of_every_kind() -> Table:
    """Columns whose kinds are known by a value or two, and nothing to learn from."""
    lines = [
        f"{'low' if n else 'high'},{'2026-01-01' if n else ''},{'yes' if n else ''},1,{'ab'[n % 2]}"
        for n in range(ROWS)
    ]
    return from_file("t.csv", "\n".join(["answer,day,paid,visits,target", *lines]).encode())


def dates_and_answers_to_predict_counts() -> Table:
    lines = [
        f"{n % 28 + 1:02}/01/2026 {n % 24:02}:30,{('never', 'rarely', 'often')[n % 3]},{n % 9}" for n in range(ROWS)
    ]
    return from_file("t.csv", "\n".join(["when,how often,target", *lines]).encode())


def blank_images() -> Table:
    """Images that are all alike, in folders of two classes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(24):
            with archive.open(f"{'ab'[number % 2]}/{number}.png", "w") as member:
                Image.new("L", (4, 4)).save(member, "png")
    return from_file("t.zip", stream.getvalue())


TABLES: tuple[Callable[[], Frame | Table], ...] = (
    one_row,
    two_rows,
    one_class,
    rare_class,
    every_row_a_class,
    constant_columns,
    only_constants,
    empty_column,
    nothing_but_gaps,
    mostly_gaps,
    infinities,
    huge_numbers,
    tiny_numbers,
    wide,
    many_categories,
    duplicated,
    more_columns_than_rows,
    mixed_types,
    leak,
    odd_names,
    dates_only,
    yes_and_no,
    one_in_a_thousand,
    free_text,
    target_with_gaps,
    no_target,
    constant_number,
    infinite_number,
    huge_target,
    number,
    every_kind,
    one_value_of_every_kind,
    dates_and_answers_to_predict_counts,
    blank_images,
)
CI = (one_row, rare_class, only_constants, infinities, huge_numbers, infinite_number)


def compared(table: Frame | Table, names: list[str], task: str = "") -> Comparison:
    """All models of a task on a table, hold-out."""
    specs = [ModelSpec(each, settings=QUICK.get(each, {})) for each in names]
    target = table.target if isinstance(table, Table) and table.image_shape else "target"
    return compare(table, target, models=specs, split=Split("holdout"), task=task, seed=SEED)


def outcome(frame: Frame | Table) -> Comparison | str:
    """What comes of a table with every model that does its task: a comparison, or the sentence why there is none."""
    try:
        task = compared(frame, ["baseline"]).problem.task
        return compared(frame, [name for name, entry in MODELS.items() if task in entry.build], task)
    except Unusable as error:
        return str(error)


def objections(result: Comparison) -> Iterator[str]:
    """What a comparison must not say."""
    for model in result.models:
        for fit in model.fits:
            if fit.outcome is None:
                told_why = fit.state in (FitState.FAILED, FitState.SKIPPED) and 5 < len(fit.reason) < 350
                if not told_why or "Traceback" in fit.reason:
                    yield f"{model.id}: {fit.state} {fit.reason!r}"
                continue
            for name, score in fit.outcome.scores.items():
                if score is None and not fit.outcome.undefined.get(name):
                    yield f"{model.id}: {name} is not defined, and nobody says why"
                elif score is not None and not math.isfinite(score):
                    yield f"{model.id}: {name} is {score}"
    board = result.leaderboard()
    ranked = board[board["rank"].notna()]
    if not np.isfinite(ranked["mean"].astype(float)).all():
        yield f"ranked by what is no number: {ranked[['id', 'mean']].to_dict('records')}"


@pytest.mark.parametrize(
    "tables", [CI, pytest.param(TABLES, marks=[pytest.mark.slow, pytest.mark.timeout(900)])], ids=["some", "all"]
)
def test_whatever_the_table_every_model_ends_in_numbers_or_in_a_sentence(
    tables: tuple[Callable[[], Frame | Table], ...], request: pytest.FixtureRequest
) -> None:
    found, states, refused = [], Counter[str](), 0
    began = time.monotonic()
    for table in tables:
        result = outcome(table())
        if isinstance(result, str):
            refused += 1
            found += [] if len(result) > 20 and result.endswith((".", "?")) else [f"{table.__name__}: {result!r}"]
        else:
            states.update(str(fit.state) for model in result.models for fit in model.fits)
            found += [f"{table.__name__}, {each}" for each in objections(result)]
    seconds = time.monotonic() - began
    told(request, "degenerate tables", tables=len(tables), refused=refused, **states, wrong=len(found), seconds=seconds)
    assert not found, "\n".join(found)


def test_a_score_that_is_no_number_and_a_failure_without_words_are_caught() -> None:
    result = compared(plain(), ["baseline", "decision_tree"])
    assert not list(objections(result))
    first, *others = result.fits
    assert first.outcome is not None
    scores = {**first.outcome.scores, "accuracy": math.nan}
    spoiled = dataclasses.replace(first, outcome=dataclasses.replace(first.outcome, scores=scores))
    assert list(objections(dataclasses.replace(result, fits=(spoiled, *others))))
    silent = dataclasses.replace(first, state=FitState.FAILED, outcome=None)
    assert list(objections(dataclasses.replace(result, fits=(silent, *others))))


def test_what_was_wrong_with_a_table_is_no_longer_said_when_it_is_mended() -> None:
    broken, mended = outcome(only_constants()), outcome(plain())
    assert isinstance(broken, str) and not isinstance(mended, str)
    suiting = [model for model in mended.models if MODELS[model.spec.name].unsuitable(mended.problem) is None]
    assert {fit.state for model in suiting for fit in model.fits} == {FitState.DONE}
    assert mended.problem.task == Task.CLASSIFICATION
