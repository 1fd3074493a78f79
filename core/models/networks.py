"""Layers of small units that learn together: scikit-learn's own network, and ours on PyTorch."""

from __future__ import annotations

from core.models.entry import Cost, Memory, Model, Rounds, both
from core.networks.choices import ACTIVATIONS, DEVICES, LOSSES, OPTIMISERS, PRESETS, SCHEDULES
from core.preparation import Needs
from core.records import Param, Task

FAMILY = "Networks"
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

_DROPOUT = "Which share of the units rests at each step, against learning by heart."
WEIGHT_DECAY = Param("weight_decay", 0.01, "How strongly large weights are held back.", low=0.0, high=10.0, log=True)
_DEVICE = Param("device", "auto", "Where it is computed.", choices=tuple(DEVICES))


def activation(default: str) -> Param:
    """The bend between layers."""
    return Param("activation", default, "How a unit turns its sum into an answer.", choices=tuple(ACTIVATIONS))


def dropout(default: float, about: str = _DROPOUT) -> Param:
    """The share that rests."""
    return Param("dropout", default, about, low=0.0, high=0.95)


def loss(task: Task) -> Param:
    """The losses for a task."""
    numbers = task is Task.REGRESSION
    fitting = tuple(each.name for each in LOSSES.values() if each.numbers == numbers)
    return Param("loss", fitting[0], "What counts as a mistake, and how much.", choices=fitting)


def steps(rate: float, schedule: str, epochs: int, share: float, patience: int) -> tuple[Param, ...]:
    """How it goes through the rows, and when it stops: the defaults of learning rate, epochs, rows set aside."""
    return (
        Param(
            "learning_rate",
            rate,
            "How large the steps are; where the first ones go astray, a tenth is tried.",
            low=1e-6,
            high=1.0,
            log=True,
        ),
        Param("schedule", schedule, "How the size of the steps changes over time.", choices=tuple(SCHEDULES)),
        Param(
            "batch_size",
            None,
            "How many rows each step looks at.",
            low=1,
            high=65_536,
            log=True,
            none_means="as suits the number of rows",
        ),
        Param("max_epochs", epochs, "How often it goes through the rows at most.", low=1, high=10_000, log=True),
        Param("early_stopping", True, "Whether it sets rows aside, stops when they get no better and keeps its best."),
        Param(
            "validation_fraction", share, "Which share of the training rows is set aside for that.", low=0.01, high=0.5
        ),
        Param(
            "patience",
            patience,
            "How many rounds without progress it waits before it stops.",
            low=1,
            high=1_000,
            log=True,
        ),
        _DEVICE,
    )


_STEPS = (
    Param("optimizer", "adamw", "How the weights follow their mistakes.", choices=tuple(OPTIMISERS)),
    Param("momentum", 0.9, "How much of the last step goes into the next; for SGD alone.", low=0.0, high=0.999),
    *steps(1e-3, "constant", 200, 0.15, 20),
)

