"""Layers of small units that learn together: scikit-learn's own network, and ours on PyTorch."""

from __future__ import annotations

from core.models.entry import Cost, Memory, Model, Rounds, both
from core.networks.choices import ACTIVATIONS, DEVICES, OPTIMISERS
from core.preparation import Needs
from core.records import Param, Task

_FAMILY = "Networks"
_LAYERS = "How many units each hidden layer has: more layers and units can learn more, and more by heart."


def _layers(*default: int) -> Param:
    return Param("hidden_layer_sizes", default, _LAYERS, low=1, high=4_096)


_SKLEARN = (
    _layers(100),
    Param(
        "activation",
        "relu",
        "How a unit turns its sum into an answer.",
        choices=("relu", "tanh", "logistic", "identity"),
    ),
    Param("alpha", 1e-4, "How strongly large weights are held back.", low=0.0, high=100.0, log=True),
    Param("learning_rate_init", 1e-3, "How large the steps are at first.", low=1e-6, high=1.0, log=True),
    Param("max_iter", 200, "How often it goes through the rows at most.", low=1, high=10_000, log=True),
    Param("early_stopping", False, "Whether it sets rows aside and stops when they get no better."),
)

MODELS = (
    Model(
        name="sklearn_mlp",
        title="scikit-learn network",
        family=_FAMILY,
        about="A small neural network: one layer of units that learn together. The plain version, to compare with.",
        expert=(
            "scikit-learn's perceptron: 100 ReLU units, Adam, at most 200 epochs; "
            "a target in large units, which it does not scale, needs more."
        ),
        build={
            Task.CLASSIFICATION: "sklearn.neural_network:MLPClassifier",
            Task.REGRESSION: "sklearn.neural_network:MLPRegressor",
        },
        params={Task.CLASSIFICATION: _SKLEARN, Task.REGRESSION: _SKLEARN},
        needs=Needs(scaled=True),
        curve={"train_loss": "loss_curve_", "valid_score": "validation_scores_"},
        cost=Cost(0.24, columns=0.3, base=0.04, rounds=Rounds("max_iter", 300)),
    ),
    Model(
        name="feed_forward",
        title="Feed-forward network",
        family=_FAMILY,
        about="A neural network: layers of units that learn together, until rows set aside say that it gets no better.",
        expert=(
            "PyTorch multi-layer perceptron with AdamW and early stopping; standardises its inputs and a number "
            "to predict."
        ),
        build={
            Task.CLASSIFICATION: "core.networks:FeedForwardClassifier",
            Task.REGRESSION: "core.networks:FeedForwardRegressor",
        },
        params=both(
            _layers(128, 128),
            Param("activation", "silu", "How a unit turns its sum into an answer.", choices=tuple(ACTIVATIONS)),
            Param(
                "dropout",
                0.1,
                "Which share of the units rests at each step, against learning by heart.",
                low=0.0,
                high=0.95,
            ),
            Param("weight_decay", 0.01, "How strongly large weights are held back.", low=0.0, high=10.0, log=True),
            Param("optimizer", "adamw", "How the weights follow their mistakes.", choices=tuple(OPTIMISERS)),
            Param("learning_rate", 1e-3, "How large the steps are.", low=1e-6, high=1.0, log=True),
            Param(
                "batch_size",
                None,
                "How many rows each step looks at.",
                low=1,
                high=65_536,
                log=True,
                none_means="as suits the number of rows",
            ),
            Param("max_epochs", 200, "How often it goes through the rows at most.", low=1, high=10_000, log=True),
            Param("early_stopping", True, "Whether it sets rows aside and stops when they get no better."),
            Param(
                "validation_fraction",
                0.15,
                "Which share of the training rows is set aside for that.",
                low=0.01,
                high=0.5,
            ),
            Param(
                "patience",
                20,
                "How many rounds without progress it waits before it stops.",
                low=1,
                high=1_000,
                log=True,
            ),
            Param("device", "auto", "Where it is computed.", choices=tuple(DEVICES)),
        ),
        weighs_classes=True,
        ticked=True,
        cost=Cost(0.4, rows=0.85, columns=0.1, base=0.02, rounds=Rounds("max_epochs", 48, unless="early_stopping")),
        memory=Memory(cells=26, base=40 * 2**20),
        gpus=1.0,
    ),
)
