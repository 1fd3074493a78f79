"""DATASETS: classical tables from scikit-learn, generated ones with settings, and well-known ones whose file is needed.

An entry names a function that gives a frame; scikit-learn is loaded only when that function is called.
"""

from __future__ import annotations

from core.catalogue import Catalogue
from core.data import classical, generated, well_known
from core.data.entry import Dataset
from core.records import Param, Task

_SEED = Param("seed", 0, "Another seed gives another table of the same kind.", low=0, high=2**32 - 1)


def _rows(default: int, low: int = 20) -> Param:
    return Param("rows", default, "How many rows to make.", low=low, high=100_000, log=True)


def _noise(default: float, high: float, about: str) -> Param:
    return Param("noise", default, about, low=0.0, high=high)


_JITTER = "How far points stray from their shape."
_ANOTHER_TARGET = "it is another result of the same training, not a cause"

DATASETS: Catalogue[Dataset] = Catalogue(
    "data set",
    Dataset(
        "iris",
        "Iris flowers",
        Task.CLASSIFICATION,
        classical.iris,
        "150 flowers of three species, each with four lengths in centimetres (Fisher 1936).",
        "species",
    ),
    Dataset(
        "wine",
        "Wine",
        Task.CLASSIFICATION,
        classical.wine,
        "178 Italian wines from three growers, each with 13 chemical measures (Forina 1991).",
        "grower",
    ),
    Dataset(
        "breast_cancer",
        "Breast cancer",
        Task.CLASSIFICATION,
        classical.breast_cancer,
        "569 tumours, benign or malignant, each with 30 measures of its cell nuclei (Wolberg 1995).",
        "diagnosis",
    ),
    Dataset(
        "digits",
        "Handwritten digits",
        Task.CLASSIFICATION,
        classical.digits,
        "1,797 handwritten digits from 0 to 9 as images of 8 by 8 pixels (Alpaydin and Kaynak 1998).",
        "digit",
        image_shape=(8, 8),
    ),
    Dataset(
        "diabetes",
        "Diabetes progression",
        Task.REGRESSION,
        classical.diabetes,
        "442 patients with 10 scaled measures; predicted is how far the disease went in a year (Efron 2004).",
        "progression",
    ),
    Dataset(
        "linnerud",
        "Linnerud exercise",
        Task.REGRESSION,
        classical.linnerud,
        "20 men of a fitness club: three exercises and their weight in pounds. So few that scores are unsure.",
        "Weight",
        left_out={"Waist": _ANOTHER_TARGET, "Pulse": _ANOTHER_TARGET},
    ),
    Dataset(
        "moons",
        "Two moons",
        Task.CLASSIFICATION,
        generated.moons,
        "Generated: points on two half circles that reach into each other.",
        "moon",
        (_rows(500), _noise(0.2, 1.0, _JITTER), _SEED),
        generated=True,
    ),
    Dataset(
        "circles",
        "Two circles",
        Task.CLASSIFICATION,
        generated.circles,
        "Generated: points on a small circle within a large one.",
        "circle",
        (_rows(500), _noise(0.1, 1.0, _JITTER), _SEED),
        generated=True,
    ),
    Dataset(
        "spirals",
        "Two spirals",
        Task.CLASSIFICATION,
        generated.spirals,
        "Generated: points on two spirals wound into each other; hard for models that draw straight lines.",
        "spiral",
        (_rows(500), _noise(0.1, 1.0, _JITTER), _SEED),
        generated=True,
    ),
    Dataset(
        "blobs",
        "Blobs",
        Task.CLASSIFICATION,
        generated.blobs,
        "Generated: round clouds of points, one for each class.",
        "blob",
        (
            _rows(500),
            _noise(1.0, 5.0, "How wide the clouds are."),
            Param("classes", 3, "How many clouds there are.", low=2, high=10),
            _SEED,
        ),
        generated=True,
    ),
    Dataset(
        "xor",
        "Exclusive or",
        Task.CLASSIFICATION,
        generated.xor,
        "Generated: four corners, opposite ones alike; neither column tells anything on its own.",
        "corner",
        (_rows(500), _noise(0.1, 1.0, "How far points stray across the borders."), _SEED),
        generated=True,
    ),
    Dataset(
        "curve",
        "Noisy curve",
        Task.REGRESSION,
        generated.curve,
        "Generated: a wave that grows, with noise on top; a second column has nothing to do with it.",
        "height",
        (_rows(300), _noise(0.2, 2.0, "How far heights stray from the curve."), _SEED),
        generated=True,
    ),
    Dataset(
        "loan_desk",
        "Loan desk",
        Task.CLASSIFICATION,
        generated.loan_desk,
        "Generated: invented loan applications with gaps; one in ten is not paid back. No real person is in it.",
        "default",
        (_rows(2000, low=100), _SEED),
        generated=True,
    ),
    *well_known.ENTRIES,
)