MODELS = (
    Model(
        name="tabular_network",
        title="Bakeoff's default network",
        family=FAMILY,
        about="Neural networks that answer together, made for tables: nothing needs to be set, but it takes time.",
        expert=(
            "After RealMLP and TabM: robust scales, piecewise linear bins, category embeddings, small ensembles "
            "with shared weights, bagged."
        ),
        build={
            Task.CLASSIFICATION: "core.networks:TabularNetworkClassifier",
            Task.REGRESSION: "core.networks:TabularNetworkRegressor",
        },
        params=both(
            Param("preset", "default", "How much work it puts into the table.", choices=tuple(PRESETS)),
            _DEVICE,
        ),
        needs=Needs(native_categories=True, native_gaps=True),
        weighs_classes=True,
        listens=True,
        layers="core.networks.shapes:tabular",
        cost=Cost(7.0, rows=0.25, columns=0.3, base=1.0, factors={"preset": {"quick": 0.25, "thorough": 6.0}}),
        memory=Memory(cells=100, base=60 * 2**20),
        gpus=1.0,
    ),
    Model(
        name="sklearn_mlp",
        title="scikit-learn network",
        family=FAMILY,
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
        watched="core.models.rounds:in_epochs",
        listens=True,
        layers="core.networks.shapes:perceptron",
        cost=Cost(0.24, columns=0.3, base=0.04, rounds=Rounds("max_iter", 300)),
    ),
    Model(
        name="feed_forward",
        title="Feed-forward network",
        family=FAMILY,
        about="A neural network: layers of units that learn together, until rows set aside say that it gets no better.",
        expert=(
            "PyTorch multi-layer perceptron with AdamW and early stopping; standardises its inputs and a number "
            "to predict."
        ),
        build={
            Task.CLASSIFICATION: "core.networks:FeedForwardClassifier",
            Task.REGRESSION: "core.networks:FeedForwardRegressor",
        },
        params={
            task: (
                _layers(128, 128),
                activation("silu"),
                dropout(0.1),
                Param("batch_norm", False, "Whether units are brought to a common scale, which eases deep networks."),
                WEIGHT_DECAY,
                loss(task),
                *_STEPS,
            )
            for task in Task
        },
        weighs_classes=True,
        ticked=True,
        listens=True,
        at_once=True,
        layers="core.networks.shapes:feed_forward",
        cost=Cost(0.4, rows=0.85, columns=0.1, base=0.02, rounds=Rounds("max_epochs", 48, unless="early_stopping")),
        memory=Memory(cells=26, base=40 * 2**20),
        gpus=1.0,
    ),
    Model(
        name="residual_network",
        title="Residual network",
        family=FAMILY,
        about="A deep network whose blocks each add a correction to what passes by, so that depth does no harm.",
        expert=(
            "PyTorch ResNet for tables (Gorishniy et al. 2021): blocks of batch norm and two layers with a bypass; "
            "AdamW, early stopping."
        ),
        build={
            Task.CLASSIFICATION: "core.networks:ResidualNetworkClassifier",
            Task.REGRESSION: "core.networks:ResidualNetworkRegressor",
        },
        params=both(
            Param("width", 128, "How many units pass from block to block.", low=1, high=4_096, log=True),
            Param("n_blocks", 2, "How many blocks follow each other.", low=1, high=32),
            activation("relu"),
            dropout(0.2),
            WEIGHT_DECAY,
            *_STEPS,
        ),
        weighs_classes=True,
        listens=True,
        at_once=True,
        layers="core.networks.shapes:residual",
        cost=Cost(0.9, rows=0.85, columns=0.1, base=0.02, rounds=Rounds("max_epochs", 48, unless="early_stopping")),
        memory=Memory(cells=26, base=40 * 2**20),
        gpus=1.0,
    ),
    Model(
        name="linear_network",
        title="Linear network",
        family=FAMILY,
        about="A network of one layer: a weighted sum of the columns. What hidden layers add, shows beside it.",
        expert="One layer, trained by L-BFGS in double precision: logistic regression, or ridge regression.",
        build={
            Task.CLASSIFICATION: "core.networks:LinearNetworkClassifier",
            Task.REGRESSION: "core.networks:LinearNetworkRegressor",
        },
        params=both(
            Param("alpha", 1.0, "How strongly large weights are held back.", low=0.0, high=1e6, log=True),
            Param("max_epochs", 100, "How often it goes through the rows at most.", low=1, high=10_000, log=True),
            _DEVICE,
        ),
        weighs_classes=True,
        listens=True,
        layers="core.networks.shapes:linear",
        cost=Cost(0.05, rows=0.9, columns=0.5, base=0.03, rounds=Rounds("max_epochs", 12)),
        memory=Memory(cells=26, base=40 * 2**20),
        gpus=1.0,
    ),
)
