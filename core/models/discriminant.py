"""One bell-shaped cloud per class."""

from __future__ import annotations

from core.models.entry import Cost, Memory, Model
from core.records import Param, Task

_FAMILY = "Discriminant analysis"
_TOL = Param("tol", 1e-4, "Below this a direction counts as having no spread at all.", low=0.0, high=1.0, log=True)

MODELS = (
    Model(
        name="lda",
        title="Linear discriminant",
        family=_FAMILY,
        about="Imagines one cloud per class, all of the same shape, and draws straight borders between them.",
        expert="Normal densities with one covariance for all classes, by singular value decomposition.",
        build={Task.CLASSIFICATION: "sklearn.discriminant_analysis:LinearDiscriminantAnalysis"},
        params={
            Task.CLASSIFICATION: (
                Param(
                    "solver",
                    "svd",
                    "How the clouds' shape is found; only lsqr and eigen can be made cautious.",
                    choices=("svd", "lsqr", "eigen"),
                ),
                Param(
                    "shrinkage",
                    None,
                    "How cautiously the shape is estimated, 0 to 1 (with solver lsqr or eigen).",
                    low=0.0,
                    high=1.0,
                    none_means="as the rows show it",
                ),
                _TOL,
            )
        },
        cost=Cost(0.0015),
        memory=Memory(cells=52),
    ),
    Model(
        name="qda",
        title="Quadratic discriminant",
        family=_FAMILY,
        about="Imagines one cloud per class, each with a shape of its own, and draws curved borders between them.",
        expert=(
            "Normal densities with a covariance per class; fails where a class has fewer rows than columns, "
            "unless regularised."
        ),
        build={Task.CLASSIFICATION: "sklearn.discriminant_analysis:QuadraticDiscriminantAnalysis"},
        params={
            Task.CLASSIFICATION: (
                Param(
                    "reg_param",
                    0.0,
                    "How much the clouds are rounded: more helps when rows are few.",
                    low=0.0,
                    high=1.0,
                ),
                _TOL,
            )
        },
        cost=Cost(0.0015),
    ),
)
