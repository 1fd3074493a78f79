"""The layers that a form shows are those that are built, with as many numbers to learn."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.catalogue import resolve
from core.data import make_problem, samples, table_of_frame
from core.models import MODELS, Model, build
from core.models.shapes import _IMAGES, _SERIES
from core.records import ModelSpec, Param, Problem, Roles, Task
from tests.source import ROOT

TABULAR = "tabular_network"  # whose size follows from what the columns hold
DRAWN = [each for each in MODELS.values() if each.layers and each.name != TABULAR]
SIZES = ((Task.CLASSIFICATION, 2), (Task.CLASSIFICATION, 5), (Task.REGRESSION, 0))
CASES = [(model, task, classes) for model in DRAWN for task, classes in SIZES]
INPUTS, IMAGE, SERIES = 24, (4, 6), (12, 2)

SEEN = {_IMAGES: "4 × 6 pixels", _SERIES: "2 × 12 steps"}


def others(param: Param) -> list[Any]:
    """Values of a setting that are not its default."""
    if isinstance(param.default, bool):
        return [not param.default]
    if isinstance(param.default, tuple):
        return [(3,), (6, 6, 6, 2)]
    if param.choices:
        return [each for each in param.choices if each != param.default]
    return [param.default + 1] if isinstance(param.default, int) and param.default + 1 <= (param.high or np.inf) else []


def problem(task: Task, classes: int) -> Problem:
    names = tuple("abcdefgh"[:classes])
    shapes = {"image_shape": IMAGE, "series_shape": SERIES}
    return Problem(task, "y", None, names, (9,) * classes, (), {}, 9 * max(1, classes), **shapes)


def learned(model: Model, task: Task, settings: dict[str, Any], outputs: int) -> int:
    """How many numbers the real network learns."""
    told = {"channels": SERIES[1]} if model.shape is _SERIES else {"image_shape": IMAGE} if model.shape else {}
    estimator = resolve(model.build[task])(**told | settings)
    estimator.n_features_in_ = INPUTS
    if hasattr(estimator, "_build"):
        return sum(each.numel() for each in estimator._build()(INPUTS, outputs, None).parameters())
    rng = np.random.default_rng(0)
    y = np.arange(40) % outputs if outputs > 1 else rng.normal(size=40)
    fitted = estimator.set_params(max_iter=1, early_stopping=False).fit(rng.normal(size=(40, INPUTS)), y)
    return sum(each.size for each in (*fitted.coefs_, *fitted.intercepts_))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("model", "task", "classes"), CASES, ids=lambda each: getattr(each, "name", str(each)))
def test_as_many_numbers_as_the_real_network_learns(
    model: Model, task: Task, classes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.models.entry.width", lambda *_: INPUTS)
    params = model.params[task]
    changes = [{}, *({each.name: value} for each in params for value in others(each))]
    counted = set()
    for settings in (model.defaults(task) | each for each in changes):
        layers = model.architecture(problem(task, classes), settings)
        total = sum(each.parameters for each in layers)
        assert total == learned(model, task, settings, max(1, classes)), settings
        assert layers[0].shape == SEEN.get(model.shape, f"{INPUTS} columns")
        assert not layers[0].depth and not layers[0].parameters
        counted.add(total)
    assert len(counted) > 1 or not any(isinstance(each.default, tuple) for each in params)


@pytest.mark.parametrize("target", ["kind", "size", "three"])
@pytest.mark.parametrize("rows", [90, 2_600, 5_200])
def test_the_default_network_is_as_large_as_it_is_drawn(rows: int, target: str) -> None:
    draw = np.random.default_rng(0)
    frame = pd.DataFrame({name: draw.normal(size=rows) for name in ("a", "b", "gappy", "size")})
    frame.loc[::5, "gappy"] = np.nan
    frame["few"], frame["many"] = draw.choice(list("uvw"), rows), draw.choice(list("abcdefghijkl"), rows)
    frame["crowd"] = np.array([f"value {each}" for each in range(300)])[np.arange(rows) % 300 if rows > 300 else 0]
    frame["paid"], frame["three"] = draw.choice(["no", "yes"], rows), draw.choice(["x", "y", "z"], rows)
    frame["kind"], frame["day"] = draw.choice(["u", "v"], rows), pd.Timestamp("2020-01-01")
    frame["day"] += pd.to_timedelta(draw.integers(0, 1_500, rows), "D")
    frame.loc[::7, "few"] = None
    table = table_of_frame(frame)
    made = make_problem(table, Roles(target))
    model, told = MODELS[TABULAR], samples(table, made)
    fitted = build(ModelSpec(TABULAR, settings={"max_epochs": 1}), made, 0).fit(told.X, told.y)
    layers = model.architecture(made, {})
    assert sum(each.parameters for each in layers) == sum(each.size for each in fitted[-1].weights_.values())
    assert layers[0].shape == f"{fitted[-1].n_features_in_} columns"
    members = "2" if rows > 5_000 else "4"
    assert all(each.shape.startswith(f"{members} × ") for each in layers[1:-1])
    assert sum(each.parameters for each in model.architecture(made, {"preset": "quick"})) * int(members) == sum(
        each.parameters for each in layers
    )


def test_what_is_no_network_has_no_layers() -> None:
    assert MODELS["random_forest"].architecture(problem(Task.CLASSIFICATION, 2), {}) == []


def test_every_layer_counts_once() -> None:
    iris = problem(Task.CLASSIFICATION, 3)
    deep = {model.name: sum(each.depth for each in model.architecture(iris, {})) for model in DRAWN}
    assert deep == {
        "sklearn_mlp": 2,
        "feed_forward": 3,
        "residual_network": 6,
        "linear_network": 1,
        "convolutional": 4,
        "recurrent": 2,
        "sequence_convolution": 4,
    }


def test_each_block_of_a_convolution_halves_the_image() -> None:
    digits = replace(problem(Task.CLASSIFICATION, 8), image_shape=(28, 28))
    layers = MODELS["convolutional"].architecture(digits, {"filters": (8, 16)})
    assert [(each.title, each.shape) for each in layers] == [
        ("Input", "28 × 28 pixels"),
        ("8 filters", "14 × 14 places"),
        ("16 filters", "7 × 7 places"),
        ("Output", "8 classes"),
    ]
    assert not MODELS["convolutional"].architecture(replace(digits, image_shape=()), {})


def test_the_layers_are_told_without_torch() -> None:
    code = (
        "import sys; from core.catalogue import resolve; from core.models import MODELS;"
        "[resolve(each.layers) for each in MODELS.values() if each.layers];"
        "print([each for each in ('torch', 'sklearn') if each in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert ran.stdout.strip() == "[]"
