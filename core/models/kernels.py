"""Support vector machines and Gaussian processes."""

from __future__ import annotations

from core.models.entry import Cost, Memory, Model
from core.preparation import Needs
from core.records import Param, Task

_FAMILY = "Kernels"
_C = Param("C", 1.0, "How much a row on the wrong side costs: less means simpler.", low=1e-6, high=1e6, log=True)
_STEPS = Param("max_iter", 1_000, "After how many steps it stops, settled or not.", low=1, high=100_000, log=True)
_MARGIN = "How far off a prediction may be before it counts, in units of the target."
_GAMMA = Param(
    "gamma", "scale", "How near rows must be to matter to each other; also a number.", choices=("scale", "auto")
)
_TOL = Param("tol", 1e-3, "How exactly it is solved: less is slower.", low=1e-8, high=1.0, log=True)
_RESTARTS = Param(
    "n_restarts_optimizer",
    0,
    "How often the search for the right smoothness starts afresh from a random place.",
    low=0,
    high=20,
)

MODELS = (
    Model(
        name="svm_linear",
        title="Linear SVM",
        family=_FAMILY,
        about="Draws the straight border that keeps the widest distance from both sides.",
        expert=("Linear, by liblinear: decision scores, no probabilities; a target in large units needs a larger C."),
        build={Task.CLASSIFICATION: "sklearn.svm:LinearSVC", Task.REGRESSION: "sklearn.svm:LinearSVR"},
        params={
            Task.CLASSIFICATION: (
                _C,
                Param(
                    "loss",
                    "squared_hinge",
                    "How a row on the wrong side is counted.",
                    choices=("squared_hinge", "hinge"),
                ),
                _STEPS,
            ),
            Task.REGRESSION: (
                _C,
                Param("epsilon", 0.0, _MARGIN, low=0.0, high=1e6),
                Param(
                    "loss",
                    "epsilon_insensitive",
                    "Whether a miss counts as it is or squared.",
                    choices=("epsilon_insensitive", "squared_epsilon_insensitive"),
                ),
                _STEPS,
            ),
        },
        needs=Needs(scaled=True),
        gives="scores",
        weighs_classes=True,
        cost=Cost(0.006, columns=0.7),
        memory=Memory(cells=24),
    ),
    Model(
        name="svm_rbf",
        title="SVM with RBF kernel",
        family=_FAMILY,
        about=(
            "Draws a border that may bend, guided by the rows that are hardest to tell apart. Strong on small tables."
        ),
        expert=(
            "Gaussian kernel by libsvm, one against one: decision scores, no probabilities; "
            "a target in large units needs a larger C."
        ),
        build={Task.CLASSIFICATION: "sklearn.svm:SVC", Task.REGRESSION: "sklearn.svm:SVR"},
        params={
            Task.CLASSIFICATION: (_C, _GAMMA, _TOL),
            Task.REGRESSION: (_C, Param("epsilon", 0.1, _MARGIN, low=0.0, high=1e6), _GAMMA, _TOL),
        },
        needs=Needs(scaled=True),
        gives="scores",
        weighs_classes=True,
        cost=Cost(0.018, rows=2.0, columns=0.6, asking=1.0),
        memory=Memory(pairs=4, most_pairs=200 * 2**20),
    ),
    Model(
        name="gaussian_process",
        title="Gaussian process",
        family=_FAMILY,
        about="Weighs every training row by how near it is, and knows how unsure it is in between. For small tables.",
        expert=(
            "Gaussian process with an RBF kernel: of fixed length 1 for classes (Laplace approximation), fitted "
            "for numbers."
        ),
        build={
            Task.CLASSIFICATION: "sklearn.gaussian_process:GaussianProcessClassifier",
            Task.REGRESSION: "sklearn.gaussian_process:GaussianProcessRegressor",
        },
        params={
            Task.CLASSIFICATION: (
                Param(
                    "max_iter_predict",
                    100,
                    "After how many steps the search for the class probabilities stops.",
                    low=1,
                    high=10_000,
                    log=True,
                ),
            ),
            Task.REGRESSION: (
                Param(
                    "alpha",
                    0.1,
                    "Which part of the target's spread is taken for noise: more means smoother.",
                    low=1e-10,
                    high=10.0,
                    log=True,
                ),
                Param("normalize_y", True, "Whether the target is brought to mean 0 and spread 1 while it learns."),
                _RESTARTS,
            ),
        },
        differs={
            Task.REGRESSION: {
                "alpha": (
                    0.1,
                    "The default takes every number to be exact and then follows chance; here a tenth is noise.",
                ),
                "normalize_y": (
                    True,
                    "The kernel expects a target around 0 with a spread of about 1; few targets have that.",
                ),
            }
        },
        needs=Needs(scaled=True),
        cost=Cost(0.3, rows=2.5, columns=0.3, per_class=True, asking=1.5),
        memory=Memory(pairs=56, class_pairs=11),
    ),
)
