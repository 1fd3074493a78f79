"""Networks for columns that belong together: the pixels of an image, the steps of a series."""

from __future__ import annotations

from core.models.entry import Cost, Memory, Model, Rounds, Shape
from core.models.networks import FAMILY, WEIGHT_DECAY, activation, dropout, loss, steps
from core.networks.choices import AUGMENTATIONS, CELLS
from core.preparation import Needs
from core.records import Param, Task

_IMAGES = Shape(
    "image_shape",
    lambda problem: problem.image_shape or None,
    "{title} learns from images; here the columns are not the pixels of one.",
)
_SERIES = Shape(
    "channels",
    lambda problem: problem.series_shape[1] if problem.series_shape else None,
    "{title} learns from series; here the columns are no steps of one, such as t1, t2 and so on.",
)

_DROPOUT = "Which share of what the last layer sees rests at each step, against learning by heart."
_NORM = "Whether what is found is brought to a common scale, which makes learning quicker."


def _learning(task: Task, rate: float, epochs: int, share: float) -> tuple[Param, ...]:
    """The settings of how they learn; their schedule is made for all epochs."""
    return WEIGHT_DECAY, loss(task), *steps(rate, "warm_up", epochs, share, patience=epochs)


_IMAGE_SETTINGS = (
    Param(
        "filters",
        (16, 32, 64),
        "How many things each block looks for; after each, the image is half as large.",
        low=1,
        high=1_024,
    ),
    Param("kernel_size", 3, "How many pixels high and wide each look is.", low=1, high=15),
    activation("relu"),
    dropout(0.25, _DROPOUT),
    Param("batch_norm", True, _NORM),
    Param(
        "augmentation",
        "shift",
        "How images are changed while it learns from them, so that it sees none twice.",
        choices=tuple(AUGMENTATIONS),
    ),
)
_RECURRENT_SETTINGS = (
    Param("units", 64, "How many numbers each layer keeps in mind.", low=1, high=1_024, log=True),
    Param("cell", "gru", "How it keeps in mind what it saw.", choices=tuple(CELLS)),
    Param("layers", 1, "How many layers read what the one before has in mind.", low=1, high=8),
    Param("bidirectional", True, "Whether series are read backwards as well."),
    Param(
        "window",
        None,
        "How many steps are looked at together.",
        low=1,
        high=1_024,
        none_means="as many as make about 64 looks",
    ),
    dropout(0.2, "Which share of what a layer has in mind rests, against learning by heart."),
    Param("clip_norm", 1.0, "How long a step's gradient may be; 0 for any length.", low=0.0, high=1_000.0),
)
_SEQUENCE_SETTINGS = (
    Param("filters", (64, 64, 64), "How many things each block looks for.", low=1, high=1_024),
    Param("kernel_size", 21, "How many steps each look takes in.", low=1, high=255),
    activation("relu"),
    dropout(0.2, _DROPOUT),
    Param("batch_norm", True, _NORM),
)

MODELS = (
    Model(
        name="convolutional",
        title="Convolutional network",
        family=FAMILY,
        about="Looks for small patterns anywhere in an image, then for patterns of those: the usual choice for images.",
        expert="Convolution, batch norm and max pooling in PyTorch; AdamW with warm-up and cosine, random shifts.",
        build={
            Task.CLASSIFICATION: "core.networks:ConvolutionalClassifier",
            Task.REGRESSION: "core.networks:ConvolutionalRegressor",
        },
        params={task: (*_IMAGE_SETTINGS, *_learning(task, 0.005, 15, 0.1)) for task in Task},
        needs=Needs(native_gaps=True),
        shape=_IMAGES,
        weighs_classes=True,
        listens=True,
        layers="core.networks.shapes:convolutional",
        cost=Cost(0.73, rows=0.93, columns=0.5, base=0.05, rounds=Rounds("max_epochs")),
        memory=Memory(cells=26, base=80 * 2**20),
        gpus=1.0,
    ),
    Model(
        name="recurrent",
        title="Recurrent network",
        family=FAMILY,
        about="Reads a series step by step and keeps in mind what it saw: for series whose order tells something.",
        expert="Bidirectional GRU or LSTM in PyTorch, averaged over the steps, with clipped gradients.",
        build={
            Task.CLASSIFICATION: "core.networks:RecurrentClassifier",
            Task.REGRESSION: "core.networks:RecurrentRegressor",
        },
        params={task: (*_RECURRENT_SETTINGS, *_learning(task, 0.003, 60, 0.15)) for task in Task},
        needs=Needs(native_gaps=True),
        shape=_SERIES,
        weighs_classes=True,
        listens=True,
        layers="core.networks.shapes:recurrent",
        cost=Cost(34.0, rows=0.7, columns=0.35, base=0.1, rounds=Rounds("max_epochs")),
        memory=Memory(cells=26, base=60 * 2**20),
        gpus=1.0,
    ),
    Model(
        name="sequence_convolution",
        title="Convolutional network for series",
        family=FAMILY,
        about="Looks for short patterns anywhere in a series, then for patterns of those: quick, and often the best.",
        expert="Fully convolutional network along time with batch norm and global average pooling, in PyTorch.",
        build={
            Task.CLASSIFICATION: "core.networks:SequenceConvolutionClassifier",
            Task.REGRESSION: "core.networks:SequenceConvolutionRegressor",
        },
        params={task: (*_SEQUENCE_SETTINGS, *_learning(task, 0.003, 60, 0.15)) for task in Task},
        needs=Needs(native_gaps=True),
        shape=_SERIES,
        weighs_classes=True,
        listens=True,
        layers="core.networks.shapes:sequence_convolution",
        cost=Cost(19.0, rows=0.93, columns=0.88, base=0.1, rounds=Rounds("max_epochs")),
        memory=Memory(cells=26, base=60 * 2**20),
        gpus=1.0,
    ),
)
