"""Models whose columns must belong together: who is offered them, and what a run tells them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.models import MODELS, Model, build
from core.records import ModelSpec, Problem, Task
from tests.core.test_models import sized

SHAPED = [model for model in MODELS.values() if model.shape]


@pytest.mark.parametrize("task", Task)
@pytest.mark.parametrize("model", SHAPED, ids=lambda model: model.name)
def test_a_run_tells_the_shape_and_what_has_none_is_refused(model: Model, task: Task) -> None:
    problem = sized(200, task, columns=24)
    assert model.shape and model.unsuitable(problem) is None
    made = build(ModelSpec(model.name), problem, seed=0)["model"]
    assert made.get_params()[model.shape.setting] == model.shape.of(problem) is not None
    plain = replace(problem, image_shape=(), series_shape=())
    assert str(model.unsuitable(plain)).startswith(f"{model.title} learns from ")
    untold = build(ModelSpec(model.name), plain, seed=0)["model"]
    assert untold.get_params()[model.shape.setting] == type(untold)().get_params()[model.shape.setting]


@pytest.mark.parametrize("task", Task)
@pytest.mark.parametrize(
    "name", ["feed_forward", "residual_network", "linear_network", "bagging", "voting", "stacking"]
)
def test_networks_hear_that_pixels_share_a_scale(name: str, task: Task) -> None:
    image = sized(100, task, columns=24)
    assert told(name, image) == {True} and told(name, replace(image, image_shape=())) == {False}


def told(name: str, problem: Problem) -> set[bool]:
    """What a model, or those it is made of, hears of a common scale."""
    settings = build(ModelSpec(name), problem, seed=0)["model"].get_params()
    return {value for key, value in settings.items() if key.endswith("common_scale")}


def test_a_person_s_own_shape_wins() -> None:
    spec = ModelSpec("convolutional", "", {"image_shape": (4, 6)})
    assert build(spec, sized(100, columns=24), seed=0)["model"].image_shape == (4, 6)
